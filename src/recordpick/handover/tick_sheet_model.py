"""The content of tick sheets, in a workbook or on paper: words, headings, sheets and lines.

A filled-in workbook is read by these words and headings, never by the position of a row or a
column: people sort, filter and insert.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from recordpick.criteria.pack import Criterion, Pack
from recordpick.csv_safety import one_line
from recordpick.handover.selection_list import RANDOM_TITLE
from recordpick.selection import results

RESULTS = results.OUTCOMES
SEVERITIES = tuple(severity for severity in results.SEVERITIES if severity)
PHASES = results.PHASES
"""When a record is checked: one workbook is for one phase."""

START, RECORDS, LIST = "Start", "Records", "List"
"""The sheets on which no results are entered."""

LINES, CRITERIA = "Lines", "Criteria"
"""Sheets of the workbook by record: every line, where results are entered; every criterion."""

LIST_ID, PHASE, FINGERPRINT = "List", "Phase", "List fingerprint"
"""The labels of the list's name, the phase and the list's fingerprint on the sheet Start."""

LINE, RECORD, PATIENT, NHS, NAME = "Line", "Record", "Patient no.", "NHS no.", "Name"
RESULT, DIFFERS, SEVERITY, INITIALS, ON = "Result", "What differs", "Severity", "Initials", "Date"

BEFORE, CRITERION = "Found before", "Criterion"

HOW = (
    "Open each record of the sheet Records in both systems, compare what its criteria name, and "
    "choose a result on the sheet of each criterion. Where something differs, write down what, "
    "and how bad it is. Keep one workbook for each phase."
)

RANDOM_COMPARE = (
    "Name, date of birth, NHS number, address",
    "Problems, allergies, current medication",
    "The newest consultation, result and letter",
    "Anything that catches the eye",
)
"""What to compare in a record drawn at random, which has no criterion to say so."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the selection list, as people see it."""

    line: int
    record: int
    patient_id: str
    nhs_number: str
    name: str
    criterion_id: str | None
    before: str = ""
    """What was found in an earlier phase; "" if nothing."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The lines of one criterion, or of the random records (`criterion_id` None)."""

    criterion_id: str | None
    title: str
    find: str
    compare: tuple[str, ...]
    lines: tuple[Line, ...]

    @property
    def name(self) -> str:
        """What people call it: the criterion's id, or Random."""
        return self.criterion_id or "Random"


def sheets_of(
    pack: Pack,
    selected: pl.DataFrame,
    names: Mapping[str, str] | None = None,
    before: Mapping[tuple[str | None, str], str] | None = None,
) -> tuple[Sheet, ...]:
    """Return the sheets in the order of the list; criteria without a pick have none.

    `selected` is the selection list (`selection_rows`), `names` the patients' names by patient_id
    where they are wanted, `before` what was found earlier, by criterion and patient_id.
    """
    lines: dict[str | None, list[Line]] = {}
    for row in selected.iter_rows(named=True):
        line = Line(
            line=row["line"],
            record=row["record_number"],
            patient_id=one_line(row["patient_id"]),
            nhs_number=spaced_number(one_line(row["nhs_number"] or "")),
            name=one_line((names or {}).get(row["patient_id"], "")),
            criterion_id=row["criterion_id"],
            before=one_line((before or {}).get((row["criterion_id"], row["patient_id"]), "")),
        )
        lines.setdefault(line.criterion_id, []).append(line)
    criteria = {criterion.id: criterion for criterion in pack.criteria}
    return tuple(
        _sheet(criteria.get(criterion_id or ""), criterion_id, tuple(of))
        for criterion_id, of in lines.items()
    )


def _sheet(criterion: Criterion | None, criterion_id: str | None, lines: tuple[Line, ...]) -> Sheet:
    if criterion is None:
        title = RANDOM_TITLE if criterion_id is None else "Not in the pack"
        find = "Drawn at random: by ticket number, from all who are eligible."
        return Sheet(criterion_id, title, find, RANDOM_COMPARE, lines)
    compare = tuple(one_line(item) for item in criterion.compare) or ("The record",)
    return Sheet(criterion_id, one_line(criterion.title), one_line(criterion.find), compare, lines)


_RESERVED_TABS = (START, RECORDS, LIST, "History", "Random")


def tabs_of(sheets: tuple[Sheet, ...]) -> list[str]:
    """Return sheet names made from the criteria: at most 31 characters, all different."""
    tabs: list[str] = []
    used = {tab.casefold() for tab in _RESERVED_TABS}
    for sheet in sheets:
        if sheet.criterion_id is None:
            tabs.append("Random")
            continue
        number, tab = 1, sheet.criterion_id[:31]
        while tab.casefold() in used:
            number += 1
            tab = f"{sheet.criterion_id[:27]}_{number}"
        used.add(tab.casefold())
        tabs.append(tab)
    return tabs


def by_record(sheets: tuple[Sheet, ...]) -> tuple[tuple[tuple[Line, Sheet], ...], ...]:
    """Return each record's lines with the sheets they are on, in order of record number."""
    records: dict[int, list[tuple[Line, Sheet]]] = {}
    for sheet in sheets:
        for line in sheet.lines:
            records.setdefault(line.record, []).append((line, sheet))
    return tuple(tuple(records[number]) for number in sorted(records))


def spaced_number(number: str) -> str:
    """Return an NHS number as people read it: 943 476 5919."""
    if len(number) == 10 and number.isascii() and number.isdigit():
        return f"{number[:3]} {number[3:6]} {number[6:]}"
    return number
