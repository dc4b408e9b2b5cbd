"""What a selection is: picks, draws, notes and who made them, as values that do not change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal

from recordpick.selection.events import Person, Role
from recordpick.selection.figures import ChosenFiles, FigureKey, ReportBasis, SystemFigure
from recordpick.selection.results import Imported, Issue, Result, ResultKey
from recordpick.selection.settled import Settled

ChosenBy = Literal["rule", "staff", "supplier", "random"]
"""How a record was picked: by a suggestion that a person applied, by hand by practice staff, by
hand by the supplier or a delivery partner, by a random draw."""

SeedSource = Literal["entered", "made"]
"""Whether people gave the seed (dice, a lottery result) or recordpick made it up."""


@dataclass(frozen=True, slots=True)
class Pick:
    """A record chosen for a criterion, or (`criterion_id` None) drawn at random.

    `ticket` is the place in the draw order, from 1, of a random record; None for others. `note`
    is what recordpick itself says about the pick: how it was suggested, whom it replaces. What
    people note about a patient is in `Selection.notes`.
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
    """A criterion for which somebody said that no more records can be found, and why."""

    reason: str
    by: Person
    on: datetime


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Why something no longer counts, who decided so, and when."""

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
    same way; other draws have none. A draw of a replacement names whom it `replaces` and why
    (`reason`). `withdrawn` says that its records are no longer in the selection: the draw was
    undone, or repeated with another seed.
    """

    seed: str
    eligible: int
    eligible_sha256: str
    requested: int
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
        """How many fewer than requested were drawn: nobody else was eligible."""
        return self.requested - len(self.drawn)


@dataclass(frozen=True, slots=True)
class Removed:
    """A random record that was removed from the selection, or replaced, and why."""

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
class HandedOver:
    """The list of a hand-over pack was sent: how, and on which day, as the sender says."""

    list_id: str
    how: str
    sent_on: date
    by: Person
    on: datetime


@dataclass(frozen=True, slots=True)
class IndexUsed:
    """The practice index that the picks were made from, since `on`."""

    fingerprint: str
    as_at: date
    folder: str
    by: Person
    on: datetime
    people: str = ""
    """What shows whether a number is still the same person (`identity_fingerprint.py`)."""


def _no_texts() -> Mapping[str, str]:
    return MappingProxyType({})


@dataclass(frozen=True)
class Selection:
    """All the picks of one practice for one pack, and what was said about them.

    `picks` are in the order in which they were made. `draws` and `seeds` hold every one ever made,
    also those that no longer count (`withdrawn`). `results` are those of data checking, by phase,
    criterion and patient, and `settled` all judgements behind them, with those that disagree;
    `issues` every one ever found, by number. `figures` are those of the
    systems' own reports, by system and name, `reports_by` what the reports are counted by where
    that is not what recordpick brings. `kept` has all that kinds of events keep by key, by the name
    of their `Kept`, which reads it (`values_in`). `can_undo` and `can_redo` say in words what would
    be undone or done again; None if there is nothing.
    """

    picks: tuple[Pick, ...] = ()
    closed: Mapping[str, Closed] = field(default_factory=lambda: MappingProxyType({}))
    notes: Mapping[str, str] = field(default_factory=_no_texts)
    seed: FixedSeed | None = None
    seeds: tuple[FixedSeed, ...] = ()
    draws: tuple[Draw, ...] = ()
    removed_random: tuple[Removed, ...] = ()
    exports: tuple[Exported, ...] = ()
    handed_over: tuple[HandedOver, ...] = ()
    results: Mapping[ResultKey, Result] = field(default_factory=lambda: MappingProxyType({}))
    settled: Settled = field(default_factory=Settled)
    issues: tuple[Issue, ...] = ()
    imports: tuple[Imported, ...] = ()
    figures: Mapping[FigureKey, SystemFigure] = field(default_factory=lambda: MappingProxyType({}))
    reports_by: Mapping[ReportBasis, ChosenFiles] = field(
        default_factory=lambda: MappingProxyType({})
    )
    kept: Mapping[str, Mapping[Any, Any]] = field(default_factory=lambda: MappingProxyType({}))
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
        """Return the picks of a criterion (None: the random records), in the order made."""
        return self._by_criterion.get(criterion_id, ())

    def random(self) -> tuple[Pick, ...]:
        """Return the records drawn at random, in the order drawn."""
        return self.of(None)

    def count(self, criterion_id: str | None) -> int:
        """Return how many records are picked for a criterion (None: at random)."""
        return len(self.of(criterion_id))

    def criteria_of(self, patient_id: str) -> tuple[str | None, ...]:
        """Return the criteria that a patient is picked for; None stands for a random record."""
        return self._by_patient.get(patient_id, ())

    @property
    def drawn_with_seed(self) -> int:
        """How many random records the fixed seed gave: none before it is first drawn with.

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
