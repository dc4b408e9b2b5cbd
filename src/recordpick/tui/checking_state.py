"""What the checking screen shows: the records of a phase, their lines, and what each says now.

Nothing here uses the screen. A method that changes the working file returns when the change is on
the disk.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from recordpick.data_checking.checking_copies import imported_on
from recordpick.data_checking.evidence import LineEvidence, evidence_for
from recordpick.data_checking.identity import Identity, identities
from recordpick.data_checking.issued_lists import Listed
from recordpick.data_checking.keep_result import entries_of_areas, keep_entry, key_of, make_entry
from recordpick.data_checking.phase_lines import (
    CheckedRecord,
    PhaseLines,
    area_of,
    compare_of,
    is_settled,
    phase_lines,
    share_of,
    shares_of,
    title_of,
)
from recordpick.data_checking.record_areas import AREAS, area_counts, areas_left, look_at
from recordpick.data_checking.time_needed import pace_of, time_needed
from recordpick.errors import UserError
from recordpick.index.practice_index import PracticeIndex
from recordpick.selection.events import Event
from recordpick.selection.results import OUTCOMES, Outcome, Phase, Result, Severity
from recordpick.selection.settled import Judged
from recordpick.selection.working_file import WorkingFile
from recordpick.text import plural
from recordpick.tui.text import day

if TYPE_CHECKING:
    from recordpick.comparison.proposals import Proposal

MARKS: dict[Outcome, str] = {
    "same": "=",
    "different": "≠",
    "not there": "«",
    "not applicable": "–",
}
DISAGREE = "!"
PROPOSED = "◊"
"""A result that the comparison proposes, and no person has confirmed."""
WHOLE_RECORD = "The whole record"
Show = Literal["all", "unfinished"]


@dataclass(frozen=True, slots=True)
class Row:
    """One line to judge: a criterion of a record, or one area of a random record."""

    line: Listed
    title: str
    area: str = ""

    @property
    def name(self) -> str:
        """What people call it."""
        return self.area or self.line.name


@dataclass(frozen=True, slots=True)
class RowState:
    """What a row says now: the mark, the result in words, who gave it and when, what differs."""

    mark: str = " "
    words: str = ""
    who: str = ""
    differs: str = ""
    is_done: bool = False
    disagrees: Judged = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A row of a record, where something was changed."""

    patient_id: str
    criterion_id: str | None
    area: str


@dataclass(frozen=True, slots=True)
class Filter:
    """Which records are shown: all or unfinished ones, of one area, of one person's share."""

    show: Show = "all"
    area: str = ""
    person: str = ""

    @property
    def words(self) -> str:
        """What is shown, for the top line; "" for everything."""
        parts = [
            "unfinished" if self.show == "unfinished" else "",
            self.area,
            f"share of {self.person}" if self.person else "",
        ]
        return ", ".join(part for part in parts if part)


@dataclass
class RecordToCheck:
    """What was read from the index for one record."""

    evidence: dict[tuple[str | None, str], LineEvidence] = field(default_factory=dict)
    counts: dict[str, int | None] = field(default_factory=dict)


class Checking:
    """Checking of one phase by one person."""

    def __init__(
        self,
        file: WorkingFile,
        index: PracticeIndex,
        phase: Phase,
        initials: str,
        today: Callable[[], dt.date],
    ) -> None:
        """Take the file, its index, the phase and who checks. UserError as for `phase_lines`."""
        self.file = file
        self.index = index
        self.phase: Phase = phase
        self.initials = initials
        self._today = today
        self.proposed: Mapping[tuple[str | None, str], Proposal] = {}
        """What a comparison of both systems proposes, by criterion and patient; never kept."""
        self.lines: PhaseLines = phase_lines(file, phase)
        has_share = share_of(file, phase, initials) is not None
        self.filter = Filter(person=initials if has_share else "")
        self.records: tuple[CheckedRecord, ...] = ()
        self.apply_filter(self.filter)
        patients = [record.patient_id for record in self.lines.records]
        self.who: dict[str, Identity] = identities(index, file.as_at, patients)

    # ------------------------------------------------------------------ what is shown

    def apply_filter(self, wanted: Filter) -> None:
        """Show only some of the records; the lines of a record that is shown are all shown."""
        self.filter = wanted
        lines = self.lines
        if wanted.person:
            share = share_of(self.file, self.phase, wanted.person)
            lines = lines.among(() if share is None else share.patient_ids)
        self.records = tuple(
            record
            for record in lines.records
            if (wanted.show == "all" or self.left_of(record))
            and (
                not wanted.area
                or any(area_of(self.file, one.criterion_id) == wanted.area for one in record.lines)
            )
        )

    def refresh_lines(self) -> None:
        """Find the lines of the phase again, after something was imported."""
        self.lines = phase_lines(self.file, self.phase)
        self.apply_filter(self.filter)

    def areas(self) -> tuple[str, ...]:
        """Return the areas of the criteria of this phase, in the order of the pack."""
        names = [area_of(self.file, line.criterion_id) for line in self.lines.lines]
        ordered = (*self.file.pack.areas, "Random records")
        return tuple(one for one in ordered if one in set(names))

    def people(self) -> tuple[str, ...]:
        """Return who has a share in this phase."""
        return tuple(share.initials for share in shares_of(self.file, self.phase))

    def rows(self, record: CheckedRecord) -> tuple[Row, ...]:
        """Return what is to be judged of a record: its criteria, then the areas if it is random.

        The whole of a random record has a row of its own where people disagree about it, and where
        every area has a result of this person without one of the whole (areas that were brought
        together from two copies).
        """
        rows: list[Row] = []
        for line in record.lines:
            if line.criterion_id is not None:
                rows.append(Row(line, title_of(self.file, line.criterion_id)))
                continue
            rows += [Row(line, "", area.name) for area in AREAS]
            if self._needs_the_whole(line):
                rows.append(Row(line, WHOLE_RECORD))
        return tuple(rows)

    def _needs_the_whole(self, line: Listed) -> bool:
        settled = self.file.selection.settled
        if key_of(self.phase, line) in settled.disagreements:
            return True
        own = entries_of_areas(settled, self.phase, line.patient_id, self.initials)
        return not areas_left(own) and not is_settled(self.file, self.phase, line)

    def state(self, row: Row) -> RowState:
        """Return what a row says now."""
        settled = self.file.selection.settled
        key = key_of(self.phase, row.line)
        if not row.area:
            if key in settled.disagreements:
                judged = settled.disagreements[key]
                said = " · ".join(f"{_name(who, one)} {one.entry.outcome}" for who, one in judged)
                return RowState(DISAGREE, _several(len(judged)), said, disagrees=judged)
            result = settled.results.get(key)
            return self._proposed(row) if result is None else _state_of(result)
        own = entries_of_areas(settled, self.phase, row.line.patient_id, self.initials)
        by_area = settled.areas.get((self.phase, row.line.patient_id), {})
        judged = by_area.get(row.area, ())
        mine = [one for _, one in judged if one.entry == own.get(row.area)]
        if mine:
            return _state_of(mine[0])
        if is_settled(self.file, self.phase, row.line):
            whole = settled.results[key]
            return RowState("·", "whole record judged", _name("", whole), is_done=True)
        return RowState()

    def proposal(self, row: Row) -> Proposal | None:
        """Return what the comparison proposes for a row that has no result yet."""
        return None if row.area else self.proposed.get((row.line.criterion_id, row.line.patient_id))

    def _proposed(self, row: Row) -> RowState:
        one = self.proposal(row)
        if one is None:
            return RowState()
        return RowState(PROPOSED, f"{one.outcome}?", "compared", one.differs)

    def confirm(self, row: Row) -> str:
        """Make what the comparison proposes this person's result. Return what was saved."""
        one = self.proposal(row)
        if one is None or self.state(row).mark != PROPOSED:
            raise UserError("Nothing is proposed for this line: choose a result yourself.")
        return self.set(row, one.outcome, one.differs, one.severity)

    def is_done(self, row: Row) -> bool:
        """Return whether a row needs nothing more."""
        return self.state(row).is_done

    def left_of(self, record: CheckedRecord) -> int:
        """Return how many rows of a record need a result."""
        return sum(not self.is_done(row) for row in self.rows(record))

    def next_unfinished(self, after: int = -1) -> int | None:
        """Return the place of the next record that needs a result, after the last the first."""
        for place in _from(after, len(self.records)):
            if self.left_of(self.records[place]):
                return place
        return None

    def next_open(self, rows: Sequence[Row], after: int = -1) -> int | None:
        """Return the place of the next of these rows that needs a result, after the last the first.

        The row `after` which one looks is not looked at itself.
        """
        places = (place for place in _from(after, len(rows)) if place != after)
        return next((place for place in places if not self.is_done(rows[place])), None)

    def compare(self, row: Row, read: RecordToCheck) -> tuple[str, ...]:
        """Return what to compare for a row."""
        if row.area:
            area = next(one for one in AREAS if one.name == row.area)
            return (look_at(area, read.counts.get(row.area)),)
        return compare_of(self.file, row.line.criterion_id)

    def read(self, record: CheckedRecord) -> RecordToCheck:
        """Read what to look at in a record: for a thread."""
        keys = [(line.criterion_id, line.patient_id) for line in record.lines]
        read = RecordToCheck(evidence_for(self.file, self.index, keys))
        if any(line.criterion_id is None for line in record.lines):
            read.counts = area_counts(self.index, [record.patient_id])[record.patient_id]
        return read

    # ------------------------------------------------------------------ progress

    def progress(self) -> tuple[int, int]:
        """Return how many lines of those shown have a result, and how many there are."""
        lines = [line for record in self.records for line in record.lines]
        return sum(is_settled(self.file, self.phase, line) for line in lines), len(lines)

    def time_left(self) -> str:
        """Return how long the lines shown without a result will take, in words."""
        lines = [line for record in self.records for line in record.lines]
        left = [
            (line.criterion_id, line.patient_id)
            for line in lines
            if not is_settled(self.file, self.phase, line)
        ]
        if not left:
            return ""
        needed = time_needed(left, pace_of(self.file.selection))
        return f"{needed.in_words.partition(' (')[0]} left"

    def finished_words(self, record: CheckedRecord) -> str:
        """Return who is finished, and with which results."""
        states = [self.file.selection.results.get(key_of(self.phase, one)) for one in record.lines]
        outcomes = [one.entry.outcome for one in states if one is not None]
        parts = [f"{outcomes.count(word)} {word}" for word in OUTCOMES if outcomes.count(word)]
        who = self.who[record.patient_id].name or f"Patient {record.patient_id}"
        return f"{who} is finished: {', '.join(parts)}."

    def all_done_words(self) -> str:
        """Return that no record that is shown needs a result, and what to do then."""
        number = len(self.records)
        if self.file.checking_copy is not None:
            return f"Your share is done: {number} records. Bring this copy back to be imported."
        shown = f"shown ({self.filter.words}) " if self.filter.words else ""
        return f"Everything {shown}is done: {number} records."

    def others(self) -> str:
        """Return how far the others are, as of the last import of their copies."""
        parts = []
        for share in shares_of(self.file, self.phase):
            if share.initials.casefold() == self.initials.casefold():
                continue
            lines = self.lines.among(share.patient_ids)
            left = {
                line.patient_id
                for line in lines.lines
                if not is_settled(self.file, self.phase, line)
            }
            on = imported_on(self.file, share.initials)
            when = "not imported yet" if on is None else f"copy imported {_moment(on)}"
            done, number = len(lines.records) - len(left), len(lines.records)
            parts.append(f"{share.initials} {done} of {number} records ({when})")
        return f"Others: {' · '.join(parts)}" if parts else ""

    # ------------------------------------------------------------------ changes

    def set(self, row: Row, outcome: Outcome, differs: str = "", severity: Severity = "") -> str:
        """Keep a result. Return what was saved, in words."""
        entry = make_entry(
            row.line,
            outcome,
            self.initials,
            self._today(),
            differs=differs,
            severity=severity,
            area=row.area,
        )
        keep_entry(self.file, self.lines, entry)
        bad = f", {severity}" if severity else ""
        if key_of(self.phase, row.line) in self.file.selection.settled.disagreements:
            return (
                f"Saved: {row.name} {outcome}{bad}. Somebody else says otherwise: Enter shows both."
            )
        return f"Saved: {row.name} {outcome}{bad}. Ctrl+Z undoes it."

    def resolve(self, row: Row, checker: str, reason: str) -> str:
        """Choose whose result counts. Return what was decided, in words."""
        key = key_of(self.phase, row.line)
        self.file.resolve(key, checker, self.lines.list_id, reason)
        return f"Decided: {row.name}. Ctrl+Z undoes it."

    def undo(self) -> tuple[str, Place | None]:
        """Take back the last change of data checking. Return words, and where it was."""
        last = self.file.last_decision
        words = self.file.selection.can_undo
        if last is None or words is None:
            return "There is nothing to undo.", None
        if last.kind not in _OF_CHECKING:
            return f"The last change was another: {words}. Undo it where you pick records.", None
        self.file.undo()
        return f"Undone: {words}.", _place_of(last)

    def redo(self) -> tuple[str, Place | None]:
        """Do again what was undone. Return words, and where it was."""
        words = self.file.selection.can_redo
        if words is None:
            return "There is nothing to do again.", None
        self.file.redo()
        return f"Done again: {words}.", _place_of(self.file.last_decision)


def _from(after: int, number: int) -> list[int]:
    """Return all places of so many, those after one first, and that one last."""
    return [*range(after + 1, number), *range(min(after + 1, number))]


_OF_CHECKING = frozenset({"judged", "resolved", "shared", "merged", "checked"})


def _place_of(event: Event | None) -> Place | None:
    """Return where an event changed something; None where that is in several records."""
    if event is None:
        return None
    rows = event.body.get("results")
    if event.kind == "resolved":
        rows = [event.body.get("chosen")]
    match rows:
        case [[str() | None as criterion_id, str(patient_id), *_, str(area)], *others]:
            is_one = all(isinstance(row, list) and row[1] == patient_id for row in others)
            return Place(patient_id, criterion_id, area) if is_one else None
    return None


def _state_of(result: Result) -> RowState:
    entry = result.entry
    words = f"{entry.outcome}, {entry.severity}" if entry.severity else entry.outcome
    return RowState(MARKS[entry.outcome], words, _name("", result), entry.differs, is_done=True)


def _name(who: str, result: Result) -> str:
    name = result.entry.initials or who.removeprefix("@") or result.by.name
    return name if who else f"{name} {_moment(result.on)}"


def _moment(on: dt.datetime) -> str:
    """Return a time of today as 10:42, another day's as 02 Nov 2026."""
    local = on.astimezone()
    is_today = local.date() == dt.datetime.now().astimezone().date()
    return f"{local:%H:%M}" if is_today else day(local.date())


def _several(number: int) -> str:
    return {2: "two results", 3: "three results"}.get(number, plural(number, "result"))
