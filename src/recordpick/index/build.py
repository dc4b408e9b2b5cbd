"""Building the practice index of one or more sources, whole or not at all.

First every part is typed (staging.py); then it is known which patients there are, and rows of
nobody and rows that come twice are set aside; then the tables are written, sorted for how they are
asked. Rows read = rows indexed + rows rejected + rows deleted, for each file, or it is our bug.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

import recordpick
from recordpick.errors import UserError
from recordpick.index.conform import ASIDE, BAD, DUPLICATE, ORPHAN
from recordpick.index.manifest import FORMAT, FileCount, Manifest, TableSummary, write_manifest
from recordpick.index.parts import DELETED, PLACES, ROW, Source
from recordpick.index.practice_index import PracticeIndex, open_index
from recordpick.index.reading import read_source
from recordpick.index.staging import Staged, digest, rows_with_reasons, stage
from recordpick.index.whole_index import REJECTED, cannot_write, whole_index
from recordpick.progress import Progress, silent
from recordpick.tables import TABLES, Kind

ROW_GROUP = 100_000
"""Rows of a row group: rules that ask for a few codes then skip most of a table sorted by code."""

_PATIENT = "patient_id"
_FOUND = {ROW: pl.UInt32, BAD: pl.UInt16}


@dataclass
class _Table:
    """One table while it is being made: its parts, and for each the rows that cannot go in."""

    name: str
    staged: list[Staged] = field(default_factory=list)
    found: list[pl.DataFrame] = field(default_factory=list)

    @property
    def kinds(self) -> dict[str, Kind]:
        given: dict[str, Kind] = {}
        for staged in self.staged:
            given |= {
                name: kind for name, kind in staged.conformed.kinds.items() if name not in given
            }
        table = TABLES.get(self.name)
        order = [name for name in table.names if name in given] if table else list(given)
        return {name: given[name] for name in order}

    def rows(self) -> pl.LazyFrame:
        """Give all rows that go in, of all parts."""
        frames = [
            staged.good().join(found.lazy().select(ROW), on=ROW, how="anti", maintain_order="left")
            if found.height
            else staged.good()
            for staged, found in zip(self.staged, self.found, strict=True)
        ]
        return pl.concat([frame.drop(ROW) for frame in frames], how="diagonal_relaxed")


def build_index(
    sources: Sequence[Path],
    out: Path,
    *,
    mapping: Path | None = None,
    as_at: date | None = None,
    practice: str = "",
    progress: Progress = silent,
) -> PracticeIndex:
    """Make the index of these sources at `out`; an index that is there already is replaced whole.

    UserError where a source cannot be read, holds two patients with one id or none at all, or
    `out` cannot be written; nothing is left behind then.
    """
    progress("looking at the sources", None)
    read = [read_source(Path(source), mapping) for source in sources]
    with whole_index(out) as folder:
        try:
            manifest = _build(read, folder, as_at, practice, progress)
        except pl.exceptions.PolarsError as error:
            if "No space left" not in str(error):
                raise
            raise cannot_write(out, OSError(str(error))) from error
        write_manifest(folder, manifest)
        progress("putting the index in place", 1.0)
    return open_index(out)


def _build(
    read: list[Source], folder: Path, as_at: date | None, practice: str, progress: Progress
) -> Manifest:
    with tempfile.TemporaryDirectory(prefix="stage.", dir=folder) as stage_folder:
        tables = _stage(read, Path(stage_folder), progress)
        people = tables["patients"]
        people.found = [pl.DataFrame(schema=_FOUND) for _ in people.staged]
        _check_one_row_a_patient(people)
        ids = people.rows().select(_PATIENT).collect()
        if ids.is_empty():
            raise UserError(_nobody(people))
        for number, table in enumerate(tables.values()):
            if table is not people:
                progress(f"checking {table.name}", 0.5 + 0.1 * number / len(tables))
                _find_misfits(table, ids)
        summaries = _write_tables(tables, ids, folder, progress)
        progress("writing down what did not fit", 0.95)
        files = _account(tables, folder)
    notes = [note for source in read for note in source.notes]
    notes += [
        _left_out(staged)
        for t in tables.values()
        for staged in t.staged
        if staged.conformed.unknown
    ]
    return Manifest(
        format=FORMAT,
        made_by=f"recordpick {recordpick.__version__}",
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        practice=practice or next((s.practice for s in read if s.practice), ""),
        synthetic=any(source.synthetic for source in read),
        as_at=as_at
        or next((s.as_at for s in read if s.as_at), None)
        or datetime.now().astimezone().date(),
        tables=summaries,
        files=tuple(files),
        fingerprint=_fingerprint(folder, summaries),
        notes=tuple(notes),
    )


def _stage(read: list[Source], folder: Path, progress: Progress) -> dict[str, _Table]:
    """Type every part of every source; patients come first, then the tables in their order."""
    tables: dict[str, _Table] = {}
    parts = [part for source in read for part in source.parts]
    for number, part in enumerate(parts):
        progress(f"reading {part.file}, {number + 1} of {len(parts)}", 0.5 * number / len(parts))
        table = tables.setdefault(part.table, _Table(part.table))
        table.staged.append(stage(part, folder / f"{number}.parquet"))
    if "patients" not in tables:
        raise UserError("No source gives any patients: an index cannot be made without them.")
    order = [*TABLES, *sorted(set(tables) - set(TABLES))]
    return {name: tables[name] for name in order if name in tables}


def _check_one_row_a_patient(people: _Table) -> None:
    """Refuse two rows with one patient_id: nothing tells which of them is the patient."""
    for staged in people.staged:
        doubled = (
            staged.good()
            .filter(pl.col(_PATIENT).is_duplicated())
            .select(ROW, _PATIENT)
            .sort(_PATIENT, ROW)
            .collect()
        )
        if doubled.height:
            first = doubled[_PATIENT][0]
            rows = doubled.filter(pl.col(_PATIENT) == first)[ROW].to_list()
            lines = ", ".join(str(line) for line in staged.part.line_of(rows[:5]))
            raise UserError(
                f"{staged.part.file}: {doubled[_PATIENT].n_unique():,} patient numbers stand on "
                f"more than one row, such as {first} (lines {lines}). "
                "Each patient must have one row and a number of their own."
            )


def _find_misfits(table: _Table, ids: pl.DataFrame) -> None:
    """Find rows of patients that are not there, and rows whose id was there already."""
    table.found = []
    for staged in table.staged:
        orphans = (
            staged.good()
            .select(ROW, _PATIENT)
            .join(ids.lazy(), on=_PATIENT, how="anti")
            .select(ROW, pl.lit(ORPHAN, pl.UInt16).alias(BAD))
            .collect(engine="streaming")
        )
        table.found.append(orphans)
    row_id = TABLES[table.name].row_id if table.name in TABLES else None
    if row_id is None or _all_different(table, row_id):
        return
    frames = [
        staged.good()
        .join(found.lazy().select(ROW), on=ROW, how="anti")
        .select(pl.lit(number).alias("part"), ROW, row_id)
        for number, (staged, found) in enumerate(zip(table.staged, table.found, strict=True))
    ]
    doubled = (
        pl.concat(frames)
        .sort("part", ROW)
        .filter(~pl.col(row_id).is_first_distinct())
        .select("part", ROW, pl.lit(DUPLICATE, pl.UInt16).alias(BAD))
        .collect()
    )
    for number, found in enumerate(table.found):
        more = doubled.filter(pl.col("part") == number).select(ROW, BAD)
        table.found[number] = pl.concat([found, more])


def _all_different(table: _Table, row_id: str) -> bool:
    """Tell whether all ids differ, by their hashes: true is sure, false may be chance."""
    hashes = pl.col(row_id).hash()
    count = table.rows().select(hashes.n_unique().alias("n"), pl.len().alias("all")).collect()
    return bool(count["n"][0] == count["all"][0])


def _write_tables(
    tables: dict[str, _Table], ids: pl.DataFrame, folder: Path, progress: Progress
) -> dict[str, TableSummary]:
    counts = [pl.DataFrame(schema={_PATIENT: pl.String, "entries": pl.UInt32})]
    summaries: dict[str, TableSummary] = {"patients": TableSummary(ids.height, {})}
    for number, (name, table) in enumerate(tables.items()):
        if name == "patients":
            continue
        progress(f"writing {name}", 0.6 + 0.3 * number / len(tables))
        kinds = table.kinds
        keys = [key for key in ("code", _PATIENT) if key in kinds]
        rows = table.rows().select(*kinds).sort(keys, maintain_order=True)
        path = folder / f"{name}.parquet"
        rows.sink_parquet(path, row_group_size=ROW_GROUP, engine="streaming")
        count = pl.scan_parquet(path, glob=False).group_by(_PATIENT).agg(entries=pl.len())
        counts.append(count.collect(engine="streaming"))
        summaries[name] = TableSummary(int(counts[-1]["entries"].sum()), kinds)
    progress("writing patients", 0.92)
    summaries["patients"] = _write_patients(tables["patients"], pl.concat(counts), folder)
    return summaries


def _write_patients(people: _Table, counts: pl.DataFrame, folder: Path) -> TableSummary:
    """Write the patients, sorted by id, with how many rows each has in the other tables."""
    entries = counts.lazy().group_by(_PATIENT).agg(pl.col("entries").sum())
    fewer = pl.col("entries").rank("min") - 1
    patients = (
        people.rows()
        .select(*people.kinds)
        .join(entries, on=_PATIENT, how="left")
        .with_columns(pl.col("entries").cast(pl.Int64).fill_null(0))
        .with_columns((fewer * 100 / pl.len()).cast(pl.Float64).alias("entries_percentile"))
        .sort(_PATIENT)
    )
    patients.sink_parquet(folder / "patients.parquet", row_group_size=ROW_GROUP)
    rows = (
        pl.scan_parquet(folder / "patients.parquet", glob=False).select(pl.len()).collect().item()
    )
    return TableSummary(
        rows, {**people.kinds, "entries": "integer", "entries_percentile": "number"}
    )


def _account(tables: dict[str, _Table], folder: Path) -> list[FileCount]:
    """Write the rows that did not fit, and count what became of each file's rows."""
    files, rejected = [], []
    for table in tables.values():
        for staged, found in zip(table.staged, table.found, strict=True):
            part = staged.part
            flagged = pl.scan_parquet(staged.path, glob=False)
            misfits = flagged.filter(pl.col(BAD).is_not_null() & ~pl.col(DELETED))
            misfits_found = misfits.select(ROW, BAD).collect(engine="streaming")
            away = rows_with_reasons(staged, pl.concat([misfits_found, found]))
            away = pl.concat([away, part.set_aside.select(*PLACES)])
            deleted = flagged.select(pl.col(DELETED).sum()).collect().item() + part.dropped
            indexed = (
                (table.rows() if len(table.staged) == 1 else _Table("", [staged], [found]).rows())
                .select(pl.len())
                .collect()
                .item()
            )
            read = staged.rows + part.set_aside.height + part.dropped
            assert read == indexed + away.height + deleted, (part.file, read, indexed, deleted)
            files.append(
                FileCount(
                    file=part.file,
                    table=table.name,
                    size=part.path.stat().st_size,
                    sha256=digest(part.path),
                    rows_read=read,
                    rows_indexed=indexed,
                    rows_rejected=away.height,
                    rows_deleted=deleted,
                    values_set_aside=flagged.filter(pl.col(ASIDE) & pl.col(BAD).is_null())
                    .select(pl.len())
                    .collect()
                    .item(),
                )
            )
            rejected.append(
                away.select(
                    pl.lit(part.file).alias("file"),
                    "line",
                    pl.lit(table.name).alias("table"),
                    "reason",
                    "row",
                ).sort("line", maintain_order=True)
            )
    pl.concat(rejected).write_csv(folder / REJECTED)
    return files


def _nobody(people: _Table) -> str:
    staged = people.staged[0]
    if staged.rows == 0:
        return f"{staged.part.file}: there is no patient in this file."
    return f"{staged.part.file}: none of its {staged.rows:,} rows could be used."


def _left_out(staged: Staged) -> str:
    names = ", ".join(staged.conformed.unknown)
    return (
        f"{staged.part.file}: left out, as table {staged.part.table} has no such column: {names}."
    )


def _fingerprint(folder: Path, tables: dict[str, TableSummary]) -> str:
    """SHA-256 over the sorted names of the tables, each with the SHA-256 of its Parquet."""
    whole = hashlib.sha256()
    for name in sorted(tables):
        whole.update(f"{name} {digest(folder / f'{name}.parquet')}\n".encode())
    return whole.hexdigest()
