"""The mapping file: how the files of a folder become the tables of an index (TOML).

`docs/practice-index.md` describes it for people. Everything that is wrong with a mapping is said at
once, each with the section and key in which it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, get_args

from recordpick.criteria.toml_reading import read_toml
from recordpick.errors import UserError
from recordpick.index.readers.mapping_checks import (
    PRECISIONS,
    uses_date_format,
    wrong_delimiter,
    wrong_headers,
    wrong_name,
    wrong_texts,
    wrong_values,
)
from recordpick.index.readers.mapping_lookups import MappedLookUp
from recordpick.index.readers.mapping_values import ColumnValue, problem_with_format, read_value
from recordpick.index.readers.tables import problem_with_day
from recordpick.sanitize import visible
from recordpick.schema import TABLES, Kind

AT_MOST = 1024**2
"""Bytes of a mapping."""
MOST_TABLES = 200
_LONGEST_FILE_NAME = 200
MOST_LOOK_UPS = 20
"""Of one table."""

_TOP = {"source", "table"}
_SOURCE: dict[str, type] = {"name": str, "as_at": date, "synthetic": bool, "date_format": str}
_TABLE: dict[str, type] = {
    "name": str,
    "file": str,
    "columns": dict,
    "kinds": dict,
    "where": str,
    "headers": list,
    "header": bool,
    "delimiter": str,
    "date_format": str,
    "look_up": list,
}
_LOOK_UP: dict[str, type] = {
    "name": str,
    "file": str,
    "key": str,
    "match": object,
    "headers": list,
    "header": bool,
    "delimiter": str,
}
_TYPE_WORDS = {
    str: "text in quotation marks",
    date: "a date such as 2026-01-31",
    bool: "true or false",
    dict: "a table of keys",
    list: "a list",
}


@dataclass(frozen=True)
class MappedTable:
    """One `[[table]]`: the rows that one file gives to one table."""

    location: str
    """What to call it in a message: "table 2 (events)"."""
    name: str
    file: str
    columns: Mapping[str, ColumnValue]
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    where: str = ""
    headers: tuple[tuple[str, ...], ...] = ()
    has_header: bool = True
    delimiter: str | None = None
    date_format: str | None = None
    look_ups: tuple[MappedLookUp, ...] = ()

    def precision_of(self, column: str) -> str | None:
        """Return the column that says how much of a date is known, if nothing else makes it."""
        name = PRECISIONS.get((self.name, column))
        return name if self.columns[column].is_iso_date and name not in self.columns else None


@dataclass(frozen=True)
class Mapped:
    """A mapping file that was read: `[source]`, and its tables in order."""

    path: Path
    name: str
    as_at: date | None
    synthetic: bool
    tables: tuple[MappedTable, ...]


def read_mapping(path: Path) -> Mapped:
    """Read a mapping file; UserError with a sentence for each thing that is wrong."""
    said = _toml(path)
    wrong: list[str] = [f"key {visible(key[:100])} is unknown" for key in said if key not in _TOP]
    wrong += wrong_texts("", said)
    if wrong:
        raise UserError.of(f"{path}: {problem}." for problem in wrong)
    source = said.get("source", {})
    wrong += _misfits("source", source, _SOURCE) or list(_wrong_source(source))
    sections = said.get("table", [])
    if not isinstance(sections, list) or not all(isinstance(entry, dict) for entry in sections):
        wrong.append("tables are written as [[table]], with two brackets")
        sections = []
    elif len(sections) > MOST_TABLES:
        wrong.append(f"there are {len(sections):,} [[table]]s, and may be {MOST_TABLES}")
        sections = []
    elif not sections:
        wrong.append("there is no [[table]] in it")
    tables: list[MappedTable] = []
    for number, section in enumerate(sections, 1):
        found = _table(number, section, source if isinstance(source, dict) else {})
        wrong += [found] if isinstance(found, str) else found if isinstance(found, list) else []
        if isinstance(found, MappedTable):
            tables.append(found)
    if sections and all(section.get("name") != "patients" for section in sections):
        wrong.append("no [[table]] has the name patients, which every index needs")
    if wrong:
        raise UserError.of(f"{path}: {problem}." for problem in wrong)
    return Mapped(
        path=path,
        name=source.get("name", ""),
        as_at=source.get("as_at"),
        synthetic=source.get("synthetic", False),
        tables=tuple(tables),
    )


def _toml(path: Path) -> dict[str, Any]:
    try:
        return read_toml(path, AT_MOST)[0]
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such mapping file.") from None


def _wrong_source(source: Mapping[str, Any]) -> Iterator[str]:
    if "as_at" in source and (problem := problem_with_day(source["as_at"])):
        yield f"source, as_at: {problem}"
    if "date_format" in source and (problem := problem_with_format(source["date_format"])):
        yield f"source, date_format: {problem}"


def _misfits(place: str, said: object, known: Mapping[str, type]) -> list[str]:
    """Return which keys are unknown or hold something else than they should."""
    if not isinstance(said, dict):
        return [f"{place} must be a table: [{place}]"]
    wrong = []
    for key, value in said.items():
        if key not in known:
            wrong.append(f"{place}: key {visible(key)} is unknown. Known are {', '.join(known)}")
        elif (
            known[key] is not object and type(value) is not known[key]
        ):  # a datetime is a date, and true a number, elsewhere
            wrong.append(f"{place}, {key}: must be {_TYPE_WORDS[known[key]]}")
    return wrong


def _table(number: int, said: dict[str, Any], source: Mapping[str, Any]) -> MappedTable | list[str]:
    """Read one [[table]]; sentences if anything is wrong with it."""
    place = f"table {number} ({visible(str(said.get('name', 'no name'))[:60])})"
    wrong = _misfits(place, said, _TABLE)
    wrong += [
        f"{place}: {key} is missing" for key in ("name", "file", "columns") if key not in said
    ]
    if wrong:
        return wrong
    name = said["name"]
    wrong += wrong_name(place, name)
    values: dict[str, ColumnValue] = {}
    for column, text in said["columns"].items():
        value = read_value(text)
        if isinstance(value, str):
            wrong.append(f"{place}, columns.{visible(column)}: {value}")
        else:
            values[column] = value
    wrong += _wrong_columns(place, name, list(said["columns"]))
    kinds = said.get("kinds", {})
    wrong += _wrong_kinds(place, name, kinds, list(said["columns"]))
    wrong += _wrong_file(place, said)
    if not wrong:
        wrong += wrong_values(place, name, kinds, values)
    uses_format = uses_date_format(name, kinds, values)
    if "date_format" in said and not uses_format:
        wrong.append(f"{place}, date_format: no column is read by it")
    if "date_format" in said and (problem := problem_with_format(said["date_format"])):
        wrong.append(f"{place}, date_format: {problem}")
    if not said.get("where", "all").strip():
        wrong.append(f"{place}, where: is empty, and would mean nothing")
    look_ups = _look_ups(place, said.get("look_up", []))
    wrong += [found for found in look_ups if isinstance(found, str)]
    if wrong:
        return wrong
    return MappedTable(
        location=place,
        name=name,
        file=said["file"],
        columns=values,
        kinds=kinds,
        where=said.get("where", ""),
        headers=_headers(said.get("headers", [])) or (),
        has_header=said.get("header", True),
        delimiter=said.get("delimiter"),
        date_format=said.get("date_format", source.get("date_format")),
        look_ups=tuple(found for found in look_ups if isinstance(found, MappedLookUp)),
    )


def _look_ups(place: str, said: list[Any]) -> list[MappedLookUp | str]:
    """Read the [[table.look_up]]s of a table: each, or a sentence for what is wrong."""
    if not all(isinstance(entry, dict) for entry in said) or len(said) > MOST_LOOK_UPS:
        return [f"{place}: look-up files are written as [[table.look_up]], at most {MOST_LOOK_UPS}"]
    found: list[MappedLookUp | str] = []
    names = [entry.get("name") for entry in said]
    for number, entry in enumerate(said, 1):
        at = f"{place}, look_up {number}"
        wrong = _misfits(at, entry, _LOOK_UP)
        wrong += [
            f"{at}: {key} is missing"
            for key in ("name", "file", "key", "match")
            if key not in entry
        ]
        if not wrong:
            wrong += wrong_name(at, entry["name"])
            wrong += _wrong_file(at, entry)
            if names.count(entry["name"]) > 1:
                wrong.append(f"{at}: two look-up files of the table are called {entry['name']}")
        match = read_value(entry.get("match", ""))
        if not isinstance(match, ColumnValue):
            wrong.append(f"{at}, match: {match}")
        elif match.form not in {"column", "first_of", "join"} or match.date_format:
            wrong.append(f"{at}, match: must be a column, first_of or join")
        if wrong or not isinstance(match, ColumnValue):
            found += wrong
            continue
        found.append(
            MappedLookUp(
                location=at,
                name=entry["name"],
                file=entry["file"],
                key=entry["key"],
                match=match,
                delimiter=entry.get("delimiter"),
                headers=_headers(entry.get("headers", [])) or (),
                has_header=entry.get("header", True),
            )
        )
    return found


def _wrong_file(place: str, said: Mapping[str, Any]) -> Iterator[str]:
    """Return what is wrong with how a file is named and read."""
    if not said["file"].strip() or len(said["file"]) > _LONGEST_FILE_NAME:
        yield f"{place}, file: must be the name of a file of the folder"
    headers = _headers(said.get("headers", []))
    if headers is None:
        yield f"{place}, headers: must be a list of names, or several of different lengths"
    else:
        yield from wrong_headers(place, headers)
    if not said.get("header", True) and not headers:
        yield f"{place}: header = false needs headers, which name the columns"
    yield from wrong_delimiter(place, said.get("delimiter", ","))


def _wrong_columns(place: str, name: str, given: list[str]) -> list[str]:
    """Return which columns the table does not have, and which it needs."""
    table = TABLES.get(name)
    if table is None:
        return [] if "patient_id" in given else [f"{place}: columns.patient_id is missing"]
    known = {column.name: column for column in table.columns if not column.derived}
    wrong = [
        f"{place}: table {name} has no column {column}. It has {', '.join(known)}"
        for column in given
        if column not in known
    ]
    needed = [column.name for column in known.values() if column.required]
    return wrong + [f"{place}: columns.{key} is missing" for key in needed if key not in given]


def _wrong_kinds(place: str, name: str, kinds: dict[str, Any], given: list[str]) -> list[str]:
    if kinds and name in TABLES:
        return [f"{place}, kinds: the columns of {name} have kinds of their own"]
    wrong = [f"{place}, kinds.{key}: columns.{key} is missing" for key in kinds if key not in given]
    words = get_args(Kind)
    return wrong + [
        f"{place}, kinds.{key}: must be one of {', '.join(words)}"
        for key, kind in kinds.items()
        if kind not in words
    ]


def _headers(said: list[Any]) -> tuple[tuple[str, ...], ...] | None:
    """Return lists of names of different lengths; None if it is anything else."""
    lists = said if all(isinstance(entry, list) for entry in said) else [said]
    if not all(isinstance(name, str) for names in lists for name in names):
        return None
    lengths = [len(names) for names in lists]
    if 0 in lengths or len(set(lengths)) != len(lengths):
        return None
    return tuple(tuple(names) for names in lists)
