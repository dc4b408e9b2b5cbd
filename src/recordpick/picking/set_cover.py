"""The fewest records as a set cover problem: classes of patients, and what each criterion requires.

Take x of each class, an integer from 0 to the class's size, so that for each criterion the classes
that meet it together give at least the number it requires, and the sum of all x is as small as
possible.

A class is an equivalence class of patients: those who meet exactly the same criteria are
interchangeable. A practice of 100,000 patients has some ten thousand classes or fewer, which makes
it possible to find the smallest set of records.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from recordpick.picking.solver import LinearModel
from recordpick.picking.tickets import ticket_numbers

UNIT = 10**9
"""Prices are calculated in whole billionths of a record, so that a bound is exact."""


@dataclass(frozen=True)
class SetCover:
    """One such problem (a multicover: a criterion may require several records).

    `meets` holds for each class the indexes of the criteria it meets, `sizes` how many of the class
    can be taken, `required` how many records each criterion requires (0 or more). There is always
    a solution: no criterion requires more than all its classes have.
    """

    meets: tuple[tuple[int, ...], ...]
    sizes: tuple[int, ...]
    required: tuple[int, ...]

    def is_covered_by(self, taken: Mapping[int, int]) -> bool:
        """Return whether a choice gives every criterion what it requires, within the sizes.

        `taken` maps class numbers to how many are taken.
        """
        supplied = [0] * len(self.required)
        for number, count in taken.items():
            if not 0 <= count <= self.sizes[number]:
                return False
            for criterion in self.meets[number]:
                supplied[criterion] += count
        return all(has >= needed for has, needed in zip(supplied, self.required, strict=True))

    def model(self, columns: Sequence[int], *, integer: bool) -> LinearModel:
        """Return the problem with these classes only, for a solver: a row for each criterion."""
        starts: list[int] = []
        rows: list[int] = []
        for number in columns:
            starts.append(len(rows))
            rows.extend(self.meets[number])
        return LinearModel(
            costs=[1.0] * len(columns),
            upper=[float(self.sizes[number]) for number in columns],
            integer=[integer] * len(columns),
            least=[float(needed) for needed in self.required],
            most=[None] * len(self.required),
            starts=starts,
            rows=rows,
            values=[1.0] * len(rows),
        )

    def dual_bound(self, prices: Sequence[float]) -> DualBound:
        """Return the lower bound that these prices, one for each criterion, prove."""
        units = [max(0, round(price * UNIT)) for price in prices]
        costs = tuple(UNIT - sum([units[criterion] for criterion in meets]) for meets in self.meets)
        total = sum(price * needed for price, needed in zip(units, self.required, strict=True))
        total += sum(cost * size for cost, size in zip(costs, self.sizes, strict=True) if cost < 0)
        return DualBound(total, costs)


@dataclass(frozen=True)
class DualBound:
    """What follows from a price, of 0 or more, for each record that a criterion requires.

    A record earns the prices of the criteria it serves and costs 1. Any valid choice earns at
    least the price of all records required; so the number of records is at least that sum, less
    the most that classes can earn beyond their cost. This is `total`, in billionths: a lower bound
    for any prices whatsoever, which can be checked by adding integers. (The best prices are the
    dual values of the linear program; this is linear programming's weak duality.)

    `reduced_costs` holds, for each class, what a record of it costs beyond what it earns, in
    billionths; or in other parts of a record, of which there are `unit` in one.
    """

    total: int
    reduced_costs: tuple[int, ...]
    unit: int = UNIT

    @property
    def lower_bound(self) -> int:
        """No choice has fewer records than this."""
        return max(0, -(-self.total // self.unit))

    def useful_classes(self, records: int) -> list[int]:
        """Return the classes of which a choice of at most `records` records can have any.

        A choice with a member of any other class has more records: the sum of `total` and that
        class's reduced cost is more (reduced-cost fixing).
        """
        slack = records * self.unit - self.total
        return [number for number, cost in enumerate(self.reduced_costs) if cost <= slack]


BITS_PER_WORD = 63
"""How many criteria fit into one integer column; a pack with more uses several columns."""


@dataclass(frozen=True)
class EquivalenceClasses:
    """The distinct sets of criteria, and the patients who meet each.

    `meets` holds, for each class, the indexes of the criteria that its patients meet (from 0,
    ascending); `sizes` the number of its patients; `patients` has the columns class_number and
    patient_id. The order of the classes depends on `meets` alone, never on the order of rows.
    """

    meets: tuple[tuple[int, ...], ...]
    sizes: tuple[int, ...]
    patients: pl.DataFrame

    def draw(self, taken: dict[int, int], seed: str) -> pl.Series:
        """Return the patient_ids drawn from each class, lowest tickets first.

        `taken` maps class numbers to how many patients to draw.
        """
        requested = pl.DataFrame(
            {"class_number": list(taken), "requested": list(taken.values())},
            schema={"class_number": pl.UInt32, "requested": pl.Int64},
        )
        members = self.patients.join(requested, on="class_number")
        return (
            members.with_columns(ticket_numbers(members["patient_id"], seed))
            .sort("class_number", "ticket_number", "patient_id")
            .filter(pl.int_range(pl.len()).over("class_number") < pl.col("requested"))["patient_id"]
        )


def group_into_classes(pairs: pl.DataFrame, criteria: int) -> EquivalenceClasses:
    """Group patients by the set of criteria they meet.

    `pairs` has the columns demand_index (the criterion's index, from 0 to below `criteria`) and
    patient_id, each pair once.
    """
    words = [f"word_{number}" for number in range(criteria // BITS_PER_WORD + 1)]
    bits = pl.DataFrame(
        [
            (criterion, *(_bit(criterion, number) for number in range(len(words))))
            for criterion in range(criteria)
        ],
        schema={"demand_index": pl.UInt32, **dict.fromkeys(words, pl.Int64)},
        orient="row",
    )
    numbered = (
        pairs.lazy()
        .join(bits.lazy(), on="demand_index")
        .group_by("patient_id")
        .agg(pl.col(words).sum())
        .sort(words)
        .with_columns(pl.struct(words).rle_id().alias("class_number"))
        .collect()
    )
    classes = numbered.group_by("class_number", *words).len("size").sort("class_number")
    return EquivalenceClasses(
        meets=tuple(_set_bits(row) for row in classes.select(words).iter_rows()),
        sizes=tuple(classes["size"].to_list()),
        patients=numbered.select("class_number", "patient_id"),
    )


def _bit(criterion: int, word: int) -> int:
    return 1 << criterion % BITS_PER_WORD if criterion // BITS_PER_WORD == word else 0


def _set_bits(words: tuple[int, ...]) -> tuple[int, ...]:
    """Return the positions of the bits that are set, lowest first."""
    left = sum(word << BITS_PER_WORD * number for number, word in enumerate(words))
    positions: list[int] = []
    while left:
        lowest = left & -left
        positions.append(lowest.bit_length() - 1)
        left ^= lowest
    return tuple(positions)
