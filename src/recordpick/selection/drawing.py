"""The random draw: who is drawn with the fixed seed, as the body of an event. Nothing is changed.

A patient who is picked for a criterion may be drawn as well. What a random sample shows about all
records is only true if everybody had the same chance, so nobody is left out for having been chosen.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from recordpick.errors import UserError
from recordpick.selection.checks import checked_reason
from recordpick.selection.decisions import Body
from recordpick.selection.effects import Work
from recordpick.selection.events import Json

if TYPE_CHECKING:
    import polars as pl

MOST_AT_ONCE = 10_000


def to_draw(work: Work, eligible: pl.Series, number: int | None, wanted: int) -> Body:
    """Draw the next `number` tickets (None: what is missing to `wanted`) of those eligible."""
    seed = _seed(work)
    fresh = all(draw.seed != seed for draw in work.draws.values())
    if number is None:
        there = 0 if fresh else sum(pick.criterion_id is None for pick in work.picks)
        number = wanted - there
        if number < 1:
            raise UserError(
                f"There are {there:,} random records already: say how many more are wanted."
            )
    if not 1 <= number <= MOST_AT_ONCE:
        raise UserError(
            f"{number:,} random records cannot be drawn: ask for 1 to {MOST_AT_ONCE:,}."
        )
    return _next_tickets(work, seed, eligible, number)


def to_replace(work: Work, patient_id: str, reason: str, eligible: pl.Series) -> Body:
    """Draw the next ticket in place of a random record."""
    if not any(pick.criterion_id is None and pick.patient_id == patient_id for pick in work.picks):
        raise UserError(f"{patient_id} is not a random record.")
    reason = checked_reason(reason, "replacing a record drawn at random")
    seed = _seed(work)
    if all(draw.seed != seed for draw in work.draws.values()):
        raise UserError(
            "Another seed has been fixed since the draw: draw with it first, or undo it."
        )
    body = _next_tickets(work, seed, eligible, 1)
    return {**body, "patient_id": patient_id, "reason": reason}


def _seed(work: Work) -> str:
    if work.seed is None:
        raise UserError("No seed is fixed: enter one, or have one made, before drawing.")
    return work.seed.seed


def _next_tickets(work: Work, seed: str, eligible: pl.Series, number: int) -> Body:
    import polars as pl

    from recordpick.picking.tickets import draw_order

    order = draw_order(eligible, seed)
    if order.is_empty():
        raise UserError(
            "Nobody is eligible for the random draw: check the pack's rule for random records."
        )
    before = pl.Series(sorted(work.drawn_with(seed)), dtype=pl.String)
    drawn = order.filter(~pl.col("patient_id").is_in(before.implode())).head(number)
    if drawn.is_empty():
        raise UserError(
            f"All {order.height:,} who are eligible have been drawn already: nobody is left."
        )
    rows: list[Json] = [
        [patient_id, place, ticket_number]
        for patient_id, place, ticket_number in drawn.select(
            "patient_id", "place", "ticket_number"
        ).iter_rows()
    ]
    ids = "\n".join(order["patient_id"].sort().to_list())
    return {
        "seed": seed,
        "eligible": order.height,
        "eligible_sha256": sha256(ids.encode()).hexdigest(),
        "asked": number,
        "drawn": rows,
    }
