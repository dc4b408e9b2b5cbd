"""Building the practice index from one or more sources, completely or not at all."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

import recordpick
from recordpick.csvio.rejects import ROW
from recordpick.errors import UserError
from recordpick.index.build.accounting import write_accounts
from recordpick.index.build.background import BackgroundHasher, BackgroundWriter
from recordpick.index.build.cast import BAD, NOT_A_PATIENT, ORPHAN
from recordpick.index.build.coverage import conflated_words, gaps, restrictions_on
from recordpick.index.build.integrity import check_integrity, find_repeated, known_patients
from recordpick.index.build.patients import link_records, patients_of, write_patients
from recordpick.index.build.staging import OddLinesError, SpillBuffer, Staged, stage
from recordpick.index.build.table_builder import TableBuilder
from recordpick.index.emptied_values import EmptiedCounts
from recordpick.index.manifest import (
    FORMAT,
    FileCount,
    Manifest,
    TableSummary,
    whole_index,
    write_manifest,
)
from recordpick.index.practice_index import PracticeIndex, open_index
from recordpick.index.read_report_page import write_page
from recordpick.index.readers.not_patients import not_patients
from recordpick.index.readers.registry import read_sources
from recordpick.index.source import NO_ANSWERS, PATIENT, Answers, LookUp, Source, SourcePart
from recordpick.index.unreadable_columns import without_unreadable
from recordpick.progress import Progress, silent
from recordpick.schema import TABLES
from recordpick.text import plural

BeforeReading = Callable[[SourcePart], None]
"""Called with each part before it is read."""


def parts_by_table(read: Sequence[Source]) -> dict[str, list[SourcePart]]:
    """Return the parts of all sources by table: patients first, then in schema order."""
    tables: dict[str, list[SourcePart]] = {}
    for number, source in enumerate(read):
        for part in source.parts:
            tables.setdefault(part.table, []).append(replace(part, source=number))
    if "patients" not in tables:
        raise UserError("No source contains any patients: an index cannot be made without them.")
    order = [*TABLES, *sorted(set(tables) - set(TABLES))]
    return {name: tables[name] for name in order if name in tables}


def stage_table(
    name: str,
    parts: Sequence[SourcePart],
    tables: Mapping[str, TableBuilder],
    buffer: SpillBuffer,
    before_reading: BeforeReading,
) -> TableBuilder:
    """Stage the parts of a table; `tables` are the earlier ones, with integrity checks done."""
    table = TableBuilder(name)
    providers = [part for part in parts if part.provides and not part.requires]
    others = [part for part in parts if part not in providers]
    for part in providers:
        before_reading(part)
        table.add(_staged(part, table, tables, buffer))
    find_repeated(table, range(len(providers)))
    for part in others:
        before_reading(part)
        table.add(_staged(part, table, tables, buffer))
    if name == "patients":
        for number in range(len(table.staged)):
            _reject_not_patients(table, number)
    is_alone = len(table.staged) == 1
    table.staged = [without_unreadable(staged, is_alone=is_alone) for staged in table.staged]
    return table


def _reject_not_patients(table: TableBuilder, number: int) -> None:
    """Reject totals, page footers and repeated headers in a file of patients."""
    staged = table.staged[number]
    if PATIENT in staged.part.precleaned:
        return
    identity = ("nhs_number", "date_of_birth", "family_name", "given_name")
    known = [name for name in identity if name in staged.cast.kinds]
    rows = table.part(number).select(ROW, PATIENT, *known).collect()
    header = staged.part.raw.collect_schema().names()
    found = not_patients(rows.drop(ROW), header)
    table.reject(number, rows.filter(found), NOT_A_PATIENT)


def _staged(
    part: SourcePart, table: TableBuilder, tables: Mapping[str, TableBuilder], buffer: SpillBuffer
) -> Staged:
    """Stage a part with what it requires; with the strict reader if its lines need that."""
    final = part
    if part.enrich is not None:
        final = part.enrich(part, _required(part, table, tables))
    try:
        return stage(final, f"{table.name}.{len(table.staged)}", buffer)
    except OddLinesError:
        assert part.reread_strict is not None
        return _staged(replace(part.reread_strict(), source=part.source), table, tables, buffer)


def _required(
    part: SourcePart, table: TableBuilder, tables: Mapping[str, TableBuilder]
) -> dict[str, pl.LazyFrame]:
    """Return those of the part's required row sets that exist."""
    provided = {staged.part.provides for staged in table.staged if staged.part.provides}
    rows = {name: table.provided(name) for name in part.requires if name in provided}
    return rows | {name: tables[name].rows() for name in part.requires if name in tables}


def build_index(  # noqa: PLR0913 - all but two are keyword-only
    sources: Sequence[Path],
    out: Path,
    *,
    mapping: Path | None = None,
    as_at: date | None = None,
    practice: str = "",
    kinds: Sequence[str] = (),
    answers: Answers = NO_ANSWERS,
    progress: Progress = silent,
) -> PracticeIndex:
    """Make the index of these sources at `out`; an existing index is replaced as a whole.

    Sources are merged: a patient in several has the first value of each column. Where `as_at` and
    `practice` are not given, the sources' own values are used; or today, if no source states a day
    (as_at.py). Everything that depends on a day is calculated for that day. `kinds` are the
    kinds of the sources, one for each or one for all; without it they are recognised. `answers` are
    a person's answers to the questions that sources leave open (`questions_about`).

    First every part is cast (staging.py). Then rows without a known patient and duplicates are
    rejected. Then the tables are written, sorted for their queries. Rows read =
    rows indexed + rows rejected + rows deleted, for each file and table.

    UserError where a source cannot be read, has two patients with one id or no patients, or `out`
    cannot be written; nothing is left behind then.
    """
    with whole_index(Path(out)) as folder:
        with tempfile.TemporaryDirectory(prefix="work.", dir=folder) as work:
            progress("reading the sources", None)
            with BackgroundHasher() as digests:
                paths = [Path(source) for source in sources]
                read, day = read_sources(
                    paths, Path(work), mapping, kinds, answers, digests.ask, as_at
                )
                for path in _files_of(read):
                    digests.ask(path)
                tables, summaries, (files, emptied), notes = _make(
                    read, digests, folder, SpillBuffer(Path(work)), progress
                )
                progress("writing the manifest", 0.97)
                summaries = _with_digests(folder, summaries, digests)
            found_gaps = gaps(read, sources, tables)
            warnings = (*_warnings(read), *_unknown_patients(tables, paths), *day.warnings)
        manifest = Manifest(
            format=FORMAT,
            made_by=f"recordpick {recordpick.__version__}",
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            practice=practice or next((s.practice for s in read if s.practice), ""),
            synthetic=any(source.synthetic for source in read),
            as_at=day.day,
            tables=summaries,
            files=files,
            fingerprint=_fingerprint(summaries),
            notes=(*notes, *day.notes, *warnings),
            conflated=(*conflated_words(read), *emptied.cautions()),
            gaps=found_gaps,
            as_at_from=day.source,
            warnings=warnings,
            restrictions=restrictions_on(read, folder / "patients.parquet"),
            ods_code=_ods_code(read),
        )
        write_manifest(folder, manifest)
        write_page(folder, manifest)
    progress("the index is in place", 1.0)
    return open_index(Path(out), is_just_made=True)


def _ods_code(read: list[Source]) -> str:
    """Return the practice's ODS code; "" where the sources have none, or different ones."""
    codes = {source.ods_code for source in read if source.ods_code}
    return codes.pop() if len(codes) == 1 else ""


def _make(
    read: list[Source],
    digests: BackgroundHasher,
    folder: Path,
    buffer: SpillBuffer,
    progress: Progress,
) -> tuple[
    dict[str, TableBuilder],
    dict[str, TableSummary],
    tuple[tuple[FileCount, ...], EmptiedCounts],
    tuple[str, ...],
]:
    """Write the tables and accounts into `folder`; return tables, summaries, counts and notes."""
    by_table = parts_by_table(read)
    sizes = {name: sum(_size(part) for part in parts) for name, parts in by_table.items()}
    done = 0

    def announce(part: SourcePart) -> None:
        nonlocal done
        progress(f"reading {part.file}", 0.9 * done / sum(sizes.values()))
        done += _size(part) // 2

    builder = stage_table("patients", by_table.pop("patients"), {}, buffer, announce)
    aliases = link_records(builder)
    tables = {"patients": builder}
    patients = patients_of(builder)
    known = known_patients(builder, patients)
    summaries = {"patients": TableSummary(0, {})}
    with BackgroundWriter(folder, digests) as writer:
        for name, parts in by_table.items():
            table = stage_table(name, parts, tables, buffer, announce)
            table.staged = [
                replace(staged, aliases=aliases.get(staged.part.source)) for staged in table.staged
            ]
            progress(f"writing {name}", 0.9 * done / sum(sizes.values()))
            check_integrity(table, known, tables)
            writer.write(table)
            tables[name] = table
            done += sizes[name] // 2
        written = writer.written()
    summaries |= {name: summary for name, (summary, _) in written.items()}
    counts = [count for name, (_, count) in written.items() if _is_entry(name)]
    progress("writing patients", 0.9)
    summaries["patients"] = write_patients(patients, builder, counts, folder)
    digests.ask(folder / "patients.parquet")
    progress("accounting for every row", 0.93)
    look_ups = [used for source in read for used in source.look_ups]
    accounts = write_accounts(tables, look_ups, digests, folder)
    notes = [note for source in read for note in source.notes]
    notes += _of_lines(tables.values(), look_ups)
    notes += [
        f"{staged.part.file}: table {table.name} has no column "
        f"{', '.join(staged.cast.unknown)}: left out."
        for table in tables.values()
        for staged in table.staged
        if staged.cast.unknown
    ]
    notes += [
        f"{staged.part.file}: {note}."
        for table in tables.values()
        for staged in table.staged
        for note in staged.cast.unreadable
    ]
    notes += accounts[1].notes()
    notes += _without_code(summaries, folder)
    notes += _without_status(summaries, folder)
    notes += _shared_numbers(summaries, folder)
    return tables, summaries, accounts, tuple(notes)


def _is_entry(table: str) -> bool:
    """Return whether the rows of a table are entries of the record; those of a user's own are."""
    return table not in TABLES or TABLES[table].is_entry


def _warnings(read: Sequence[Source]) -> Iterator[str]:
    """Yield the warnings that a person must see before the index is used, each once."""
    yield from dict.fromkeys(warning for source in read for warning in source.warnings)


_MANY_UNKNOWN = 100, 0.1
"""The number and the share of a source's rows without a known patient that cause a warning."""


def _unknown_patients(tables: Mapping[str, TableBuilder], sources: Sequence[Path]) -> Iterator[str]:
    """Yield a warning for each source with many rows of patients who are not in its patients file.

    An extract of changes only is like that, and may not be labelled as one.
    """
    for number, source in enumerate(sources):
        rows = lost = 0
        for table in tables.values():
            for staged, failed in zip(table.staged, table.failed, strict=True):
                if staged.part.source == number:
                    rows += staged.rows
                    lost += failed.filter(pl.col(BAD) == ORPHAN).height
        if lost >= max(_MANY_UNKNOWN[0], _MANY_UNKNOWN[1] * rows):
            yield (
                f"{lost:,} of {rows:,} rows of {source.name} belong to patients who are not in its "
                "file of patients. It may hold changes only, or files from different days: ask for "
                "a full extract before you rely on it."
            )


def _of_lines(tables: Iterable[TableBuilder], look_ups: Sequence[LookUp]) -> list[str]:
    """Return the notes on lines that were not read as written; each note once."""
    notes = [note for table in tables for staged in table.staged for note in staged.part.notes]
    notes += [note for used in look_ups for note in used.notes]
    return list(dict.fromkeys(notes))


def _files_of(read: Sequence[Source]) -> Iterator[Path]:
    """Yield all files of the sources, in the order in which they are read."""
    for parts in parts_by_table(read).values():
        yield from (part.path for part in parts)
    yield from (used.path for source in read for used in source.look_ups)


def _without_code(tables: Mapping[str, TableSummary], folder: Path) -> Iterator[str]:
    """Yield how many rows have no code, such as a code missing from the source's own list."""
    for name in ("events", "medications"):
        if name in tables and "code" in tables[name].columns:
            rows = pl.scan_parquet(folder / f"{name}.parquet", glob=False)
            count = rows.select(pl.col("code").null_count()).collect().item()
            if count:
                yield (
                    f"{count:,} of {tables[name].rows:,} rows of {name} have no code: criteria "
                    "that use codes do not find them."
                )


def _without_status(tables: Mapping[str, TableSummary], folder: Path) -> Iterator[str]:
    """Yield how many patients are neither registered, left nor dead."""
    if "status" in tables["patients"].columns:
        rows = pl.scan_parquet(folder / "patients.parquet", glob=False)
        count = rows.select(pl.col("status").null_count()).collect().item()
        if count:
            yield (
                f"{plural(count, 'patient has', 'patients have')} no status: criteria about "
                "registered patients do not find them, nor does the random draw."
            )


def _shared_numbers(tables: Mapping[str, TableSummary], folder: Path) -> Iterator[str]:
    """Yield how many patients share their NHS number: it does not identify one record."""
    if "nhs_number" in tables["patients"].columns:
        numbers = pl.scan_parquet(folder / "patients.parquet", glob=False).select("nhs_number")
        shared = pl.col("nhs_number").drop_nulls().is_duplicated().sum()
        count = numbers.select(shared).collect().item()
        if count:
            yield (
                f"{count:,} patients share an NHS number with another: on a selection list only "
                "the patient number identifies the record. See the clean-up list."
            )


def _size(part: SourcePart) -> int:
    return max(part.path.stat().st_size, 2)


def _with_digests(
    folder: Path, tables: dict[str, TableSummary], digests: BackgroundHasher
) -> dict[str, TableSummary]:
    """Add size and SHA-256 of each table's Parquet file; their digests were requested earlier."""
    result = {}
    for name, summary in tables.items():
        path = folder / f"{name}.parquet"
        result[name] = replace(summary, size=path.stat().st_size, sha256=digests.of(path))
    return result


def _fingerprint(tables: dict[str, TableSummary]) -> str:
    """Return the SHA-256 over the tables' sorted names, each with that of its Parquet file."""
    names = (f"{name} {tables[name].sha256}\n" for name in sorted(tables))
    return hashlib.sha256("".join(names).encode()).hexdigest()
