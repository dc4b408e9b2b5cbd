"""Explain a criterion for one patient: each rule, with the number that it counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from recordpick.criteria.pack import Pack, Rule
from recordpick.errors import UserError
from recordpick.index.practice_index import PracticeIndex
from recordpick.matching.evidence import evidence
from recordpick.matching.patient_dates import PATIENT
from recordpick.matching.plan import counted_for
from recordpick.matching.rules import Answerable, Count, answerable, asks


@dataclass(frozen=True, slots=True)
class RuleForPatient:
    """One rule for one patient: what it requires, what was counted, and whether it holds."""

    step: int
    says: str
    asks: str
    counted: int
    holds: bool


@dataclass(frozen=True, slots=True)
class KindForPatient:
    """Whether a patient is of a kind, where the criterion takes some of each.

    `is_of` is None where that is not known, and `why_not` then says why.
    """

    says: str
    is_of: bool | None
    why_not: str = ""


@dataclass(frozen=True)
class Explanation:
    """Whether a patient meets a criterion, rule by rule.

    `near_miss` is true where all but one step hold. `rows` is the evidence, as `evidence` returns
    it.
    """

    criterion_id: str
    patient_id: str
    why_not_answered: str
    in_population: bool
    rules: tuple[RuleForPatient, ...]
    rows: pl.DataFrame
    kinds: tuple[KindForPatient, ...] = ()

    @property
    def steps(self) -> tuple[bool, ...]:
        """Whether each step holds: one of its rules is enough."""
        numbers = sorted({rule.step for rule in self.rules})
        return tuple(
            any(rule.holds for rule in self.rules if rule.step == number) for number in numbers
        )

    @property
    def meets(self) -> bool:
        """Whether the patient meets the criterion."""
        return not self.why_not_answered and self.in_population and all(self.steps)

    @property
    def near_miss(self) -> bool:
        """Whether only one step, or the population, is not met."""
        missing = self.steps.count(False) + (not self.in_population)
        return not self.why_not_answered and missing == 1


def explain(
    pack: Pack, index: PracticeIndex, as_at: date, criterion_id: str, patient_id: str
) -> Explanation:
    """Explain one criterion for one patient; raise a UserError if either does not exist."""
    try:
        criterion = answerable(pack, index, pack.criterion(criterion_id))
    except KeyError:
        raise UserError(
            f"The pack has no criterion {criterion_id}: it has "
            f"{', '.join(one.id for one in pack.criteria)}."
        ) from None
    number = index.patients(as_at).filter(pl.col(PATIENT) == patient_id).select(pl.len())
    if not number.collect().item():
        raise UserError(f"The index has no patient {patient_id}: check the patient number.")
    if criterion.why_not:
        empty = evidence(pack, index, as_at, criterion_id, [])
        return Explanation(
            criterion_id, patient_id, criterion.why_not, in_population=False, rules=(), rows=empty
        )
    in_population, counts = counted_for(pack, index, as_at, criterion, patient_id)
    return Explanation(
        criterion_id,
        patient_id,
        "",
        in_population,
        _rules(criterion, counts),
        evidence(pack, index, as_at, criterion_id, [patient_id]),
        _kinds(criterion, counts),
    )


def _kinds(criterion: Answerable, counts: dict[Count, int]) -> tuple[KindForPatient, ...]:
    return tuple(
        KindForPatient(one.kind.says, None, one.why_not)
        if one.why_not
        else KindForPatient(one.kind.says, any(_holds(rule, counts) for rule in one.rules))
        for one in criterion.kinds
    )


def _rules(criterion: Answerable, counts: dict[Count, int]) -> tuple[RuleForPatient, ...]:
    return tuple(
        RuleForPatient(number, rule.says, asks(rule), counts[Count.of(rule)], _holds(rule, counts))
        for number, step in enumerate(criterion.steps)
        for rule in step
    )


def _holds(rule: Rule, counts: dict[Count, int]) -> bool:
    counted = counts[Count.of(rule)]
    return counted >= rule.at_least and (rule.at_most is None or counted <= rule.at_most)
