"""The lazy plan that answers a whole pack: from the index's files to one row a patient.

The counts (counting.py) are concatenated, compared with the ranges that the rules require and
aggregated once. The result says, for each patient, whether each step of each criterion holds. There
is no Python function anywhere in the plan, so polars may run, stream or distribute it freely.

Which of the required ranges a patient's counts are in is a bitmask. A pack tests some seventy
ranges. As one column each they would have to be joined or summed seventy times; as bits of a few
whole numbers they are summed once, since each range is met by at most one row of the counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from recordpick.criteria.pack import Pack, Rule
from recordpick.index.practice_index import PracticeIndex
from recordpick.matching.counting import ROWS, counted
from recordpick.matching.patient_dates import NUMBER, PATIENT, patient_dates, with_dates
from recordpick.matching.rules import Answerable, Count, holds, satisfied

_WORD = 64
_LEAST = "\x1fleast"
_MOST = "\x1fmost"


@dataclass(frozen=True, slots=True)
class CountRange:
    """A count of `least` (1 or more) to `most` rows; None: any number from `least` up."""

    count: Count
    least: int = 1
    most: int | None = None


def range_for(rule: Rule) -> tuple[CountRange | None, bool]:
    """Return the range to test, and whether the rule holds for counts within it.

    Patients without any row have no count. So a rule that they meet is inverted: who has too many?
    The range is None where any number will do.
    """
    count = Count.of(rule)
    if rule.at_least > 0:
        return CountRange(count, rule.at_least, rule.at_most), True
    if rule.at_most is None:
        return None, True
    return CountRange(count, rule.at_most + 1), False


class RangeBits:
    """A bit for each count range."""

    def __init__(self, ranges: Iterable[CountRange], numbers: Mapping[Count, int]) -> None:
        """Assign a bit to each range; `numbers` has the number of each count."""
        self._position = {one: position for position, one in enumerate(dict.fromkeys(ranges))}
        self._numbers = numbers

    @property
    def _words(self) -> range:
        return range(-(-len(self._position) // _WORD))

    def gathered(self, counted: pl.LazyFrame) -> pl.LazyFrame:
        """Return one row for each patient in any range: PATIENT and the bits, as UInt64 columns.

        `counted` is the result of `counting.counted`.
        """
        in_range = counted.join(self._table(), on=NUMBER, how="inner").filter(
            pl.col(ROWS) >= pl.col(_LEAST), pl.col(ROWS) <= pl.col(_MOST)
        )
        return in_range.group_by(PATIENT).agg(pl.col(_name(word)).sum() for word in self._words)

    def _table(self) -> pl.LazyFrame:
        rows = [
            (
                self._numbers[one.count],
                one.least,
                2**32 - 1 if one.most is None else one.most,
                *(
                    1 << position % _WORD if position // _WORD == word else 0
                    for word in self._words
                ),
            )
            for one, position in self._position.items()
        ]
        schema: dict[str, type[pl.DataType]] = {
            NUMBER: pl.UInt16,
            _LEAST: pl.UInt32,
            _MOST: pl.UInt32,
            **{_name(word): pl.UInt64 for word in self._words},
        }
        return pl.LazyFrame(rows, schema=schema, orient="row")

    def has(self, one: CountRange) -> pl.Expr:
        """Return whether a patient is in the range; `gathered` was joined to the patients."""
        word, bit = divmod(self._position[one], _WORD)
        return (pl.col(_name(word)).fill_null(0) & pl.lit(1 << bit, pl.UInt64)) != 0


def _name(word: int) -> str:
    return f"\x1fbits{word}"


_WITHIN = "\x1fwithin"


@dataclass(frozen=True, slots=True)
class Names:
    """The column names of the plan's result."""

    criterion: int

    @property
    def population(self) -> str:
        """The column that says whether the patient is in the criterion's population."""
        return f"{self.criterion}:population"

    def step(self, step: int) -> str:
        """Return the column that says whether the step holds."""
        return f"{self.criterion}:{step}"

    def kind(self, kind: int) -> str:
        """Return the column that says whether the patient is of the kind, if in the criterion."""
        return f"{self.criterion}:kind:{kind}"


def found_name(table: str, codes: str) -> str:
    """Return the name of the column that says whether a patient has rows with a codelist."""
    return f"{table}:{codes}"


def plan(
    pack: Pack, index: PracticeIndex, as_at: date, criteria: Sequence[Answerable]
) -> pl.LazyFrame:
    """Return a plan: one row a patient, `patient_id` and for criterion k `k:population`, `k:step`.

    For kind n of a criterion `k:kind:n`, where it is known who is of the kind. For each codelist a
    column says whether any count with it found rows (`found_name`). All columns but the first are
    Boolean and never null; rows come sorted by patient_id. Only criteria that can be answered may
    be given.
    """
    counts = list(dict.fromkeys(count for criterion in criteria for count in criterion.counts))
    numbers = {count: number for number, count in enumerate(counts) if count.table != "patients"}
    coded: dict[str, list[CountRange]] = {}
    for count in numbers:
        if count.codes is not None:
            coded.setdefault(found_name(count.table, count.codes), []).append(CountRange(count))
    rules = [rule for criterion in criteria for rule in criterion.rules]
    ranges = [one for rule in rules if (one := range_for(rule)[0]) and one.count in numbers]
    bits = RangeBits([*ranges, *(one for ones in coded.values() for one in ones)], numbers)
    in_tables = {number: count for count, number in numbers.items()}
    conditions = [count.where for count in counts]
    dates = patient_dates(pack, index, as_at, conditions)
    gathered = bits.gathered(counted(pack, index, as_at, in_tables, dates))
    of_patients = [count.where for count in counts if count.table == "patients"]
    patients = with_dates(index.patients(as_at), dates, of_patients)
    return patients.join(gathered, on=PATIENT, how="left", maintain_order="left").select(
        PATIENT,
        *(
            satisfied(criterion.criterion.population, as_at).alias(Names(k).population)
            for k, criterion in enumerate(criteria)
        ),
        *(
            pl.any_horizontal([_held(rule, bits, as_at) for rule in step]).alias(Names(k).step(s))
            for k, criterion in enumerate(criteria)
            for s, step in enumerate(criterion.steps)
        ),
        *(
            pl.any_horizontal([_held(rule, bits, as_at) for rule in kind.rules]).alias(
                Names(k).kind(n)
            )
            for k, criterion in enumerate(criteria)
            for n, kind in enumerate(criterion.kinds)
            if not kind.why_not
        ),
        *(
            pl.any_horizontal([bits.has(one) for one in ones]).alias(name)
            for name, ones in coded.items()
        ),
    )


def _held(rule: Rule, bits: RangeBits, as_at: date) -> pl.Expr:
    """Return whether a rule holds for a patient."""
    if rule.table == "patients":
        return holds(rule, _on_patient(Count.of(rule), as_at))
    tested, holds_within = range_for(rule)
    if tested is None:
        return pl.lit(value=True)
    return bits.has(tested) if holds_within else ~bits.has(tested)


def counted_for(
    pack: Pack, index: PracticeIndex, as_at: date, criterion: Answerable, patient_id: str
) -> tuple[bool, dict[Count, int]]:
    """Return whether one patient is in the population, and what each rule counts."""
    numbered = dict(enumerate(criterion.counts))
    in_tables = {n: count for n, count in numbered.items() if count.table != "patients"}
    dates = patient_dates(pack, index, as_at, [one.where for one in criterion.counts], [patient_id])
    of_patient = [one.where for one in criterion.counts if one.table == "patients"]
    own = index.patients(as_at).filter(pl.col(PATIENT) == patient_id)
    own = with_dates(own, dates, of_patient)
    within = satisfied(criterion.criterion.population, as_at).alias(_WITHIN)
    on_patient = [
        _on_patient(count, as_at).alias(str(n))
        for n, count in numbered.items()
        if n not in in_tables
    ]
    patient, rows = pl.collect_all(
        [
            own.select(within, *on_patient),
            counted(pack, index, as_at, in_tables, dates, patient_id).select(NUMBER, ROWS),
        ]
    )
    (first,) = patient.rows(named=True)
    found = dict(rows.rows())
    return bool(first[_WITHIN]), {
        count: int(found.get(n, 0) if n in in_tables else first[str(n)])
        for n, count in numbered.items()
    }


def _on_patient(count: Count, as_at: date) -> pl.Expr:
    """Return the count of a rule over `patients`, where each patient has one row: 0 or 1."""
    needed = [pl.col(name).is_not_null() for name in (count.distinct, count.per) if name]
    is_counted = pl.all_horizontal([*needed, satisfied(count.where, as_at)])
    return is_counted.cast(pl.UInt32)
