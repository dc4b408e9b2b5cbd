"""How many patients each proposed rule finds: before anybody confirms one, and without using it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from recordpick.criteria.pack import Criterion, Pack, Proposal
from recordpick.index.practice_index import PracticeIndex
from recordpick.matching.answers import Answer, Matches, match

TOGETHER = 40
"""How many proposals are matched in one plan: enough to share scans, few enough to show soon."""


def proposal_key(ref: str, number: int) -> str:
    """Return the name of a criterion's proposal (from 1) among the answers."""
    return f"{ref}\x1f{number}"


def as_criterion(criterion: Criterion, proposal: Proposal, number: int) -> Criterion:
    """Return a proposal as a criterion that can be matched; its id is `proposal_key`."""
    return replace(
        criterion,
        id=proposal_key(criterion.id, number),
        population=proposal.population,
        steps=proposal.steps,
        proposals=(),
        confirmed=None,
        kinds=(),
    )


def match_proposals(
    pack: Pack, index: PracticeIndex, as_at: date, refs: tuple[str, ...] | None = None
) -> Iterator[Matches]:
    """Yield the answers of a pack's proposals, some at a time, in the order of the pack.

    Of the criteria in `refs` only, if given. The answers are named by `proposal_key`.
    """
    every = [
        as_criterion(criterion, proposal, number)
        for criterion in pack.criteria
        if refs is None or criterion.id in refs
        for number, proposal in enumerate(criterion.proposals, 1)
    ]
    for start in range(0, len(every), TOGETHER):
        yield match(replace(pack, criteria=tuple(every[start : start + TOGETHER])), index, as_at)


def match_one(pack: Pack, index: PracticeIndex, as_at: date, criterion: Criterion) -> Answer:
    """Return the answer for one criterion with rules that may not be in the pack yet."""
    return match(replace(pack, criteria=(criterion,)), index, as_at).answers[criterion.id]
