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
