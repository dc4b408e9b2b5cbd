"""Suggestions by any method: what would be picked, and how many records each method costs."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Literal, get_args

import polars as pl

from recordpick.criteria.pack import Pack
from recordpick.matching import Matches
from recordpick.picking.balanced_cover import (
    ROUNDS_AT_MOST,
    BalancedCover,
    balanced_problem,
    solve_balanced,
)
from recordpick.picking.demand import Demand, Picks, find_demand
from recordpick.picking.diverse import spread
from recordpick.picking.list_shares import ListShares, list_shares, percent
from recordpick.picking.minimum_cover import FewestRecords, fewest_records
from recordpick.picking.solver import Solver, solve_with_highs
from recordpick.picking.tickets import PickedSoFar, suggest_by_ticket
from recordpick.picking.use_every_record import assign_all
from recordpick.text import plural

Way = Literal["fewest", "balanced", "spread", "ticket"]
WAYS: tuple[Way, ...] = get_args(Way)

NAMES: dict[Way, str] = {
    "fewest": "fewest records",
    "balanced": "balanced",
    "spread": "spread",
    "ticket": "ticket",
}
"""The name of each method in what people read, and in the working file."""

WITHIN = 5
"""How far from the list's shares *balanced* may be, in percent (`list_shares`)."""
TRADE_OFF = (10, 7, 3, 2)
"""The other tolerances for which the fewest records are worked out, to show the trade-off."""
_WIDER = (7, 10, 15, 20, 30, 50, 75)
"""What is tried in turn where no choice is within the tolerance."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What would be picked, and what it costs.

    `records` counts all records to open, including those already picked and the random ones;
    `new_records` those that are not opened for anything yet. No suggestion that completes the same
    criteria has fewer than `lower_bound` records in all; `proven` says that this one has no more.

    `off_by` is how far all these records are from the list, by age, sex and usual GP
    (`list_shares`); None if that is not known. For *balanced*, `within` is the tolerance in
    percent, and `lower_bound` is that of all choices within it; None if none was found.
    """

    way: Way
    picks: Picks
    records: int
    new_records: int
    lower_bound: int
    proven: bool
    solver_failed: bool = False
    off_by: Fraction | None = None
    within: int | None = None

    @property
    def how(self) -> str:
        """The name of the method, for `WorkingFile.suggest`."""
        if self.within is not None and self.within != WITHIN:
            return f"{NAMES[self.way]} within {self.within}%"
        return NAMES[self.way]

    @property
    def certainty(self) -> str:
        """What is proven of the number of records, in a phrase; "" where nothing is claimed."""
        if self.way in {"spread", "ticket"}:
            return ""
        if self.way == "balanced" and self.within is None:
            return "not balanced: no choice near the list's shares was found"
        among = "possible" if self.within is None else f"within {self.within}%"
        if self.proven:
            return f"fewest {among}: proven"
        return f"at most {self.records - self.lower_bound:,} above the fewest {among}"

    @property
    def in_words(self) -> str:
        """The cost, and whether it is proven smallest, in a sentence or two."""
        start = f"{plural(len(self.picks), 'pick')} in {plural(self.records, 'record')}"
        if self.records > self.new_records:
            start += f", {self.new_records:,} of them new"
        excess = self.records - self.lower_bound
        if self.way == "balanced":
            return f"{start}, off by {percent(self.off_by)}: {self.certainty}."
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
            for way in self.suggestions
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

    @cached_property
    def demand(self) -> Demand:
        """What a suggestion can still add."""
        return find_demand(self.matches, self.pack, self.selection, self.criteria)

    @cached_property
    def shares(self) -> ListShares:
        """How many patients of the list have which age, sex and usual GP."""
        return list_shares(self.patients)


def suggest(basis: Basis, way: Way, solver: Solver = solve_with_highs) -> Suggestion:
    """Return a suggestion, by one method, that brings each criterion up to its number.

    It never removes a pick, never exceeds a criterion's number, and leaves closed criteria alone.
    The same basis gives the same picks, whatever the order of rows. Raises KeyError if one of
    `criteria` is not in the pack.
    """
    return _suggest(basis, way, fewest_records(basis.demand, basis.seed, solver), solver)


def compare(basis: Basis, solver: Solver = solve_with_highs) -> Comparison:
    """Return a suggestion by each method, with what each would cost."""
    few = fewest_records(basis.demand, basis.seed, solver)
    opened = basis.demand.opened.height
    return Comparison(
        suggestions={way: _suggest(basis, way, few, solver) for way in WAYS},
        greedy_records=opened + few.greedy_records,
        lower_bound=opened + few.lower_bound,
    )


def balanced_within(
    basis: Basis, within: int, solver: Solver = solve_with_highs
) -> Suggestion | None:
    """Return the fewest records within a tolerance in percent; None if no choice was found."""
    demand, shares = basis.demand, basis.shares
    if not demand.criterion_ids or not shares.patients:
        return None
    places = {criterion_id: index for index, criterion_id in enumerate(demand.criterion_ids)}
    classes, first = balanced_problem(demand, shares, within)
    problem: BalancedCover | None = first
    for _ in range(ROUNDS_AT_MOST):
        solved = None if problem is None else solve_balanced(problem, solver)
        if problem is None or solved is None:
            return None
        chosen = classes.draw(dict(solved.taken), basis.seed)
        picks, full = assign_all(demand, chosen, basis.seed)
        found = _of_picks(basis, "balanced", picks, solved.lower_bound)
        if found.off_by is not None and found.off_by * 100 <= within:
            return replace(found, within=within)
        criteria = (frozenset(places[one] for one in only) for only in full)
        problem = problem.limited(criteria, demand.required)
    return None


def trade_off(
    basis: Basis, fewest: Suggestion, solver: Solver = solve_with_highs
) -> Iterator[Suggestion]:
    """Yield the fewest records within each tolerance of `TRADE_OFF`, the widest first.

    Only those that `fewest`, the suggestion of the fewest records, does not keep anyway.
    """
    for within in TRADE_OFF:
        if fewest.off_by is not None and fewest.off_by * 100 > within:
            found = balanced_within(basis, within, solver)
            if found is not None:
                yield found


def _balanced(basis: Basis, few: FewestRecords, solver: Solver) -> Suggestion:
    """Return the fewest records within the tolerance, or the next wider one that is possible.

    Where none is found, the fewest records.
    """
    for within in (WITHIN, *_WIDER):
        found = balanced_within(basis, within, solver)
        if found is not None:
            return found
        if few.solver_failed:
            break
    return replace(
        _of_picks(basis, "balanced", few.picks, few.lower_bound), solver_failed=few.solver_failed
    )


def _suggest(basis: Basis, way: Way, few: FewestRecords, solver: Solver) -> Suggestion:
    if way == "balanced":
        return _balanced(basis, few, solver)
    if way == "fewest":
        picks = few.picks
    elif way == "spread":
        picked = {
            criterion_id: [pick.patient_id for pick in basis.selection.of(criterion_id)]
            for criterion_id in basis.demand.criterion_ids
        }
        picks = spread(basis.demand, picked, basis.patients, basis.seed)
    else:
        picks = tuple(
            suggest_by_ticket(
                basis.matches, basis.pack, basis.selection, basis.seed, basis.criteria
            )
        )
    found = _of_picks(basis, way, picks, few.lower_bound)
    return replace(found, solver_failed=way == "fewest" and few.solver_failed)


def _of_picks(basis: Basis, way: Way, picks: Picks, lower_bound: int) -> Suggestion:
    """Return picks as a suggestion; no such choice opens fewer new records than the bound."""
    before = set(basis.demand.opened["patient_id"])
    after = before.union(patient_id for _, patient_id in picks)
    new = len(after) - len(before)
    return Suggestion(
        way=way,
        picks=picks,
        records=len(after),
        new_records=new,
        lower_bound=len(before) + lower_bound,
        proven=new == lower_bound,
        off_by=basis.shares.off_by(after),
    )
