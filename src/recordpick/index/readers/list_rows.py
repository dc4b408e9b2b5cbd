"""The rows of a list that a person exported or made (CSV or spreadsheet), with line numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from recordpick.csvio.rejects import ROW
from recordpick.csvio.row_shape import SAMPLE, RowShape, shape_of_rows
from recordpick.csvio.sniff import Record, records, sniff
from recordpick.errors import UserError
from recordpick.index.list_columns import ListColumns, find_header, plain
from recordpick.index.readers.not_patients import repeats_header, stated_count
from recordpick.index.values import trimmed
from recordpick.spreadsheets import SPREADSHEETS, check_what_it_is, read_rows, read_sheets
from recordpick.text import word_for

_MOST_ROWS = 2_000_000
_MOST_SAID = 5
_CUT = "\x1f"
_SLIPPED = "a value before the last may be missing or too many"


@dataclass(frozen=True)
class ListRows:
    """The rows of a list that are not blank, the line of each, and lines that cannot be read.

    `notes` say which parts of the file were left out, such as other sheets.
    """

    lines: list[int]
    rows: list[list[str]]
    damaged: list[tuple[int, str, str]]
    notes: tuple[str, ...] = ()
    open_marks: tuple[int, ...] = ()
    """Lines with a quotation mark that does not enclose a value, and was read as part of one."""
    is_text: bool = False
    """Whether a value's position depends on the values before it; in a workbook each has a cell."""
    suspect_values: tuple[tuple[int, int], ...] = ()
    """Lines where a quoted value, read as text, spans several lines that may be rows; how many."""


def rows_of(path: Path) -> ListRows:
    """Read the rows; UserError if the file cannot be read, or has too many for a list."""
    if path.suffix.lower() in SPREADSHEETS:
        return _of_workbook(path)
    check_what_it_is(path)
    return _of_text(path)


def _of_text(path: Path) -> ListRows:
    found = sniff(path)
    lines: list[int] = []
    rows: list[list[str]] = []
    damaged: list[tuple[int, str, str]] = []
    open_marks: list[int] = []
    suspect_values: list[tuple[int, int]] = []
    for entry in records(path, found):
        if not isinstance(entry, Record):
            damaged.append((entry.line, entry.why, entry.text))
        elif any(map(str.strip, entry.fields)):
            lines.append(entry.line)
            rows.append(entry.fields)
            open_marks += [entry.line] * entry.has_stray_mark
            suspect_values += [(entry.line, entry.may_hold)] * bool(entry.may_hold)
        if len(rows) + len(damaged) > _MOST_ROWS:
            raise UserError(
                f"{path}: more than {_MOST_ROWS:,} rows are too many for a list of patients."
            )
    return ListRows(
        lines,
        rows,
        damaged,
        is_text=True,
        open_marks=tuple(open_marks),
        suspect_values=tuple(suspect_values),
    )


def _of_workbook(path: Path) -> ListRows:
    """Read the sheet whose header names most patient columns; the first if none has any."""
    try:
        sheets = {name: _of_sheet(rows) for name, rows in read_sheets(path).items()}
    except UserError:  # all sheets together may be too large, and the first one not
        return _of_sheet(read_rows(path))
    known = {name: _known_columns(read.rows) for name, read in sheets.items()}
    best = max(known.values(), default=0)
    if not best:
        notes = (f"its sheets are {_named(list(sheets))}",) if len(sheets) > 1 else ()
        first = next(iter(sheets.values()), ListRows([], [], []))
        return ListRows(first.lines, first.rows, first.damaged, notes)
    candidates = [name for name, count in known.items() if count == best]
    if len(candidates) > 1:
        raise UserError(
            f"{path}: each of the sheets {_named(candidates)} could be the list. "
            "Keep only the right one in the file, or save it as CSV."
        )
    read, others = sheets[candidates[0]], [name for name in sheets if name != candidates[0]]
    if not others:
        return read
    note = f"sheet {_named(candidates)} was read; {_named(others)} was not"
    return ListRows(read.lines, read.rows, read.damaged, (note,))


def _of_sheet(rows: Sequence[list[str]]) -> ListRows:
    kept = [(at, row) for at, row in enumerate(rows, 1) if any(map(str.strip, row))]
    return ListRows([at for at, _ in kept], [row for _, row in kept], [])


def _known_columns(rows: Sequence[Sequence[str]]) -> int:
    """Return how many patient columns a sheet's header names; 0 if no row is below it."""
    found = find_header(rows)
    return len(found.taken) if found is not None and len(rows) > found.row + 1 else 0


def _named(sheets: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in sheets[:10])


def check_one_of_each(path: Path, line: int, columns: ListColumns) -> None:
    """Raise UserError for two columns with one name: it is unknown which of them is meant."""
    for names in columns.doubled.values():
        same = [name.strip() for name in names if plain(name) == plain(names[0])]
        if len(same) > 1:
            raise UserError(
                f"{path}, line {line}: {len(same)} columns are called {same[0]}. "
                "Remove or rename all but the right one."
            )


def body(read: ListRows, header: int) -> tuple[pl.DataFrame, list[int], list[tuple[int, str, str]]]:
    """Return the rows below the header, with its number of fields, their lines, and the rest.

    A row may lack its empty last cells, and may have empty ones beyond the header (a comma at the
    end of each line), unless the file is text and a value may be missing, or too many, before the
    last: the row would have another patient's number. The rest are rows with another number of
    fields, and repeated headers.
    """
    names = read.rows[header]
    width = len(names)
    shape = _shape(read, header)
    good: list[list[str]] = []
    lines: list[int] = []
    rest: list[tuple[int, str, str]] = []
    for line, row in zip(read.lines[header + 1 :], read.rows[header + 1 :], strict=True):
        if any(map(str.strip, row[width:])):
            rest.append((line, f"it has {len(row)} fields, the header {width}", ",".join(row)))
        elif read.is_text and len(row) != width and _may_have_slipped(row, shape):
            why = f"it has {len(row)} fields, the header {width}, and {_SLIPPED}"
            rest.append((line, why, ",".join(row)))
        elif repeats_header(row, names):
            rest.append((line, "it repeats the header", ",".join(row)))
        else:
            good.append((row + [""] * (width - len(row)))[:width])
            lines.append(line)
    schema = {str(place): pl.String for place in range(width)}
    return pl.DataFrame(good, schema=schema, orient="row").with_row_index(ROW), lines, rest


def _shape(read: ListRows, header: int) -> RowShape:
    rows = [(_CUT.join(row), row) for row in read.rows[header : header + SAMPLE]]
    return shape_of_rows(rows, _CUT, {len(read.rows[header])})


def _may_have_slipped(row: list[str], shape: RowShape) -> bool:
    """Return whether a row of several values may lack one, or have one too many, in the middle."""
    return sum(bool(cell.strip()) for cell in row) > 1 and shape.padded("", row, "") is None


def stated_counts(read: ListRows) -> list[tuple[int, int]]:
    """Return the line and the number where a list states how many patients it has."""
    found = []
    for line, row in zip(read.lines, read.rows, strict=True):
        cells = [cell for cell in row if cell.strip()]
        count = stated_count(cells) if len(cells) <= 3 else None
        if count is not None:
            found.append((line, count))
    return found


def notes_of(read: ListRows, header: int) -> list[str]:
    """Return notes on lines of a list that were not read as they appear, also above the header."""
    width = len(read.rows[header])
    below = zip(read.lines[header + 1 :], read.rows[header + 1 :], strict=True)
    above = zip(read.lines[:header], read.rows[:header], strict=True)
    most = max((count for _, count in read.suspect_values), default=0)
    spans = f"{'up to ' if len(read.suspect_values) > 1 else ''}{most:,} lines"
    found = {
        "a quotation mark does not enclose a value, and was read as part of it": [*read.open_marks],
        f"a quoted value spans {spans} that may be rows; it was read as one value": [
            line for line, _ in read.suspect_values
        ],
        "there are fewer fields than in the header, or more empty ones: "
        "the missing last columns were read as empty": [
            line for line, row in below if len(row) != width and not any(row[width:])
        ],
        "above the header, so not read as patients, but with as many fields": [
            line
            for line, row in above
            if len(row) == width and 2 * sum(bool(cell.strip()) for cell in row) > width
        ],
    }
    return [f"{_at(lines)}: {what}" for what, lines in found.items() if lines]


def _at(lines: list[int]) -> str:
    first = ", ".join(f"{line:,}" for line in lines[:_MOST_SAID])
    more = f" and {len(lines) - _MOST_SAID:,} more" if len(lines) > _MOST_SAID else ""
    return f"{word_for(len(lines), 'line')} {first}{more}"


def texts_of(columns: ListColumns) -> list[pl.Expr]:
    """Return our columns as trimmed text, from the list's columns named by their positions."""
    texts = {name: trimmed(pl.col(str(at))) for name, at in columns.taken.items()}
    if columns.address:
        parts = [trimmed(pl.col(str(at))) for at in columns.address]
        texts["address"] = pl.concat_str(parts, separator=", ", ignore_nulls=True)
    return [text.alias(name) for name, text in texts.items()]
