"""Parse one CSV of a pack: check the format that recordpick writes, and return its cells as text.

The format is RFC 4180 as docs/selection-list.md describes it: UTF-8 without a byte-order mark,
commas, CRLF, one row a line. Anything else shows that another program wrote the file, and is found
before the file is misread.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from recordpick.delimited import strict_reader
from recordpick.handover.schemas import Table
from recordpick.handover.verifying.opening import shown

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


def line_numbers(lines: Sequence[int]) -> str:
    """Return line numbers as text: "line 4", "lines 4, 9 and 12 more"."""
    first = ", ".join(f"{line:,}" for line in lines[:_MAX_LINES_NAMED])
    if len(lines) == 1:
        return f"line {first}"
    more = len(lines) - _MAX_LINES_NAMED
    return f"lines {first} and {more:,} more" if more > 0 else f"lines {first}"


def parse_table(table: Table, content: bytes, *, newer: bool = False) -> ParsedTable:
    """Parse a CSV; with `newer`, ignore columns added after those of the table."""
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
    columns = [field.name for field in table.fields]
    if not (header[: len(columns)] == columns if newer else header == columns):
        problems.append(_header_problem(table.file, header, columns))
        return ParsedTable(table, None, tuple(problems))
    frame = pl.DataFrame(
        [(line, *(cell or None for cell in cells[: len(columns)])) for line, cells in rows],
        schema={LINE: pl.UInt32, **dict.fromkeys(columns, pl.String)},
        orient="row",
    )
    return ParsedTable(table, frame, tuple(problems))


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
