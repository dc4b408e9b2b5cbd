"""The random draw: who is drawn with the fixed seed, as the body of an event. Nothing is changed.

A patient who is picked for a criterion may be drawn as well. What a random sample shows about all
records is only true if everybody had the same chance, so nobody is left out for having been chosen.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from recordpick.errors import UserError
from recordpick.selection.events import Body, BrokenEventError, Event, Json
from recordpick.selection.ledger import Log
from recordpick.selection.state import (
    Draw,
    Drawn,
    FixedSeed,
    Pick,
    Removed,
    SeedSource,
    Stratum,
    Withdrawn,
)
from recordpick.selection.validation import checked_reason
from recordpick.selection.work import _SEED, Work, add_pick, drop_picks

if TYPE_CHECKING:
    import polars as pl

_SOURCES: dict[str, SeedSource] = {"entered": "entered", "made": "made"}


def fixed_seed(event: Event) -> FixedSeed:
    """Read the seed that an event fixed."""
    source = _SOURCES.get(event.text("source"))
    if source is None:
        raise BrokenEventError(event.seq, "has an unknown source of its seed")
    return FixedSeed(event.text("seed"), source, event.by, event.on, event.text("reason"))


def draw_of(event: Event) -> Draw:
    """Read the draw that an event records."""
    replaces = event.text("patient_id") if event.kind == "replaced" else None
    if not event.rows("drawn"):
        raise BrokenEventError(event.seq, "has nobody drawn")
    return Draw(
        seed=event.text("seed"),
        eligible=event.number("eligible"),
        eligible_sha256=event.text("eligible_sha256"),
        asked=event.number("asked"),
        drawn=tuple(_drawn(event, row) for row in event.rows("drawn")),
        drawn_on=event.on,
        by=event.by,
        replaces=replaces,
        reason=event.text("reason") if replaces is not None else "",
        strata=tuple(_stratum(event, row) for row in _rows_if_any(event, "strata")),
        strata_sha256=event.text("strata_sha256") if "strata" in event.body else "",
    )


def _rows_if_any(event: Event, key: str) -> list[list[Json]]:
    return event.rows(key) if key in event.body else []


def _stratum(event: Event, row: list[Json]) -> Stratum:
    match row:
        case [str(name), int(eligible), int(drawn)]:
            return Stratum(name, eligible, drawn)
    raise BrokenEventError(event.seq, "has a stratum that is none")


def _drawn(event: Event, row: list[Json]) -> Drawn:
    match row:
        case [str(patient_id), int(place), str(ticket_number)]:
            return Drawn(patient_id, place, ticket_number)
    raise BrokenEventError(event.seq, "has a drawn record that is none")


def _seed_fixed(work: Work, event: Event, log: Log) -> None:
    work.seeds.put(_SEED, fixed_seed(event), log)


def _drawn_at_random(work: Work, event: Event, log: Log) -> None:
    draw = draw_of(event)
    if any(seed != draw.seed for seed in work.seeds_that_count):
        _withdraw_draws(work, event, log)
    _add_draw(work, event, draw, log)


def _withdraw_draws(work: Work, event: Event, log: Log) -> None:
    """Take back all draws that count: this event draws with another seed."""
    reason = work.seed.reason if work.seed is not None else ""
    withdrawn = Withdrawn(f"drawn again with another seed: {reason}", event.by, event.on)
    for seq in list(work.draws_that_count):
        before = work.draws.get(seq)
        if before is not None:
            work.draws.put(seq, replace(before, withdrawn=withdrawn), log)
    work.draws_that_count.clear(log)
    work.seeds_that_count.clear(log)
    drop_picks(work, None, list(work.at_random), log)
    work.removed_rows.clear(log)


def _add_draw(work: Work, event: Event, draw: Draw, log: Log) -> None:
    work.draws.put(event.seq, draw, log)
    work.draws_that_count.put(event.seq, draw.seed, log)
    work.seeds_that_count.put(draw.seed, value=True, log=log)
    for pick in _random_picks(draw):
        add_pick(work, pick, log)


def _replaced(work: Work, event: Event, log: Log) -> None:
    draw = draw_of(event)
    replaced, instead = event.text("patient_id"), draw.drawn[0].patient_id
    drop_picks(work, None, [replaced], log)
    _add_draw(work, event, draw, log)
    work.removed_rows.append(Removed(replaced, draw.reason, draw.by, draw.drawn_on, instead), log)


def _random_picks(draw: Draw) -> tuple[Pick, ...]:
    note = f"in place of {draw.replaces}: {draw.reason}" if draw.replaces is not None else ""
    return tuple(
        Pick(
            drawn.patient_id,
            None,
            "random",
            draw.by.name,
            draw.by.role,
            draw.drawn_on,
            drawn.place,
            note,
        )
        for drawn in draw.drawn
    )


MOST_AT_ONCE = 10_000


def to_draw(
    work: Work,
    eligible: pl.Series,
    number: int | None,
    wanted: int,
    strata: pl.DataFrame | None = None,
) -> Body:
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
    return _next_tickets(work, seed, _order(work, seed, eligible, strata), number)


def to_replace(
    work: Work,
    patient_id: str,
    reason: str,
    eligible: pl.Series,
    strata: pl.DataFrame | None = None,
) -> Body:
    """Draw the next ticket in place of a random record."""
    if not any(pick.criterion_id is None and pick.patient_id == patient_id for pick in work.picks):
        raise UserError(f"{patient_id} is not a random record.")
    reason = checked_reason(reason, "replacing a record drawn at random")
    seed = _seed(work)
    if all(draw.seed != seed for draw in work.draws.values()):
        raise UserError(
            "Another seed has been fixed since the draw: draw with it first, or undo it."
        )
    order = _order(work, seed, eligible, strata)
    body = _next_tickets(work, seed, order, 1, in_place_of=patient_id)
    return {**body, "patient_id": patient_id, "reason": reason}


def _seed(work: Work) -> str:
    if work.seed is None:
        raise UserError("No seed is fixed: enter one, or have one made, before drawing.")
    return work.seed.seed


def _order(work: Work, seed: str, eligible: pl.Series, strata: pl.DataFrame | None) -> pl.DataFrame:
    """Put those eligible into the order of the draw: patient_id, ticket_number, place, stratum.

    Without strata there is no column stratum.
    """
    from recordpick.picking.strata import stratified_order
    from recordpick.picking.tickets import draw_order

    before = {bool(draw.strata) for draw in work.draws.values() if draw.seed == seed}
    if before and before != {strata is not None}:
        raise UserError(
            f"This seed has drawn {'by strata' if strata is None else 'without strata'} before: "
            "go on like that, or fix another seed."
        )
    if strata is None:
        return draw_order(eligible, seed)
    if set(strata["patient_id"]) != set(eligible):
        raise ValueError("the strata are not those of the eligible patients")
    return stratified_order(strata, seed)


def _next_tickets(
    work: Work, seed: str, order: pl.DataFrame, number: int, in_place_of: str | None = None
) -> Body:
    import polars as pl

    if order.is_empty():
        raise UserError(
            "Nobody is eligible for the random draw: check the pack's rule for random records."
        )
    before = pl.Series(sorted(work.drawn_with(seed)), dtype=pl.String)
    left = order.filter(~pl.col("patient_id").is_in(before.implode()))
    drawn = _alike_first(order, left, in_place_of).head(number)
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
    return {
        "seed": seed,
        "eligible": order.height,
        "eligible_sha256": _digest(order["patient_id"]),
        "asked": number,
        "drawn": rows,
        **_strata(order, drawn),
    }


def _alike_first(order: pl.DataFrame, left: pl.DataFrame, in_place_of: str | None) -> pl.DataFrame:
    """Put those of the replaced patient's stratum first, so that a replacement is one of them."""
    if in_place_of is None or "stratum" not in order.columns:
        return left
    theirs = order.filter(order["patient_id"] == in_place_of)["stratum"]
    return left.sort(left["stratum"].is_in(theirs.implode()), descending=True, maintain_order=True)


def _strata(order: pl.DataFrame, drawn: pl.DataFrame) -> Body:
    if "stratum" not in order.columns:
        return {}
    taken = dict(drawn.group_by("stratum").len().iter_rows())
    sizes = order.group_by("stratum").len().sort("stratum")
    lines = order["patient_id"] + "\t" + order["stratum"]
    return {
        "strata": [[name, size, taken.get(name, 0)] for name, size in sizes.iter_rows()],
        "strata_sha256": _digest(lines),
    }


def _digest(texts: pl.Series) -> str:
    return sha256("\n".join(texts.sort().to_list()).encode()).hexdigest()
