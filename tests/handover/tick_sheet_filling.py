"""Filling tick sheets in as staff do: by sheet and patient, whatever the columns' places."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl

HEADINGS = 5
"""The row of the headings on a criterion's sheet, as it is written."""

Filling = Mapping[tuple[str, str], Mapping[str, Any] | str]
"""By sheet and patient number: what to write under which heading; a text alone is the result."""


def fill(source: Path, out: Path, filling: Filling, phase: str | None = None) -> Path:
    book = openpyxl.load_workbook(source)
    fill_in(book, filling, phase)
    book.save(out)
    return out


def fill_in(book: Any, filling: Filling, phase: str | None = None) -> None:
    if phase is not None:
        book["Start"]["B7"] = phase
    for (sheet, patient), given in filling.items():
        row = row_of(book[sheet], patient)
        for heading, value in ({"Result": given} if isinstance(given, str) else given).items():
            book[sheet].cell(row, column_of(book[sheet], heading)).value = value


def as_read(book: Any) -> dict[str, list[list[str]]]:
    """Give the rows as `sheets.read_sheets` does, without writing a file and reading it."""
    return {
        sheet.title: [
            ["" if value is None else str(value) for value in row]
            for row in sheet.iter_rows(values_only=True)
        ]
        for sheet in book
    }


def column_of(sheet: Any, heading: str) -> int:
    return next(cell.column for cell in sheet[HEADINGS] if cell.value == heading)


def row_of(sheet: Any, patient: str) -> int:
    column = column_of(sheet, "Patient no.")
    return next(row for row in range(HEADINGS + 1, 200) if sheet.cell(row, column).value == patient)


LINES_TOP = 4
"""The row of the headings on the sheet Lines of the practice's own workbook."""


def fill_in_lines(book: Any, filling: Filling) -> None:
    """Fill in the workbook by record: `filling` by criterion (or Random) and patient number."""
    sheet = book["Lines"]
    columns = {cell.value: cell.column for cell in sheet[LINES_TOP]}
    identity = [columns[name] for name in ("Criterion", "Patient no.")]
    rows = {
        tuple(sheet.cell(row, column).value for column in identity): row
        for row in range(LINES_TOP + 1, sheet.max_row + 1)
    }
    for key, given in filling.items():
        for heading, value in ({"Result": given} if isinstance(given, str) else given).items():
            sheet.cell(rows[key], columns[heading]).value = value


def lines_of(book: Any) -> list[dict[str, Any]]:
    """Give the rows of the sheet Lines, by heading."""
    rows = list(book["Lines"].iter_rows(min_row=LINES_TOP, values_only=True))
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
