"""Suggestions by any method: what would be picked, and how many records each method costs."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, get_args

import polars as pl

from recordpick.criteria.pack import Pack
from recordpick.matching import Matches
from recordpick.picking.demand import Demand, Picks, find_demand
from recordpick.picking.diverse import spread
from recordpick.picking.minimum_cover import FewestRecords, Solver, fewest_records, solve_with_highs
from recordpick.picking.tickets import PickedSoFar, suggest_by_ticket
from recordpick.text import plural

Way = Literal["fewest", "spread", "ticket"]
WAYS: tuple[Way, ...] = get_args(Way)

NAMES: dict[Way, str] = {"fewest": "fewest records", "spread": "spread", "ticket": "ticket"}
"""The name of each method in what people read, and in the working file."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What would be picked, and what it costs.

    `records` counts all records to open, including those already picked and the random ones;
    `new_records` those that are not opened for anything yet. No suggestion that completes the same
    criteria has fewer than `lower_bound` records in all; `proven` says that this one has no more.
    """

    way: Way
    picks: Picks
    records: int
    new_records: int
    lower_bound: int
    proven: bool
    solver_failed: bool = False

    @property
    def how(self) -> str:
        """The name of the method, for `WorkingFile.suggest`."""
        return NAMES[self.way]

    @property
    def in_words(self) -> str:
        """The cost, and whether it is proven smallest, in a sentence or two."""
        start = f"{plural(len(self.picks), 'pick')} in {plural(self.records, 'record')}"
        if self.records > self.new_records:
            start += f", {self.new_records:,} of them new"
        excess = self.records - self.lower_bound
        if self.proven:
            return f"{start}: proven smallest."
        if self.solver_failed:
            return (
                f"{start}. The solver stopped without an answer, so these were chosen greedily, "
                f"always taking the patient who meets the most criteria that lack records: at most "
                f"{excess:,} above the proven lower bound of {self.lower_bound:,}."
            )
        return f"{start}: {excess:,} above the proven lower bound of {self.lower_bound:,}."


@dataclass(frozen=True)
class Comparison:
    """What each method would cost, to be shown before anything is applied.

    `suggestions` holds what would be picked by each method. `greedy_records` is how many records
    there would be in all if the greedy choice were taken.
    """

    suggestions: dict[Way, Suggestion]
    greedy_records: int
    lower_bound: int

    @property
    def in_words(self) -> tuple[str, ...]:
        """The comparison in sentences; the first is the summary."""
        few = self.suggestions["fewest"]
        if not few.picks:
            return (
                "There is nothing to suggest: every criterion has all the records it can have.",
            )
        by_ticket = self.suggestions["ticket"]
        summary = (
            f"{plural(few.records, 'record')} instead of {by_ticket.records:,}"
            if few.records < by_ticket.records
            else f"{plural(few.records, 'record')}, whichever way"
        )
        certainty = (
            "No choice has fewer."
            if few.proven
            else f"The proven lower bound is {self.lower_bound:,}."
        )
        lines = [
            f"{NAMES[way]}: {plural(self.suggestions[way].records, 'record')} to open"
            for way in WAYS
        ]
        greedy = f"most criteria at a time (greedy): {plural(self.greedy_records, 'record')}"
        return (f"{summary}. {certainty}", *lines, greedy)


@dataclass(frozen=True)
class Basis:
    """Everything that a suggestion depends on.

    `patients` is the index's patients at the date (*spread* uses age, sex and usual_gp; any of them
    may be absent). `seed` is the working file's `suggestion_seed`. `criteria` limits the suggestion
    to some criteria; None means all.
    """

    matches: Matches
    pack: Pack
    selection: PickedSoFar
    seed: str
    patients: pl.LazyFrame
    criteria: Collection[str] | None = None


def suggest(basis: Basis, way: Way, solver: Solver = solve_with_highs) -> Suggestion:
    """Return a suggestion, by one method, that brings each criterion up to its number.

    It never removes a pick, never exceeds a criterion's number, and leaves closed criteria alone.
    The same basis gives the same picks, whatever the order of rows. Raises KeyError if one of
    `criteria` is not in the pack.
    """
    demand = find_demand(basis.matches, basis.pack, basis.selection, basis.criteria)
    return _suggest(basis, way, demand, fewest_records(demand, basis.seed, solver))


def compare(basis: Basis, solver: Solver = solve_with_highs) -> Comparison:
    """Return a suggestion by each method, with what each would cost."""
    demand = find_demand(basis.matches, basis.pack, basis.selection, basis.criteria)
    few = fewest_records(demand, basis.seed, solver)
    opened = demand.opened.height
    return Comparison(
        suggestions={way: _suggest(basis, way, demand, few) for way in WAYS},
        greedy_records=opened + few.greedy_records,
        lower_bound=opened + few.lower_bound,
    )


def _suggest(basis: Basis, way: Way, demand: Demand, few: FewestRecords) -> Suggestion:
    if way == "fewest":
        picks = few.picks
    elif way == "spread":
        picked = {
            criterion_id: [pick.patient_id for pick in basis.selection.of(criterion_id)]
            for criterion_id in demand.criterion_ids
        }
        picks = spread(demand, picked, basis.patients, basis.seed)
    else:
        picks = tuple(
            suggest_by_ticket(
                basis.matches, basis.pack, basis.selection, basis.seed, basis.criteria
            )
        )
    new = len({patient_id for _, patient_id in picks}.difference(demand.opened["patient_id"]))
    opened = demand.opened.height
    return Suggestion(
        way=way,
        picks=picks,
        records=opened + new,
        new_records=new,
        lower_bound=opened + few.lower_bound,
        proven=new == few.lower_bound,
        solver_failed=way == "fewest" and few.solver_failed,
    )
