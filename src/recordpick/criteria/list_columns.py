"""Which column of a list of criteria is which, and finding the row that names them.

The names are data (`criteria_list_columns.toml`). A column that is not used is named, so that
nobody believes what was never read.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Literal

from recordpick.criteria.how_many import how_many
from recordpick.criteria.problems import listed, shown
from recordpick.criteria.toml_values import ID
from recordpick.csvio.records import Row
from recordpick.header_row import find_header_row
from recordpick.resources import data_file

Field = Literal["id", "area", "title", "find", "compare", "records"]

WORDS_AT_MOST = 8
"""A cell with more words is prose, and not the name of a column."""
NOTES = "notes of recordpick"
"""Above the header of a list that recordpick wrote: what it did not use or understand."""

_META = {
    "title": "title",
    "pack": "title",
    "pack title": "title",
    "supplier": "supplier",
    "version": "version",
    "records per criterion": "records per criterion",
    "random records": "random records",
    NOTES: NOTES,
}


_TOTAL = re.compile(
    r"(?:grand |sub ?|overall )?totals?"
    r"(?: (?:number )?(?:of )?(?:records|patients|criteria|tests))?(?: [0-9]+)?"
)


def column_number(column: int) -> str:
    """Return the number of a column, counted from 0, as people count."""
    return str(column + 1)


@dataclass(frozen=True, slots=True)
class Header:
    """Where the header row is (its place among the rows), and the columns of each field.

    Only `compare` can have several columns, in the order of the list. `unused` names the columns
    that hold something and are not used.
    """

    place: int
    columns: dict[Field, tuple[int, ...]]
    unused: tuple[str, ...] = ()

    def cell(self, cells: Sequence[str], field: Field) -> str:
        """Return a row's cell of a field, "" if it has none; several are parted by line ends."""
        there = [cells[column] for column in self.columns.get(field, ()) if column < len(cells)]
        return "\n".join(cell for cell in there if cell)


def find_header(
    rows: Sequence[Row], column_name: Callable[[int], str] = column_number
) -> Header | None:
    """Return the row that names the most fields, among them what to find or a title; else None.

    Names that are known count first; only where no row has them are names looked for by words, and
    only where no row names two fields is one that names what to find alone the header.
    """
    cells = [row for _, row in rows]
    for by_words, fewest in ((False, 2), (True, 2), (False, 1)):
        columns_of = partial(_header_columns, by_words=by_words, fewest=fewest)
        found = find_header_row(cells, columns_of, len)
        if found is not None:
            return _settled(found[0], rows, column_name)
    return None


def _header_columns(
    names: Sequence[str], *, by_words: bool, fewest: int
) -> dict[Field, tuple[int, ...]] | None:
    """Return the columns that a row names; None if too few, or none of them says what to find.

    A name that may be an id's, such as "Criterion", is what to find where nothing else is.
    """
    for sure_ids_only in (False, True):
        columns = _columns(names, by_words=by_words, sure_ids_only=sure_ids_only)
        says_what = "find" in columns or ("title" in columns and fewest > 1)
        if says_what and len(columns) >= fewest:
            return columns
    return None


def is_total(cells: Sequence[str]) -> bool:
    """Return whether a row says "Total", and nothing else but numbers: it is no criterion."""
    filled = [cell for cell in cells if cell]
    words = [cell for cell in filled if not re.fullmatch(r"[0-9][0-9.,]*", cell)]
    return len(words) == 1 and _TOTAL.fullmatch(_plain(words[0])) is not None


def meta_of(cells: Sequence[str]) -> tuple[str, str] | None:
    """Return what a row above the header says of the pack, such as its version."""
    filled = [cell for cell in cells if cell]
    if len(filled) == 1 and ":" in filled[0]:
        filled = [part.strip() for part in filled[0].split(":", 1)]
    if len(filled) != 2 or not filled[1]:
        return None
    key = _META.get(_plain(filled[0]))
    return (key, filled[1]) if key else None


def is_empty_meta(cells: Sequence[str]) -> bool:
    """Return whether a row above the header names something of the pack, and says nothing."""
    filled = [cell for cell in cells if cell]
    return len(filled) == 1 and _plain(filled[0]) in _META


def _settled(place: int, rows: Sequence[Row], column_name: Callable[[int], str]) -> Header:
    """Return the header with its columns, held against what stands below it."""
    names = rows[place][1]
    body = [cells for _, cells in rows[place + 1 :] if cells != names]
    criteria = [cells for cells in body if sum(map(bool, cells)) > 1]  # the others are headings
    columns = _columns(names, by_words=True, body=criteria)
    used = {column for places in columns.values() for column in places}
    unused = [
        f'"{shown(name)}"' if name else f"column {column_name(column)}, which has no name"
        for column, name in enumerate(names)
        if column not in used and (name or any(_cells(body, column)))
    ]
    return Header(place, columns, tuple(unused))


def unused_in_words(header: Header) -> str:
    """Return a sentence on the columns that are not used; "" if all are."""
    if not header.unused:
        return ""
    if len(header.unused) == 1:
        return f"A column is not used: {header.unused[0]}."
    return f"{len(header.unused)} columns are not used: {listed(header.unused, last='and')}."


def _columns(
    cells: Sequence[str],
    *,
    by_words: bool,
    body: Sequence[Sequence[str]] | None = None,
    sure_ids_only: bool = False,
) -> dict[Field, tuple[int, ...]]:
    """Return the columns of each field by their names; `body` are the rows below, if known."""
    names = [_plain(cell) for cell in cells]
    said = _said()
    columns: dict[Field, tuple[int, ...]] = {}
    free = {place for place, name in enumerate(names) if name}
    for field, known in said["names"].items():
        places = [place for name in known for place in sorted(free) if names[place] == name]
        if field == "id" and (body or sure_ids_only):
            unsure = set(said["ambiguous"]["id"])
            below = body or ()
            places = [one for one in places if names[one] not in unsure or _holds_ids(below, one)]
            places = [one for one in places if not _holds_counts(names[one], below, one)]
        if places:
            columns[field] = tuple(sorted(places)) if field == "compare" else (places[0],)
            free -= set(columns[field])
    if by_words:
        _add_by_words(columns, names, free)
    return columns if body is None else _with_counts(_with_id(columns, names, body), body)


def _add_by_words(
    columns: dict[Field, tuple[int, ...]], names: Sequence[str], free: set[int]
) -> None:
    said = _said()
    for field, phrases in said["words"].items():
        never = {*said["never"]["words"], *said["never"].get(field, ())}
        fitting = [
            place
            for phrase in phrases
            for place in sorted(free)
            if f" {phrase} " in f" {names[place]} "
            and len(names[place].split()) <= WORDS_AT_MOST
            and not never & set(names[place].split())
        ]
        if field == "compare" and fitting:
            columns[field] = tuple(sorted({*columns.get(field, ()), *fitting}))
        elif fitting and field not in columns:
            columns[field] = (fitting[0],)
        free -= set(columns.get(field, ()))


def _with_id(
    columns: dict[Field, tuple[int, ...]], names: Sequence[str], body: Sequence[Sequence[str]]
) -> dict[Field, tuple[int, ...]]:
    """Return the columns with an id: a column "number" counts criteria if no other names them."""
    if "id" in columns:
        return columns
    unsure = _said()["ambiguous"]["id_of_records"]
    others = {place for field, places in columns.items() if field != "records" for place in places}
    for place, name in enumerate(names):
        if name in unsure and place not in others and _holds_ids(body, place):
            kept = {field: places for field, places in columns.items() if place not in places}
            kept["id"] = (place,)
            return kept
    return columns


def _with_counts(
    columns: dict[Field, tuple[int, ...]], body: Sequence[Sequence[str]]
) -> dict[Field, tuple[int, ...]]:
    """Return the columns with how many: a column "Patients to check" of numbers is no text."""
    compare = columns.get("compare", ())
    counts = [place for place in compare if _holds_numbers(body, place)]
    if "records" in columns or not counts or len(counts) == len(compare) == 1:
        return columns
    others = tuple(place for place in compare if place != counts[0])
    return {**columns, "compare": others, "records": (counts[0],)}


def _holds_numbers(body: Sequence[Sequence[str]], column: int) -> bool:
    cells = [cell for cell in _cells(body, column) if cell]
    return bool(cells) and all(how_many(cell) is not None for cell in cells)


def _holds_ids(body: Sequence[Sequence[str]], column: int) -> bool:
    """Return whether a column holds references: without blanks, and numbered or all different."""
    cells = [cell for cell in _cells(body, column) if cell]
    numbered = all(re.search("[0-9]", cell) for cell in cells) or len(set(cells)) == len(cells)
    return bool(cells) and numbered and all(map(ID.fullmatch, cells))


def _holds_counts(name: str, body: Sequence[Sequence[str]], column: int) -> bool:
    """Return whether a column "No." holds how many: numbers of which some come again."""
    if name not in _said()["ambiguous"]["id_or_records"]:
        return False
    cells = [cell for cell in _cells(body, column) if cell]
    numbers = [how_many(cell) for cell in cells if cell]
    return None not in numbers and len(set(cells)) < len(cells)


def _cells(body: Sequence[Sequence[str]], column: int) -> list[str]:
    return [cells[column] for cells in body if column < len(cells)]


def _plain(cell: str) -> str:
    """A column's name without capitals, signs and doubled spaces; what brackets add is left out."""
    text = re.sub(r"\(.*?\)", " ", cell.casefold()).replace("#", " no ").replace("\u2116", " no ")
    return " ".join(re.sub(r"[^a-z0-9]+", " ", text).split())


@cache
def _said() -> Mapping[str, Any]:
    return tomllib.loads(data_file("criteria_list_columns.toml").read_text(encoding="utf-8"))
