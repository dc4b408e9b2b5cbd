"""What report exports call their kinds, columns and words: data, read when first needed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import pairwise
from typing import Any

from recordpick.resources import data_file
from recordpick.schema import TABLES

DATA = "report_exports.toml"

_NUMBERED = re.compile(r"(?:[ .]?\d{1,2}| \(\d{1,2}\))$")


@dataclass(frozen=True)
class Kind:
    """A kind of report. `columns` says which of ours each name of a column is, the surest first.

    `table` is "" for a kind that no table can hold. `any_of` are columns of which a group needs at
    least one. `fixed` are words that hold of every row. Rows of a kind that `is_folded` are details
    of another row: issues of a course of medication.
    """

    name: str
    says: str
    table: str
    marks: frozenset[str]
    columns: Mapping[str, tuple[str, ...]]
    any_of: tuple[str, ...] = ()
    fixed: Mapping[str, str] = field(default_factory=dict)
    is_rest: bool = False
    is_folded: bool = False

    def knows(self, header: str) -> bool:
        """Return whether a name (as `plain` writes it) is one of this kind's columns."""
        return header in self.marks or any(header in names for names in self.columns.values())


def plain(text: str) -> str:
    """Return the letters and digits of a name in small letters; "+" and "&" are kept apart."""
    return re.sub(r"[^a-z0-9]", "", text.lower().replace("&", "and"))


def bare_name(header: str) -> str:
    """Return what a column is called, without the name of the report that it was joined from."""
    return " ".join(header.rpartition(": ")[2].split())


def without_number(header: str) -> str:
    """Return a name without the number that a spreadsheet adds where it comes again: Date2."""
    return _NUMBERED.sub("", header)


@cache
def kinds() -> Mapping[str, Kind]:
    """Return every kind by its name, as the data has them in order."""
    found: dict[str, Kind] = {}
    for name, said in _data()["kinds"].items():
        own = _names_of_columns(name)
        found[name] = Kind(
            name=name,
            says=said["says"],
            table=said.get("table", ""),
            marks=frozenset(map(plain, said["marks"])),
            columns={role: tuple(map(plain, names)) for role, names in own.items()},
            any_of=tuple(said.get("any_of", ())),
            fixed=dict(said.get("fixed", {})),
            is_rest=said.get("is_rest", False),
            is_folded=said.get("is_folded", False),
        )
    return found


def labels_of(kind: str) -> Mapping[str, str]:
    """Return what people call each column of a kind of report: the first name in the data."""
    return {role: names[0] for role, names in _names_of_columns(kind).items() if names}


def _names_of_columns(kind: str) -> dict[str, list[str]]:
    data = _data()
    said = data["kinds"][kind]
    own: dict[str, list[str]] = dict(said.get("columns", {}))
    if parent := said.get("also_of"):
        own = _joined(own, data["kinds"][parent]["columns"])
    table = said.get("table")
    if table == "events":
        return _joined(own, data["shared"])
    if table:
        names = {*TABLES[table].names, *({"code_and_term"} if "code" in own else ())}
        shared = {role: data["shared"][role] for role in _SHARED_BY_ALL if role in names}
        return _joined(own, shared)
    return own


_SHARED_BY_ALL = ("code", "code_and_term", "is_confidential")
"""Shared columns that tables other than events may have."""


def choices() -> Mapping[str, Kind]:
    """Return what a person may say of a file: a kind, or a kind with words that always hold."""
    found = {name: kind for name, kind in kinds().items() if kind.table}
    for name, said in _data()["choices"].items():
        kind = kinds()[said["kind"]]
        fixed = {**kind.fixed, **said.get("fixed", {})}
        found[name] = replace(kind, fixed=fixed)
    return found


def said_kind(text: str) -> Kind | None:
    """Return the kind that a person named, whatever the case and the signs between words."""
    by_name = {plain(name): kind for name, kind in choices().items()}
    return by_name.get(plain(text))


@cache
def identity() -> Mapping[str, tuple[str, ...]]:
    """Return the names of the columns that say who the patient is, by what they hold."""
    return {role: tuple(map(plain, names)) for role, names in _data()["identity"].items()}


@cache
def detail_names() -> frozenset[str]:
    """Return the names of other columns about the patient, which reports repeat."""
    return frozenset(map(plain, _data()["details"]["names"])) | calling_names()


@cache
def calling_names() -> frozenset[str]:
    """Return the names of columns with what patients are called, which need not be on record."""
    return frozenset(map(plain, _data()["details"]["calling_names"]))


@cache
def patient_count_names() -> frozenset[str]:
    """Return the names of the column that counts patients in a row."""
    return frozenset(map(plain, _data()["patient_count"]["names"]))


def is_patient_group(name: str) -> bool:
    """Return whether a group of columns is the one about the patient."""
    return plain(name) in {plain(one) for one in _data()["groups"]["patient"]}


@cache
def _kinds_of_groups() -> Mapping[str, str]:
    return {
        plain(name): kind for kind, names in _data()["groups"]["kinds"].items() for name in names
    }


def kind_of_group(name: str) -> Kind | None:
    """Return the kind that the name of a group of columns means, if it means one."""
    found = _kinds_of_groups().get(plain(name))
    return kinds()[found] if found else None


def lists_only_one(name: str) -> bool:
    """Return whether a name says that only the latest, or the first, of several is listed."""
    words = {plain(word) for word in _data()["only"]["words"]}
    said = re.sub(r"[^a-z]+", " ", name.lower()).split()
    return bool(words & {*said, *(a + b for a, b in pairwise(said))})


@cache
def nothing_words() -> tuple[str, ...]:
    """Return the words that stand for no entry, in small letters."""
    return tuple(_data()["nothing"]["words"])


@cache
def words_of(table: str, column: str) -> Mapping[str, str]:
    """Return our word for each word of a column, as `plain` writes it."""
    said: Mapping[str, Iterable[str]] = _data()["words"].get(table, {}).get(column, {})
    return {plain(word): ours for ours, words in said.items() for word in words}


def _joined(first: Mapping[str, list[str]], then: Mapping[str, list[str]]) -> dict[str, list[str]]:
    roles = dict.fromkeys([*first, *then])
    return {role: [*first.get(role, []), *then.get(role, [])] for role in roles}


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(data_file(DATA).read_text(encoding="utf-8"))
