"""Scanning large tables of delimited text with polars, and only where it reads them correctly.

Polars silently pads short lines, reads blank lines as rows and carriage returns as text. So the
lines are first compared with the shape that they must have (shape.py: one pass, a fifth of the time
of reading). Lines with too many or too few fields are rejected. Windows-1252 and UTF-16 are first
converted to UTF-8. Anything else (quotation marks in odd places, NUL bytes, lines that end in
carriage returns, lines of several shapes) is read record by record with Python's csv, which takes
ten times as long.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import polars as pl

from recordpick.csvio.rejects import NOTHING, ROW, Lines, RejectCollector, Rejects
from recordpick.csvio.shape import LineOffsets, SuspectValues, record_lines
from recordpick.csvio.sniff import CsvProfile, Damaged, Record, padded_records, records, sniff
from recordpick.errors import UserError
from recordpick.text import word_for

_BATCH = 50_000
_CHARACTERS = 4 * 1024**2
_MOST_COLUMNS = 1000


@dataclass(frozen=True)
class TableFile:
    """A file of delimited text: `frame` has ROW and a text column for each of `columns`.

    The file has `rows` of them (not counting blank lines); `rejects` are the lines that are not in
    `frame`. A name that is twice in the header has " (2)" after it the second time, and is in
    `doubled`.
    """

    path: Path
    profile: CsvProfile
    columns: tuple[str, ...]
    doubled: frozenset[str]
    frame: pl.LazyFrame
    rows: int
    rejects: Rejects
    line_of: Lines
    has_empty_texts: bool
    """Whether a missing value may be an empty text; otherwise it is null."""
    notes: tuple[str, ...] = ()
    """Sentences for people: which lines were not read as they appear, and how they were."""
    read_strict: Callable[[], TableFile] | None = None
    """Reads the file again line by line. If it is set, ROW is null for a line that may have other
    fields than it appears to have; without a null ROW every line is as it appears."""


@dataclass(frozen=True)
class Headers:
    """The names of the fields of a line, by the number of its fields."""

    by_count: dict[int, tuple[str, ...]]
    line: int
    """The last line of the file's own header; 0 if it has none."""
    doubled: frozenset[str] = frozenset()

    @property
    def columns(self) -> tuple[str, ...]:
        """All names, each once, in the order of the first list that has it."""
        return tuple(dict.fromkeys(name for names in self.by_count.values() for name in names))


def open_table_file(
    path: Path,
    work: Path,
    *,
    delimiter: str | None = None,
    headers: Sequence[Sequence[str]] = (),
    has_header: bool = True,
    optimistic: bool = False,
) -> TableFile:
    """Inspect a file and return a scan of it; `work` is an empty folder for a converted copy.

    `optimistic` leaves it to the caller to find lines of another shape when reading the scan (see
    `read_strict`): for large files whose last column is never empty.

    `headers` replace the file's own header: lists of names of different lengths, of which each
    line takes the one that fits its number of fields; required if `has_header` is false. UserError
    if the file cannot be read as text.
    """
    is_optimistic = optimistic and has_header and not headers
    found = sniff(path, delimiter, counts_records=is_optimistic)
    head = _headers(path, found, headers, has_header=has_header)
    text, as_utf8 = path, found
    if found.encoding not in {"utf-8", "utf-8-sig"}:
        text = work / "text"
        as_utf8 = replace(found, encoding="utf-8", lines=_to_utf8(path, found, text))

    @cache
    def read_strict() -> TableFile:
        # Without a header only a value's position says what it is.
        may_be_short = has_header and not optimistic
        table = _by_polars(text, as_utf8, head, work, may_be_short=may_be_short) or _by_record(
            path, found, head, work, may_be_short=may_be_short
        )
        notes = tuple(f"{path.name}, {note}" for note in table.notes)
        return replace(table, path=path, profile=found, notes=notes)

    if is_optimistic:
        table = _optimistic_scan(text, as_utf8, head, read_strict)
        if table is not None:
            return replace(table, path=path, profile=found)
    return read_strict()


def _headers(
    path: Path, found: CsvProfile, given: Sequence[Sequence[str]], *, has_header: bool
) -> Headers:
    line = 0
    if has_header:
        first = next(iter(records(path, found)), None)
        if not isinstance(first, Record):
            why = first.why if first else "the file is empty"
            raise UserError(f"{path}: the header cannot be read: {why}.")
        if len(first.fields) > _MOST_COLUMNS:
            raise UserError(
                f"{path}: there are {len(first.fields):,} columns, more than {_MOST_COLUMNS:,}."
            )
        line = first.line + sum(_line_ends(name) for name in first.fields)
        if not given:
            names, doubled = _named(first.fields)
            return Headers({len(names): names}, line, doubled)
    by_count = {len(names): _named(names)[0] for names in given}
    return Headers(by_count, line)


def _to_utf8(path: Path, found: CsvProfile, text: Path) -> int:
    """Write the text as UTF-8, its lines unchanged; return how many lines there are."""
    lines, last = 0, "\n"
    with (
        path.open(encoding=found.encoding, newline="") as source,
        text.open("w", encoding="utf-8", newline="") as copy,
    ):
        try:
            while chunk := source.read(_CHARACTERS):
                copy.write(chunk)
                lines += chunk.count("\n")
                last = chunk
        except UnicodeDecodeError as error:
            raise UserError(
                f"{path}, after line {lines + 1}: this is not {found.encoding.upper()} text "
                f"({error.reason}). Save the file as CSV UTF-8."
            ) from None
    return lines + (not last.endswith("\n"))


def _line_ends(text: str) -> int:
    return len(re.findall(r"\r\n|\r|\n", text))


def _named(fields: Sequence[str]) -> tuple[tuple[str, ...], frozenset[str]]:
    """Return unique column names: trimmed, "column 3" for an empty one, "X (2)" for a repeat."""
    names: list[str] = []
    doubled: set[str] = set()
    for place, text in enumerate(fields, 1):
        name = " ".join(text.split()) or f"column {place}"
        if name in names:
            doubled.add(name)
            count = 2
            while f"{name} ({count})" in names:
                count += 1
            name = f"{name} ({count})"
        names.append(name)
    return tuple(names), frozenset(doubled)


def _optimistic_scan(
    path: Path, found: CsvProfile, head: Headers, read_strict: Callable[[], TableFile]
) -> TableFile | None:
    """Return a polars scan if the file appears simple, as far as is known without reading it."""
    names = head.columns
    if found.records is None or found.records < 2 or found.skip or head.line != 1:
        return None
    # As many delimiters as there should be: if no line has too few, then none has too many either.
    if found.delimiters != found.records * (len(names) - 1):
        return None
    frame = _scan(path, found, head.line, names, cut_long_lines=True)
    # polars pads a line that has too few fields: then the last is null.
    row = pl.when(pl.col(names[-1]).is_not_null()).then(ROW)
    rows = found.records - 1

    def line_of(rows: Sequence[int]) -> list[int]:
        if found.records == found.lines:
            return [row + 2 for row in rows]
        return read_strict().line_of(rows)

    return TableFile(
        path=path,
        profile=found,
        columns=names,
        doubled=head.doubled,
        frame=frame.with_columns(row.alias(ROW)),
        rows=rows,
        rejects=NOTHING,
        line_of=line_of,
        has_empty_texts=found.has_quotes,
        read_strict=read_strict,
    )


def _scan(
    path: Path, found: CsvProfile, skip: int, names: Sequence[str], *, cut_long_lines: bool
) -> pl.LazyFrame:
    return pl.scan_csv(
        path,
        has_header=False,
        schema=dict.fromkeys(names, pl.String),
        separator=found.delimiter,
        skip_lines=skip,
        row_index_name=ROW,
        truncate_ragged_lines=cut_long_lines,
        glob=False,
    )


def _by_polars(
    path: Path, found: CsvProfile, head: Headers, work: Path, *, may_be_short: bool
) -> TableFile | None:
    """Read with polars; None if only the strict reader can read the file."""
    has_lines = found.lines > max(head.line, 1)
    if found.has_nul or not has_lines or len(found.delimiter.encode()) != 1:
        return None
    counts = list(head.by_count)
    checked = record_lines(path, found, head.line, counts, work, may_be_short=may_be_short)
    if checked is None:
        return None
    fields, lines = checked
    names = head.by_count[fields]
    extra = [f"\0{number}" for number in range(lines.extra)]  # polars counts by the first record
    frame = _scan(
        lines.copy or path,
        found,
        0 if lines.copy else head.line,
        [*names, *extra],
        cut_long_lines=bool(lines.odd) or lines.padded_rows > 0,
    )
    if extra:
        frame = frame.drop(extra)
    if lines.odd:
        odd = pl.Series(lines.odd, dtype=pl.UInt32)
        frame = frame.filter(~pl.col(ROW).is_in(odd.implode()))
    return TableFile(
        path=path,
        profile=found,
        columns=names,
        doubled=head.doubled,
        frame=frame,
        rows=lines.rows,
        rejects=lines.rejects,
        line_of=lines.line_of,
        has_empty_texts=found.has_quotes,
        notes=(
            *_of_suspect_values(lines.suspect_values),
            *_of_padded(lines.padded, lines.padded_rows),
        ),
    )


_LINES_NAMED = 5


class _Odd:
    """Lines that were not read as they appear: how many, and the first of them."""

    def __init__(self) -> None:
        self.count = 0
        self.first: list[int] = []

    def add(self, line: int) -> None:
        """Add the number of one line."""
        self.count += 1
        if self.count <= _LINES_NAMED:
            self.first.append(line)


def _lines_named(lines: Sequence[int], count: int) -> str:
    """Return the names of lines: "line 4", "lines 4, 9 and 12 more"."""
    more = f" and {count - len(lines):,} more" if count > len(lines) else ""
    return f"{word_for(count, 'line')} {', '.join(f'{line:,}' for line in lines)}{more}"


def _of_suspect_values(found: SuspectValues) -> tuple[str, ...]:
    """Return a note of the quoted values that may hold rows: where, and how many lines each."""
    if not found.count:
        return ()
    spans = f"{'' if found.count == 1 else 'up to '}{found.most_lines:,} lines"
    note = (
        f"{_lines_named(found.first, found.count)}: a quoted value spans {spans} that may be rows. "
        "It was read as one value. Check these lines in the file: if they are rows, remove the "
        "quotation marks and read the file again."
    )
    return (note,)


def _of_padded(lines: Sequence[int], count: int) -> tuple[str, ...]:
    if not count:
        return ()
    note = (
        f"{_lines_named(lines, count)}: there are fewer fields than columns, or more empty ones. "
        "The missing last columns were read as empty."
    )
    return (note,)


@dataclass
class _Rewritten:
    """Writes records into Parquet files that polars can scan."""

    folder: Path
    columns: tuple[str, ...]
    rows: int = 0
    files: list[Path] = field(default_factory=list)
    batch: list[list[str]] = field(default_factory=list)
    offsets: LineOffsets = field(default_factory=LineOffsets)
    """How many more lines than rows there were before a row."""
    next_line: int = -1

    def add(self, line: int, values: list[str]) -> None:
        """Add one record."""
        if line != self.next_line:
            self.offsets.add(self.rows, line - self.rows)
        self.next_line = line + 1
        self.rows += 1
        self.batch.append(values)
        if len(self.batch) == _BATCH:
            self.write()

    def write(self) -> None:
        """Write the records added since the last file."""
        path = self.folder / f"{len(self.files)}.parquet"
        schema = dict.fromkeys(self.columns, pl.String)
        pl.DataFrame(self.batch, schema=schema, orient="row").write_parquet(path, compression="lz4")
        self.files.append(path)
        self.batch.clear()

    def line_of(self, rows: Sequence[int]) -> list[int]:
        """Return the line on which each row began."""
        return [row + self.offsets.at(row) for row in rows]


def _by_record(
    path: Path, found: CsvProfile, head: Headers, work: Path, *, may_be_short: bool
) -> TableFile:
    """Read record by record, into files that polars can scan."""
    columns = head.columns
    positions = {
        count: [names.index(name) if name in names else -1 for name in columns]
        for count, names in head.by_count.items()
    }
    rewritten = _Rewritten(work, columns)
    collector = RejectCollector(work)
    stray, padded = _Odd(), _Odd()
    most_swallowed = 0
    suspect_values = SuspectValues()
    for record in padded_records(path, found, list(head.by_count), may_be_short=may_be_short):
        if record.line <= head.line:
            continue
        if isinstance(record, Damaged):
            collector.add(record.line, record.why, record.text)
            continue
        if record.may_hold:
            suspect_values.add(record.line, record.may_hold)
        if record.is_padded:
            padded.add(record.line)
        if record.has_stray_mark:
            stray.add(record.line)
            most_swallowed = max(most_swallowed, record.swallowed)
        fields = record.fields
        is_complete = len(positions) == 1
        values = (
            fields if is_complete else [fields[p] if p >= 0 else "" for p in positions[len(fields)]]
        )
        rewritten.add(record.line, values)
    rewritten.write()
    return TableFile(
        path=path,
        profile=found,
        columns=columns,
        doubled=head.doubled,
        frame=pl.scan_parquet(rewritten.files, row_index_name=ROW, glob=False),
        rows=rewritten.rows,
        rejects=collector.all(),
        line_of=rewritten.line_of,
        has_empty_texts=True,
        notes=(
            *_of_marks(stray, most_swallowed),
            *_of_suspect_values(suspect_values),
            *_of_padded(padded.first, padded.count),
        ),
    )


def _of_marks(stray: _Odd, most: int) -> tuple[str, ...]:
    if not stray.count:
        return ()
    rows = "the line below, which is a row" if most == 1 else f"up to {most:,} other rows"
    enclosed = f" (it would enclose {rows})" if most else ""
    note = (
        f"{_lines_named(stray.first, stray.count)}: a quotation mark does not enclose a value"
        f"{enclosed}. It was read as part of the value."
    )
    return (note,)
