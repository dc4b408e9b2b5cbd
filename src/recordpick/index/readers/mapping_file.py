"""The mapping file: how the files of a folder become the tables of an index (TOML).

`docs/practice-index.md` describes it for people. All errors in a mapping are reported at once, each
with its section and key.
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
"""For one table."""

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
    """One `[[table]]`: the rows that one file supplies to one table."""

    location: str
    """Its name in a message: "table 2 (events)"."""
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
        """Return the column with a date's precision, if it has no value of its own."""
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
    """Read a mapping file; UserError with a sentence for each error."""
    settings = _toml(path)
    wrong: list[str] = [
        f"key {visible(key[:100])} is unknown" for key in settings if key not in _TOP
    ]
    wrong += wrong_texts("", settings)
    if wrong:
        raise UserError.of(f"{path}: {problem}." for problem in wrong)
    source = settings.get("source", {})
    wrong += _wrong_keys("source", source, _SOURCE) or list(_wrong_source(source))
    sections = settings.get("table", [])
    if not isinstance(sections, list) or not all(isinstance(entry, dict) for entry in sections):
        wrong.append("tables are written as [[table]], with two brackets")
        sections = []
    elif len(sections) > MOST_TABLES:
        wrong.append(f"there are {len(sections):,} [[table]]s; at most {MOST_TABLES} are allowed")
        sections = []
    elif not sections:
        wrong.append("there is no [[table]]")
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


def _wrong_keys(section: str, settings: object, known: Mapping[str, type]) -> list[str]:
    """Return the keys that are unknown or have a value of the wrong type."""
    if not isinstance(settings, dict):
        return [f"{section} must be a table: [{section}]"]
    wrong = []
    for key, value in settings.items():
        if key not in known:
            wrong.append(f"{section}: key {visible(key)} is unknown. Known are {', '.join(known)}")
        elif (
            known[key] is not object and type(value) is not known[key]
        ):  # a datetime is a date, and true a number, elsewhere
            wrong.append(f"{section}, {key}: must be {_TYPE_WORDS[known[key]]}")
    return wrong


def _table(
    number: int, settings: dict[str, Any], source: Mapping[str, Any]
) -> MappedTable | list[str]:
    """Read one [[table]]; return sentences if there are errors in it."""
    section = f"table {number} ({visible(str(settings.get('name', 'no name'))[:60])})"
    wrong = _wrong_keys(section, settings, _TABLE)
    wrong += [
        f"{section}: {key} is missing" for key in ("name", "file", "columns") if key not in settings
    ]
    if wrong:
        return wrong
    name = settings["name"]
    wrong += wrong_name(section, name)
    values: dict[str, ColumnValue] = {}
    for column, text in settings["columns"].items():
        value = read_value(text)
        if isinstance(value, str):
            wrong.append(f"{section}, columns.{visible(column)}: {value}")
        else:
            values[column] = value
    wrong += _wrong_columns(section, name, list(settings["columns"]))
    kinds = settings.get("kinds", {})
    wrong += _wrong_kinds(section, name, kinds, list(settings["columns"]))
    wrong += _wrong_file(section, settings)
    if not wrong:
        wrong += wrong_values(section, name, kinds, values)
    uses_format = uses_date_format(name, kinds, values)
    if "date_format" in settings and not uses_format:
        wrong.append(f"{section}, date_format: no column uses it")
    if "date_format" in settings and (problem := problem_with_format(settings["date_format"])):
        wrong.append(f"{section}, date_format: {problem}")
    if not settings.get("where", "all").strip():
        wrong.append(f"{section}, where: is empty")
    look_ups = _look_ups(section, settings.get("look_up", []))
    wrong += [found for found in look_ups if isinstance(found, str)]
    if wrong:
        return wrong
    return MappedTable(
        location=section,
        name=name,
        file=settings["file"],
        columns=values,
        kinds=kinds,
        where=settings.get("where", ""),
        headers=_headers(settings.get("headers", [])) or (),
        has_header=settings.get("header", True),
        delimiter=settings.get("delimiter"),
        date_format=settings.get("date_format", source.get("date_format")),
        look_ups=tuple(found for found in look_ups if isinstance(found, MappedLookUp)),
    )


def _look_ups(section: str, settings: list[Any]) -> list[MappedLookUp | str]:
    """Read the [[table.look_up]]s of a table: return each, or a sentence for its error."""
    if not all(isinstance(entry, dict) for entry in settings) or len(settings) > MOST_LOOK_UPS:
        return [
            f"{section}: look-up files are written as [[table.look_up]], at most {MOST_LOOK_UPS}"
        ]
    found: list[MappedLookUp | str] = []
    names = [entry.get("name") for entry in settings]
    for number, entry in enumerate(settings, 1):
        at = f"{section}, look_up {number}"
        wrong = _wrong_keys(at, entry, _LOOK_UP)
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


def _wrong_file(section: str, settings: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with a file's name and format."""
    if not settings["file"].strip() or len(settings["file"]) > _LONGEST_FILE_NAME:
        yield f"{section}, file: must be the name of a file in the folder"
    headers = _headers(settings.get("headers", []))
    if headers is None:
        yield f"{section}, headers: must be a list of names, or several of different lengths"
    else:
        yield from wrong_headers(section, headers)
    if not settings.get("header", True) and not headers:
        yield f"{section}: header = false needs headers, which name the columns"
    yield from wrong_delimiter(section, settings.get("delimiter", ","))


def _wrong_columns(section: str, name: str, given: list[str]) -> list[str]:
    """Return errors for columns that the table does not have, and for required ones."""
    table = TABLES.get(name)
    if table is None:
        return [] if "patient_id" in given else [f"{section}: columns.patient_id is missing"]
    known = {column.name: column for column in table.columns if not column.derived}
    wrong = [
        f"{section}: table {name} has no column {column}. It has {', '.join(known)}"
        for column in given
        if column not in known
    ]
    needed = [column.name for column in known.values() if column.required]
    return wrong + [f"{section}: columns.{key} is missing" for key in needed if key not in given]


def _wrong_kinds(section: str, name: str, kinds: dict[str, Any], given: list[str]) -> list[str]:
    if kinds and name in TABLES:
        return [f"{section}, kinds: the columns of {name} already have kinds"]
    wrong = [
        f"{section}, kinds.{key}: columns.{key} is missing" for key in kinds if key not in given
    ]
    words = get_args(Kind)
    return wrong + [
        f"{section}, kinds.{key}: must be one of {', '.join(words)}"
        for key, kind in kinds.items()
        if kind not in words
    ]


def _headers(settings: list[Any]) -> tuple[tuple[str, ...], ...] | None:
    """Return lists of names of different lengths; None if it is anything else."""
    lists = settings if all(isinstance(entry, list) for entry in settings) else [settings]
    if not all(isinstance(name, str) for names in lists for name in names):
        return None
    lengths = [len(names) for names in lists]
    if 0 in lengths or len(set(lengths)) != len(lengths):
        return None
    return tuple(tuple(names) for names in lists)
