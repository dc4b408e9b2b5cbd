"""The rows of a list that people exported or made: CSV or spreadsheet, with the line of each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from recordpick.delimited import Record, look, records
from recordpick.errors import UserError
from recordpick.index.list_columns import ListColumns, plain
from recordpick.index.parts import ROW
from recordpick.index.values import trimmed
from recordpick.sheets import SPREADSHEETS, read_rows

_MOST_ROWS = 2_000_000


@dataclass(frozen=True)
class ListRows:
    """The rows of a list that are not blank, the line of each, and lines that are no rows."""

    lines: list[int]
    rows: list[list[str]]
    damaged: list[tuple[int, str, str]]


def rows_of(path: Path) -> ListRows:
    """Read the rows; UserError where the file cannot be read, or has too many for a list."""
    return _of_sheet(path) if path.suffix.lower() in SPREADSHEETS else _of_text(path)


def _of_text(path: Path) -> ListRows:
    found = look(path)
    lines: list[int] = []
    rows: list[list[str]] = []
    damaged: list[tuple[int, str, str]] = []
    for entry in records(path, found):
        if not isinstance(entry, Record):
            damaged.append((entry.line, entry.why, entry.text))
        elif any(map(str.strip, entry.fields)):
            lines.append(entry.line)
            rows.append(entry.fields)
        if len(rows) + len(damaged) > _MOST_ROWS:
            raise UserError(f"{path}: more than {_MOST_ROWS:,} rows are no list of patients.")
    return ListRows(lines, rows, damaged)


def _of_sheet(path: Path) -> ListRows:
    kept = [(at, row) for at, row in enumerate(read_rows(path), 1) if any(map(str.strip, row))]
    return ListRows([at for at, _ in kept], [row for _, row in kept], [])


def check_one_of_each(path: Path, line: int, columns: ListColumns) -> None:
    """Refuse two columns of one name: nothing tells which of them is meant."""
    for names in columns.doubled.values():
        same = [name.strip() for name in names if plain(name) == plain(names[0])]
        if len(same) > 1:
            raise UserError(
                f"{path}, line {line}: {len(same)} columns are called {same[0]}. "
                "Take out, or rename, all but the right one."
            )


def body(read: ListRows, header: int) -> tuple[pl.DataFrame, list[int], list[tuple[int, str, str]]]:
    """Give the rows below the header that have its number of fields, their lines, and the rest."""
    width = len(read.rows[header])
    good: list[list[str]] = []
    lines: list[int] = []
    away: list[tuple[int, str, str]] = []
    for line, row in zip(read.lines[header + 1 :], read.rows[header + 1 :], strict=True):
        if len(row) == width:
            good.append(row)
            lines.append(line)
        else:
            away.append((line, f"it has {len(row)} fields, the header {width}", ",".join(row)))
    schema = {str(place): pl.String for place in range(width)}
    return pl.DataFrame(good, schema=schema, orient="row").with_row_index(ROW), lines, away


def texts_of(columns: ListColumns) -> list[pl.Expr]:
    """Give our columns as trimmed text, of the list's columns named by their places."""
    texts = {name: trimmed(pl.col(str(at))) for name, at in columns.taken.items()}
    if columns.address:
        parts = [trimmed(pl.col(str(at))) for at in columns.address]
        texts["address"] = pl.concat_str(parts, separator=", ", ignore_nulls=True)
    return [text.alias(name) for name, text in texts.items()]
