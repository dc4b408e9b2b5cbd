"""The smallest cover, and the proof that it is the smallest.

1. Fractions allowed, the problem is easy (a linear program). Its prices prove a lower bound
   (`cover.Priced`), which this program checks itself in whole numbers.
2. Whole numbers are searched for among the classes that look promising: those that the fractions
   use, the 150 next cheapest, and all classes of criteria that need everybody there is.
3. If that comes to the lower bound, it is the smallest. If not, every class that a better choice
   could use at all is searched, which finds the smallest and proves it.

Mostly step 2 is the end of it. The searches stop at a fixed count (see `highs`); where they do,
what was found may be above the lower bound, and both numbers are known.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from recordpick.picking.cover import Cover, Priced
from recordpick.picking.greedy import greedy, lower_bound_without_solver, without_needless
from recordpick.picking.highs import Minimise, Solved, minimise

CHEAPEST = 150
TINY = 1e-6


@dataclass(frozen=True, slots=True)
class Smallest:
    """How many to take of which class; no choice has fewer than `lower_bound` records.

    `greedily` is what greedy choice alone needs; `solver_failed` says that the solver gave no
    answer, and `taken` is therefore the greedy choice.
    """

    taken: Mapping[int, int]
    lower_bound: int
    greedily: int
    solver_failed: bool = False

    @property
    def records(self) -> int:
        """How many records are taken."""
        return sum(self.taken.values())

    @property
    def proven(self) -> bool:
        """Whether no choice has fewer records."""
        return self.records == self.lower_bound


def smallest(cover: Cover, solver: Minimise = minimise) -> Smallest:
    """Find the smallest cover; where the solver gives no answer, a greedy one and a lower bound."""
    best = greedy(cover)
    greedily = sum(best.values())
    if greedily == 0:
        return Smallest({}, 0, 0)
    fractions = solver(cover, range(len(cover.meets)), whole=False)
    if fractions is None:
        bound = lower_bound_without_solver(cover, greedily)
        return Smallest(best, bound, greedily, solver_failed=True)
    priced = cover.priced(fractions.prices)
    bound = priced.lower_bound
    columns = _promising(cover, fractions, priced)
    answer = solver(cover, columns, whole=True)
    found = _whole(cover, columns, answer)
    if answer is None or found is None:
        return Smallest(best, bound, greedily, solver_failed=True)
    best = _fewer(best, found)
    if sum(best.values()) > bound and answer.finished:
        best, bound = _search_all(cover, priced, best, solver)
    return Smallest(best, bound, greedily)


def _search_all(
    cover: Cover, priced: Priced, best: dict[int, int], solver: Minimise
) -> tuple[dict[int, int], int]:
    """Search every class that a choice better than `best` could use; give the choice and a bound.

    The classes of `best` are searched with them, so that there is always an answer.
    """
    records = sum(best.values())
    columns = sorted({*priced.worth_looking_at(records - 1), *best})
    answer = solver(cover, columns, whole=True)
    found = _whole(cover, columns, answer)
    if answer is None or found is None:
        return best, priced.lower_bound
    proven = sum(found.values()) if answer.finished else math.ceil(answer.bound - TINY)
    # a choice with any other class has at least as many records as `best`
    return _fewer(best, found), max(priced.lower_bound, min(proven, records))


def _promising(cover: Cover, fractions: Solved, priced: Priced) -> list[int]:
    """Give the classes among which the best choice mostly is; there is a choice among them."""
    used = {number for number, taken in enumerate(fractions.taken) if taken > TINY}
    others = sorted(
        (cost, number) for number, cost in enumerate(priced.costs) if number not in used
    )
    there = [0] * len(cover.lacking)
    for meets, size in zip(cover.meets, cover.sizes, strict=True):
        for place in meets:
            there[place] += size
    scarce = {place for place, needs in enumerate(cover.lacking) if there[place] <= needs}
    needed = {number for number, meets in enumerate(cover.meets) if not scarce.isdisjoint(meets)}
    return sorted(used | needed | {number for _, number in others[:CHEAPEST]})


def _whole(cover: Cover, columns: Sequence[int], answer: Solved | None) -> dict[int, int] | None:
    """Read an answer in whole numbers, and check it ourselves; None if it is none."""
    if answer is None:
        return None
    taken = {
        number: round(value)
        for number, value in zip(columns, answer.taken, strict=True)
        if round(value) > 0
    }
    return without_needless(cover, taken) if cover.covered_by(taken) else None


def _fewer(best: dict[int, int], other: dict[int, int] | None) -> dict[int, int]:
    return best if other is None or sum(other.values()) >= sum(best.values()) else other
