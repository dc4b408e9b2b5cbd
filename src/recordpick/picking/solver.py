"""The solver HiGHS, and what is passed to it: a linear model, with integers or fractions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import highspy

MAX_NODES_TIMES_COLUMNS = 60_000
"""The limit of the search for integers: branch-and-bound nodes times classes. It is a count and not
a time, so that it stops at the same place on every computer. Mostly it ends at the first node."""
TIME_LIMIT_SECONDS = 60.0
"""No search should take as long; the limit only ensures that the program never waits for ever."""


@dataclass(frozen=True, slots=True)
class LinearModel:
    """Minimise the sum of `costs` times variables, column by column.

    A variable is from 0 to its `upper` (infinite if None), a whole number where `integer` says so.
    Each row, a sum of `values` times variables, is from its `least` to its `most` (None: no limit).
    `starts` has the place in `rows` and `values` where each column begins.
    """

    costs: Sequence[float]
    upper: Sequence[float | None]
    integer: Sequence[bool]
    least: Sequence[float | None]
    most: Sequence[float | None]
    starts: Sequence[int]
    rows: Sequence[int]
    values: Sequence[float]


class CoverProblem(Protocol):
    """A problem of which classes of records to take how many: `SetCover`, or one with shares."""

    @property
    def meets(self) -> tuple[tuple[int, ...], ...]:
        """The indexes of the criteria that each class meets."""

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many of each class can be taken."""

    @property
    def required(self) -> tuple[int, ...]:
        """How many records each criterion requires."""

    def model(self, columns: Sequence[int], *, integer: bool) -> LinearModel:
        """Return the problem with these classes only: the first variables, in this order."""


@dataclass(frozen=True, slots=True)
class SolverResult:
    """The solver's result.

    `taken` holds a number for each of the columns passed to it, `prices` the dual value of each
    row (only for the linear relaxation), `bound` a lower bound on the number of records,
    `is_optimal` whether the solver says that no solution is better than `taken`.
    """

    taken: tuple[float, ...]
    prices: tuple[float, ...]
    bound: float
    is_optimal: bool


class Solver(Protocol):
    """A solver of set cover problems."""

    def __call__(
        self, cover: CoverProblem, columns: Sequence[int], *, integer: bool
    ) -> SolverResult | None:
        """Minimise the records taken, from the classes `columns` only.

        With `integer` false, fractions are allowed (the linear relaxation). None if the solver
        stops without a solution.
        """
        ...


def solve_with_highs(
    cover: CoverProblem, columns: Sequence[int], *, integer: bool
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
    model = cover.model(columns, integer=integer)
    _load_model(solver, model)
    solver.run()
    return _read_result(solver, len(columns), len(model.least), integer=integer)


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
    nodes = max(1, MAX_NODES_TIMES_COLUMNS // max(1, columns))
    return always | {"mip_max_nodes": nodes, "mip_rel_gap": 0.0, "mip_abs_gap": 0.99}


def _load_model(solver: highspy.Highs, model: LinearModel) -> None:
    from highspy import kHighsInf

    solver.passModel(
        len(model.costs),
        len(model.least),
        len(model.rows),
        1,  # the matrix column by column
        1,  # minimise
        0.0,
        list(model.costs),
        [0.0] * len(model.costs),
        [kHighsInf if most is None else most for most in model.upper],
        [-kHighsInf if least is None else least for least in model.least],
        [kHighsInf if most is None else most for most in model.most],
        list(model.starts),
        list(model.rows),
        list(model.values),
        [int(whole) for whole in model.integer],
    )


def _read_result(
    solver: highspy.Highs, width: int, height: int, *, integer: bool
) -> SolverResult | None:
    from highspy import HighsModelStatus, SolutionStatus

    solution, info = solver.getSolution(), solver.getInfo()
    if info.primal_solution_status != SolutionStatus.kSolutionStatusFeasible:
        return None
    taken = tuple(float(value) for value in solution.col_value[:width])
    prices = () if integer else tuple(float(value) for value in solution.row_dual)
    if len(taken) != width or (not integer and len(prices) != height):
        return None
    return SolverResult(
        taken=taken,
        prices=prices,
        bound=float(info.mip_dual_bound if integer else info.objective_function_value),
        is_optimal=solver.getModelStatus() == HighsModelStatus.kOptimal,
    )
