"""The mapping file: how the files of a folder become the tables of an index (TOML).

`docs/practice-index.md` describes it for people. Everything that is wrong with a mapping is said at
once, each with the section and key in which it stands.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, get_args

from recordpick.errors import UserError
from recordpick.index.mapping_values import ColumnValue, read_value
from recordpick.regular_files import read_small
from recordpick.tables import TABLES, Kind

AT_MOST = 1024**2
"""Bytes of a mapping."""

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

    place: str
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
    wrong: list[str] = [f"key {key} is unknown" for key in said if key not in _TOP]
    source = said.get("source", {})
    wrong += _misfits("source", source, _SOURCE)
    sections = said.get("table", [])
    if not isinstance(sections, list) or not all(isinstance(entry, dict) for entry in sections):
        wrong.append("tables are written as [[table]], with two brackets")
        sections = []
    elif not sections:
        wrong.append("there is no [[table]] in it")
    tables: list[MappedTable] = []
    for number, section in enumerate(sections, 1):
        found = _table(number, section, source if isinstance(source, dict) else {})
        wrong += [found] if isinstance(found, str) else found if isinstance(found, list) else []
        if isinstance(found, MappedTable):
            tables.append(found)
    if sections and "patients" not in {section.get("name") for section in sections}:
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
        return tomllib.loads(read_small(path, AT_MOST).decode("utf-8-sig"))
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such mapping file.") from None
    except IsADirectoryError:
        raise UserError(f"{path}: this is a folder, not a mapping file.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: this is not TOML ({error}).") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}).") from None


def _misfits(place: str, said: object, known: Mapping[str, type]) -> list[str]:
    """Say which keys are unknown or hold something else than they should."""
    if not isinstance(said, dict):
        return [f"{place} must be a table: [{place}]"]
    wrong = []
    for key, value in said.items():
        if key not in known:
            wrong.append(f"{place}: key {key} is unknown. Known are {', '.join(known)}")
        elif type(value) is not known[key]:  # a datetime is a date, and true a number, elsewhere
            wrong.append(f"{place}, {key}: must be {_TYPE_WORDS[known[key]]}")
    return wrong


def _table(number: int, said: dict[str, Any], source: Mapping[str, Any]) -> MappedTable | list[str]:
    """Read one [[table]]; sentences if anything is wrong with it."""
    place = f"table {number} ({said.get('name', 'no name')})"
    wrong = _misfits(place, said, _TABLE)
    wrong += [
        f"{place}: {key} is missing" for key in ("name", "file", "columns") if key not in said
    ]
    if wrong:
        return wrong
    name = said["name"]
    if not name.replace("_", "").isalnum() or not name.isascii() or name != name.lower():
        wrong.append(f"{place}: a name has small letters, digits and underscores only")
    values: dict[str, ColumnValue] = {}
    for column, text in said["columns"].items():
        value = read_value(text)
        if isinstance(value, str):
            wrong.append(f"{place}, columns.{column}: {value}")
        else:
            values[column] = value
    wrong += _wrong_columns(place, name, list(said["columns"]))
    kinds = said.get("kinds", {})
    wrong += _wrong_kinds(place, name, kinds, list(said["columns"]))
    headers = _headers(said.get("headers", []))
    if headers is None:
        wrong.append(f"{place}, headers: must be a list of names, or several of different lengths")
    if not said.get("header", True) and not headers:
        wrong.append(f"{place}: header = false needs headers, which name the columns")
    if len(said.get("delimiter", ",")) != 1:
        wrong.append(f"{place}, delimiter: must be one character")
    if wrong:
        return wrong
    return MappedTable(
        place=place,
        name=name,
        file=said["file"],
        columns=values,
        kinds=kinds,
        where=said.get("where", ""),
        headers=headers or (),
        has_header=said.get("header", True),
        delimiter=said.get("delimiter"),
        date_format=said.get("date_format", source.get("date_format")),
    )


def _wrong_columns(place: str, name: str, given: list[str]) -> list[str]:
    """Say which columns the table does not have, and which it needs."""
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
    """Give lists of names of different lengths; None if it is anything else."""
    lists = said if all(isinstance(entry, list) for entry in said) else [said]
    if not all(isinstance(name, str) for names in lists for name in names):
        return None
    lengths = [len(names) for names in lists]
    if 0 in lengths or len(set(lengths)) != len(lengths):
        return None
    return tuple(tuple(names) for names in lists)
