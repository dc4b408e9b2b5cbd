"""The supplier's own form for issues: an empty workbook, and a file that says what goes where.

The file is TOML:

    [form]
    workbook = "issue-form.xlsx"    # the empty form, beside this file
    sheet = "Issues"
    first_row = 6                   # the first row to fill in
    last_row = 205                  # optional: the last row that the form has
    status = ["open"]               # optional: only issues with these statuses

    [columns]                       # a column of the issue log = a column of the form
    issue = "A"                     # by its letter,
    what_differs = "Description"    # or by its heading

    [cells]                         # optional: filled in once
    practice = "C2"

    [words.severity]                # optional: other words for ours
    high = "1 - urgent"
"""

from __future__ import annotations

import io
import re
import tomllib
import warnings
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from recordpick.csv_safety import one_line
from recordpick.csvio.records import decoded, read_bytes
from recordpick.data_checking.issue_log import ISSUE_LOG
from recordpick.data_checking.issued_lists import list_ids
from recordpick.errors import UserError
from recordpick.selection.results import OUTCOMES, PHASES, SEVERITIES, STATUSES
from recordpick.selection.working_file import WorkingFile
from recordpick.spreadsheets import read_sheets
from recordpick.text import similar_hint

if TYPE_CHECKING:
    Worksheet = Any  # openpyxl's, which has no types

_LARGEST = 256 * 1024
_LETTERS = re.compile(r"[A-Z]{1,3}")
_CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_LAST_ROW = 1_048_576
FACTS = ("practice", "list_id", "criteria_pack", "as_at", "issues")
"""What can be filled in once."""
_TABLES = ("form", "columns", "cells", "words")
_FORM = ("workbook", "sheet", "first_row", "last_row", "status")
_WORDS: dict[str, tuple[str, ...]] = {
    "severity": tuple(filter(None, SEVERITIES)),
    "status": tuple(STATUSES),
    **dict.fromkeys(("phase", "last_phase"), PHASES),
    **dict.fromkeys(("result", "last_result"), OUTCOMES),
}
"""Our words in the columns that have only some: other words for them are looked up by these."""


@dataclass(frozen=True)
class Form:
    """A supplier's form: the empty workbook, and where what goes."""

    path: Path
    workbook: Path
    sheet: str
    first_row: int
    last_row: int
    status: tuple[str, ...]
    columns: Mapping[str, str]
    cells: Mapping[str, str]
    words: Mapping[str, Mapping[str, str]]

    def filtered(self, log: pl.DataFrame) -> pl.DataFrame:
        """Return the issues that the form is for."""
        return log.filter(pl.col("status").is_in(list(self.status))) if self.status else log


def read_form(path: Path) -> Form:
    """Read the description of a form. UserError, with everything that is wrong with it."""
    text = decoded(read_bytes(path, _LARGEST), path.name)
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{path} is not TOML: {error}.") from error
    checks = _Checks(path)
    form = checks.table(given, "form")
    for name in given:
        if name not in _TABLES:
            checks.unknown("", name, _TABLES)
    for name in form:
        if name not in _FORM:
            checks.unknown("form", name, _FORM)
    columns = checks.texts(given, "columns", ISSUE_LOG, required=True)
    cells = checks.texts(given, "cells", FACTS)
    for name, cell in cells.items():
        if not _CELL.fullmatch(cell):
            checks.problems.append(f"[cells] {name}: {cell!r} is not a cell, as C2.")
    words = {
        name: checks.texts(given["words"], name, _WORDS.get(name, ()))
        for name in checks.table(given, "words", required=False)
        if name in ISSUE_LOG or checks.unknown("words", name, ISSUE_LOG)
    }
    status = checks.status(form.get("status", []))
    first, last = checks.rows(form)
    workbook, sheet = checks.text(form, "workbook"), checks.text(form, "sheet")
    if checks.problems:
        raise UserError(*(f"{path.name}: {problem}" for problem in checks.problems))
    return Form(path, path.parent / workbook, sheet, first, last, status, columns, cells, words)


class _Checks:
    """Collects what is wrong with a description."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[str] = []

    def table(
        self, given: Mapping[str, Any], name: str, *, required: bool = True
    ) -> dict[str, Any]:
        value = given.get(name, {} if not required else None)
        if isinstance(value, dict):
            return value
        self.problems.append(f"there is no table [{name}].")
        return {}

    def texts(
        self, given: Mapping[str, Any], name: str, known: Any, *, required: bool = False
    ) -> dict[str, str]:
        found: dict[str, str] = {}
        for key, value in self.table(given, name, required=required).items():
            if known and key not in known and not self.unknown(name, key, known):
                continue
            if isinstance(value, str) and value.strip():
                found[key] = value.strip()
            else:
                self.problems.append(f"[{name}] {key}: write a text in quotation marks.")
        return found

    def unknown(self, name: str, key: str, known: Any) -> bool:
        hint = similar_hint(key, known) or f" They are: {', '.join(known)}."
        place = f"[{name}] {key}" if name else f"[{key}]"
        self.problems.append(f"{place}: there is nothing of that name.{hint}")
        return False

    def text(self, form: Mapping[str, Any], name: str) -> str:
        value = form.get(name)
        if isinstance(value, str) and value.strip():
            return value
        self.problems.append(f"[form] {name}: it is missing, or not a text.")
        return ""

    def rows(self, form: Mapping[str, Any]) -> tuple[int, int]:
        first, last = form.get("first_row"), form.get("last_row", _LAST_ROW)
        if not isinstance(first, int) or isinstance(first, bool) or not 1 <= first <= _LAST_ROW:
            self.problems.append("[form] first_row: write the number of the first row to fill in.")
            return 1, 1
        if not isinstance(last, int) or isinstance(last, bool) or not first <= last <= _LAST_ROW:
            self.problems.append("[form] last_row: write the number of a row from first_row on.")
            return first, first
        return first, last

    def status(self, given: object) -> tuple[str, ...]:
        if isinstance(given, list) and all(one in STATUSES for one in given):
            return tuple(given)
        self.problems.append(f"[form] status: write a list of {', '.join(STATUSES)}.")
        return ()


def fill_form(form: Form, log: pl.DataFrame, file: WorkingFile) -> bytes:
    """Return the form, filled in with a row an issue. The empty form stays as it is.

    UserError where the form is not a workbook, where a sheet, column or cell that is named does not
    exist in it or would be filled in twice or over what it holds, and where it has too few rows;
    nothing is filled in then.
    """
    import openpyxl

    sheets = read_sheets(form.workbook)  # in a process with limits: what follows may trust its size
    if form.workbook.suffix.casefold() != ".xlsx":
        raise UserError(f"{form.workbook}: save the form as .xlsx, so that it can be filled in.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what it warns of is in `left_out`
            book = openpyxl.load_workbook(form.workbook)
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise UserError(
            f"{form.workbook} cannot be filled in ({error}): open it, save it again as .xlsx, and "
            "use that."
        ) from error
    if form.sheet not in book.sheetnames:
        raise UserError(
            f"{form.workbook.name} has no sheet {form.sheet!r}. It has: "
            f"{', '.join(map(one_line, book.sheetnames))}."
        )
    sheet = book[form.sheet]
    columns = _columns(form, sheet, sheets.get(form.sheet, []))
    room = form.last_row - form.first_row + 1
    if log.height > room:
        raise UserError(
            f"{form.workbook.name} has room for {room:,} issues and there are {log.height:,}: name "
            "fewer (status, --since), or ask the supplier for a longer form."
        )
    facts = _facts(file, log)
    for name, cell in form.cells.items():
        found = _CELL.fullmatch(cell)
        assert found is not None
        _write(form, sheet, int(found[2]), _number(found[1]), facts[name])
    for row, issue in enumerate(log.iter_rows(named=True), start=form.first_row):
        for name, column in columns.items():
            value = issue[name]
            if isinstance(value, str):
                value = form.words.get(name, {}).get(value, value)
            _write(form, sheet, row, column, value)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def left_out(form: Form) -> tuple[str, ...]:
    """Return what of the empty form the filled one does not have: the library cannot keep it.

    The form was read before, in a process with limits.
    """
    found: set[str] = set()
    with zipfile.ZipFile(form.workbook) as book:
        for name in book.namelist():
            for part, mark, words in _NOT_KEPT:
                if name.startswith(part) and (not mark or mark.search(book.read(name))):
                    found.add(words)
    return tuple(sorted(found))


_SHEETS, _DRAWINGS = "xl/worksheets/sheet", "xl/drawings/drawing"
_NOT_KEPT = (
    (_DRAWINGS, re.compile(rb"<(?:\w+:)?(?:sp|cxnSp|grpSp)[ >]"), "text boxes and shapes"),
    ("xl/ctrlProps/", None, "buttons and check boxes"),
    ("xl/activeX/", None, "buttons and check boxes"),
    (_SHEETS, re.compile(rb"<x14:dataValidation "), "lists to choose from that are elsewhere"),
    (_SHEETS, re.compile(rb"<x14:conditionalFormatting "), "some of the colours by condition"),
)
"""Parts of a workbook, what in them is not kept, and what people call it."""


def _columns(form: Form, sheet: Worksheet, rows: list[list[str]]) -> dict[str, int]:
    """Return the number of each column of the form; UserError, naming each that does not exist."""
    headings = {
        _folded(cell): place
        for row in rows[: form.first_row - 1]
        for place, cell in enumerate(row, start=1)
        if cell.strip()
    }
    found: dict[str, int] = {}
    problems: list[str] = []
    for name, given in form.columns.items():
        place = headings.get(_folded(given))
        if place is None and _LETTERS.fullmatch(given) and _number(given) <= sheet.max_column:
            place = _number(given)
        if place is not None:
            found[name] = place
        elif _LETTERS.fullmatch(given):
            last = _letters(sheet.max_column)
            problems.append(f"{name}: column {given} does not exist; the last one is {last}.")
        else:
            problems.append(f"{name}: no heading {given!r} is above row {form.first_row}.")
    problems += [
        f"{name}: cell {cell} does not exist."
        for name, cell in form.cells.items()
        if not _exists(cell, sheet)
    ]
    problems += _filled_in_twice(form, found)
    if problems:
        raise UserError(
            *(f"{form.workbook.name}, sheet {form.sheet}: {problem}" for problem in problems)
        )
    return found


def _filled_in_twice(form: Form, columns: Mapping[str, int]) -> list[str]:
    """Return a sentence for each column or cell of the form that two things would go into."""
    places: dict[str, list[str]] = {}
    for name, column in columns.items():
        places.setdefault(f"column {_letters(column)}", []).append(name)
    for name, cell in form.cells.items():
        places.setdefault(f"cell {cell}", []).append(name)
    return [
        f"{' and '.join(names)} go into the same {place}: give each a place of its own."
        for place, names in places.items()
        if len(names) > 1
    ]


def _exists(cell: str, sheet: Worksheet) -> bool:
    found = _CELL.fullmatch(cell)
    return (
        found is not None
        and _number(found[1]) <= sheet.max_column
        and int(found[2]) <= sheet.max_row
    )


def _write(form: Form, sheet: Worksheet, row: int, column: int, value: object) -> None:
    """Write a value; a text is a text, whatever it begins with."""
    from openpyxl.cell.cell import MergedCell

    cell = sheet.cell(row, column)
    if isinstance(cell, MergedCell):
        raise UserError(
            f"{form.workbook.name}, sheet {form.sheet}: {cell.coordinate} is inside a merged cell. "
            "Name the first cell of it, or take the merging out of the form."
        )
    if value is not None and cell.value not in {None, "", value}:
        held = one_line(str(cell.value))
        raise UserError(
            f"{form.workbook.name}, sheet {form.sheet}: {cell.coordinate} holds {held!r} already, "
            "which would be lost. Choose another cell, other rows (first_row, last_row), or empty "
            "it in the form."
        )
    if isinstance(value, str):
        cell.value = "\n".join(map(one_line, value.split("\n")))
        cell.data_type = "s"
    elif isinstance(value, date):
        cell.value = value
        cell.number_format = "dd/mm/yyyy"
    elif value is not None:
        cell.value = value


def _facts(file: WorkingFile, log: pl.DataFrame) -> dict[str, object]:
    lists = list_ids(file)
    return {
        "practice": file.practice,
        "list_id": lists[-1] if lists else "",
        "criteria_pack": f"{file.pack.title}, version {file.pack.version}",
        "as_at": file.as_at,
        "issues": log.height,
    }


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
