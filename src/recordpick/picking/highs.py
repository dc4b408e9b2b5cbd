"""HiGHS, the solver behind the fewest records: one call, always the same for the same problem."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from recordpick.picking.cover import Cover

if TYPE_CHECKING:
    import highspy

COLUMNS_AND_NODES = 60_000
"""How far the search for whole numbers goes: so many nodes times classes. It is a count and not a
time, so that it stops at the same place on every computer. Mostly it ends at the first node."""
SECONDS = 60.0
"""What no search should take; only so that nobody waits for ever."""


@dataclass(frozen=True, slots=True)
class Solved:
    """What the solver says.

    `taken` holds a number for each of the columns asked for, `prices` one for each criterion (only
    where fractions were allowed), `bound` what no solution goes below, `finished` whether `taken`
    is the best there is.
    """

    taken: tuple[float, ...]
    prices: tuple[float, ...]
    bound: float
    finished: bool


class Minimise(Protocol):
    """A solver of covers."""

    def __call__(self, cover: Cover, columns: Sequence[int], *, whole: bool) -> Solved | None:
        """Take as few as possible, of these classes only; None if it stops without an answer."""
        ...


def minimise(cover: Cover, columns: Sequence[int], *, whole: bool) -> Solved | None:
    """Ask HiGHS: one thread, fixed seed, so that the same question has the same answer.

    None if HiGHS cannot be loaded on this computer, or stops without an answer.
    """
    try:
        solver = _silent_solver()
    except ImportError:
        return None
    for name, value in _options(len(columns), whole=whole).items():
        solver.setOptionValue(name, value)
    _pass(solver, cover, columns, whole=whole)
    solver.run()
    return _answer(solver, len(columns), len(cover.lacking), whole=whole)


def _silent_solver() -> highspy.Highs:
    """Return a solver that writes nothing to standard output, not even when it is created.

    highspy 1.16 enables callbacks while it creates a solver, and with that writes HiGHS's banner
    straight to file descriptor 1: into the rows of a command, or over the app's screen. Output has
    to be off by then. (Redirecting the descriptor meanwhile would lose what other threads, such as
    the app's, write to it.)
    """

    import highspy

    class Silent(highspy.Highs):
        def enableCallbacks(self) -> None:  # noqa: N802 - highspy's own name
            self.silent()
            super().enableCallbacks()  # type: ignore[no-untyped-call]  # highspy leaves it

    return Silent()  # type: ignore[no-untyped-call]  # highspy leaves it untyped


def _options(columns: int, *, whole: bool) -> dict[str, bool | int | float | str]:
    always: dict[str, bool | int | float | str] = {
        "output_flag": False,
        "threads": 1,
        "parallel": "off",
        "random_seed": 0,
        "time_limit": SECONDS,
    }
    if not whole:
        # dual simplex as it is: presolving takes longer than it saves here
        return always | {"solver": "simplex", "simplex_strategy": 1, "presolve": "off"}
    # numbers of records are whole: less than one record apart is not apart
    nodes = max(1, COLUMNS_AND_NODES // columns)
    return always | {"mip_max_nodes": nodes, "mip_rel_gap": 0.0, "mip_abs_gap": 0.99}


def _pass(solver: highspy.Highs, cover: Cover, columns: Sequence[int], *, whole: bool) -> None:
    from highspy import kHighsInf

    starts: list[int] = []
    rows: list[int] = []
    for number in columns:
        starts.append(len(rows))
        rows.extend(cover.meets[number])
    width, height = len(columns), len(cover.lacking)
    solver.passModel(
        width,
        height,
        len(rows),
        1,  # the matrix column by column
        1,  # to minimise
        0.0,
        [1.0] * width,
        [0.0] * width,
        [float(cover.sizes[number]) for number in columns],
        [float(needs) for needs in cover.lacking],
        [kHighsInf] * height,
        starts,
        rows,
        [1.0] * len(rows),
        [1 if whole else 0] * width,
    )


def _answer(solver: highspy.Highs, width: int, height: int, *, whole: bool) -> Solved | None:
    from highspy import HighsModelStatus, SolutionStatus

    solution, info = solver.getSolution(), solver.getInfo()
    if info.primal_solution_status != SolutionStatus.kSolutionStatusFeasible:
        return None
    taken = tuple(float(value) for value in solution.col_value)
    prices = () if whole else tuple(float(value) for value in solution.row_dual)
    if len(taken) != width or (not whole and len(prices) != height):
        return None
    return Solved(
        taken=taken,
        prices=prices,
        bound=float(info.mip_dual_bound if whole else info.objective_function_value),
        finished=solver.getModelStatus() == HighsModelStatus.kOptimal,
    )
