"""Which criteria have fewer records than they ask for, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import polars as pl

from recordpick.criteria.pack import Criterion, Pack
from recordpick.matching import Answer, Matches
from recordpick.matching.answers import BETWEEN_KINDS
from recordpick.picking.patient_kinds import KindProgress, kinds_progress
from recordpick.picking.tickets import PickedPatient
from recordpick.text import plural

State = Literal["full", "short_with_reason", "short_without_reason", "nobody", "unanswered"]
"""full: has its number. short_with_reason: somebody closed it and said why. nobody: no patient
meets it. unanswered: the index cannot say who meets it. short_without_reason: all others."""


def possible_records(wanted: int, found: int | None, picked: int, *, is_closed: bool) -> int:
    """Return how many records a criterion can have: not more than wanted, nor than were found.

    `found` is None where the index cannot say who meets it: then it counts as wanted. A criterion
    that is closed needs no more than it has. More may be picked than were found, by hand.
    """
    if is_closed:
        return picked
    return max(picked, wanted if found is None else min(wanted, found))


class ClosedWithReason(Protocol):
    """The part of a closed criterion that is used here."""

    @property
    def reason(self) -> str:
        """Why no more records can be found."""
        ...


class PickedAndClosed(Protocol):
    """Existing picks and closed criteria, such as a `recordpick.selection` Selection."""

    @property
    def closed(self) -> Mapping[str, ClosedWithReason]:
        """The criteria that need no more records."""
        ...

    def of(self, criterion_id: str | None) -> Sequence[PickedPatient]:
        """Return the picks for a criterion (None: the random records)."""
        ...


@dataclass(frozen=True, slots=True)
class Shortfall:
    """The progress of one criterion.

    `wanted` is the number of records it asks for, `matches` how many patients meet it, `picked` how
    many are picked and `left` how many could still be picked. `reason` is what somebody gave when
    closing the criterion ("" if it is open), `why_not` why the index could not answer it ("" if it
    could).
    """

    criterion_id: str
    title: str
    state: State
    wanted: int
    matches: int
    picked: int
    left: int
    reason: str
    why_not: str
    is_closed: bool = False
    kinds: tuple[KindProgress, ...] = ()
    """What is picked of each kind of patients, where the criterion takes some of each."""

    @property
    def kinds_in_words(self) -> str:
        """What is picked of each kind: "verified 12 of at least 5; …"; "" without kinds."""
        return BETWEEN_KINDS.join(kind.in_words for kind in self.kinds)

    @property
    def kinds_missing(self) -> str:
        """Which kinds lack how many, as "3 not verified"; "" where none does, or it is closed."""
        if self.reason:
            return ""
        return ", ".join(f"{kind.missing:,} {kind.says}" for kind in self.kinds if kind.missing)

    @property
    def missing(self) -> int:
        """How many records are still missing."""
        return max(0, self.wanted - self.picked)

    @property
    def possible(self) -> int:
        """How many records it can have (`possible_records`)."""
        found = None if self.why_not else self.matches
        return possible_records(self.wanted, found, self.picked, is_closed=self.is_closed)

    @property
    def in_words(self) -> str:
        """The progress in a sentence or two."""
        count = f"{self.picked:,} of {self.wanted:,} picked"
        if self.kinds_missing:
            count += f", still needed {self.kinds_missing}"
        match self.state:
            case "full":
                return f"{count}."
            case "short_with_reason":
                return f"{count}. Closed: {self.reason}"
            case "nobody":
                return f"{count}: nobody meets it."
            case "unanswered":
                return f"{count}. {self.why_not}"
            case "short_without_reason":
                return f"{count}: {self._next_step()}"

    def _next_step(self) -> str:
        if self.left >= self.missing:
            return f"{self.left:,} others meet it, pick {self.missing:,} more."
        if self.left:
            others = plural(self.left, "other meets it", "others meet it")
            return f"only {others}. Pick them, then close it with a reason."
        return "nobody else meets it. Close it with a reason."


def shortfalls(matches: Matches, pack: Pack, selection: PickedAndClosed) -> tuple[Shortfall, ...]:
    """Return the progress of every criterion, full ones included, in the pack's order."""
    picked = pl.DataFrame(
        [
            (criterion.id, pick.patient_id)
            for criterion in pack.criteria
            for pick in selection.of(criterion.id)
        ],
        schema={"criterion_id": pl.String, "patient_id": pl.String},
        orient="row",
    )
    left = dict(
        matches.found.join(picked, on=["criterion_id", "patient_id"], how="anti")
        .group_by("criterion_id")
        .len()
        .iter_rows()
    )
    return tuple(
        _shortfall(
            criterion,
            matches.answers[criterion.id],
            selection,
            left.get(criterion.id, 0),
            kinds_progress(
                criterion, matches, [pick.patient_id for pick in selection.of(criterion.id)]
            ),
        )
        for criterion in pack.criteria
    )


def _shortfall(
    criterion: Criterion,
    answer: Answer,
    selection: PickedAndClosed,
    left: int,
    kinds: tuple[KindProgress, ...],
) -> Shortfall:
    picked = len(selection.of(criterion.id))
    closed = selection.closed.get(criterion.id)
    state: State
    if picked >= criterion.records:
        state = "full"
    elif closed is not None:
        state = "short_with_reason"
    elif not answer.answered:
        state = "unanswered"
    elif answer.matches == 0:
        state = "nobody"
    else:
        state = "short_without_reason"
    return Shortfall(
        criterion_id=criterion.id,
        title=criterion.title,
        state=state,
        wanted=criterion.records,
        matches=answer.matches,
        picked=picked,
        left=left,
        reason="" if closed is None else closed.reason,
        why_not=answer.why_not,
        is_closed=closed is not None,
        kinds=kinds,
    )
