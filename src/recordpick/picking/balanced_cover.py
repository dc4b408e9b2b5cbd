"""The fewest records whose ages, sexes and usual GPs are shared as in the list, within a tolerance.

This is the set cover problem (minimum_cover.py) with one condition more for each of the three: of
all records to open, no more than so many in 100 may be above the list's shares (list_shares.py).
Patients are in one class if they meet the same criteria and have the same age band, sex and GP.

Each record must be picked for something, or it is not opened. Where records were taken that no
criterion has a place for, the problem is solved again with one limit more: of the patients who meet
none but these criteria, no more than these criteria have places (Hall's condition).

The lower bound is proven as that of the set cover problem is, in integers. For any weights from 0
to b, one for each value, the weighted sum of what the records have above the list's shares is at
most b times the tolerance. So a price for each record a criterion requires, less these weights for
what a record's own values add, bounds the number of records from below: weak duality again.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import polars as pl

from recordpick.picking.demand import Demand
from recordpick.picking.list_shares import ATTRIBUTES, ListShares
from recordpick.picking.minimum_cover import TOLERANCE, promising_classes, rows_to_cover
from recordpick.picking.set_cover import (
    UNIT,
    DualBound,
    EquivalenceClasses,
    SetCover,
    group_into_classes,
)
from recordpick.picking.solver import LinearModel, Solver, SolverResult

SEARCH_AT_MOST = 1000
"""Classes that are searched to prove a result, beyond those that usually contain it."""
ROUNDS_AT_MOST = 20
"""How often a problem is solved again with further limits."""
MARGIN = 1e-6
"""How much the solver's tolerance is below the true one, so that its rounding does no harm."""


@dataclass(frozen=True)
class BalancedCover:
    """One such problem: the classes of patients not opened yet, what is opened, and the tolerance.

    `values` holds for each class the index, into those of `shares`, of its age band, sex and usual
    GP; the first `criteria` rows of `cover` are the criteria, the others kinds. `opened` is how
    many of the `opened_records` have each value; `most` how many records can be taken: no more than
    there are picks to make. `limits` are criteria (indexes) and the number of records that can be
    picked for them: of the classes that meet no others, no more can be taken.
    """

    cover: SetCover
    values: tuple[tuple[int, ...], ...]
    shares: ListShares
    opened: tuple[int, ...]
    opened_records: int
    most: int
    percent: int
    criteria: int
    limits: tuple[tuple[frozenset[int], int], ...] = ()

    @property
    def meets(self) -> tuple[tuple[int, ...], ...]:
        """The criteria that each class meets."""
        return self.cover.meets

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many of each class can be taken."""
        return self.cover.sizes

    @property
    def required(self) -> tuple[int, ...]:
        """How many records each criterion requires."""
        return self.cover.required

    @cached_property
    def _attributes(self) -> tuple[int, ...]:
        """The place of the attribute of each value."""
        return tuple(ATTRIBUTES.index(name) for name, _ in self.shares.values)

    @cached_property
    def _limited_by(self) -> tuple[tuple[int, ...], ...]:
        """The limits, by their places in `limits`, that count each class."""
        return tuple(
            tuple(
                place
                for place, (only, _) in enumerate(self.limits)
                if only.issuperset(row for row in has if row < self.criteria)
            )
            for has in self.meets
        )

    def is_solved_by(self, taken: Mapping[int, int]) -> bool:
        """Return whether a choice covers every criterion within the tolerance, exactly."""
        if not self.cover.is_covered_by(taken):
            return False
        counted = Counter[int]()
        for number, count in taken.items():
            counted.update(dict.fromkeys(self._limited_by[number], count))
        if any(counted[place] > most for place, (_, most) in enumerate(self.limits)):
            return False
        counts = list(self.opened)
        for number, count in taken.items():
            for value in self.values[number]:
                counts[value] += count
        off_by = self.shares.distance(counts, self.opened_records + sum(taken.values()))
        return off_by is None or off_by * 100 <= self.percent

    def limited(
        self, full: Iterable[frozenset[int]], places: Sequence[int]
    ) -> BalancedCover | None:
        """Return the problem with limits for these sets of criteria; None if it has them already.

        `places` is how many records each criterion can be given.
        """
        known = {only for only, _ in self.limits}
        new = [only for only in dict.fromkeys(full) if only not in known]
        more = tuple((only, sum(places[index] for index in only)) for only in new)
        return replace(self, limits=(*self.limits, *more)) if more else None

    def model(self, columns: Sequence[int], *, integer: bool) -> LinearModel:
        """Return the problem with these classes only, for a solver.

        After the classes come, for each value, the records above its share, and then the number of
        records taken. The rows are the criteria; the values: records that have it, less its share,
        are no more than the records above; the attributes: records above within the tolerance; the
        number of records; and the limits.
        """
        height, values = len(self.required), len(self.shares.values)
        shares = [listed / self.shares.patients for listed in self.shares.listed]
        within = max(0.0, self.percent / 100 - MARGIN)
        above = height + values
        last = above + len(ATTRIBUTES)
        starts: list[int] = []
        rows: list[int] = []
        entries: list[float] = []

        def column(*cells: tuple[int, float]) -> None:
            starts.append(len(rows))
            rows.extend(row for row, _ in cells)
            entries.extend(value for _, value in cells)

        for number in columns:
            has = (*self.meets[number], *(height + value for value in self.values[number]))
            limits = (last + 1 + place for place in self._limited_by[number])
            column(*((row, 1.0) for row in (*has, *limits)), (last, -1.0))
        for value, attribute in enumerate(self._attributes):
            column((height + value, -1.0), (above + attribute, 1.0))
        column(
            *((height + value, -share) for value, share in enumerate(shares) if share),
            *((above + attribute, -within) for attribute in range(len(ATTRIBUTES))),
            (last, 1.0),
        )
        of_values = [
            share * self.opened_records - has
            for share, has in zip(shares, self.opened, strict=True)
        ]
        of_attributes = [within * self.opened_records] * len(ATTRIBUTES)
        return LinearModel(
            costs=[0.0] * (len(columns) + values) + [1.0],
            upper=[float(self.sizes[number]) for number in columns]
            + [None] * values
            + [float(self.most)],
            integer=[integer] * len(columns) + [False] * values + [integer],
            least=[float(needed) for needed in self.required]
            + [None] * (values + len(ATTRIBUTES))
            + [0.0]
            + [None] * len(self.limits),
            most=[None] * height
            + of_values
            + of_attributes
            + [0.0]
            + [float(most) for _, most in self.limits],
            starts=starts,
            rows=rows,
            values=entries,
        )

    def dual_bound(self, prices: Sequence[float]) -> DualBound:
        """Return the lower bound on records taken that these prices, one for each row, prove."""
        height, values = len(self.required), len(self.shares.values)
        above = height + values
        limits = [max(0, round(-price * UNIT)) for price in prices[above : above + len(ATTRIBUTES)]]
        weights = [
            min(max(0, round(-price * UNIT)), limits[attribute])
            for price, attribute in zip(prices[height:above], self._attributes, strict=True)
        ]
        scale = self.shares.patients * 100
        constant = sum(
            weight * listed for weight, listed in zip(weights, self.shares.listed, strict=True)
        )
        same = constant * 100 + sum(limits) * self.percent * self.shares.patients
        first = above + len(ATTRIBUTES) + 1
        fees = [max(0, round(-price * UNIT)) for price in prices[first : first + len(self.limits)]]
        plain = self.cover.dual_bound(prices[:height])
        costs = tuple(
            (
                cost
                + sum(weights[value] for value in of_class)
                + sum(fees[place] for place in limited)
            )
            * scale
            - same
            for cost, of_class, limited in zip(
                plain.reduced_costs, self.values, self._limited_by, strict=True
            )
        )
        units = [max(0, round(price * UNIT)) for price in prices[:height]]
        total = sum(unit * needed for unit, needed in zip(units, self.required, strict=True))
        total += sum(weight * has for weight, has in zip(weights, self.opened, strict=True))
        total -= sum(fee * most for fee, (_, most) in zip(fees, self.limits, strict=True))
        total = total * scale - same * self.opened_records
        total += sum(cost * size for cost, size in zip(costs, self.sizes, strict=True) if cost < 0)
        return DualBound(total, costs, UNIT * scale)


@dataclass(frozen=True, slots=True)
class Balanced:
    """How many to take of which class; no choice within the tolerance has fewer than the bound."""

    taken: Mapping[int, int]
    lower_bound: int


def solve_balanced(problem: BalancedCover, solver: Solver) -> Balanced | None:
    """Return the fewest records within the tolerance; None if none are found."""
    every = range(len(problem.meets))
    relaxation = solver(problem, every, integer=False)
    if relaxation is None:
        return None
    bound = problem.dual_bound(relaxation.prices)
    columns = promising_classes(problem, relaxation, bound)
    best, result = _search(problem, columns, solver)
    if best is None and len(columns) < len(every):
        best, result = _search(problem, every, solver)
    if best is None:
        return None
    lowest, records = bound.lower_bound, sum(best.values())
    if records > lowest:
        useful = sorted({*bound.useful_classes(records - 1), *best})
        if len(useful) <= SEARCH_AT_MOST:
            found, result = _search(problem, useful, solver)
            if result is not None and found is not None:
                proven = math.ceil(result.bound - TOLERANCE)
                # a choice with any other class has at least as many records as `best`
                lowest = max(lowest, min(proven, records))
                best = found if sum(found.values()) < records else best
    return Balanced(best, lowest)


def _search(
    problem: BalancedCover, columns: Sequence[int], solver: Solver
) -> tuple[dict[int, int] | None, SolverResult | None]:
    """Return the best choice of these classes, checked here in integers, and what was solved."""
    result = solver(problem, columns, integer=True)
    if result is None:
        return None, None
    taken = {
        number: round(value)
        for number, value in zip(columns, result.taken, strict=True)
        if round(value) > 0
    }
    return (taken if problem.is_solved_by(taken) else None), result


def balanced_problem(
    demand: Demand, shares: ListShares, percent: int
) -> tuple[EquivalenceClasses, BalancedCover]:
    """Group patients not opened yet into classes, and subtract what opened records supply."""
    pairs, needs = rows_to_cover(demand)
    supplied = dict(pairs.filter("opened").group_by("row").len().iter_rows())
    required = tuple(max(0, need - supplied.get(row, 0)) for row, need in enumerate(needs))
    height = len(required)
    unopened = pairs.filter(~pl.col("opened")).select(
        pl.col("row").alias("demand_index"), "patient_id"
    )
    values = shares.values_of(unopened["patient_id"]).select(
        (pl.col("value") + height).cast(pl.UInt32).alias("demand_index"), "patient_id"
    )
    classes = group_into_classes(pl.concat([unopened, values]), height + len(shares.values))
    meets = tuple(tuple(row for row in has if row < height) for has in classes.meets)
    opened = shares.values_of(demand.opened["patient_id"]).group_by("value").len()
    counts = dict(opened.iter_rows())
    most, criteria = sum(demand.required), len(demand.required)
    sizes = tuple(
        min(size, sum(demand.required[row] for row in has if row < criteria))
        for size, has in zip(classes.sizes, meets, strict=True)
    )
    return classes, BalancedCover(
        cover=SetCover(meets, sizes, required),
        values=tuple(tuple(row - height for row in has if row >= height) for has in classes.meets),
        shares=shares,
        opened=tuple(counts.get(value, 0) for value in range(len(shares.values))),
        opened_records=demand.opened.height,
        most=most,
        percent=percent,
        criteria=criteria,
    )
