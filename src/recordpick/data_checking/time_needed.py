"""How long checking will take: hours and working days of one person, for each phase.

The time is what it takes to open the records in both systems, plus what each line takes; a record
drawn at random is compared as a whole, which takes longer than a line. The three times are
recordpick's own estimates until the first results show better ones, or the practice sets its own.

recordpick's estimates: 4 minutes to open a record, 1 minute a line, 10 minutes a random record.
With them a list of the usual size (46 criteria of 20 records each, as few records as can be) takes
4 to 5 days of one person, as practices report for a phase of data checking: 3 to 5.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Literal

from recordpick.data_checking.progress import Line, Progress, progress
from recordpick.selection.kinds.pace import pace_in
from recordpick.selection.results import Phase, Result
from recordpick.selection.state import Selection
from recordpick.selection.working_file import WorkingFile
from recordpick.text import plural

HOURS_A_DAY = 7.5
_LONGEST_PAUSE = 30 * 60
"""Seconds between two results after which somebody has done something else."""
_LEAST_RECORDS, _LEAST_LINES = 10, 20
"""Records and lines whose times are needed before they replace recordpick's estimates."""

PaceSource = Literal["recordpick", "learned", "set"]


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds that opening a record, a line, and a random record as a whole take."""

    record: float = 240.0
    line: float = 60.0
    random: float = 600.0
    source: PaceSource = "recordpick"

    @property
    def in_words(self) -> str:
        """The pace, and where it comes from, in half a sentence."""
        times = (
            f"{_minutes(self.record)} to open a record, {_minutes(self.line)} for a line, "
            f"{_minutes(self.random)} for a random record"
        )
        return f"{times} ({_SOURCES[self.source]})"


_SOURCES: dict[PaceSource, str] = {
    "recordpick": "recordpick's estimate",
    "learned": "learned from the results so far",
    "set": "set by the practice",
}


@dataclass(frozen=True, slots=True)
class TimeNeeded:
    """The time for some lines of some records."""

    records: int
    lines: int
    seconds: float

    @property
    def hours(self) -> float:
        """Hours of work."""
        return self.seconds / 3600

    @property
    def person_days(self) -> float:
        """Working days of one person."""
        return self.hours / HOURS_A_DAY

    @property
    def in_words(self) -> str:
        """As people say it: "about 34 hours (4½ days of one person)"."""
        if self.hours < 1:
            return "less than an hour" if self.seconds else "no time"
        hours = f"about {plural(round(self.hours), 'hour')}"
        halves = round(self.person_days * 2)
        if halves < 2:
            return hours
        days = f"{halves // 2:,}{'½' if halves % 2 else ''}"
        return f"{hours} ({days} {'day' if halves == 2 else 'days'} of one person)"


@dataclass(frozen=True, slots=True)
class PhaseTime:
    """The time of one phase: of all its lines, and of those without a result.

    `whole` and `left` are None where nobody can know yet which lines belong to the phase.
    """

    phase: Phase
    whole: TimeNeeded | None
    left: TimeNeeded | None

    @property
    def in_words(self) -> str:
        """How long the phase takes, in half a sentence."""
        if self.whole is None or self.left is None:
            return "not known before the first check: it has the lines in which something was found"
        if self.left.lines == self.whole.lines:
            return self.whole.in_words
        if not self.left.lines:
            return "done"
        return f"{self.left.in_words} left, of {self.whole.in_words}"


def time_needed(lines: Iterable[Line], pace: Pace) -> TimeNeeded:
    """Return the time for lines (criterion and patient of each); a record is opened once."""
    of = list(lines)
    records = len({patient_id for _, patient_id in of})
    random = sum(criterion_id is None for criterion_id, _ in of)
    seconds = records * pace.record + (len(of) - random) * pace.line + random * pace.random
    return TimeNeeded(records, len(of), seconds)


def time_to_check(selection: Selection) -> TimeNeeded:
    """Return the time for one phase of a selection as it is now, before it is exported."""
    lines = ((pick.criterion_id, pick.patient_id) for pick in selection.picks)
    return time_needed(lines, pace_of(selection))


def hours_of(selection: Selection, more: Iterable[Line] = ()) -> int:
    """Return the hours for one phase of a selection with further picks, to the nearest."""
    lines = [(pick.criterion_id, pick.patient_id) for pick in selection.picks]
    return round(time_needed([*lines, *more], pace_of(selection)).hours)


def times_of(file: WorkingFile) -> tuple[PhaseTime, ...]:
    """Return the time of each phase of a working file."""
    pace = pace_of(file.selection)
    phases = progress(file)
    return tuple(_of_phase(one, pace, first_is_begun=bool(phases[0].results)) for one in phases)


def _of_phase(one: Progress, pace: Pace, *, first_is_begun: bool) -> PhaseTime:
    if one.phase == "recheck" and not first_is_begun:
        return PhaseTime(one.phase, None, None)
    left = one.lines - one.results.keys()
    return PhaseTime(one.phase, time_needed(one.lines, pace), time_needed(left, pace))


def pace_of(selection: Selection) -> Pace:
    """Return the pace to plan with: set by the practice, learned, or recordpick's own."""
    given = pace_in(selection.kept)
    if given is not None:
        return Pace(given.record, given.line, given.random, "set")
    return learned_pace(selection.results.values()) or Pace()


def learned_pace(results: Iterable[Result]) -> Pace | None:
    """Return what the time stamps of results show; None where there are too few.

    The time before a result is what its line took, if the same person gave the result before it for
    the same record; for another record it is what opening took as well. Times after a pause of more
    than 30 minutes are left out, and so are results that were imported together. Only the first
    result of a line counts: a correction says nothing about its time. For random records
    recordpick's estimate is kept: they are checked in several steps.
    """
    by_person: dict[str, list[tuple[datetime, str, bool]]] = {}
    for one in results:
        first = one.earlier[0] if one.earlier else one
        whose = (first.entry.initials or first.by.name).casefold()
        is_random = first.entry.criterion_id is None
        by_person.setdefault(whose, []).append((first.on, first.entry.patient_id, is_random))
    lines: list[float] = []
    openings: list[float] = []
    for stamps in by_person.values():
        stamps.sort()
        for (before, last, _), (on, patient_id, is_random) in pairwise(stamps):
            seconds = (on - before).total_seconds()
            if 0 < seconds <= _LONGEST_PAUSE and not is_random:
                (lines if patient_id == last else openings).append(seconds)
    if len(openings) < _LEAST_RECORDS or len(lines) < _LEAST_LINES:
        return None
    line = sum(lines) / len(lines)
    record = max(0.0, sum(openings) / len(openings) - line)
    return replace(Pace(), record=record, line=line, source="learned")


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.1f}".removesuffix(".0") + " min"
