"""The fewest records that give every criterion its number."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from recordpick.picking.classes import EquivalenceClasses, group_into_classes
from recordpick.picking.cover import SetCover
from recordpick.picking.highs import Solver, solve_with_highs
from recordpick.picking.needs import Demand, Picks, assign
from recordpick.picking.smallest import MinimumCover, minimum_cover


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
    """Group patients not opened yet into classes, and subtract what opened records supply."""
    opened = dict(
        demand.available.filter("opened").group_by("demand_index").len("supplied").iter_rows()
    )
    unmet = [
        max(0, required - opened.get(index, 0)) for index, required in enumerate(demand.required)
    ]
    still = [index for index, required in enumerate(unmet) if required > 0]
    renumbered = pl.DataFrame(
        {"old": still, "new": range(len(still))}, schema={"old": pl.UInt32, "new": pl.UInt32}
    )
    pairs = (
        demand.available.filter(~pl.col("opened"))
        .join(renumbered, left_on="demand_index", right_on="old")
        .select(pl.col("new").alias("demand_index"), "patient_id")
    )
    classes = group_into_classes(pairs, len(still))
    required = tuple(unmet[index] for index in still)
    # more of a class than any of its criteria requires is never of use
    sizes = tuple(
        min(size, max(required[index] for index in meets))
        for meets, size in zip(classes.meets, classes.sizes, strict=True)
    )
    return classes, SetCover(classes.meets, sizes, required)
