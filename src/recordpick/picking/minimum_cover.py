"""The fewest records that give every criterion its number, and the proof that they are.

1. If fractions are allowed, the problem is easy (a linear program, the linear relaxation). Its
   dual prices prove a lower bound (`set_cover.DualBound`), which this program checks itself in
   integers.
2. The solver searches for integers among the promising classes: those that the linear relaxation
   uses, the 150 next cheapest, and all classes of criteria that require every patient they have.
3. If the result is equal to the lower bound, it is the smallest. If not, the solver searches every
   class that a better choice could use, which finds the smallest and proves it.

Step 2 is usually the last. A search stops at a fixed count (see `solve_with_highs`); if it does,
the result may be above the lower bound, and both numbers are known. The solver is HiGHS, called so
that its answers are deterministic.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from recordpick.picking.demand import Demand, Picks, assign
from recordpick.picking.greedy_cover import (
    greedy_cover,
    lower_bound_without_solver,
    remove_redundant,
)
from recordpick.picking.set_cover import DualBound, EquivalenceClasses, SetCover, group_into_classes
from recordpick.picking.solver import CoverProblem, Solver, SolverResult, solve_with_highs

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
    columns = promising_classes(cover, relaxation, dual_bound)
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


def promising_classes(
    cover: CoverProblem, relaxation: SolverResult, dual_bound: DualBound
) -> list[int]:
    """Return the classes that usually contain the best choice; they always contain a cover."""
    taken = relaxation.taken[: len(cover.meets)]
    used = {number for number, amount in enumerate(taken) if amount > TOLERANCE}
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


@dataclass(frozen=True)
class FewestRecords:
    """Picks that open as few new records as possible.

    No choice opens fewer new records than `lower_bound`; the greedy choice opens `greedy_records`.
    `proven`: no choice opens fewer than this one. `solver_failed`: the picks are the greedy ones.
    """

    picks: Picks
    new_records: int
    lower_bound: int
    greedy_records: int
    proven: bool
    solver_failed: bool


def fewest_records(demand: Demand, seed: str, solver: Solver = solve_with_highs) -> FewestRecords:
    """Return picks from the smallest set of patients that completes every criterion.

    Records that are already opened are used first, since they cost nothing. The other patients are
    grouped into classes who meet the same criteria and are interchangeable; the solver finds how
    many of each class to take, and tickets decide whom. The same demand and seed give the same
    picks.
    """
    classes, cover = _to_set_cover(demand)
    solved: MinimumCover = minimum_cover(cover, solver)
    chosen = classes.draw(dict(solved.taken), seed)
    return FewestRecords(
        picks=assign(demand, chosen, seed),
        new_records=solved.records,
        lower_bound=solved.lower_bound,
        greedy_records=solved.greedy_records,
        proven=solved.proven,
        solver_failed=solved.solver_failed,
    )


def _to_set_cover(demand: Demand) -> tuple[EquivalenceClasses, SetCover]:
    """Group patients not opened yet into classes, and subtract what opened records supply.

    A kind of which some are required is a row of the problem as a criterion is. The kinds of a
    criterion together require no more than it does itself, so whoever covers all rows is enough.
    """
    pairs, needs = rows_to_cover(demand)
    opened = dict(pairs.filter("opened").group_by("row").len("supplied").iter_rows())
    unmet = [max(0, required - opened.get(index, 0)) for index, required in enumerate(needs)]
    still = [index for index, required in enumerate(unmet) if required > 0]
    renumbered = pl.DataFrame(
        {"old": still, "new": range(len(still))}, schema={"old": pl.UInt32, "new": pl.UInt32}
    )
    unopened = (
        pairs.filter(~pl.col("opened"))
        .join(renumbered, left_on="row", right_on="old")
        .select(pl.col("new").alias("demand_index"), "patient_id")
    )
    classes = group_into_classes(unopened, len(still))
    required = tuple(unmet[index] for index in still)
    # more of a class than any of its criteria requires is never of use
    sizes = tuple(
        min(size, max(required[index] for index in meets))
        for meets, size in zip(classes.meets, classes.sizes, strict=True)
    )
    return classes, SetCover(classes.meets, sizes, required)


def rows_to_cover(demand: Demand) -> tuple[pl.DataFrame, list[int]]:
    """Return who counts for which row of the problem, and how many records each row requires.

    The rows are the criteria, by demand_index, and after them the kinds of which some are required.
    The frame has the columns row (UInt32), patient_id and opened.
    """
    places = {criterion_id: index for index, criterion_id in enumerate(demand.criterion_ids)}
    kinds = list(demand.kinds.numbers)
    numbered = pl.DataFrame(
        [
            (criterion_id, kind, places[criterion_id], len(places) + number)
            for number, (criterion_id, kind) in enumerate(kinds)
        ],
        schema={
            "criterion_id": pl.String,
            "kind": pl.UInt8,
            "demand_index": pl.UInt32,
            "row": pl.UInt32,
        },
        orient="row",
    )
    members = demand.kinds.members.join(numbered, on=["criterion_id", "kind"]).join(
        demand.available, on=["demand_index", "patient_id"]
    )
    pairs = pl.concat(
        [
            demand.available.select(pl.col("demand_index").alias("row"), "patient_id", "opened"),
            members.select("row", "patient_id", "opened"),
        ]
    )
    return pairs, [*demand.required, *(demand.kinds.numbers[kind] for kind in kinds)]
