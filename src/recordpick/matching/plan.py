"""The lazy plan that answers a whole pack: from the index's files to one row a patient.

What is counted (counting.py) is put one below the other, held against what the rules ask and
gathered once (asked.py). The result says, for each patient, whether each step of each criterion
holds. There is no Python function anywhere in the plan, so polars may run, stream or send it where
it likes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from recordpick.criteria.pack import Pack, Rule
from recordpick.index.practice_index import PracticeIndex
from recordpick.matching.asked import Asked, Bits, asked_by
from recordpick.matching.counting import NUMBER, PATIENT, ROWS, counted
from recordpick.matching.rules import Answerable, Count, holds, satisfied

_WITHIN = "\x1fwithin"


@dataclass(frozen=True, slots=True)
class Names:
    """What the columns of the plan's result are called."""

    criterion: int

    @property
    def population(self) -> str:
        """Whether the patient belongs to the criterion's population."""
        return f"{self.criterion}:population"

    def step(self, step: int) -> str:
        """Whether the step holds."""
        return f"{self.criterion}:{step}"


def found_name(table: str, codes: str) -> str:
    """What the column is called that says whether a patient has rows with a codelist."""
    return f"{table}:{codes}"


def plan(
    pack: Pack, index: PracticeIndex, as_at: date, criteria: Sequence[Answerable]
) -> pl.LazyFrame:
    """Plan one row a patient: `patient_id` and, for criterion k, `k:population` and `k:step`.

    For each codelist a column says whether any count with it found rows (`found_name`). All columns
    but the first are Boolean and never null; rows come sorted by patient_id. Only criteria that can
    be answered may be given.
    """
    counts = list(dict.fromkeys(count for criterion in criteria for count in criterion.counts))
    numbers = {count: number for number, count in enumerate(counts) if count.table != "patients"}
    coded: dict[str, list[Asked]] = {}
    for count in numbers:
        if count.codes is not None:
            coded.setdefault(found_name(count.table, count.codes), []).append(Asked(count))
    rules = [rule for criterion in criteria for step in criterion.steps for rule in step]
    asked = [one for rule in rules if (one := asked_by(rule)[0]) and one.count in numbers]
    bits = Bits([*asked, *(one for ones in coded.values() for one in ones)], numbers)
    in_tables = {number: count for count, number in numbers.items()}
    gathered = bits.gathered(counted(pack, index, as_at, in_tables))
    patients = index.patients(as_at)
    return patients.join(gathered, on=PATIENT, how="left", maintain_order="left").select(
        PATIENT,
        *(
            satisfied(pack, "patients", criterion.criterion.population, as_at).alias(
                Names(k).population
            )
            for k, criterion in enumerate(criteria)
        ),
        *(
            pl.any_horizontal([_held(pack, rule, bits, as_at) for rule in step]).alias(
                Names(k).step(s)
            )
            for k, criterion in enumerate(criteria)
            for s, step in enumerate(criterion.steps)
        ),
        *(
            pl.any_horizontal([bits.has(one) for one in ones]).alias(name)
            for name, ones in coded.items()
        ),
    )


def _held(pack: Pack, rule: Rule, bits: Bits, as_at: date) -> pl.Expr:
    """Tell whether a rule holds for a patient."""
    if rule.table == "patients":
        return holds(rule, _on_patient(pack, Count.of(rule), as_at))
    asked, so = asked_by(rule)
    if asked is None:
        return pl.lit(value=True)
    return bits.has(asked) if so else ~bits.has(asked)


def counted_for(
    pack: Pack, index: PracticeIndex, as_at: date, criterion: Answerable, patient_id: str
) -> tuple[bool, dict[Count, int]]:
    """Tell for one patient whether they are in the population, and what each rule counts."""
    numbered = dict(enumerate(criterion.counts))
    in_tables = {n: count for n, count in numbered.items() if count.table != "patients"}
    own = index.patients(as_at).filter(pl.col(PATIENT) == patient_id)
    within = satisfied(pack, "patients", criterion.criterion.population, as_at).alias(_WITHIN)
    on_patient = [
        _on_patient(pack, count, as_at).alias(str(n))
        for n, count in numbered.items()
        if n not in in_tables
    ]
    patient, rows = pl.collect_all(
        [
            own.select(within, *on_patient),
            counted(pack, index, as_at, in_tables, patient_id).select(NUMBER, ROWS),
        ]
    )
    (first,) = patient.rows(named=True)
    found = dict(rows.rows())
    return bool(first[_WITHIN]), {
        count: int(found.get(n, 0) if n in in_tables else first[str(n)])
        for n, count in numbered.items()
    }


def _on_patient(pack: Pack, count: Count, as_at: date) -> pl.Expr:
    """Count a rule over `patients`, where each patient has one row: 0 or 1."""
    needed = [pl.col(name).is_not_null() for name in (count.distinct, count.per) if name]
    met = pl.all_horizontal([*needed, satisfied(pack, "patients", count.where, as_at)])
    return met.cast(pl.UInt32)
