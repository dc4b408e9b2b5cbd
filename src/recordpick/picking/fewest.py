"""The fewest records that give every criterion its number."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from recordpick.picking.classes import Classes, classes_of
from recordpick.picking.cover import Cover
from recordpick.picking.highs import Minimise, minimise
from recordpick.picking.needs import Needs, Picks, assigned
from recordpick.picking.smallest import Smallest, smallest


@dataclass(frozen=True)
class Fewest:
    """Picks that open as few new records as possible.

    `lower_bound` is what no choice of new records goes below, `greedily` how many the greedy choice
    opens. `proven` says that no choice opens fewer. `solver_failed`: the picks are the greedy ones.
    """

    picks: Picks
    new_records: int
    lower_bound: int
    greedily: int
    proven: bool
    solver_failed: bool


def fewest(needs: Needs, seed: str, solver: Minimise = minimise) -> Fewest:
    """Choose the smallest set of patients that completes every criterion.

    Records that are opened already serve first, since they cost nothing; then patients who meet
    the same criteria are interchangeable, and how many of each such class are taken is solved for;
    who of a class it is goes by ticket. The same needs and seed give the same picks.
    """
    classes, cover = _problem(needs)
    solved: Smallest = smallest(cover, solver)
    chosen = classes.take(dict(solved.taken), seed)
    return Fewest(
        picks=assigned(needs, chosen, seed),
        new_records=solved.records,
        lower_bound=solved.lower_bound,
        greedily=solved.greedily,
        proven=solved.proven,
        solver_failed=solved.solver_failed,
    )


def _problem(needs: Needs) -> tuple[Classes, Cover]:
    """Put into classes whoever is not opened yet, with what the opened records do not serve."""
    opened = dict(needs.available.filter("opened").group_by("need").len("served").iter_rows())
    lacking = [max(0, wanted - opened.get(place, 0)) for place, wanted in enumerate(needs.lacking)]
    still = [place for place, wanted in enumerate(lacking) if wanted > 0]
    renumbered = pl.DataFrame(
        {"old": still, "new": range(len(still))}, schema={"old": pl.UInt32, "new": pl.UInt32}
    )
    pairs = (
        needs.available.filter(~pl.col("opened"))
        .join(renumbered, left_on="need", right_on="old")
        .select(pl.col("new").alias("need"), "patient_id")
    )
    classes = classes_of(pairs, len(still))
    demands = tuple(lacking[place] for place in still)
    # more of a class than any of its criteria lacks is never of use
    sizes = tuple(
        min(size, max(demands[place] for place in meets))
        for meets, size in zip(classes.meets, classes.sizes, strict=True)
    )
    return classes, Cover(classes.meets, sizes, demands)
