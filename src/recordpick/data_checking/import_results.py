"""Compare a filled-in workbook with its list: which results can be imported, and which cannot.

A result must never end up with another patient. So a row is imported only where its line, its
patient and its sheet agree with the list as it was handed over. Any other row is named, and stays
in the workbook to be corrected.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from recordpick.csv_safety import one_line
from recordpick.data_checking import result_cells as cells
from recordpick.data_checking.issued_lists import HandedOver, Listed, all_handed_over, list_ids
from recordpick.data_checking.row_patient import line_of, short
from recordpick.data_checking.workbook import Row, Workbook, read_workbook
from recordpick.errors import UserError
from recordpick.handover.selection_list import spoken_fingerprint
from recordpick.handover.tick_sheet_model import RESULTS, SEVERITIES
from recordpick.selection.kinds.judgements import earlier_import, known_result, new_entries
from recordpick.selection.results import (
    FAULTS,
    Entry,
    FilledIn,
    Imported,
    Phase,
    Result,
    checker_of,
)
from recordpick.selection.working_file import WorkingFile
from recordpick.text import plural


@dataclass(frozen=True, slots=True)
class Replaced:
    """A result that replaces a different one that was imported before."""

    entry: Entry
    before: Result


@dataclass(frozen=True)
class ImportPreview:
    """What a workbook holds for a working file, before it is imported.

    `filled` is what `WorkingFile.import_results` needs. `not_imported` are sentences on what
    cannot be imported, `notes` on what is worth knowing. `imported_before` is the earlier import of
    this very workbook.
    """

    filled: FilledIn
    new: int
    replaced: tuple[Replaced, ...]
    known: int
    not_imported: tuple[str, ...]
    notes: tuple[str, ...]
    imported_before: Imported | None
    disagree: tuple[str, ...] = ()
    """Sentences on results that somebody else's contradict: nothing counts before one is chosen."""


def preview_import(file: WorkingFile, path: Path, phase: Phase | None = None) -> ImportPreview:
    """Read a filled-in workbook and compare it with the working file, which stays as it is.

    `phase`, where given, overrides the workbook's. UserError where it is not a workbook, belongs to
    another working file, or does not say which list and phase it is for.
    """
    return preview_of(file, read_workbook(path), phase)


def preview_of(file: WorkingFile, book: Workbook, phase: Phase | None = None) -> ImportPreview:
    """Compare a workbook that was read with its list. UserError as for `preview_import`."""
    notes: list[str] = []
    listed = _list_of(file, book, notes)
    phase = _phase_of(book, phase, notes)
    by_line, not_imported = _entries(book, listed, notes)
    entries = tuple(by_line.values())
    notes += _not_picked_any_more(file, listed, entries)
    vague = [entry for entry in entries if entry.outcome in FAULTS and not entry.differs]
    if vague:
        notes.append(f"{plural(len(vague), 'result')} with a difference that nobody has described.")
    settled = file.selection.settled
    filled = FilledIn(phase, listed.list_id, one_line(book.name)[:200], book.sha256, entries)
    changed = new_entries(settled, filled)
    replaced = tuple(
        Replaced(entry, before)
        for entry in changed
        if (before := known_result(settled, filled, entry)) is not None
    )
    return ImportPreview(
        filled=filled,
        new=len(changed) - len(replaced),
        replaced=replaced,
        known=len(entries) - len(changed),
        not_imported=(*book.problems, *not_imported),
        notes=tuple(notes),
        imported_before=earlier_import(file.selection.imports, phase, book.sha256),
        disagree=tuple(disagreements_with(file, filled, changed)),
    )


def disagreements_with(
    file: WorkingFile, filled: FilledIn, entries: Sequence[Entry]
) -> Iterator[str]:
    """Yield a sentence for each new entry that somebody else's result contradicts."""
    settled = file.selection.settled
    for entry in entries:
        if entry.area:
            continue
        key = (filled.phase, entry.criterion_id, entry.patient_id)
        checker = checker_of(entry.initials, filled.workbook, filled.apart)
        others = [one for one in settled.judged.get(key, ()) if one[0] != checker]
        chosen = settled.resolutions.get(key)
        if chosen is not None:
            others = [("the result that was chosen", chosen.chosen)]
        against = [(who, one) for who, one in others if one.entry.says != entry.says]
        if against:
            who, one = against[0]
            yield (
                f"Line {entry.line} ({entry.criterion_id or 'Random'}, patient "
                f"{short(entry.patient_id)}): {entry.initials or 'this workbook'} says "
                f"{_said(entry, one.entry)}, {one.entry.initials or who} "
                f"{_said(one.entry, entry)}. Nothing "
                "counts before somebody chooses one (issues resolve)."
            )


def _said(entry: Entry, other: Entry) -> str:
    """Return a result in words; with what was noted where another one is the same without it."""
    if entry.outcome != other.outcome:
        return repr(str(entry.outcome))
    noted = ", ".join(one_line(one) for one in (entry.differs, entry.severity) if one)
    return f"{str(entry.outcome)!r} ({noted or 'nothing noted'})"


def _list_of(file: WorkingFile, book: Workbook, notes: list[str]) -> HandedOver:
    ours = list_ids(file)
    if not ours:
        raise UserError(
            f"{file.path.name} has not handed over a list yet, so no tick sheets belong to it: "
            "is it the right working file?"
        )
    if book.list_id is None:
        raise UserError(
            f"{book.name} does not say which list it is for: its sheet Start is missing or was "
            "changed. Write the list's name (List, RP-…) there again, as the hand-over pack has it."
        )
    lists = all_handed_over(file, book.list_id)
    if not lists:
        known = ours[0] if len(ours) == 1 else f"{', '.join(ours[:-1])} and {ours[-1]}"
        raise UserError(
            f"{book.name} is for the list {book.list_id}; {file.path.name} has handed over "
            f"{known}. Nothing was imported: open the working file that the tick sheets came from. "
            f"If that is a copy of this one, bring the two together first ({MERGE})."
        )
    other = {row.list_id for row in book.listed.values()} - {book.list_id, ""}
    if other:
        raise UserError(
            f"{book.name} is for the list {book.list_id} on its first sheet and for "
            f"{min(other)} on its sheet List: sheets of two workbooks were mixed. Nothing was "
            "imported."
        )
    return _list_with_fingerprint(book, lists, notes)


MERGE = "recordpick merge"


def _list_with_fingerprint(book: Workbook, lists: list[HandedOver], notes: list[str]) -> HandedOver:
    """Return the list with the workbook's fingerprint; UserError where it is another list's."""
    if book.fingerprint:
        for one in lists:
            if book.fingerprint == "".join(spoken_fingerprint(one.sha256).split()).casefold():
                return one
        ours = " or ".join(spoken_fingerprint(one.sha256) for one in lists)
        raise UserError(
            f"{book.name} names the list {book.list_id} with another fingerprint than this working "
            f"file's list of that name has ({ours}): other patients are on it. Nothing was "
            "imported. It may be from another copy of the working file: bring the two together "
            f"first ({MERGE})."
        )
    if len(lists) > 1:
        raise UserError(
            f"{book.name} has no list fingerprint, and two copies have each handed over a list "
            f"{book.list_id}: which of them it is for is not known. Nothing was imported."
        )
    _check_listed(book, lists[0])
    is_typed = book.name.casefold().endswith(".csv")
    why = "" if is_typed else " (an earlier recordpick made it, or its first sheet was changed)"
    notes.append(
        f"{book.name} has no list fingerprint{why}: only rows with a patient number or NHS number "
        "are imported."
    )
    return lists[0]


def _check_listed(book: Workbook, listed: HandedOver) -> None:
    """Raise a UserError where the sheet List has other patients on its lines than the list has."""
    for number, row in book.listed.items():
        line = listed.lines.get(number)
        if row.patient and (
            line is None or not cells.is_same_patient(row.patient, line.patient_id)
        ):
            raise UserError(
                f"{book.name} is not for the list {listed.list_id} that this working file handed "
                f"over: its sheet List, row {row.number}, has patient {short(row.patient)} on line "
                f"{number}. Nothing was imported. It may be from another copy of the working file: "
                f"bring the two together first ({MERGE})."
            )


def _phase_of(book: Workbook, given: Phase | None, notes: list[str]) -> Phase:
    if given is not None:
        if book.phase not in {None, given}:
            notes.append(f"The workbook says {book.phase}; it is imported as {given}, as you said.")
        return given
    if book.phase is None:
        raise UserError(
            f"{book.name} does not say which phase it is for: choose it on the sheet Start, or "
            "name it (--phase)."
        )
    return book.phase


def _entries(
    book: Workbook, listed: HandedOver, notes: list[str]
) -> tuple[dict[int, Entry], list[str]]:
    """Return the entries by line of the list, and a sentence for each row without an entry."""
    found: dict[int, list[tuple[Row, Entry]]] = {}
    not_imported: list[str] = []
    for row in book.rows:
        line = line_of(row, listed, book)
        if isinstance(line, str):
            not_imported.append(f"{row.place}: {line}")
            continue
        entry = _entry(row, line, notes)
        if isinstance(entry, str):
            not_imported.append(f"{row.place}: {entry}")
        else:
            found.setdefault(line.line, []).append((row, entry))
    entries: dict[int, Entry] = {}
    for line_number, rows in sorted(found.items()):
        if all(entry == rows[0][1] for _, entry in rows):
            entries[line_number] = rows[0][1]
        else:
            places = " and ".join(row.place for row, _ in rows[:3])
            not_imported.append(
                f"{places}: they have different results for line {line_number}. Keep one of them."
            )
    return entries, not_imported


def _entry(row: Row, line: Listed, notes: list[str]) -> Entry | str:
    """Return the entry of a row, or a sentence on why it has none."""
    if not row.result:
        return "something is filled in, but no result. Choose one."
    outcome = cells.parse_outcome(row.result)
    if outcome is None:
        return f"{short(row.result)!r} is not a result. Choose one of: {', '.join(RESULTS)}."
    severity = cells.parse_severity(row.severity)
    if severity is None:
        notes.append(
            f"{row.place}: {short(row.severity)!r} is not a severity, which is one of "
            f"{', '.join(SEVERITIES)}. The result is imported without it."
        )
    checked_on = cells.parse_checked_on(row.on) if row.on else None
    if row.on and checked_on is None:
        notes.append(
            f"{row.place}: {short(row.on)!r} is not a date. The result is imported without it."
        )
    return Entry(
        criterion_id=line.criterion_id,
        patient_id=line.patient_id,
        line=line.line,
        record=line.record,
        outcome=outcome,
        differs=cells.clean_note(row.differs),
        severity=severity or "",
        initials=cells.clean_initials(row.initials),
        checked_on=checked_on,
    )


def _not_picked_any_more(
    file: WorkingFile, listed: HandedOver, entries: tuple[Entry, ...]
) -> list[str]:
    picked = {(pick.criterion_id, pick.patient_id) for pick in file.selection.picks}
    gone = [one for one in entries if (one.criterion_id, one.patient_id) not in picked]
    return [
        f"Line {entry.line} ({entry.criterion_id or 'Random'}, patient {short(entry.patient_id)}) "
        f"was removed from the selection after {listed.list_id}. Its result is imported all the "
        "same."
        for entry in gone
    ]
