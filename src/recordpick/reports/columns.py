"""Describe a CSV once: each column's name, type, meaning and what its cells may hold.

From one list of columns come the types of the frame, the Table Schema in `datapackage.json`, the
checks of `recordpick verify` and the tables of columns in the documents.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import polars as pl

FieldType = Literal["string", "integer", "number", "date"]
"""Types of Table Schema (Frictionless)."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its type in polars, what it means, and what its cells must be."""

    name: str
    dtype: pl.DataType
    meaning: str
    required: bool = False
    words: tuple[str, ...] = ()
    """The only words allowed; () where any text is."""
    pattern: str = ""
    minimum: int | None = None
    unique: bool = False
    since: str = "1.0"
    """The version of the contract from which packs have the column."""

    @property
    def type(self) -> FieldType:
        """The type in Table Schema."""
        if self.dtype == pl.Date:
            return "date"
        if self.dtype.is_integer():
            return "integer"
        return "number" if self.dtype.is_float() else "string"


def schema_of(columns: Sequence[Column]) -> dict[str, pl.DataType]:
    """Return the names of columns with their types in polars, in order."""
    return {column.name: column.dtype for column in columns}


def _number(version: str) -> tuple[int, ...]:
    """Return a version as numbers to compare: "1.10" is after "1.9"."""
    return tuple(int(part) if part.isdecimal() else 0 for part in version.split("."))


def newest_version(versions: Iterable[str]) -> str:
    """Return the newest of some versions of a contract."""
    return max(versions, key=_number)


@dataclass(frozen=True, slots=True)
class Table:
    """One CSV: what it is, its columns, what identifies a row, and what refers to another file."""

    file: str
    title: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    refers: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Columns whose cells must occur elsewhere: column -> (file, column)."""

    @property
    def schema(self) -> dict[str, pl.DataType]:
        """The names of the columns with their types in polars, in order."""
        return schema_of(self.columns)

    def of_version(self, version: str) -> Table:
        """Return the table as a version of the contract has it: without later columns."""
        known = tuple(one for one in self.columns if _number(one.since) <= _number(version))
        return replace(self, columns=known)

    def column(self, name: str) -> Column:
        """Return a column by its name."""
        return next(column for column in self.columns if column.name == name)
