"""Find the patient of a row in a filled-in workbook: all its identifiers must name the same line.

The line number, the record number, the criterion, the patient number, the NHS number and the name
are each compared with the list as it was handed over. Where one contradicts, the row belongs to
nobody: which of them is wrong cannot be known here.
"""

from __future__ import annotations

import re

from recordpick.csv_safety import one_line
from recordpick.data_checking import result_cells as cells
from recordpick.data_checking.issued_lists import HandedOver, Listed
from recordpick.data_checking.workbook import Row, Workbook

_WHOLE = re.compile(r"([0-9]{1,9})(?:\.0+)?")
_NO_NUMBER = frozenset({"", "none", "-", "–"})


def line_of(row: Row, listed: HandedOver, book: Workbook) -> Listed | str:
    """Return the line of the list that a row is about, or a sentence on why there is none."""
    criterion = _criterion_of(row, listed)
    if row.criterion and criterion is None:
        return f"the list {listed.list_id} has no criterion {short(row.criterion)}."
    if row.line:
        number = _WHOLE.fullmatch(row.line)
        line = listed.lines.get(int(number[1])) if number else None
        if line is None:
            return f"the list {listed.list_id} has no line {short(row.line)}."
        return _other_line(row, line, criterion) or _contradiction(row, line, listed, book) or line
    if not row.patient:
        return "it has neither a line nor a patient number, so whose result it is is not known."
    of_sheet = [
        line
        for line in listed.lines.values()
        if line.name == criterion and cells.is_same_patient(row.patient, line.patient_id)
    ]
    if len(of_sheet) == 1:
        return _contradiction(row, of_sheet[0], listed, book) or of_sheet[0]
    return (
        f"patient {short(row.patient)} is not on the list {listed.list_id} for {criterion or 'it'}."
    )


def _other_line(row: Row, line: Listed, criterion: str | None) -> str:
    if criterion is None or criterion == line.name:
        return ""
    if row.criterion:
        return (
            f"line {row.line} belongs to {line.name}, and the row says {criterion}. "
            "Correct whichever is not that of the result."
        )
    return (
        f"line {row.line} belongs to {line.name}, and this is the sheet of {criterion}. "
        "Enter the result on the sheet that it belongs to."
    )


def _contradiction(row: Row, line: Listed, listed: HandedOver, book: Workbook) -> str:
    """Return which identifier of a row is missing, or not that of the line; "" if all agree."""
    same = cells.is_same_patient(row.patient, line.patient_id)
    # 7 may be 007 that has lost its zeros, but not where the list has a patient 7 as well.
    exact = row.patient == one_line(line.patient_id).strip()
    if row.patient and (not same or (not exact and row.patient in listed.patients)):
        return (
            f"line {line.line} of the list belongs to another patient than {short(row.patient)}. "
            "Correct the line or the patient number, whichever is not that of the result."
        )
    number = _has_same_nhs_number(row, line, listed, book)
    if number is False:
        return (
            f"the NHS number {short(row.nhs)} is not that of the patient on line {line.line}. "
            "Correct whichever is not that of the result."
        )
    record = _WHOLE.fullmatch(row.record)
    has_record = record is not None and int(record[1]) == line.record
    if row.record and not has_record:
        return (
            f"line {line.line} of the list belongs to record {line.record}, not to record "
            f"{short(row.record)}. Correct whichever is not that of the result."
        )
    if not _has_same_name(row, line, book):
        return (
            f"the name on the row is not that of record {line.record} on the sheet Records. "
            "Correct whichever is not that of the result."
        )
    # The fingerprint shows that lines are numbered as here; without one the row must name somebody.
    if row.patient or (has_record and (number or book.fingerprint)):
        return ""
    return "the patient number is missing, so whose result it is is not known."


def _has_same_nhs_number(row: Row, line: Listed, listed: HandedOver, book: Workbook) -> bool | None:
    """Return whether the row's NHS number is that of the line's patient; None if not known.

    The working file knows the numbers of the index that the list was made with, as far as that is
    needed to notice another one. Where it does not, the sheet List of the workbook decides, if it
    has this patient on the line. None: the row has no NHS number, or the patient's is not known.
    """
    given = "".join(row.nhs.split())
    if given.casefold() in _NO_NUMBER:
        return None
    known = listed.numbers.is_of(line.patient_id, given)
    if known is not None:
        return known
    stated = book.listed.get(line.line)
    if stated is None or stated.patient != one_line(line.patient_id).strip():
        return None
    return given == "".join(stated.nhs.split())


def _has_same_name(row: Row, line: Listed, book: Workbook) -> bool:
    """Return whether the row's name is the one on the sheet Records; True where either has none."""
    patient = one_line(line.patient_id).strip()
    names = {_folded(one.name) for one in book.records if one.patient == patient and one.name}
    return not row.name or not names or _folded(row.name) in names


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _criterion_of(row: Row, listed: HandedOver) -> str | None:
    """Return which criterion a row is about, by its own cell or its sheet; None if not known."""
    names = {line.name for line in listed.lines.values()}
    if row.criterion:
        given = row.criterion.strip()
        folded = [name for name in names if name.casefold() == given.casefold()]
        return given if given in names else folded[0] if len(folded) == 1 else None
    tab = row.sheet.strip().casefold()
    if tab in listed.sheets:
        return listed.sheets[tab] or "Random"
    titled = row.title.partition("  ")[0].strip()
    return titled if titled in names else None


def short(text: str) -> str:
    """Return a text from a workbook, shortened for a sentence."""
    shown = one_line(text)
    return shown if len(shown) <= 40 else f"{shown[:39]}…"
