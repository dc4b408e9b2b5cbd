"""Check that the cells of a CSV are what its columns may hold, as its Table Schema says.

Frictionless checks the same from datapackage.json; this needs no further package, and follows the
contract that recordpick knows, not the one that came with the file.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from recordpick.cells import GUARD, plain, safe
from recordpick.handover.schemas import Field, FieldType, Table
from recordpick.handover.verifying.csv_form import LINE, ParsedTable, line_numbers
from recordpick.handover.verifying.opening import shown
from recordpick.handover.verifying.verdict import Check

_WHOLE = r"^-?[0-9]{1,15}$"
_NUMBER = r"^-?[0-9]{1,15}(\.[0-9]{1,6})?$"
_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_TYPE_NAMES: Mapping[FieldType, str] = {
    "integer": "whole number",
    "number": "number",
    "date": "date such as 2026-10-05",
}


def check_columns(tables: Mapping[str, ParsedTable]) -> Check:
    """Check every cell of every table that could be read: type, allowed words, pattern, keys."""
    problems: list[str] = []
    cells = 0
    for parsed in tables.values():
        problems += parsed.problems
        if parsed.rows is not None:
            cells += parsed.rows.height * len(parsed.table.fields)
            for field in parsed.table.fields:
                problems += _field(parsed.table.file, parsed.rows, field)
            problems += _keys(parsed.table, parsed.rows, tables)
    says = f"{len(tables)} tables, {cells:,} cells: types, words, patterns and keys."
    return Check("Columns", says, tuple(problems))


def typed(parsed: ParsedTable) -> pl.DataFrame:
    """Return the rows with their types, texts without CSV-injection guards.

    A cell that is not of its type is null. Whole numbers are Int64, numbers Float64, dates Date.
    The column `LINE` is kept.
    """
    assert parsed.rows is not None
    return parsed.rows.select(LINE, *(_typed(field) for field in parsed.table.fields))


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
    """Return what is wrong in one column: one sentence for each kind of fault."""
    cell = pl.col(field.name)
    faults: list[tuple[pl.Expr, str]] = []
    if field.required:
        faults.append((cell.is_null(), "is empty"))
    if field.type == "string":
        faults.append(
            (_is_unsafe(cell), "could be run or changed by a spreadsheet, or could act on one")
        )
    else:
        faults.append(
            (cell.is_not_null() & ~_fits(cell, field.type), f"is not a {_TYPE_NAMES[field.type]}")
        )
    if field.minimum is not None:
        low = cell.cast(pl.Float64, strict=False) < field.minimum
        faults.append((low, f"is less than {field.minimum}"))
    if field.words:
        faults.append((~cell.is_in(field.words), f"is not one of {', '.join(field.words)}"))
    if field.pattern:
        faults.append(
            (~cell.str.contains(f"^(?:{field.pattern})$"), "does not have the required format")
        )
    if field.unique:
        faults.append((cell.is_not_null() & cell.is_duplicated(), "appears more than once"))
    problems = []
    for wrong, says in faults:
        found = rows.filter(wrong)
        if not found.is_empty():
            word = f" {shown(str(found[field.name][0]))!r}" if field.words and found.height else ""
            lines = line_numbers(found[LINE].to_list())
            problems.append(f"{name}, {lines}: {field.name}{word} {says}.")
    return problems


def _fits(cell: pl.Expr, kind: FieldType) -> pl.Expr:
    if kind == "integer":
        return cell.str.contains(_WHOLE)
    if kind == "number":
        return cell.str.contains(_NUMBER)
    return cell.str.contains(_DAY) & cell.str.to_date("%Y-%m-%d", strict=False).is_not_null()


def _is_unsafe(cell: pl.Expr) -> pl.Expr:
    """Return whether recordpick would not have written a cell so.

    That is a missing guard where one is needed, or a control character. A guarded cell is checked
    after its guard: the text there may look like anything.
    """
    guarded = cell.str.starts_with(GUARD)
    unguarded = pl.when(guarded).then(cell.str.slice(1)).otherwise(cell)
    return (~guarded & (safe(cell) != cell)) | unguarded.str.contains(_CONTROL)


_CONTROL = r"[\x00-\x1f\x7f-\x9f\u2028\u2029]"


def _keys(table: Table, rows: pl.DataFrame, tables: Mapping[str, ParsedTable]) -> list[str]:
    """Return which rows share a key, and which refer to a row that does not exist."""
    problems = []
    if table.key:
        duplicates = rows.filter(pl.struct(pl.col(table.key).fill_null("")).is_duplicated())
        if not duplicates.is_empty():
            lines, key = line_numbers(duplicates[LINE].to_list()), " and ".join(table.key)
            problems.append(f"{table.file}, {lines}: the same {key} appears more than once.")
    for column, (file, other) in table.refers.items():
        referenced = tables[file].rows if file in tables else None
        if referenced is None:
            continue
        orphans = rows.filter(
            pl.col(column).is_not_null() & ~pl.col(column).is_in(referenced[other].implode())
        )
        if not orphans.is_empty():
            problems.append(
                f"{table.file}, {line_numbers(orphans[LINE].to_list())}: "
                f"{file} has no such {column}."
            )
    return problems
