"""The minimum cover, and the proof that it is the smallest.

1. If fractions are allowed, the problem is easy (a linear program, the linear relaxation). Its
   dual prices prove a lower bound (`cover.DualBound`), which this program checks itself in
   integers.
2. The solver searches for integers among the promising classes: those that the linear relaxation
   uses, the 150 next cheapest, and all classes of criteria that require every patient they have.
3. If the result is equal to the lower bound, it is the smallest. If not, the solver searches every
   class that a better choice could use, which finds the smallest and proves it.

Mostly step 2 is the last one. The searches stop at a fixed count (see `highs`); where they do,
the result may be above the lower bound, and both numbers are known.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from recordpick.picking.cover import DualBound, SetCover
from recordpick.picking.greedy import greedy_cover, lower_bound_without_solver, remove_redundant
from recordpick.picking.highs import Solver, SolverResult, solve_with_highs

CHEAPEST_CLASSES = 150
TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class MinimumCover:
    """How many to take of which class; no choice has fewer than `lower_bound` records.

    `greedy_records` is the size of the greedy choice; `solver_failed` says that the solver gave no
    solution, and `taken` is therefore the greedy choice.
    """

    taken: Mapping[int, int]
    lower_bound: int
    greedy_records: int
    solver_failed: bool = False

    @property
    def records(self) -> int:
        """How many records are taken."""
        return sum(self.taken.values())

    @property
    def proven(self) -> bool:
        """Whether no choice has fewer records."""
        return self.records == self.lower_bound


def minimum_cover(cover: SetCover, solver: Solver = solve_with_highs) -> MinimumCover:
    """Return the smallest cover; if the solver gives none, a greedy one with a lower bound."""
    best = greedy_cover(cover)
    greedy_records = sum(best.values())
    if greedy_records == 0:
        return MinimumCover({}, 0, 0)
    relaxation = solver(cover, range(len(cover.meets)), integer=False)
    if relaxation is None:
        bound = lower_bound_without_solver(cover, greedy_records)
        return MinimumCover(best, bound, greedy_records, solver_failed=True)
    dual_bound = cover.dual_bound(relaxation.prices)
    bound = dual_bound.lower_bound
    columns = _promising_classes(cover, relaxation, dual_bound)
    result = solver(cover, columns, integer=True)
    found = _checked_integers(cover, columns, result)
    if result is None or found is None:
        return MinimumCover(best, bound, greedy_records, solver_failed=True)
    best = _smaller(best, found)
    if sum(best.values()) > bound and result.is_optimal:
        best, bound = _search_all(cover, dual_bound, best, solver)
    return MinimumCover(best, bound, greedy_records)


def _search_all(
    cover: SetCover, dual_bound: DualBound, best: dict[int, int], solver: Solver
) -> tuple[dict[int, int], int]:
    """Search every class that a choice better than `best` could use.

    Returns the smaller choice and a lower bound. The classes of `best` are searched as well, so
    that there is always a solution.
    """
    records = sum(best.values())
    columns = sorted({*dual_bound.useful_classes(records - 1), *best})
    result = solver(cover, columns, integer=True)
    found = _checked_integers(cover, columns, result)
    if result is None or found is None:
        return best, dual_bound.lower_bound
    proven = sum(found.values()) if result.is_optimal else math.ceil(result.bound - TOLERANCE)
    # a choice with any other class has at least as many records as `best`
    return _smaller(best, found), max(dual_bound.lower_bound, min(proven, records))


def _promising_classes(
    cover: SetCover, relaxation: SolverResult, dual_bound: DualBound
) -> list[int]:
    """Return the classes that usually contain the best choice; they always contain a cover."""
    used = {number for number, taken in enumerate(relaxation.taken) if taken > TOLERANCE}
    others = sorted(
        (cost, number) for number, cost in enumerate(dual_bound.reduced_costs) if number not in used
    )
    available = [0] * len(cover.required)
    for meets, size in zip(cover.meets, cover.sizes, strict=True):
        for criterion in meets:
            available[criterion] += size
    scarce = {
        criterion
        for criterion, needed in enumerate(cover.required)
        if available[criterion] <= needed
    }
    essential = {number for number, meets in enumerate(cover.meets) if not scarce.isdisjoint(meets)}
    return sorted(used | essential | {number for _, number in others[:CHEAPEST_CLASSES]})


def _checked_integers(
    cover: SetCover, columns: Sequence[int], result: SolverResult | None
) -> dict[int, int] | None:
    """Round a result to integers and check it here; None if it is not a cover."""
    if result is None:
        return None
    taken = {
        number: round(value)
        for number, value in zip(columns, result.taken, strict=True)
        if round(value) > 0
    }
    return remove_redundant(cover, taken) if cover.is_covered_by(taken) else None


def _smaller(best: dict[int, int], other: dict[int, int] | None) -> dict[int, int]:
    return best if other is None or sum(other.values()) >= sum(best.values()) else other
