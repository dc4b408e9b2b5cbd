"""The lines that belong to a phase of data checking, record by record, as they are worked through.

They are those of the newest list that was handed over, with its numbers, so that a result entered
here, in a copy or in a workbook is about the same line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from recordpick.data_checking.issued_lists import Listed, handed_over, list_ids
from recordpick.data_checking.progress import Progress, issues_to_recheck, progress
from recordpick.errors import UserError
from recordpick.handover.selection_list import RANDOM_TITLE
from recordpick.handover.tick_sheet_model import RANDOM_COMPARE
from recordpick.selection.kinds.shares import SHARES, Share, share_key
from recordpick.selection.results import PHASES, Phase
from recordpick.selection.working_file import WorkingFile
from recordpick.text import plural, word_for

Key = tuple[str | None, str]
"""Criterion (None: a random record) and patient."""


@dataclass(frozen=True, slots=True)
class CheckedRecord:
    """One record to open in both systems, and the lines of the list that it serves."""

    number: int
    patient_id: str
    lines: tuple[Listed, ...]


@dataclass(frozen=True)
class PhaseLines:
    """What is checked in a phase: the records in the order of their numbers on the list.

    Each record is opened once, whatever it serves. `notes` are sentences on what is not here.
    """

    phase: Phase
    list_id: str
    records: tuple[CheckedRecord, ...]
    notes: tuple[str, ...] = ()

    @cached_property
    def lines(self) -> tuple[Listed, ...]:
        """Every line, record by record."""
        return tuple(line for record in self.records for line in record.lines)

    @cached_property
    def by_key(self) -> dict[Key, Listed]:
        """The lines by criterion and patient."""
        return {(line.criterion_id, line.patient_id): line for line in self.lines}

    def record_of(self, patient_id: str) -> CheckedRecord:
        """Return the record of a patient; UserError where nothing of theirs is checked."""
        for record in self.records:
            if record.patient_id == patient_id:
                return record
        raise UserError(
            f"Patient {patient_id} has no line in the {self.phase} of the list {self.list_id}."
        )

    def line(self, criterion_id: str | None, patient_id: str) -> Listed:
        """Return one line; UserError, with what the record has, where there is none."""
        line = self.by_key.get((criterion_id, patient_id))
        if line is None:
            has = ", ".join(one.name for one in self.record_of(patient_id).lines)
            raise UserError(
                f"Patient {patient_id} has no line for {criterion_id or 'Random'} in the "
                f"{self.phase}. It has: {has}."
            )
        return line

    def among(self, patient_ids: Iterable[str]) -> PhaseLines:
        """Return only the records of these patients."""
        wanted = frozenset(patient_ids)
        kept = tuple(record for record in self.records if record.patient_id in wanted)
        return PhaseLines(self.phase, self.list_id, kept, self.notes)


def phase_lines(file: WorkingFile, phase: Phase) -> PhaseLines:
    """Return the lines of a phase.

    First check and go-live: every line of the newest list that is still selected. Recheck: the
    lines whose issue is open. In each, the lines that have a result in that phase already.
    UserError where no list was handed over, or records were picked or drawn since and the phase has
    not begun; in one that has, a note names how many, and checking goes on.
    """
    names = list_ids(file)
    if not names:
        raise UserError(
            f"{file.path.name} has not handed over a list yet: export it first. What is checked "
            "are the lines of the list."
        )
    listed = handed_over(file, names[-1])
    assert listed is not None
    wanted, notes = lines_to_check(file, phase, listed.by_patient.keys(), names[-1])
    wanted |= {key[1:] for key in file.selection.settled.judged if key[0] == phase}
    by_record: dict[int, list[Listed]] = {}
    for number in sorted(listed.lines):
        line = listed.lines[number]
        if (line.criterion_id, line.patient_id) in wanted:
            by_record.setdefault(line.record, []).append(line)
    records = tuple(
        CheckedRecord(number, lines[0].patient_id, tuple(lines))
        for number, lines in sorted(by_record.items())
    )
    return PhaseLines(phase, names[-1], records, tuple(notes))


_RANGE = re.compile(r"([0-9]{1,6})(?:\s*[-–]\s*([0-9]{1,6}))?")


def records_named(lines: PhaseLines, text: str) -> tuple[CheckedRecord, ...]:
    """Return the records that a text such as `1-40,52` names; `all` names all of them.

    UserError for what is not a number, and where none of the records is in the phase.
    """
    if text.strip().casefold() == "all":
        return lines.records
    wanted: set[int] = set()
    for part in text.split(","):
        found = _RANGE.fullmatch(part.strip())
        if found is None:
            raise UserError(
                f"--records {text}: write numbers of records on the list, as 1-40,52, or all."
            )
        first, last = int(found[1]), int(found[2] or found[1])
        if last < first:
            raise UserError(f"--records {text}: {first} is after {last}.")
        wanted.update(record.number for record in lines.records if first <= record.number <= last)
    records = tuple(record for record in lines.records if record.number in wanted)
    if not records:
        numbers = [record.number for record in lines.records]
        has = f"It has {numbers[0]} to {numbers[-1]}." if numbers else "It has none."
        raise UserError(f"--records {text}: no such record is checked in the {lines.phase}. {has}")
    return records


def lines_to_check(
    file: WorkingFile, phase: Phase, on_list: Iterable[Key], name: str
) -> tuple[set[Key], list[str]]:
    """Return which lines of the list of that name a phase asks for, and sentences on what is not.

    Recheck: the lines whose issue is open. Else: those that are still selected. UserError where
    records were picked or drawn since and the phase has not begun; in one that has, a sentence says
    how many.
    """
    known = frozenset(on_list)
    if phase == "recheck":
        return _open_lines(file, known, name)
    return _selected_lines(file, phase, known, name)


def _open_lines(
    file: WorkingFile, on_list: frozenset[Key], name: str
) -> tuple[set[Key], list[str]]:
    lines: set[Key] = set()
    notes: list[str] = []
    for issue in issues_to_recheck(file):
        line = (issue.first.entry.criterion_id, issue.first.entry.patient_id)
        if line in on_list:
            lines.add(line)
        else:
            notes.append(
                f"Issue {issue.number} ({line[0] or 'Random'}, patient {line[1]}) is open, and not "
                f"on the list {name}: check it by hand, or pick it again and export."
            )
    return lines, notes


def _selected_lines(
    file: WorkingFile, phase: Phase, on_list: frozenset[Key], name: str
) -> tuple[set[Key], list[str]]:
    picked = {(pick.criterion_id, pick.patient_id) for pick in file.selection.picks}
    notes: list[str] = []
    if new := len(picked - on_list):
        settled = file.selection.settled
        has_begun = any(key[0] == phase for key in (*settled.judged, *settled.areas))
        picks = plural(new, "pick or random record is", "picks or random records are")
        says = f"{picks} not on the list {name}"
        if not has_begun:
            raise UserError(
                f"{says}, so they could not be checked by its lines: export again first, and give "
                "the supplier the new list."
            )
        notes.append(
            f"{says}, and so not here: export again, and give the supplier the new list, to check "
            "them as well."
        )
    return picked & on_list, notes


def current_phase(file: WorkingFile) -> Phase:
    """Return the phase to go on with: a checking copy's own, else the first that is not finished.

    A recheck with nothing to check again is finished.
    """
    if file.checking_copy is not None:
        return file.checking_copy.phase
    for one in progress(file):
        if not is_finished(one):
            lines = phase_lines(file, one.phase).lines
            if any(not is_settled(file, one.phase, line) for line in lines):
                return one.phase
    return PHASES[-1]


def is_finished(phase: Progress) -> bool:
    """Return whether every line of the list that a phase was checked by has a result.

    What a newer list adds belongs to a later phase: further random records are drawn for go-live.
    """
    return phase.has_begun and not phase.left


def is_settled(file: WorkingFile, phase: Phase, line: Listed) -> bool:
    """Return whether a line has a result about which nobody disagrees."""
    return (phase, line.criterion_id, line.patient_id) in file.selection.results


def shares_of(file: WorkingFile, phase: Phase) -> tuple[Share, ...]:
    """Return who checks which records of a phase, in the order in which they were given."""
    shares = SHARES.values_in(file.selection.kept).values()
    return tuple(share for share in shares if share.phase == phase)


def share_of(file: WorkingFile, phase: Phase, initials: str) -> Share | None:
    """Return somebody's share; None where they have none."""
    return SHARES.values_in(file.selection.kept).get(share_key(phase, initials))


def also_given(file: WorkingFile, phase: Phase, initials: str, patient_ids: Iterable[str]) -> str:
    """Return what to know before records are given to somebody; "" if there is nothing.

    Records that are in somebody else's share, too, and those of an earlier share of the same
    person that this one, which takes its place, does not have.
    """
    own, given = initials.strip().casefold(), set(patient_ids)
    sentences, words = [], []
    for share in shares_of(file, phase):
        if share.initials.casefold() == own:
            left = len(set(share.patient_ids) - given)
            if left:
                records, it_is = plural(left, "other record"), word_for(left, "it is", "they are")
                sentences.append(
                    f"{share.initials} was given {records} before: {it_is} no longer in that share."
                )
            continue
        number = len(given.intersection(share.patient_ids))
        if number:
            are = word_for(number, "is", "are")
            words.append(f"{number:,} {are} also in {share.initials}'s share")
    if words:
        named = " and ".join([*([", ".join(words[:-1])] if words[:-1] else []), words[-1]])
        sentences.append(
            f"Of these records {named}: they are checked twice, unless that is changed."
        )
    return " ".join(sentences)


def title_of(file: WorkingFile, criterion_id: str | None) -> str:
    """Return the title of a line's criterion."""
    if criterion_id is None:
        return RANDOM_TITLE
    known = {criterion.id: criterion.title for criterion in file.pack.criteria}
    return known.get(criterion_id, "Not in the pack")


def compare_of(file: WorkingFile, criterion_id: str | None) -> tuple[str, ...]:
    """Return what to compare for a line."""
    if criterion_id is None:
        return RANDOM_COMPARE
    known = {criterion.id: criterion.compare for criterion in file.pack.criteria}
    return known.get(criterion_id) or ("The record",)


def area_of(file: WorkingFile, criterion_id: str | None) -> str:
    """Return the area of a line's criterion; "Random records" for those."""
    known = {criterion.id: criterion.area for criterion in file.pack.criteria}
    return "Random records" if criterion_id is None else known.get(criterion_id, "")
