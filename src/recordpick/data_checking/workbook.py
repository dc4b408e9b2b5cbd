"""Read a filled-in workbook: its list, its phase, and every row with something filled in.

People sort, filter, delete, insert and paste, and save with other programs. So everything is found
by its label: the headings, the words before the list's name and the phase, the sheet's name or
title. Nothing is judged here; `import_results` does that.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from recordpick.csv_safety import one_line
from recordpick.csvio.records import (
    DELIMITERS,
    UnreadableRowError,
    decoded,
    read_bytes,
    rows_of,
)
from recordpick.errors import UserError
from recordpick.handover.selection_list import SELECTION
from recordpick.handover.tick_sheet_model import (
    CRITERIA,
    CRITERION,
    DIFFERS,
    FINGERPRINT,
    INITIALS,
    LINE,
    LIST,
    LIST_ID,
    NAME,
    NHS,
    ON,
    PATIENT,
    PHASE,
    RECORD,
    RECORDS,
    RESULT,
    SEVERITY,
    START,
)
from recordpick.os_errors import cannot_read
from recordpick.selection.results import PHASES, Phase
from recordpick.spreadsheets import read_sheets

Rows = list[list[str]]
_LIST_ID = re.compile(SELECTION.column("list_id").pattern)
_HEADINGS = (LINE, RECORD, PATIENT, RESULT, DIFFERS, SEVERITY, INITIALS, ON, NHS, NAME, CRITERION)
_FILLED_IN = (RESULT, DIFFERS, SEVERITY)
"""A row with one of these filled in is read: initials and dates are often there beforehand."""
_OTHERS = frozenset(name.casefold() for name in (START, RECORDS, LIST))
_LONGEST_SHEET_NAME = 40
_LARGEST_TRANSCRIPT = 16 * 1024**2
TRANSCRIPT = "Transcript"
"""What the sheet of a transcript is called in messages."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a sheet with something filled in, as text; "" for an empty cell.

    `number` is the row of the sheet, from 1. `title` is the text at the top of the sheet.
    """

    sheet: str
    title: str
    number: int
    line: str
    record: str
    patient: str
    result: str
    differs: str
    severity: str
    initials: str
    on: str
    nhs: str = ""
    name: str = ""
    criterion: str = ""
    """Of a workbook by record; in one by criterion the sheet says which it is."""

    @property
    def place(self) -> str:
        """Where the row is, for people."""
        return f"Sheet {shown_sheet(self.sheet)}, row {self.number:,}"


@dataclass(frozen=True, slots=True)
class ListRow:
    """One row of the sheet List: what the workbook says about a line. `number` is the row's."""

    number: int
    list_id: str
    patient: str
    nhs: str


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One row of the sheet Records: a patient, and the name where the workbook has names."""

    patient: str
    name: str


@dataclass(frozen=True)
class Workbook:
    """The content of a filled-in workbook.

    `list_id` and `phase` are None where they are missing or unclear. `problems` name sheets that
    could not be read. `fingerprint` is the list's, in lower case without spaces; "" where there is
    none. `listed` are the rows of the sheet List by line, `records` those of Records.
    """

    name: str
    sha256: str
    list_id: str | None
    phase: Phase | None
    rows: tuple[Row, ...]
    problems: tuple[str, ...]
    fingerprint: str = ""
    listed: Mapping[int, ListRow] = field(default_factory=dict)
    records: tuple[RecordRow, ...] = ()


def read_workbook(path: Path) -> Workbook:
    """Read a filled-in workbook, in a process of its own with limits; or a CSV, as a transcript.

    A transcript is what somebody typed from printed sheets: the list's name (List, RP-…) and the
    phase above a row of headings, then a row a line. UserError where the file is neither, is
    damaged or is too large.
    """
    sheets = _transcript(path) if path.suffix.casefold() == ".csv" else read_sheets(path)
    try:
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise cannot_read(path, error) from error
    return parse_workbook(path.name, sha256, sheets)


def _transcript(path: Path) -> dict[str, Rows]:
    """Return a CSV's rows as a sheet, and as the sheet Start for what is said above the headings.

    UserError where the file cannot be read as CSV.
    """
    text = decoded(read_bytes(path, _LARGEST_TRANSCRIPT), path.name)
    for delimiter in DELIMITERS:
        try:
            found = list(rows_of(text, delimiter))
        except UnreadableRowError as error:
            if delimiter != DELIMITERS[-1]:
                continue
            raise UserError(
                f"{path.name}, line {error.line}: {' '.join(error.messages)}"
            ) from error
        if any(_headings(cells) is not None for _, cells in found):
            rows: Rows = [[] for _ in range(found[-1][0])]
            for line, cells in found:
                rows[line - 1] = [cell.removeprefix("'") for cell in cells]
            return {START: rows, TRANSCRIPT: rows}
    raise UserError(
        f"{path.name} has no row with the headings {LINE}, {PATIENT} and {RESULT}: write them "
        "above the results, separated by commas."
    )


def parse_workbook(name: str, sha256: str, sheets: dict[str, Rows]) -> Workbook:
    """Return the content of a filled-in workbook from the rows of its sheets."""
    rows: list[Row] = []
    problems: list[str] = []
    for sheet, cells in sheets.items():
        if sheet.strip().casefold() not in _OTHERS:
            rows += _rows(sheet, cells, problems)
    phase = _stated(sheets, PHASE)
    return Workbook(
        name,
        sha256,
        _list_id(sheets),
        parse_phase(phase),
        tuple(rows),
        tuple(problems),
        _word(_stated(sheets, FINGERPRINT)),
        _listed(sheets),
        _records(sheets),
    )


def parse_phase(text: str) -> Phase | None:
    """Return a phase from how people write it (Go live, first_check); None if it is not a phase."""
    word = _word(text)
    return next((phase for phase in PHASES if _word(phase) == word), None)


def shown_sheet(name: str) -> str:
    """Return the name of a sheet, shortened for a sentence."""
    return one_line(name[:_LONGEST_SHEET_NAME])


def _rows(sheet: str, cells: Rows, problems: list[str]) -> list[Row]:
    """Return the rows of a sheet with something filled in; headings may be anywhere, and twice."""
    title = next((cell for cell in (cells[0] if cells else []) if cell), "")
    found: list[Row] = []
    columns: dict[str, int] | None = None
    for number, row in enumerate(cells, start=1):
        headings = _headings(row)
        if headings is not None:
            twice = [name for name, places in headings.items() if len(places) > 1]
            if twice:
                problems.append(
                    f"Sheet {shown_sheet(sheet)}, row {number:,}: the heading {twice[0]} appears "
                    "twice, so the rows below it were not read. Remove one of the columns."
                )
                return found
            columns = {name: places[0] for name, places in headings.items()}
            continue
        if columns is not None and any(_cell(row, columns.get(name)) for name in _FILLED_IN):
            texts = [_cell(row, columns.get(name)) for name in _HEADINGS]
            found.append(Row(sheet, title, number, *texts))
    is_by_record = _word(sheet) == _word(CRITERIA)
    if columns is None and not is_by_record and any(any(row) for row in cells):
        problems.append(
            f"Sheet {shown_sheet(sheet)} has no row with the headings {LINE}, {PATIENT} and "
            f"{RESULT}: nothing was read from it."
        )
    return found


def _headings(row: list[str]) -> dict[str, list[int]] | None:
    """Return the columns of each heading; None if the row is not one of headings."""
    words = [_word(cell) for cell in row]
    places = {
        name: [at for at, word in enumerate(words) if word == _word(name)] for name in _HEADINGS
    }
    present = {name: found for name, found in places.items() if found}
    return present if RESULT in present and (LINE in present or PATIENT in present) else None


def _cell(row: list[str], at: int | None) -> str:
    return row[at].strip() if at is not None and at < len(row) else ""


def _stated(sheets: dict[str, Rows], what: str) -> str:
    """Return the cell after a label on the sheet Start; "" where there is none."""
    for sheet, cells in sheets.items():
        if sheet.strip().casefold() == START.casefold():
            for row in cells:
                filled = [cell.strip() for cell in row if cell.strip()]
                if len(filled) > 1 and _word(filled[0]) == _word(what):
                    return filled[1]
    return ""


def _list_id(sheets: dict[str, Rows]) -> str | None:
    """Return the workbook's list: the one on Start, or the only one named anywhere; else None."""
    stated = _stated(sheets, LIST_ID)
    if _LIST_ID.fullmatch(stated):
        return stated
    named = {
        cell.strip()
        for cells in sheets.values()
        for row in cells
        for cell in row
        if _LIST_ID.fullmatch(cell.strip())
    }
    return named.pop() if len(named) == 1 else None


def _table(
    sheets: dict[str, Rows], sheet: str, names: Sequence[str], needed: int
) -> Iterator[tuple[int, list[str]]]:
    """Yield number and cells of each row below the headings of a sheet, in the order of `names`.

    The first `needed` of the headings must be there; cells of others that are not are "".
    """
    words = [_word(name) for name in names]
    cells = next((rows for one, rows in sheets.items() if _word(one) == _word(sheet)), [])
    places: list[int | None] | None = None
    for number, row in enumerate(cells, start=1):
        if places is None:
            found = [_word(cell) for cell in row]
            if all(word in found for word in words[:needed]):
                places = [found.index(word) if word in found else None for word in words]
        else:
            yield number, [_cell(row, place) for place in places]


def _listed(sheets: dict[str, Rows]) -> dict[int, ListRow]:
    columns = ("list_id", "line", "patient_id", "nhs_number")
    return {
        int(line): ListRow(number, list_id, patient, nhs)
        for number, (list_id, line, patient, nhs) in _table(sheets, LIST, columns, 3)
        if line.isascii() and line.isdigit() and len(line) < 10
    }


def _records(sheets: dict[str, Rows]) -> tuple[RecordRow, ...]:
    return tuple(
        RecordRow(*cells) for _, cells in _table(sheets, RECORDS, (PATIENT, NAME), 2) if any(cells)
    )


def _word(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())
