"""Bringing a part's columns to the types and words of the tables, without losing a row.

Nothing raises and nothing vanishes: each row comes out with the number of the first check that it
failed (`BAD`, null for a good row), and the caller keeps failed rows with their reason. A check is
cheap on good rows; the sentence is only made for the rows that need one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from recordpick.errors import UserError
from recordpick.index import nhs_numbers
from recordpick.index.parts import DELETED, FOLDED, ORDER, ROW, Part
from recordpick.index.values import (
    ISO,
    date_in_words,
    from_text,
    from_typed,
    is_text,
    kind_of,
    trimmed,
)
from recordpick.tables import KIND_WORDS, TABLES, Column, Kind

BAD = "__bad"
"""Number of the check that the row failed (UInt16), null for a row that fits."""

ASIDE = "__aside"
"""True where a value (an NHS number) was left empty because it cannot be right."""

ORPHAN, DUPLICATE, HOSTLESS = 60_000, 60_001, 60_002
"""Checks beyond the row: unknown patient; id there already; belongs to a row that is not there."""

NHS_NUMBER = "nhs_number"
_TECHNICAL = (ORDER, FOLDED)


@dataclass(frozen=True)
class Conformed:
    """`frame`: ROW, BAD, DELETED, ASIDE, then the table's columns; `kinds` of those, in order."""

    frame: pl.LazyFrame
    kinds: dict[str, Kind]
    checks: tuple[tuple[Column, str], ...]
    """What each number of BAD stands for: the column, and how its dates are written."""
    unknown: tuple[str, ...]
    """Columns of the file that the table does not have, and that were left out."""
    technical: tuple[str, ...] = ()
    """ORDER and FOLDED, if the part has them: they stand beside the table's columns."""


def columns_of_part(part: Part, schema: pl.Schema) -> tuple[list[Column], tuple[str, ...]]:
    """Give the columns of the part's table that the part has, and those that are unknown."""
    given = [name for name in schema if name not in {ROW, DELETED, *_TECHNICAL}]
    table = TABLES.get(part.table)
    if table is not None:
        known = [column for column in table.columns if not column.derived]
        columns = [column for column in known if column.name in given]
        _check_required(part, known, given)
        derived = {column.name for column in table.columns if column.derived}
        names = {column.name for column in known} | derived
        return columns, tuple(name for name in given if name not in names)
    columns = []
    for name in given:
        kind = part.kinds.get(name) or kind_of(schema[name])
        if kind is None:
            raise UserError(
                f"{part.file}: column {name} holds {schema[name]}, which no table can hold. "
                "Leave it out, or write it as text."
            )
        columns.append(Column(name, kind, "", required=name == "patient_id"))
    if "patient_id" not in given:
        raise UserError(f"{part.file}: column patient_id is missing: every table needs it.")
    return columns, ()


def _check_required(part: Part, known: list[Column], given: list[str]) -> None:
    missing = [column.name for column in known if column.required and column.name not in given]
    if missing:
        found = ", ".join(given[:12]) + (" …" if len(given) > 12 else "")
        raise UserError(
            f"{part.file}: column {missing[0]} is missing, which table {part.table} needs. "
            f"The columns found are: {found or 'none'}."
        )


def conform(part: Part) -> Conformed:
    """Type the part's columns; UserError where the file cannot be what it is taken for."""
    schema = part.frame.collect_schema()
    columns, unknown = columns_of_part(part, schema)
    texts: dict[str, pl.Expr] = {}
    values: list[pl.Expr] = []
    bad: list[pl.Expr] = []
    checks: list[tuple[Column, str]] = []
    aside = pl.lit(value=False)
    for column in columns:
        written = part.date_formats.get(column.name, ISO)
        source = pl.col(column.name)
        if is_text(schema[column.name]):
            texts[column.name] = trimmed(source.cast(pl.String))
            value = from_text(source, column, written)
        else:
            typed = from_typed(source, column.kind, schema[column.name])
            if typed is None:
                raise UserError(
                    f"{part.file}: column {column.name} holds {schema[column.name]}, "
                    f"but should hold {KIND_WORDS[column.kind]}."
                )
            value = from_text(typed, column) if column.words else typed
        if part.table == "patients" and column.name == NHS_NUMBER:
            tidied = nhs_numbers.tidy(value)
            value = pl.when(nhs_numbers.is_valid(tidied)).then(tidied)
            aside = source.is_not_null() & value.is_null()
        elif _can_fail(column, schema[column.name]):
            failed = value.is_null() if column.required else value.is_null() & source.is_not_null()
            bad.append(pl.when(failed).then(pl.lit(len(checks), pl.UInt16)))
            checks.append((column, written))
        values.append(value.alias(column.name))
    deleted = pl.col(DELETED) if DELETED in schema else pl.lit(value=False)
    no_check = pl.lit(None, pl.UInt16)
    technical = tuple(name for name in _TECHNICAL if name in schema)
    frame = part.frame.with_columns(**texts).select(
        pl.col(ROW),
        pl.coalesce(*bad, no_check).alias(BAD),
        deleted.fill_null(value=False).alias(DELETED),
        aside.fill_null(value=False).alias(ASIDE),
        *technical,
        *values,
    )
    kinds = {column.name: column.kind for column in columns}
    return Conformed(frame, kinds, tuple(checks), unknown, technical)


def _can_fail(column: Column, dtype: pl.DataType) -> bool:
    """Tell whether any value of this type can be wrong in this column: most text cannot."""
    return column.required or bool(column.words) or column.kind != "text" or dtype != pl.String


def reasons(conformed: Conformed, rows: pl.LazyFrame) -> pl.LazyFrame:
    """Say why, for rows that did not fit: `rows` is the part's own frame with BAD beside it.

    Gives ROW and `reason`.
    """
    names = rows.collect_schema().names()
    says: Any = pl.when(pl.col(BAD) == ORPHAN).then(
        pl.format('there is no patient "{}" in this index', pl.col("patient_id"))
    )
    row_id = conformed_row_id(names)
    says = says.when(pl.col(BAD) == DUPLICATE).then(
        pl.format('{} "{}" stands on an earlier row already', pl.lit(row_id), pl.col(row_id))
    )
    says = says.when(pl.col(BAD) == HOSTLESS).then(
        pl.format('{} "{}", to which it belongs, is not here', pl.lit(row_id), pl.col(row_id))
    )
    for number, (column, written) in enumerate(conformed.checks):
        value = pl.col(column.name).cast(pl.String)
        wrong = pl.format(
            '{} "{}" is not {}', pl.lit(column.name), value, pl.lit(_expected(column, written))
        )
        if column.required:
            missing = pl.lit(f"{column.name} is missing")
            blank = value.is_null() | (value.str.strip_chars() == "")
            wrong = pl.when(blank).then(missing).otherwise(wrong)
        says = says.when(pl.col(BAD) == number).then(wrong)
    return rows.select(ROW, says.alias("reason"))


def conformed_row_id(names: list[str]) -> str:
    """Give the column that names a row, of those there; patient_id if there is no other."""
    ids = [table.row_id for table in TABLES.values() if table.row_id in names]
    others = [name for name in ids if name != "patient_id"]
    return others[0] if others else "patient_id"


def _expected(column: Column, written: str) -> str:
    if column.words:
        return "one of " + ", ".join(column.words)
    if column.kind == "date":
        return (
            "a date such as 2026-01-31"
            if written == ISO
            else f"a date written as {date_in_words(written)}"
        )
    return KIND_WORDS[column.kind]
