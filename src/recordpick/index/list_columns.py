"""Which column of a hand-made list is which: by names that are data (`column_synonyms.toml`)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from recordpick.header_row import find_header_row
from recordpick.resources import data_file


@dataclass(frozen=True)
class ListColumns:
    """What a header was taken for: places (from 0) of the list's columns.

    `row` is the header's place among the rows. `taken` says for each of our columns where it is,
    `address` where the parts of an address are, `doubled` which names could mean the same of ours
    (the first one is taken), `unused` the names of the others.
    """

    row: int
    taken: Mapping[str, int]
    address: tuple[int, ...]
    doubled: Mapping[str, tuple[str, ...]]
    unused: tuple[str, ...]


def plain(text: str) -> str:
    """Return the letters and digits of a name, in small letters."""
    return re.sub(r"[^a-z0-9]", "", text.lower())


def words_of(column: str) -> dict[str, str]:
    """Return the words that stand for those of a column, as `plain` writes them."""
    return dict(_synonyms()["words"].get(column, {}))


def names_of(column: str) -> tuple[str, ...]:
    """Return what lists call one of our columns."""
    return tuple(_synonyms()["columns"].get(column, ()))


def listed_columns() -> tuple[str, ...]:
    """Return our columns of patients that lists can have."""
    return tuple(_synonyms()["columns"])


def find_header(rows: Sequence[Sequence[str]]) -> ListColumns | None:
    """Return the row that names most columns, one of them a number of the patient; None if none."""
    found = find_header_row(rows, _header_columns, lambda columns: len(columns.taken))
    return replace(found[1], row=found[0]) if found else None


def _header_columns(names: Sequence[str]) -> ListColumns | None:
    found = _columns(names)
    is_header = "patient_id" in found.taken or "nhs_number" in found.taken
    return found if is_header else None


def _columns(names: Sequence[str]) -> ListColumns:
    known = [plain(name) for name in names]
    taken: dict[str, int] = {}
    doubled: dict[str, tuple[str, ...]] = {}
    used: set[int] = set()
    for column, synonyms in _synonyms()["columns"].items():
        places = [at for word in synonyms for at, name in enumerate(known) if name == plain(word)]
        places = list(dict.fromkeys(places))
        if places:
            taken[column] = places[0]
            used.add(places[0])
        if len(places) > 1:
            doubled[column] = tuple(names[at] for at in places)
    address: list[int] = []
    if "address" not in taken:
        for synonyms in _synonyms()["address_parts"].values():
            wanted = {plain(word) for word in synonyms}
            address += [at for at, name in enumerate(known) if name in wanted and at not in used]
    unused = [n for at, n in enumerate(names) if n.strip() and at not in {*used, *address}]
    return ListColumns(0, taken, tuple(address), doubled, tuple(unused))


@cache
def _synonyms() -> dict[str, Any]:
    return tomllib.loads(data_file("column_synonyms.toml").read_text(encoding="utf-8"))
