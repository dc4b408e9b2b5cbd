"""The fewest records that give every criterion its number, and the proof that they are.

1. If fractions are allowed, the problem is easy (a linear program, the linear relaxation). Its
   dual prices prove a lower bound (`set_cover.DualBound`), which this program checks itself in
   integers.
2. The solver searches for integers among the promising classes: those that the linear relaxation
   uses, the 150 next cheapest, and all classes of criteria that require every patient they have.
3. If the result is equal to the lower bound, it is the smallest. If not, the solver searches every
   class that a better choice could use, which finds the smallest and proves it.

Mostly step 2 is the last one. The searches stop at a fixed count (see `solve_with_highs`); where
they do, the result may be above the lower bound, and both numbers are known. The solver is HiGHS,
in deterministic calls.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import polars as pl

from recordpick.picking.demand import Demand, Picks, assign
from recordpick.picking.greedy_cover import (
    greedy_cover,
    lower_bound_without_solver,
    remove_redundant,
)
from recordpick.picking.set_cover import DualBound, EquivalenceClasses, SetCover, group_into_classes

if TYPE_CHECKING:
    import highspy

MAX_NODES_TIMES_COLUMNS = 60_000
"""The limit of the search for integers: branch-and-bound nodes times classes. It is a count and not
a time, so that it stops at the same place on every computer. Mostly it ends at the first node."""
TIME_LIMIT_SECONDS = 60.0
"""No search should take as long; the limit only ensures that the program never waits for ever."""


@dataclass(frozen=True, slots=True)
class SolverResult:
    """The solver's result.

    `taken` holds a number for each of the columns passed to it, `prices` the dual value of each
    criterion (only for the linear relaxation), `bound` a lower bound on the number of records,
    `is_optimal` whether the solver says that no solution is better than `taken`.
    """

    taken: tuple[float, ...]
    prices: tuple[float, ...]
    bound: float
    is_optimal: bool


class Solver(Protocol):
    """A solver of set cover problems."""

    def __call__(
        self, cover: SetCover, columns: Sequence[int], *, integer: bool
    ) -> SolverResult | None:
        """Minimise the records taken, from the classes `columns` only.

        With `integer` false, fractions are allowed (the linear relaxation). None if the solver
        stops without a solution.
        """
        ...


def solve_with_highs(
    cover: SetCover, columns: Sequence[int], *, integer: bool
) -> SolverResult | None:
    """Solve with HiGHS: one thread and a fixed seed, so that the same problem has the same result.

    None if HiGHS cannot be loaded on this computer, or stops without a solution.
    """
    try:
        solver = _silent_solver()
    except ImportError:
        return None
    for name, value in _options(len(columns), integer=integer).items():
        solver.setOptionValue(name, value)
    _load_model(solver, cover, columns, integer=integer)
    solver.run()
    return _read_result(solver, len(columns), len(cover.required), integer=integer)


def _silent_solver() -> highspy.Highs:
    """Return a solver that writes nothing to standard output, not even when it is created.

    highspy 1.16 enables callbacks while it creates a solver, which writes HiGHS's banner straight
    to file descriptor 1: into the rows of a command, or over the app's screen. Output has to be off
    by then. (Redirecting the descriptor would lose what other threads, such as the app's, write to
    it meanwhile.)
    """

    import highspy

    class Silent(highspy.Highs):
        def enableCallbacks(self) -> None:  # noqa: N802 - highspy's own name
            self.silent()
            super().enableCallbacks()  # type: ignore[no-untyped-call]  # highspy has no types

    return Silent()  # type: ignore[no-untyped-call]  # highspy has no types


def _options(columns: int, *, integer: bool) -> dict[str, bool | int | float | str]:
    always: dict[str, bool | int | float | str] = {
        "output_flag": False,
        "threads": 1,
        "parallel": "off",
        "random_seed": 0,
        "time_limit": TIME_LIMIT_SECONDS,
    }
    if not integer:
        # plain dual simplex: presolving takes longer than it saves here
        return always | {"solver": "simplex", "simplex_strategy": 1, "presolve": "off"}
    # numbers of records are integers: a gap of less than one record is no gap
    nodes = max(1, MAX_NODES_TIMES_COLUMNS // columns)
    return always | {"mip_max_nodes": nodes, "mip_rel_gap": 0.0, "mip_abs_gap": 0.99}


def _load_model(
    solver: highspy.Highs, cover: SetCover, columns: Sequence[int], *, integer: bool
) -> None:
    from highspy import kHighsInf

    starts: list[int] = []
    rows: list[int] = []
    for number in columns:
        starts.append(len(rows))
        rows.extend(cover.meets[number])
    width, height = len(columns), len(cover.required)
    solver.passModel(
        width,
        height,
        len(rows),
        1,  # the matrix column by column
        1,  # minimise
        0.0,
        [1.0] * width,
        [0.0] * width,
        [float(cover.sizes[number]) for number in columns],
        [float(needed) for needed in cover.required],
        [kHighsInf] * height,
        starts,
        rows,
        [1.0] * len(rows),
        [1 if integer else 0] * width,
    )


def _read_result(
    solver: highspy.Highs, width: int, height: int, *, integer: bool
) -> SolverResult | None:
    from highspy import HighsModelStatus, SolutionStatus

    solution, info = solver.getSolution(), solver.getInfo()
    if info.primal_solution_status != SolutionStatus.kSolutionStatusFeasible:
        return None
    taken = tuple(float(value) for value in solution.col_value)
    prices = () if integer else tuple(float(value) for value in solution.row_dual)
    if len(taken) != width or (not integer and len(prices) != height):
        return None
    return SolverResult(
        taken=taken,
        prices=prices,
        bound=float(info.mip_dual_bound if integer else info.objective_function_value),
        is_optimal=solver.getModelStatus() == HighsModelStatus.kOptimal,
    )


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
