"""The CSVs of a pack: parsed as recordpick writes them, and checked against their columns.

The format is RFC 4180 as docs/selection-list.md describes it: UTF-8 without a byte-order mark,
commas, CRLF, one row a line. Anything else shows that another program wrote the file, and is found
before the file is misread.

Frictionless checks the cells from datapackage.json in the same way; this needs no further package,
and follows the contract that recordpick knows, not the one that came with the file.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from recordpick.csv_safety import GUARD, plain, safe
from recordpick.csvio.sniff import strict_reader
from recordpick.reports.columns import Column, FieldType, Table
from recordpick.verify.open_pack import shown
from recordpick.verify.verdict import Check

LINE = "line of the file"
"""The column with the line number of each row in the file (line 1 is the header)."""

MOST_LINES = 300_000
LONGEST_LINE = 100_000
"""Characters. Both limits are far above any practice's pack; without them a file made for the
purpose would use all memory."""

_MAX_LINES_NAMED = 5
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class ParsedTable:
    """A parsed CSV: its rows as text with `LINE`, null for an empty cell, and its problems.

    `rows` is None where the columns cannot be recognised; it lacks rows that could not be parsed.
    """

    table: Table
    rows: pl.DataFrame | None
    problems: tuple[str, ...]
    later: tuple[Column, ...] = ()
    """Columns that a pack of an earlier contract does not have: null in `rows`."""


def line_numbers(lines: Sequence[int]) -> str:
    """Return line numbers as text: "line 4", "lines 4, 9 and 12 more"."""
    first = ", ".join(f"{line:,}" for line in lines[:_MAX_LINES_NAMED])
    if len(lines) == 1:
        return f"line {first}"
    more = len(lines) - _MAX_LINES_NAMED
    return f"lines {first} and {more:,} more" if more > 0 else f"lines {first}"


def parse_table(
    table: Table, content: bytes, *, newer: bool = False, older: str = ""
) -> ParsedTable:
    """Parse a CSV; with `newer`, ignore columns added after those of the table.

    With `older`, an earlier version of the contract, the columns added since are null.
    """
    if not content:
        return ParsedTable(table, None, (f"{table.file} is empty.",))
    problems: list[str] = []
    if content.startswith(_BOM):
        problems.append(
            f"{table.file} begins with a byte-order mark: another program has saved it."
        )
        content = content.removeprefix(_BOM)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problems.append(f"{table.file}, line {line:,}: this is not UTF-8.")
        return ParsedTable(table, None, tuple(problems))
    lines = _lines(table.file, text, problems)
    if len(lines) > MOST_LINES or max(map(len, lines), default=0) > LONGEST_LINE:
        problems.append(
            f"{table.file} has more or longer lines than any pack has: it was not read."
        )
        return ParsedTable(table, None, tuple(problems))
    header, rows, wrong = _rows(table.file, lines)
    problems += wrong
    known = table.of_version(older) if older else table
    columns = [column.name for column in known.columns]
    if not (header[: len(columns)] == columns if newer else header == columns):
        problems.append(_header_problem(table.file, header, columns))
        return ParsedTable(table, None, tuple(problems))
    frame = pl.DataFrame(
        [(line, *(cell or None for cell in cells[: len(columns)])) for line, cells in rows],
        schema={LINE: pl.UInt32, **dict.fromkeys(columns, pl.String)},
        orient="row",
    )
    later = tuple(column for column in table.columns if column.name not in columns)
    frame = frame.with_columns(pl.lit(None, dtype=pl.String).alias(one.name) for one in later)
    return ParsedTable(known, frame, tuple(problems), later)


def _lines(name: str, text: str, problems: list[str]) -> list[str]:
    """Split a text into its lines, and add a problem where they do not end in CRLF."""
    whole = text.replace("\r\n", "")
    if "\n" in whole or "\r" in whole:
        problems.append(f"{name}: lines do not end in CRLF: another program has saved it.")
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")
    lines = text.split("\r\n")
    if lines[-1]:
        problems.append(f"{name} is cut short: its last line does not end in a line break.")
        return lines
    return lines[:-1]


def _rows(name: str, lines: list[str]) -> tuple[list[str], list[tuple[int, list[str]]], list[str]]:
    """Split lines into cells; return the header, the numbered rows and the problems."""
    header: list[str] = []
    rows: list[tuple[int, list[str]]] = []
    wrong: list[int] = []
    uneven: list[int] = []
    for number, line in enumerate(lines, start=1):
        try:
            # A line at a time: one row is one line, so an unclosed quotation mark spoils no other
            # line.
            cells = next(strict_reader([line]), [])
        except csv.Error:
            wrong.append(number)
            continue
        if number == 1:
            header = cells
        elif len(cells) == len(header):
            rows.append((number, cells))
        else:
            uneven.append(number)
    problems = []
    if wrong:
        problems.append(f"{name}, {line_numbers(wrong)}: quotation marks do not match.")
    if uneven and header:
        expected = f"there are not {len(header)} cells, one for each column"
        problems.append(f"{name}, {line_numbers(uneven)}: {expected}.")
    return header, rows, problems


def _header_problem(name: str, header: list[str], columns: list[str]) -> str:
    missing = [one for one in columns if one not in header]
    unknown = [shown(one) for one in header if one not in columns]
    if sorted(header) == sorted(columns):
        return f"{name}: its columns are in another order."
    if not missing:
        return f"{name}: columns were added or appear twice ({', '.join(unknown[:3]) or 'twice'})."
    also = f"; unknown: {', '.join(unknown[:3])}" if unknown else ""
    return f"{name}: columns are missing ({', '.join(missing[:3])}{also})."


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
            cells += parsed.rows.height * len(parsed.table.columns)
            for column in parsed.table.columns:
                problems += _check_column(parsed.table.file, parsed.rows, column)
            problems += _keys(parsed.table, parsed.rows, tables)
    says = f"{len(tables)} tables, {cells:,} cells: types, words, patterns and keys."
    return Check("Columns", says, tuple(problems))


def with_types(parsed: ParsedTable) -> pl.DataFrame:
    """Return the rows with their types, texts without CSV-injection guards.

    A cell that is not of its type is null. Whole numbers are Int64, numbers Float64, dates Date.
    The column `LINE` is kept.
    """
    assert parsed.rows is not None
    columns = (*parsed.table.columns, *parsed.later)
    return parsed.rows.select(LINE, *(_typed(column) for column in columns))


def _typed(column: Column) -> pl.Expr:
    cell = pl.col(column.name)
    match column.type:
        case "integer":
            return cell.cast(pl.Int64, strict=False)
        case "number":
            return cell.cast(pl.Float64, strict=False)
        case "date":
            return cell.str.to_date("%Y-%m-%d", strict=False)
        case "string":
            return plain(cell)


def _check_column(name: str, rows: pl.DataFrame, column: Column) -> list[str]:
    """Return what is wrong in one column: one sentence for each kind of fault."""
    cell = pl.col(column.name)
    faults: list[tuple[pl.Expr, str]] = []
    if column.required:
        faults.append((cell.is_null(), "is empty"))
    if column.type == "string":
        faults.append(
            (_is_unsafe(cell), "could be run or changed by a spreadsheet, or could act on one")
        )
    else:
        faults.append(
            (cell.is_not_null() & ~_fits(cell, column.type), f"is not a {_TYPE_NAMES[column.type]}")
        )
    if column.minimum is not None:
        low = cell.cast(pl.Float64, strict=False) < column.minimum
        faults.append((low, f"is less than {column.minimum}"))
    if column.words:
        faults.append((~cell.is_in(column.words), f"is not one of {', '.join(column.words)}"))
    if column.pattern:
        faults.append(
            (~cell.str.contains(f"^(?:{column.pattern})$"), "does not have the required format")
        )
    if column.unique:
        faults.append((cell.is_not_null() & cell.is_duplicated(), "appears more than once"))
    problems = []
    for wrong, says in faults:
        found = rows.filter(wrong)
        if not found.is_empty():
            word = (
                f" {shown(str(found[column.name][0]))!r}" if column.words and found.height else ""
            )
            lines = line_numbers(found[LINE].to_list())
            problems.append(f"{name}, {lines}: {column.name}{word} {says}.")
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
