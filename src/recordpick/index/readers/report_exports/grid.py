"""One table of an export: its header, the lines above it, and its rows as text.

An export may begin with a banner (its name, when it was run), and an EMIS report has a row above
the header that names groups of columns. Blank rows are kept: after one it is not
certain whose a row without a patient is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import polars as pl

from recordpick.csvio.rejects import NOTHING, REJECT_COLUMNS, ROW, Rejects
from recordpick.csvio.scan import open_table_file
from recordpick.csvio.sniff import CsvProfile, Record, records, sniff, text_lines
from recordpick.header_row import HEADER_WITHIN, find_header_row
from recordpick.index.readers.report_exports import vocabulary
from recordpick.index.values import trimmed
from recordpick.spreadsheets import SPREADSHEETS, check_what_it_is, read_sheets_with_merged

LINE = "__line"


@dataclass(frozen=True)
class Body:
    """The rows below a header: `frame` has ROW, LINE and a text column for each place ("0", "1",
    …).

    Texts are trimmed; empty ones are null. `rejected` are the rows that the file scan rejected.
    """

    frame: pl.DataFrame
    rejected: Rejects = NOTHING
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Grid:
    """A header and its place, the rows above it, and a function that reads the rows below."""

    path: Path
    sheet: str
    above: tuple[tuple[str, ...], ...]
    groups: tuple[str, ...]
    """The name of the group above each column; empty if there is no such row."""
    header: tuple[str, ...]
    line: int
    read: Callable[[Path], Body]
    """Reads the rows; takes an empty folder for temporary copies."""
    merged: tuple[tuple[int, int, int, int], ...] = ()
    """Merged cells below the header: first and last line, first and last place."""

    @property
    def place(self) -> str:
        """Where the header is, for messages: path, sheet and line."""
        sheet = f', sheet "{self.sheet}"' if self.sheet else ""
        return f"{self.path}{sheet}, line {self.line}"

    @property
    def name(self) -> str:
        """The file's name, with its sheet where several are read."""
        return f"{self.path.name} ({self.sheet})" if self.sheet else self.path.name


@dataclass
class _Head:
    """The first rows of a table with the line of each, while its header is looked for."""

    lines: list[int] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)


def open_grids(path: Path) -> tuple[list[Grid], tuple[str, ...]]:
    """Return the tables of a file that have a header with patients, and notes on other sheets.

    UserError where the file cannot be read at all.
    """
    if path.suffix.lower() in SPREADSHEETS:
        return _of_workbook(path)
    check_what_it_is(path)
    found = sniff(path)
    head = _Head()
    for entry in islice(records(path, found), HEADER_WITHIN):
        if isinstance(entry, Record):
            head.lines.append(entry.line)
            head.rows.append(entry.fields)
    header = find_header_row(head.rows, _known_columns, len)
    if header is None:
        return [], ()
    place, _ = header
    line = head.lines[place]
    return [_grid(path, "", head, place, lambda work: _body_of_text(path, found, line, work))], ()


def _known_columns(row: Sequence[str]) -> list[str] | None:
    """Return the known column names of a row; None where none of them is a patient's."""
    names = [vocabulary.plain(vocabulary.bare_name(name)) for name in row]
    return [name for name in names if _is_known(name)] if _names_patient(names) else None


def _names_patient(names: Sequence[str]) -> bool:
    roles = {role for role, known in vocabulary.identity().items() if {*known} & {*names}}
    return bool(roles & {"number", "nhs_number"}) or (
        "date_of_birth" in roles and bool(roles & {"full_name", "family_name"})
    )


def _is_known(name: str) -> bool:
    if not name:
        return False
    if name in vocabulary.detail_names() or name in vocabulary.patient_count_names():
        return True
    if any(name in names for names in vocabulary.identity().values()):
        return True
    short = vocabulary.without_number(name)
    return any(kind.knows(name) or kind.knows(short) for kind in vocabulary.kinds().values())


def _grid(path: Path, sheet: str, head: _Head, place: int, read: Callable[[Path], Body]) -> Grid:
    header = [" ".join(name.split()) for name in head.rows[place]]
    while header and not header[-1]:
        header.pop()
    above = head.rows[:place]
    groups: tuple[str, ...] = ()
    if above and _is_group_row(above[-1]):
        groups = _spread(above[-1], len(header))
        above = above[:-1]
    kept = tuple(tuple(row) for row in above if any(map(str.strip, row)))
    return Grid(path, sheet, kept, groups, tuple(header), head.lines[place], read)


def _is_group_row(row: Sequence[str]) -> bool:
    first = next((cell for cell in row if cell.strip()), "")
    return bool(row and row[0].strip()) and vocabulary.is_patient_group(first)


def _spread(row: Sequence[str], width: int) -> tuple[str, ...]:
    """Return the name above each column: a name applies until the next one."""
    names: list[str] = []
    for place in range(width):
        cell = " ".join(row[place].split()) if place < len(row) else ""
        names.append(cell or (names[-1] if names else ""))
    return tuple(names)


def _body_of_text(path: Path, found: CsvProfile, line: int, work: Path) -> Body:
    """Read a text file from its header on: lines above become blank, to keep line numbers."""
    copy = path
    if line > 1:
        copy = work / path.name
        with copy.open("w", encoding="utf-8", newline="") as file:
            for number, text in enumerate(text_lines(path, found), 1):
                file.write("\n" if number < line else text)
    own = work / "rows"
    own.mkdir()
    table = open_table_file(copy, own, delimiter=found.delimiter)
    rows = table.frame.collect()
    rejected = Rejects.of(
        pl.concat([pl.DataFrame(schema=REJECT_COLUMNS), *table.rejects.batches()])
    )
    lines = table.line_of(rows[ROW].to_list())
    named = {name: str(place) for place, name in enumerate(table.columns)}
    texts = [trimmed(pl.col(name)).alias(place) for name, place in named.items()]
    frame = rows.select(
        pl.int_range(pl.len(), dtype=pl.UInt32).alias(ROW),
        pl.Series(LINE, lines, pl.Int64),
        *texts,
    )
    notes = tuple(note for note in table.notes if "fewer fields than columns" not in note)
    return Body(_with_blank_rows(frame, _ends_of(rows, lines)), rejected, notes)


def _ends_of(rows: pl.DataFrame, lines: Sequence[int]) -> pl.Series:
    """Return the line on which each row ends: a value may span several."""
    breaks = [
        pl.col(name).str.count_matches("\r\n|\r|\n").fill_null(0)
        for name in rows.columns
        if name != ROW
    ]
    return pl.Series(lines, dtype=pl.Int64) + rows.select(pl.sum_horizontal(breaks)).to_series()


def _with_blank_rows(frame: pl.DataFrame, ends: pl.Series) -> pl.DataFrame:
    """Return the rows, with a blank row where lines of the file between two of them have none."""
    gaps = frame.select(after=pl.col(LINE).shift(-1) - 1, end=ends).filter(
        pl.col("after") > pl.col("end")
    )
    if gaps.is_empty():
        return frame
    blank = gaps.select(pl.col("after").alias(LINE))
    both = pl.concat([frame.drop(ROW), blank], how="diagonal").sort(LINE)
    return both.with_row_index(ROW)


def _of_workbook(path: Path) -> tuple[list[Grid], tuple[str, ...]]:
    sheets = read_sheets_with_merged(path)
    grids: list[Grid] = []
    others: list[str] = []
    for name, sheet in sheets.items():
        header = find_header_row(sheet.rows, _known_columns, len)
        if header is None or len(sheet.rows) == header[0] + 1:
            others.append(name)
            continue
        place, _ = header
        head = _Head(list(range(1, len(sheet.rows) + 1)), sheet.rows)
        rows, merged = sheet.rows[place + 1 :], sheet.merged
        grid = _grid(path, name, head, place, _reader_of(rows, place + 2))
        grids.append(
            Grid(
                path,
                name if len(sheets) > 1 else "",
                grid.above,
                grid.groups,
                grid.header,
                grid.line,
                grid.read,
                tuple(one for one in merged if one[0] > place + 1),
            )
        )
    if not grids or not others:
        return grids, ()
    named = ", ".join(f'"{name}"' for name in others[:10])
    return grids, (f"{path.name}: sheet {named} has no header of a report, and was not read",)


def _reader_of(rows: Sequence[Sequence[str]], first: int) -> Callable[[Path], Body]:
    def read(_: Path) -> Body:
        width = max(map(len, rows), default=0)
        padded = [[*row, *[""] * (width - len(row))] for row in rows]
        schema = {str(place): pl.String for place in range(width)}
        texts = pl.DataFrame(padded, schema=schema, orient="row")
        frame = texts.select(
            pl.int_range(pl.len(), dtype=pl.UInt32).alias(ROW),
            pl.int_range(first, first + pl.len(), dtype=pl.Int64).alias(LINE),
            *(trimmed(pl.col(name)).alias(name) for name in texts.columns),
        )
        return Body(frame)

    return read
