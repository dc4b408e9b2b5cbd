"""How people name the columns of a list of criteria, and finding the row that names them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from recordpick.criteria.csv_text import Row

Field = Literal["id", "area", "title", "find", "compare", "records"]

LOOKED_AT = 40
"""Among how many rows from the top the header is looked for."""

_NAMES: dict[Field, tuple[str, ...]] = {
    "id": (
        *("id", "criterion id", "criteria id", "test id", "criterion ref", "criteria ref"),
        *("criterion reference", "criteria reference", "test ref", "test reference"),
        *("reference", "ref", "ref no", "reference number", "no", "criterion number", "test no"),
        *("criterion no", "test number", "criterion", "test"),
    ),
    "records": (
        *("how many", "how many records", "records", "number of records", "no of records"),
        *("records wanted", "records required", "number of patients", "sample size", "sample"),
        *("quantity", "count", "patients", "number"),
    ),
    "area": ("area", "section", "category", "domain", "module", "topic", "group"),
    "compare": (
        *("what to compare", "compare", "what to check", "checks", "check", "points to check"),
        *("comparison", "what to look at", "verify", "expected"),
    ),
    "find": (
        *("what to find", "find", "patients to find", "what to look for", "description"),
        *("definition", "search", "scenario", "criteria", "test criteria", "details"),
    ),
    "title": ("title", "name", "short title", "test name", "criterion title", "criterion", "test"),
}
"""Names by field, the surest first. Fields are looked for in this order, each column once."""

_META = {
    "title": "title",
    "pack": "title",
    "pack title": "title",
    "supplier": "supplier",
    "version": "version",
    "records per criterion": "records per criterion",
    "random records": "random records",
}


@dataclass(frozen=True, slots=True)
class Header:
    """Where the header row is (its place among the rows), and the column of each field."""

    place: int
    columns: dict[Field, int]

    def cell(self, cells: Sequence[str], field: Field) -> str:
        """Give a row's cell of a field, "" if it has none."""
        column = self.columns.get(field)
        return cells[column] if column is not None and column < len(cells) else ""


def find_header(rows: Sequence[Row]) -> Header | None:
    """Give the row that names the most fields, among them what to find or a title; else None."""
    best: Header | None = None
    for place, (_, cells) in enumerate(rows[:LOOKED_AT]):
        columns = _columns(cells)
        tells = "find" in columns or "title" in columns
        if tells and len(columns) >= 2 and (best is None or len(columns) > len(best.columns)):
            best = Header(place, columns)
    return best


def meta_of(cells: Sequence[str]) -> tuple[str, str] | None:
    """Give what a row above the header tells of the pack, such as its version."""
    filled = [cell for cell in cells if cell]
    if len(filled) == 1 and ":" in filled[0]:
        filled = [part.strip() for part in filled[0].split(":", 1)]
    if len(filled) != 2 or not filled[1]:
        return None
    key = _META.get(_plain(filled[0]))
    return (key, filled[1]) if key else None


def _columns(cells: Sequence[str]) -> dict[Field, int]:
    names = [_plain(cell) for cell in cells]
    columns: dict[Field, int] = {}
    for field, known in _NAMES.items():
        for name in known:
            places = [
                place
                for place, cell in enumerate(names)
                if cell == name and place not in columns.values()
            ]
            if places:
                columns[field] = places[0]
                break
    return columns


def _plain(cell: str) -> str:
    """A column's name without capitals, signs and doubled spaces; what brackets add is left out."""
    return " ".join(re.sub(r"[^a-z0-9]+", " ", re.sub(r"\(.*?\)", " ", cell.casefold())).split())
