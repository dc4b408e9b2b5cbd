"""A filled-in workbook held against the list it is of: what can be taken in, and what cannot.

A result must never end up with another patient. So a row is taken only where its line, its patient
and its sheet agree with the list as it was handed over; any other row is named, and stays in the
workbook to be put right.
"""

from __future__ import annotations

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
from recordpick.selection.kinds.results import earlier_import, new_entries
from recordpick.selection.results import FAULTS, Entry, FilledIn, Imported, Phase, Result
from recordpick.selection.working_file import WorkingFile


@dataclass(frozen=True, slots=True)
class Replaced:
    """A result that says otherwise than the one that was taken in before."""

    entry: Entry
    before: Result


@dataclass(frozen=True)
class LookedAt:
    """What a workbook holds for a working file, before it is taken in.

    `filled` is what `WorkingFile.import_results` takes. `not_taken` are sentences on what cannot
    be taken in, `told` on what is worth knowing. `taken_before`: this very workbook was taken in.
    """

    filled: FilledIn
    new: int
    replaced: tuple[Replaced, ...]
    known: int
    not_taken: tuple[str, ...]
    told: tuple[str, ...]
    taken_before: Imported | None


def look_at(file: WorkingFile, path: Path, phase: Phase | None = None) -> LookedAt:
    """Read a filled-in workbook and hold it against the working file. Nothing is changed.

    `phase`, where given, goes before what the workbook says. UserError where it is no workbook, of
    another working file, or does not say of which list and phase it is.
    """
    return held_against(file, read_workbook(path), phase)


def held_against(file: WorkingFile, book: Workbook, phase: Phase | None = None) -> LookedAt:
    """Hold a workbook that was read against the list it is of. UserError as for `look_at`."""
    told: list[str] = []
    listed = _list_of(file, book, told)
    phase = _phase_of(book, phase, told)
    taken, not_taken = _taken(book, listed, told)
    entries = tuple(taken.values())
    told += _not_picked_any_more(file, listed, entries)
    vague = [entry for entry in entries if entry.outcome in FAULTS and not entry.differs]
    if vague:
        told.append(f"{_results(len(vague))} with a difference that nobody has described.")
    results = file.selection.results
    changed = new_entries(results, phase, entries)
    replaced = tuple(
        Replaced(entry, results[key])
        for entry in changed
        if (key := (phase, entry.criterion_id, entry.patient_id)) in results
    )
    filled = FilledIn(phase, listed.list_id, one_line(book.name)[:200], book.sha256, entries)
    return LookedAt(
        filled=filled,
        new=len(changed) - len(replaced),
        replaced=replaced,
        known=len(entries) - len(changed),
        not_taken=(*book.problems, *not_taken),
        told=tuple(told),
        taken_before=earlier_import(file.selection.imports, phase, book.sha256),
    )


def _list_of(file: WorkingFile, book: Workbook, told: list[str]) -> HandedOver:
    ours = list_ids(file)
    if not ours:
        raise UserError(
            f"{file.path.name} has not handed over a list yet, so no tick sheets can be of it: "
            "is it the right working file?"
        )
    if book.list_id is None:
        raise UserError(
            f"{book.name} does not say which list it is of: its sheet Start is missing or was "
            "changed. Write the list's name (List, RP-…) there again, as the hand-over pack has it."
        )
    lists = all_handed_over(file, book.list_id)
    if not lists:
        known = ours[0] if len(ours) == 1 else f"{', '.join(ours[:-1])} and {ours[-1]}"
        raise UserError(
            f"{book.name} is of the list {book.list_id}; {file.path.name} has handed over {known}. "
            "Nothing was taken in: open the working file that the tick sheets came from. If that "
            f"is a copy of this one, bring the two together first ({MERGE})."
        )
    other = {row.list_id for row in book.listed.values()} - {book.list_id, ""}
    if other:
        raise UserError(
            f"{book.name} is of the list {book.list_id} on its first sheet and of "
            f"{min(other)} on its sheet List: sheets of two workbooks were mixed. Nothing was "
            "taken in."
        )
    return _with_its_fingerprint(book, lists, told)


MERGE = "recordpick merge"


def _with_its_fingerprint(book: Workbook, lists: list[HandedOver], told: list[str]) -> HandedOver:
    """Return the list with the workbook's fingerprint; UserError where it is another list's."""
    if book.fingerprint:
        for one in lists:
            if book.fingerprint == "".join(spoken_fingerprint(one.sha256).split()).casefold():
                return one
        ours = " or ".join(spoken_fingerprint(one.sha256) for one in lists)
        raise UserError(
            f"{book.name} names the list {book.list_id} with another fingerprint than this working "
            f"file's list of that name has ({ours}): other patients are on it. Nothing was taken "
            "in. It may be from another copy of the working file: bring the two together first "
            f"({MERGE})."
        )
    if len(lists) > 1:
        raise UserError(
            f"{book.name} has no list fingerprint, and two copies have each handed over a list "
            f"{book.list_id}: it cannot be told which of them it is of. Nothing was taken in."
        )
    _check_listed(book, lists[0])
    told.append(
        f"{book.name} has no list fingerprint (an earlier recordpick made it, or its first sheet "
        "was changed): only rows with a patient number or NHS number are imported."
    )
    return lists[0]


def _check_listed(book: Workbook, listed: HandedOver) -> None:
    """Raise a UserError where the sheet List has other patients on its lines than the list has."""
    for number, row in book.listed.items():
        line = listed.lines.get(number)
        if row.patient and (line is None or not cells.same_patient(row.patient, line.patient_id)):
            raise UserError(
                f"{book.name} is not of the list {listed.list_id} that this working file handed "
                f"over: its sheet List, row {row.number}, has patient {short(row.patient)} on line "
                f"{number}. Nothing was taken in. It may be from another copy of the working file: "
                f"bring the two together first ({MERGE})."
            )


def _phase_of(book: Workbook, asked: Phase | None, told: list[str]) -> Phase:
    if asked is not None:
        if book.phase not in {None, asked}:
            told.append(f"The workbook says {book.phase}; it is taken as {asked}, as you said.")
        return asked
    if book.phase is None:
        raise UserError(
            f"{book.name} does not say of which phase it is: choose it on the sheet Start, or say "
            "which (--phase)."
        )
    return book.phase


def _taken(
    book: Workbook, listed: HandedOver, told: list[str]
) -> tuple[dict[int, Entry], list[str]]:
    """Give the entries by line of the list, and a sentence for each row that is not one."""
    found: dict[int, list[tuple[Row, Entry]]] = {}
    not_taken: list[str] = []
    for row in book.rows:
        line = line_of(row, listed, book)
        if isinstance(line, str):
            not_taken.append(f"{row.place}: {line}")
            continue
        entry = _entry(row, line, told)
        if isinstance(entry, str):
            not_taken.append(f"{row.place}: {entry}")
        else:
            found.setdefault(line.line, []).append((row, entry))
    taken: dict[int, Entry] = {}
    for line_number, rows in sorted(found.items()):
        if all(entry == rows[0][1] for _, entry in rows):
            taken[line_number] = rows[0][1]
        else:
            places = " and ".join(row.place for row, _ in rows[:3])
            not_taken.append(
                f"{places}: they say different things of line {line_number}. Keep one of them."
            )
    return taken, not_taken


def _entry(row: Row, line: Listed, told: list[str]) -> Entry | str:
    """Read what was filled in, or say why it is no result."""
    if not row.result:
        return "something is filled in, but no result. Choose one."
    outcome = cells.outcome(row.result)
    if outcome is None:
        return f"{short(row.result)!r} is no result. Choose one of: {', '.join(RESULTS)}."
    severity = cells.severity(row.severity)
    if severity is None:
        told.append(
            f"{row.place}: {short(row.severity)!r} is no severity (it is one of "
            f"{', '.join(SEVERITIES)}). The result is taken in without it."
        )
    checked_on = cells.day(row.on) if row.on else None
    if row.on and checked_on is None:
        told.append(
            f"{row.place}: {short(row.on)!r} is no date. The result is taken in without it."
        )
    return Entry(
        criterion_id=line.criterion_id,
        patient_id=line.patient_id,
        line=line.line,
        record=line.record,
        outcome=outcome,
        differs=cells.note(row.differs),
        severity=severity or "",
        initials=cells.initials(row.initials),
        checked_on=checked_on,
    )


def _not_picked_any_more(
    file: WorkingFile, listed: HandedOver, entries: tuple[Entry, ...]
) -> list[str]:
    picked = {(pick.criterion_id, pick.patient_id) for pick in file.selection.picks}
    gone = [one for one in entries if (one.criterion_id, one.patient_id) not in picked]
    return [
        f"Line {entry.line} ({entry.criterion_id or 'Random'}, patient {short(entry.patient_id)}) "
        f"was taken out of the selection after {listed.list_id}. Its result is taken in all the "
        "same."
        for entry in gone
    ]


def _results(number: int) -> str:
    return "1 result" if number == 1 else f"{number:,} results"
