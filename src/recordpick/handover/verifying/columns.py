"""Whether the cells of a CSV are what its columns may hold: the Table Schema, checked by itself.

Frictionless checks the same from datapackage.json; this needs nothing that recordpick does not
have, and goes by the contract that recordpick knows, not by the one that came with the file.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from recordpick.cells import GUARD, plain, safe
from recordpick.handover.schemas import Field, FieldType, Table
from recordpick.handover.verifying.csv_form import AT, Form, at_lines
from recordpick.handover.verifying.opening import shown
from recordpick.handover.verifying.verdict import Check

_WHOLE = r"^-?[0-9]{1,15}$"
_NUMBER = r"^-?[0-9]{1,15}(\.[0-9]{1,6})?$"
_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_WORDS: Mapping[FieldType, str] = {
    "integer": "whole number",
    "number": "number",
    "date": "date as 2026-10-05",
}


def check_columns(forms: Mapping[str, Form]) -> Check:
    """Look at every cell of every table that could be taken in: type, words, pattern, keys."""
    problems: list[str] = []
    cells = 0
    for form in forms.values():
        problems += form.problems
        if form.rows is not None:
            cells += form.rows.height * len(form.table.fields)
            for field in form.table.fields:
                problems += _field(form.table.file, form.rows, field)
            problems += _keys(form.table, form.rows, forms)
    says = f"{len(forms)} tables, {cells:,} cells: types, words, patterns and keys."
    return Check("Columns", says, tuple(problems))


def typed(form: Form) -> pl.DataFrame:
    """Give the rows with their types, texts without guards; null where a cell is not its type.

    Whole numbers are Int64, numbers Float64. The column `AT` stays.
    """
    assert form.rows is not None
    return form.rows.select(AT, *(_typed(field) for field in form.table.fields))


def _typed(field: Field) -> pl.Expr:
    cell = pl.col(field.name)
    match field.type:
        case "integer":
            return cell.cast(pl.Int64, strict=False)
        case "number":
            return cell.cast(pl.Float64, strict=False)
        case "date":
            return cell.str.to_date("%Y-%m-%d", strict=False)
        case "string":
            return plain(cell)


def _field(name: str, rows: pl.DataFrame, field: Field) -> list[str]:
    """Say what is wrong in one column, a sentence a kind of fault."""
    cell = pl.col(field.name)
    asked: list[tuple[pl.Expr, str]] = []
    if field.required:
        asked.append((cell.is_null(), "is empty"))
    if field.type == "string":
        asked.append((_is_unsafe(cell), "could be run or changed by a spreadsheet, or acts on one"))
    else:
        asked.append((cell.is_not_null() & ~_fits(cell, field.type), f"is no {_WORDS[field.type]}"))
    if field.minimum is not None:
        low = cell.cast(pl.Float64, strict=False) < field.minimum
        asked.append((low, f"is less than {field.minimum}"))
    if field.words:
        asked.append((~cell.is_in(field.words), f"is none of {', '.join(field.words)}"))
    if field.pattern:
        asked.append(
            (~cell.str.contains(f"^(?:{field.pattern})$"), "has not the form it must have")
        )
    if field.unique:
        asked.append((cell.is_not_null() & cell.is_duplicated(), "stands more than once"))
    problems = []
    for wrong, says in asked:
        found = rows.filter(wrong)
        if not found.is_empty():
            word = f" {shown(str(found[field.name][0]))!r}" if field.words and found.height else ""
            lines = at_lines(found[AT].to_list())
            problems.append(f"{name}, {lines}: {field.name}{word} {says}.")
    return problems


def _fits(cell: pl.Expr, kind: FieldType) -> pl.Expr:
    if kind == "integer":
        return cell.str.contains(_WHOLE)
    if kind == "number":
        return cell.str.contains(_NUMBER)
    return cell.str.contains(_DAY) & cell.str.to_date("%Y-%m-%d", strict=False).is_not_null()


def _is_unsafe(cell: pl.Expr) -> pl.Expr:
    """Tell what recordpick would not have written so: no guard where one is needed, control signs.

    A guarded cell is compared behind its guard: what stands there may look like anything.
    """
    guarded = cell.str.starts_with(GUARD)
    behind = pl.when(guarded).then(cell.str.slice(1)).otherwise(cell)
    return (~guarded & (safe(cell) != cell)) | behind.str.contains(_CONTROL)


_CONTROL = r"[\x00-\x1f\x7f-\x9f\u2028\u2029]"


def _keys(table: Table, rows: pl.DataFrame, forms: Mapping[str, Form]) -> list[str]:
    """Say which rows have the same key, and which refer to what is not there."""
    problems = []
    if table.key:
        twice = rows.filter(pl.struct(pl.col(table.key).fill_null("")).is_duplicated())
        if not twice.is_empty():
            lines, key = at_lines(twice[AT].to_list()), " and ".join(table.key)
            problems.append(f"{table.file}, {lines}: the same {key} stand more than once.")
    for column, (file, other) in table.refers.items():
        there = forms[file].rows if file in forms else None
        if there is None:
            continue
        strange = rows.filter(
            pl.col(column).is_not_null() & ~pl.col(column).is_in(there[other].implode())
        )
        if not strange.is_empty():
            problems.append(
                f"{table.file}, {at_lines(strange[AT].to_list())}: {file} has no such {column}."
            )
    return problems
