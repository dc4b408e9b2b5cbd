"""What a selection is: picks, draws, notes and who made them, as plain values.

What checking a record in both systems gave, phase by phase, and the issues that come of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from types import MappingProxyType
from typing import Literal, TypeAlias, get_args

from recordpick.selection.events import Person, Role

System = Literal["current_system", "new_system"]
"""Whose report a figure is from: the system the practice has, or the one it moves to."""

Name: TypeAlias = tuple[str, ...]
"""The report (qof, target, capitation), what the figure is of, and which figure."""

FigureKey: TypeAlias = tuple[System, Name]

SYSTEMS: tuple[System, ...] = get_args(System)
SYSTEM_WORDS: dict[System, str] = {
    "current_system": "the current system",
    "new_system": "the new system",
}

What = Literal["qof", "rules"]
WHAT_WORDS: dict[What, str] = {"qof": "the QOF table", "rules": "the report rules"}


@dataclass(frozen=True, slots=True)
class OwnFigure:
    """A figure of a system's own report. `source` is the file it was loaded from, "" if typed."""

    value: str
    by: Person
    on: datetime
    source: str = ""

    @property
    def number(self) -> float:
        """The value as a number."""
        return float(self.value)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A QOF table or report rules that somebody chose: the texts by file name, the first leads."""

    files: tuple[tuple[str, str], ...]
    by: Person
    on: datetime

    @property
    def name(self) -> str:
        """The name of the file that was chosen."""
        return self.files[0][0]


@dataclass(frozen=True, slots=True)
class Given:
    """Figures of one system to be taken in, and the file they are from ("" if typed).

    None as a value takes the figure away. `sha256` is that of the file.
    """

    system: System
    figures: Mapping[Name, str | None]
    source: str = ""
    sha256: str = ""


ChosenBy = Literal["rule", "staff", "supplier", "random"]
"""How a record came to be picked: a suggestion that a person applied, by hand by practice staff,
by hand by the supplier or a delivery partner, by a random draw."""

SeedSource = Literal["entered", "made"]
"""Whether people gave the seed (dice, a lottery result) or recordpick made it."""


@dataclass(frozen=True, slots=True)
class Pick:
    """A record chosen for a criterion, or (`criterion_id` None) drawn at random.

    `ticket` is the place in the draw order, from 1, of a random record; None for others. `note`
    says what recordpick itself has to say of the pick: how it was suggested, whom it replaces.
    What people note of a patient is in `Selection.notes`.
    """

    patient_id: str
    criterion_id: str | None
    chosen_by: ChosenBy
    chosen_by_name: str
    chosen_by_role: Role
    chosen_on: datetime
    ticket: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Closed:
    """A criterion for which no more records are to be found, as somebody said, and why."""

    reason: str
    by: Person
    on: datetime


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """That something no longer counts: since when, by whom, why."""

    reason: str
    by: Person
    on: datetime


@dataclass(frozen=True, slots=True)
class FixedSeed:
    """A seed that was fixed before drawing. `reason` says why, where it was not the first."""

    seed: str
    source: SeedSource
    by: Person
    on: datetime
    reason: str = ""
    withdrawn: Withdrawn | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """One drawn record: its ticket number, and its place among all who were eligible."""

    patient_id: str
    place: int
    ticket_number: str


@dataclass(frozen=True, slots=True)
class Stratum:
    """A group by age band and sex: how many of it were eligible, and how many of them drawn."""

    name: str
    eligible: int
    drawn: int


@dataclass(frozen=True, slots=True)
class Draw:
    """One random draw, as it was recorded.

    `eligible_sha256` is the SHA-256 (hex) of the eligible patient_ids, sorted and joined by
    newlines. A draw by strata (`picking.strata`) has its `strata`, sorted by name, and as
    `strata_sha256` the SHA-256 of the lines "patient_id, tab, stratum", sorted and joined in the
    same way; any other has none. A draw of a replacement names whom it `replaces` and why
    (`reason`). `withdrawn` says that its records are no longer in the selection: the draw was
    undone, or made again with another seed.
    """

    seed: str
    eligible: int
    eligible_sha256: str
    asked: int
    drawn: tuple[Drawn, ...]
    drawn_on: datetime
    by: Person
    replaces: str | None = None
    reason: str = ""
    withdrawn: Withdrawn | None = None
    strata: tuple[Stratum, ...] = ()
    strata_sha256: str = ""

    @property
    def short(self) -> int:
        """How many fewer than asked for were drawn: nobody else was eligible."""
        return self.asked - len(self.drawn)


@dataclass(frozen=True, slots=True)
class Removed:
    """A random record that was taken out of the selection, or replaced, and why."""

    patient_id: str
    reason: str
    by: Person
    on: datetime
    replaced_by: str | None = None


@dataclass(frozen=True, slots=True)
class Exported:
    """A hand-over pack that was written: where, and the SHA-256 that names its content."""

    path: str
    sha256: str
    by: Person
    on: datetime
    list_id: str = ""
    """The name of its list; "" where it was exported before names depended on the last event."""


@dataclass(frozen=True, slots=True)
class IndexUsed:
    """The practice index that the picks were made from, since `on`."""

    fingerprint: str
    as_at: date
    folder: str
    by: Person
    on: datetime
    people: str = ""
    """What tells whether a number is still the same person (known_people.py)."""


def _nothing() -> Mapping[str, str]:
    return MappingProxyType({})


@dataclass(frozen=True)
class Selection:
    """All the picks of one practice for one pack, and what was said about them.

    `picks` stand in the order in which they were made. `draws` and `seeds` hold every one ever
    made, also those that no longer count (`withdrawn`). `results` are what data checking gave, by
    phase, criterion and patient; `issues` every one ever noted, by number. `figures` are those of
    the systems' own reports, by system and name, `reports_by` what the reports are counted by
    where that is not what ships. `can_undo` and
    `can_redo` say in words what would be undone or done again; None if there is nothing.
    """

    picks: tuple[Pick, ...] = ()
    closed: Mapping[str, Closed] = field(default_factory=lambda: MappingProxyType({}))
    notes: Mapping[str, str] = field(default_factory=_nothing)
    seed: FixedSeed | None = None
    seeds: tuple[FixedSeed, ...] = ()
    draws: tuple[Draw, ...] = ()
    removed_at_random: tuple[Removed, ...] = ()
    exports: tuple[Exported, ...] = ()
    results: Mapping[ResultKey, Result] = field(default_factory=lambda: MappingProxyType({}))
    issues: tuple[Issue, ...] = ()
    imports: tuple[Imported, ...] = ()
    figures: Mapping[FigureKey, OwnFigure] = field(default_factory=lambda: MappingProxyType({}))
    reports_by: Mapping[What, Chosen] = field(default_factory=lambda: MappingProxyType({}))
    can_undo: str | None = None
    can_redo: str | None = None

    @cached_property
    def _by_criterion(self) -> dict[str | None, tuple[Pick, ...]]:
        grouped: dict[str | None, list[Pick]] = {}
        for pick in self.picks:
            grouped.setdefault(pick.criterion_id, []).append(pick)
        return {criterion_id: tuple(picks) for criterion_id, picks in grouped.items()}

    @cached_property
    def _by_patient(self) -> dict[str, tuple[str | None, ...]]:
        grouped: dict[str, list[str | None]] = {}
        for pick in self.picks:
            grouped.setdefault(pick.patient_id, []).append(pick.criterion_id)
        return {patient_id: tuple(criteria) for patient_id, criteria in grouped.items()}

    def of(self, criterion_id: str | None) -> tuple[Pick, ...]:
        """Give the picks of a criterion (None: the random records), in the order made."""
        return self._by_criterion.get(criterion_id, ())

    def random(self) -> tuple[Pick, ...]:
        """Give the records drawn at random, in the order drawn."""
        return self.of(None)

    def count(self, criterion_id: str | None) -> int:
        """Count the picks of a criterion (None: the random records)."""
        return len(self.of(criterion_id))

    def criteria_of(self, patient_id: str) -> tuple[str | None, ...]:
        """Give the criteria a patient is picked for; None stands for a random record."""
        return self._by_patient.get(patient_id, ())

    @property
    def drawn_with_the_seed(self) -> int:
        """Count the random records that the fixed seed gave: none before it is first drawn with.

        Those of an earlier seed stay in `random()` until then, and are withdrawn by that draw.
        """
        seed = None if self.seed is None else self.seed.seed
        drawn = any(draw.seed == seed for draw in self.draws if draw.withdrawn is None)
        return self.count(None) if drawn else 0

    @property
    def by_strata(self) -> bool:
        """Whether the fixed seed has drawn by strata: further draws must go on like that."""
        seed = None if self.seed is None else self.seed.seed
        return any(
            draw.strata for draw in self.draws if draw.seed == seed and draw.withdrawn is None
        )

    @property
    def patient_ids(self) -> tuple[str, ...]:
        """The patients picked for anything, each once: the records to open."""
        return tuple(self._by_patient)


Outcome = Literal["same", "different", "not there", "not applicable"]
"""What comparing a record in both systems can give."""

Severity = Literal["", "low", "medium", "high"]
"""How bad a difference is, as the practice sees it; "" where nobody said."""

Phase = Literal["first check", "recheck", "go-live"]
"""When it was checked, in the order in which the phases follow each other."""

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

    def says_the_same_as(self, other: Entry) -> bool:
        """Tell whether the other says the same of the same line, whichever list it is of."""
        return replace(self, line=0, record=0) == replace(other, line=0, record=0)


@dataclass(frozen=True, slots=True)
class FilledIn:
    """The entries of a filled-in workbook: `workbook` is its name, `sha256` that of its bytes."""

    phase: Phase
    list_id: str
    workbook: str
    sha256: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """An entry that was taken in: for which phase and list, by whom and when.

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
        """What it belongs to."""
        return (self.phase, self.entry.criterion_id, self.entry.patient_id)

    @property
    def is_fault(self) -> bool:
        """Whether it is an issue."""
        return self.entry.outcome in FAULTS


@dataclass(frozen=True, slots=True)
class Imported:
    """A filled-in workbook that was taken in."""

    phase: Phase
    list_id: str
    workbook: str
    sha256: str
    results: int
    by: Person
    on: datetime


@dataclass(frozen=True, slots=True)
class Issue:
    """What is wrong with a record as a criterion looks at it. Its number never changes.

    `first` is the result that gave it its number, `results` those that count now, in the order of
    the phases (none, where all of them were taken back).
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
        """Where it stands: see `STATUSES`. The order of the phases decides, not that of importing.

        "Not applicable" takes an issue back; it does not say that something was put right.
        """
        if not any(one.is_fault for one in self.results):
            return "withdrawn"
        if self.last.is_fault:
            return "open"
        return "resolved" if self.last.entry.outcome == "same" else "withdrawn"


def issues_of(
    numbered: Mapping[tuple[str | None, str], tuple[int, Result]],
    results: Mapping[ResultKey, Result],
) -> tuple[Issue, ...]:
    """Give the issues in the order of their numbers, with the results that count now."""
    return tuple(
        Issue(
            number,
            first,
            tuple(results[key] for phase in PHASES if (key := (phase, *line)) in results),
        )
        for line, (number, first) in numbered.items()
    )
