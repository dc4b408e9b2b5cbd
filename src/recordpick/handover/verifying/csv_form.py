"""One CSV of a pack: whether it has the form that recordpick writes, and its cells as text.

The form is RFC 4180 as docs/selection-list.md has it: UTF-8 without a mark, commas, CRLF, one row a
line. Anything else says that another program wrote the file, and is found before it is misread.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from recordpick.delimited import strict_reader
from recordpick.handover.schemas import Table
from recordpick.handover.verifying.opening import shown

AT = "line of the file"
"""The column with the line on which a row stands (from 1: the header)."""

MOST_LINES = 300_000
LONGEST_LINE = 100_000
"""Characters. Both are far more than any practice's pack has; without them a file that was made for
it would take all memory."""

_MOST_SAID = 5
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Form:
    """A CSV taken in: its rows as text with `AT`, null for an empty cell, and what is wrong.

    `rows` is None where the columns cannot be told; it lacks the rows that problems name.
    """

    table: Table
    rows: pl.DataFrame | None
    problems: tuple[str, ...]


def at_lines(lines: Sequence[int]) -> str:
    """Name lines of a file: "line 4", "lines 4, 9 and 12 more"."""
    first = ", ".join(f"{line:,}" for line in lines[:_MOST_SAID])
    if len(lines) == 1:
        return f"line {first}"
    more = len(lines) - _MOST_SAID
    return f"lines {first} and {more:,} more" if more > 0 else f"lines {first}"


def read_form(table: Table, content: bytes, *, newer: bool = False) -> Form:
    """Take a CSV in. `newer`: columns after those that the table has are let pass."""
    if not content:
        return Form(table, None, (f"{table.file} is empty.",))
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
        return Form(table, None, tuple(problems))
    lines = _lines(table.file, text, problems)
    if len(lines) > MOST_LINES or max(map(len, lines), default=0) > LONGEST_LINE:
        problems.append(f"{table.file} has more or longer lines than any pack: it was not read.")
        return Form(table, None, tuple(problems))
    header, rows, wrong = _rows(table.file, lines)
    problems += wrong
    columns = [field.name for field in table.fields]
    if not (header[: len(columns)] == columns if newer else header == columns):
        problems.append(_of_the_header(table.file, header, columns))
        return Form(table, None, tuple(problems))
    frame = pl.DataFrame(
        [(line, *(cell or None for cell in cells[: len(columns)])) for line, cells in rows],
        schema={AT: pl.UInt32, **dict.fromkeys(columns, pl.String)},
        orient="row",
    )
    return Form(table, frame, tuple(problems))


def _lines(name: str, text: str, problems: list[str]) -> list[str]:
    """Cut a text into its lines, and note where they do not end in CRLF."""
    whole = text.replace("\r\n", "")
    if "\n" in whole or "\r" in whole:
        problems.append(f"{name}: lines do not end in CRLF: another program has saved it.")
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")
    lines = text.split("\r\n")
    if lines[-1]:
        problems.append(f"{name} is cut short: its last line has no end.")
        return lines
    return lines[:-1]


def _rows(name: str, lines: list[str]) -> tuple[list[str], list[tuple[int, list[str]]], list[str]]:
    """Cut lines into cells: the header, the rows with their numbers, and what is wrong."""
    header: list[str] = []
    rows: list[tuple[int, list[str]]] = []
    wrong: list[int] = []
    uneven: list[int] = []
    for number, line in enumerate(lines, start=1):
        try:
            # A line at a time: one row is one line, and a quote that stays open spoils no other.
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
        problems.append(f"{name}, {at_lines(wrong)}: quotation marks do not fit.")
    if uneven and header:
        said = f"there are not {len(header)} cells, one a column"
        problems.append(f"{name}, {at_lines(uneven)}: {said}.")
    return header, rows, problems


def _of_the_header(name: str, header: list[str], columns: list[str]) -> str:
    missing = [one for one in columns if one not in header]
    unknown = [shown(one) for one in header if one not in columns]
    if sorted(header) == sorted(columns):
        return f"{name}: its columns have changed places."
    if not missing:
        return f"{name}: columns were added or stand twice ({', '.join(unknown[:3]) or 'twice'})."
    also = f"; unknown: {', '.join(unknown[:3])}" if unknown else ""
    return f"{name}: columns are missing ({', '.join(missing[:3])}{also})."
