"""Results of comparing records in both systems, phase by phase, and the issues they lead to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from recordpick.selection.events import Person

if TYPE_CHECKING:
    from recordpick.selection.settled import Settled

Outcome = Literal["same", "different", "not there", "not applicable"]
"""What comparing a record in both systems can show."""

Severity = Literal["", "low", "medium", "high"]
"""How bad a difference is in the practice's view; "" where nobody said."""

Phase = Literal["first check", "recheck", "go-live"]
"""When a record was checked, in the order of the phases."""

Status = Literal["open", "resolved", "withdrawn"]

OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
PHASES: tuple[Phase, ...] = get_args(Phase)
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
FAULTS: frozenset[Outcome] = frozenset({"different", "not there"})
"""The outcomes that are issues."""

STATUSES: dict[Status, str] = {
    "open": "found, and no later phase says otherwise",
    "resolved": "found, and a later phase says that it is the same now",
    "withdrawn": "noted, and taken back: nothing is different, or it does not apply",
}
"""The words of the issue log's column `status`, with what each means."""

ResultKey: TypeAlias = tuple[Phase, str | None, str]
"""What a result belongs to: the phase, the criterion (None: random), the patient."""

JudgementKey: TypeAlias = tuple[Phase, str | None, str, str, str]
"""Whose judgement on what: a `ResultKey`, the area of a random record ("" for the whole line), and
who judged (`checker_of`)."""

Says: TypeAlias = tuple[Outcome, str, Severity]
"""What people can disagree about: the result, what differs, and how bad that is."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a tick sheet, filled in. `line` and `record` are the selection list's numbers."""

    criterion_id: str | None
    patient_id: str
    line: int
    record: int
    outcome: Outcome
    differs: str = ""
    severity: Severity = ""
    initials: str = ""
    checked_on: date | None = None
    area: str = ""
    """The area of a random record that this is about; "" for the whole line."""

    @property
    def says(self) -> Says:
        """What somebody else's judgement on the same line can contradict."""
        return self.outcome, self.differs, self.severity

    def says_the_same_as(self, other: Entry) -> bool:
        """Return whether the other says the same about the same line, of whichever list."""
        return replace(self, line=0, record=0) == replace(other, line=0, record=0)


@dataclass(frozen=True, slots=True)
class FilledIn:
    """The entries of a filled-in workbook: `workbook` is its name, `sha256` that of its bytes.

    Both are "" for what was entered in recordpick itself. `apart` is not "" where results are kept
    apart from others with the same initials, since it is not known whether one person gave both.
    """

    phase: Phase
    list_id: str
    workbook: str
    sha256: str
    entries: tuple[Entry, ...]
    apart: str = ""


def checker_of(initials: str, workbook: str, apart: str = "") -> str:
    """Return what names who judged: the initials in any case; without any, the workbook.

    Results of one person replace each other, those of two people are compared.
    """
    name = initials.casefold() or f"@{workbook.casefold()}"
    return f"{name} ({apart})" if apart else name


@dataclass(frozen=True, slots=True)
class Result:
    """An entry that was imported: for which phase and list, by whom and when.

    `earlier` are those of the same phase that it replaced, the oldest first.
    """

    entry: Entry
    phase: Phase
    list_id: str
    by: Person
    on: datetime
    earlier: tuple[Result, ...] = ()

    @property
    def key(self) -> ResultKey:
        """What the result belongs to."""
        return (self.phase, self.entry.criterion_id, self.entry.patient_id)

    @property
    def is_fault(self) -> bool:
        """Whether it is an issue."""
        return self.entry.outcome in FAULTS


@dataclass(frozen=True, slots=True)
class Resolution:
    """Which of several results of a line counts, and why: somebody decided that.

    `over` are the judgements that were compared then. One that is given later is compared with the
    chosen one again.
    """

    chosen: Result
    over: frozenset[tuple[str, Says]]
    reason: str
    by: Person
    on: datetime


@dataclass(frozen=True, slots=True)
class Imported:
    """A filled-in workbook that was imported."""

    phase: Phase
    list_id: str
    workbook: str
    sha256: str
    results: int
    by: Person
    on: datetime


@dataclass(frozen=True, slots=True)
class Issue:
    """What is wrong with a record for a criterion. Its number never changes.

    `first` is the result that gave it its number, `results` those that count now, in the order of
    the phases (none, where all of them were undone).
    """

    number: int
    first: Result
    results: tuple[Result, ...]

    @property
    def found(self) -> Result:
        """The latest result that says what is wrong."""
        return next((one for one in reversed(self.results) if one.is_fault), self.first)

    @property
    def found_in(self) -> Phase:
        """The phase in which it was first found, of those that count."""
        return next((one.phase for one in self.results if one.is_fault), self.first.phase)

    @property
    def last(self) -> Result:
        """The latest result of this line, whatever it says."""
        return self.results[-1] if self.results else self.first

    @property
    def status(self) -> Status:
        """One of `STATUSES`. The order of the phases decides, not that of importing.

        "Not applicable" withdraws an issue; it does not say that something was corrected.
        """
        if not any(one.is_fault for one in self.results):
            return "withdrawn"
        if self.last.is_fault:
            return "open"
        return "resolved" if self.last.entry.outcome == "same" else "withdrawn"


def issues_of(
    numbered: Mapping[tuple[str | None, str], tuple[int, Result]], settled: Settled
) -> tuple[Issue, ...]:
    """Return the issues in the order of their numbers, with the results that count now.

    Where people disagree about a line and one of them found something, that counts until somebody
    has decided: an issue is not closed by a disagreement.
    """
    return tuple(
        Issue(
            number,
            first,
            tuple(
                result
                for phase in PHASES
                if (result := settled.for_issue((phase, *line))) is not None
            ),
        )
        for line, (number, first) in numbered.items()
    )
