"""One face for all ways of suggesting: what would be picked, and what each way costs."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, get_args

import polars as pl

from recordpick.criteria.pack import Pack
from recordpick.matching import Matches
from recordpick.picking.by_ticket import PickedSoFar, suggest_by_ticket
from recordpick.picking.fewest import Fewest, fewest
from recordpick.picking.highs import Minimise, minimise
from recordpick.picking.needs import Needs, Picks, needs_of
from recordpick.picking.spread import spread

Way = Literal["fewest", "spread", "ticket"]
WAYS: tuple[Way, ...] = get_args(Way)

NAMES: dict[Way, str] = {"fewest": "fewest records", "spread": "spread", "ticket": "ticket"}
"""What each way is called where people read it, and in the working file."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What would be picked, and what it costs.

    `records` counts all records there would be to open, those picked already and the random ones
    included; `new_records` those that are not opened for anything yet. No suggestion that completes
    the same criteria has fewer than `lower_bound` records in all; `proven` says that this one has
    no more.
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
        """The name of the way, for `WorkingFile.suggest`."""
        return NAMES[self.way]

    @property
    def in_words(self) -> str:
        """What it costs, and how sure that is, in a sentence or two."""
        start = f"{_picks(len(self.picks))} in {_records(self.records)}"
        if self.records > self.new_records:
            start += f", {self.new_records:,} of them new"
        above = self.records - self.lower_bound
        if self.proven:
            return f"{start}: proven smallest."
        if self.solver_failed:
            return (
                f"{start}. The solver stopped without an answer, so these were chosen by always "
                f"taking whoever meets most of what is missing: at most {above:,} above the proven "
                f"lower bound of {self.lower_bound:,}."
            )
        return f"{start}: {above:,} above the proven lower bound of {self.lower_bound:,}."


@dataclass(frozen=True)
class Comparison:
    """What each way of suggesting would cost: show it before anything is applied.

    `greedily` is how many records there would be in all if always whoever meets most of what is
    missing were taken. `suggestions` holds what would be picked each way.
    """

    suggestions: dict[Way, Suggestion]
    greedily: int
    lower_bound: int

    @property
    def in_words(self) -> tuple[str, ...]:
        """The comparison in sentences; the first is the gist."""
        few = self.suggestions["fewest"]
        if not few.picks:
            return ("There is nothing to suggest: every criterion has all it can have.",)
        even = self.suggestions["ticket"]
        gist = (
            f"{_records(few.records)} instead of {even.records:,}"
            if few.records < even.records
            else f"{_records(few.records)}, whichever way"
        )
        sure = (
            "No choice has fewer."
            if few.proven
            else f"The proven lower bound is {self.lower_bound:,}."
        )
        lines = [f"{NAMES[way]}: {_records(self.suggestions[way].records)} to open" for way in WAYS]
        return (f"{gist}. {sure}", *lines, f"most at a time (greedy): {_records(self.greedily)}")


@dataclass(frozen=True)
class Basis:
    """All that a suggestion depends on.

    `patients` is the index's patients at the date (*spread* looks at age, sex and usual_gp; any of
    them may be absent). `seed` is the working file's `suggestion_seed`. `criteria` limits the
    suggestion to some criteria; None stands for all.
    """

    matches: Matches
    pack: Pack
    selection: PickedSoFar
    seed: str
    patients: pl.LazyFrame
    criteria: Collection[str] | None = None


def suggest(basis: Basis, way: Way, solver: Minimise = minimise) -> Suggestion:
    """Complete what was picked up to each criterion's number, one way.

    It never removes a pick, never passes a criterion's number, and leaves closed criteria alone.
    The same basis gives the same picks, whatever the order of rows. KeyError if the pack has none
    of `criteria`.
    """
    needs = needs_of(basis.matches, basis.pack, basis.selection, basis.criteria)
    return _suggested(basis, way, needs, fewest(needs, basis.seed, solver))


def compare(basis: Basis, solver: Minimise = minimise) -> Comparison:
    """Suggest each way, and say what each would cost."""
    needs = needs_of(basis.matches, basis.pack, basis.selection, basis.criteria)
    few = fewest(needs, basis.seed, solver)
    opened = needs.opened.height
    return Comparison(
        suggestions={way: _suggested(basis, way, needs, few) for way in WAYS},
        greedily=opened + few.greedily,
        lower_bound=opened + few.lower_bound,
    )


def _suggested(basis: Basis, way: Way, needs: Needs, few: Fewest) -> Suggestion:
    if way == "fewest":
        picks = few.picks
    elif way == "spread":
        picked = {
            criterion_id: [pick.patient_id for pick in basis.selection.of(criterion_id)]
            for criterion_id in needs.criterion_ids
        }
        picks = spread(needs, picked, basis.patients, basis.seed)
    else:
        picks = tuple(
            suggest_by_ticket(
                basis.matches, basis.pack, basis.selection, basis.seed, basis.criteria
            )
        )
    new = len({patient_id for _, patient_id in picks}.difference(needs.opened["patient_id"]))
    opened = needs.opened.height
    return Suggestion(
        way=way,
        picks=picks,
        records=opened + new,
        new_records=new,
        lower_bound=opened + few.lower_bound,
        proven=new == few.lower_bound,
        solver_failed=way == "fewest" and few.solver_failed,
    )


def _records(number: int) -> str:
    return "1 record" if number == 1 else f"{number:,} records"


def _picks(number: int) -> str:
    return "1 pick" if number == 1 else f"{number:,} picks"
