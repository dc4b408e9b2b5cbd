"""The random draw: who is drawn with the seed that was fixed, and replacements.

A patient who is picked for a criterion may be drawn as well. What a random sample shows about all
records is only true if everybody had the same chance, so nobody is left out for having been chosen.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from recordpick.errors import UserError
from recordpick.selection.decisions import Decisions, add_pick, drop_picks
from recordpick.selection.events import Body, BrokenEventError, Event, Json
from recordpick.selection.kinds.event_kind import Before, EventKind, check_patient_id
from recordpick.selection.ledger import Log
from recordpick.selection.permanent import PermanentState
from recordpick.selection.state import (
    Draw,
    Drawn,
    Pick,
    Removed,
    Stratum,
    Withdrawn,
)
from recordpick.selection.tally import Change, Tally
from recordpick.selection.typed_text import clean_reason
from recordpick.text import plural

if TYPE_CHECKING:
    import polars as pl

MOST_AT_ONCE = 10_000


# Deciding on a draw


def decide_draw(
    decisions: Decisions,
    eligible: pl.Series,
    number: int | None,
    wanted: int,
    strata: pl.DataFrame | None = None,
) -> Body:
    """Draw the next `number` tickets of those eligible (None: as many as `wanted` still lacks)."""
    seed = _seed(decisions)
    if number is None:
        drawn = len(decisions.at_random) if decisions.has_drawn_with(seed) else 0
        number = wanted - drawn
        if number < 1:
            raise UserError(
                f"There are {drawn:,} random records already: say how many more are wanted."
            )
    if not 1 <= number <= MOST_AT_ONCE:
        raise UserError(
            f"{number:,} random records cannot be drawn: ask for 1 to {MOST_AT_ONCE:,}."
        )
    return _next_tickets(decisions, seed, _order(decisions, seed, eligible, strata), number)


def decide_replacement(
    decisions: Decisions,
    patient_id: str,
    reason: str,
    eligible: pl.Series,
    strata: pl.DataFrame | None = None,
) -> Body:
    """Draw the next ticket in place of a random record."""
    if not decisions.is_picked(None, patient_id):
        raise UserError(f"{patient_id} is not a random record.")
    reason = clean_reason(reason, "replacing a record drawn at random")
    seed = _seed(decisions)
    if not decisions.has_drawn_with(seed):
        raise UserError(
            "Another seed has been fixed since the draw: draw with it first, or undo it."
        )
    order = _order(decisions, seed, eligible, strata)
    body = _next_tickets(decisions, seed, order, 1, in_place_of=patient_id)
    return {**body, "patient_id": patient_id, "reason": reason}


def _seed(decisions: Decisions) -> str:
    if decisions.seed is None:
        raise UserError("No seed is fixed: enter one, or have one made, before drawing.")
    return decisions.seed.seed


def _order(
    decisions: Decisions, seed: str, eligible: pl.Series, strata: pl.DataFrame | None
) -> pl.DataFrame:
    """Put those eligible into the order of the draw: patient_id, ticket_number, place, stratum.

    Without strata there is no column stratum.
    """
    from recordpick.picking.strata import stratified_order
    from recordpick.picking.tickets import draw_order

    before = {bool(draw.strata) for draw in decisions.draws.values() if draw.seed == seed}
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
    decisions: Decisions,
    seed: str,
    order: pl.DataFrame,
    number: int,
    in_place_of: str | None = None,
) -> Body:
    import polars as pl

    if order.is_empty():
        raise UserError(
            "Nobody is eligible for the random draw: check the pack's rule for random records."
        )
    drawn_before = pl.Series(sorted(decisions.drawn_with(seed)), dtype=pl.String)
    left = order.filter(~pl.col("patient_id").is_in(drawn_before.implode()))
    drawn = _same_stratum_first(order, left, in_place_of).head(number)
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
        **_strata_body(order, drawn),
    }


def _same_stratum_first(
    order: pl.DataFrame, left: pl.DataFrame, in_place_of: str | None
) -> pl.DataFrame:
    """Put those of the replaced patient's stratum first, so that a replacement is one of them."""
    if in_place_of is None or "stratum" not in order.columns:
        return left
    stratum = order.filter(order["patient_id"] == in_place_of)["stratum"]
    return left.sort(left["stratum"].is_in(stratum.implode()), descending=True, maintain_order=True)


def _strata_body(order: pl.DataFrame, drawn: pl.DataFrame) -> Body:
    if "stratum" not in order.columns:
        return {}
    drawn_of = dict(drawn.group_by("stratum").len().iter_rows())
    sizes = order.group_by("stratum").len().sort("stratum")
    lines = order["patient_id"] + "\t" + order["stratum"]
    return {
        "strata": [[name, size, drawn_of.get(name, 0)] for name, size in sizes.iter_rows()],
        "strata_sha256": _digest(lines),
    }


def _digest(texts: pl.Series) -> str:
    return sha256("\n".join(texts.sort().to_list()).encode()).hexdigest()


# Reading and checking a draw


def draw_of(event: Event) -> Draw:
    """Read the draw that an event records."""
    replaces = event.text("patient_id") if event.kind == "replaced" else None
    if not event.rows("drawn"):
        raise BrokenEventError(event.seq, "has nobody drawn")
    has_strata = "strata" in event.body
    return Draw(
        seed=event.text("seed"),
        eligible=event.number("eligible"),
        eligible_sha256=event.text("eligible_sha256"),
        requested=event.number("asked"),
        drawn=tuple(_drawn(event, row) for row in event.rows("drawn")),
        drawn_on=event.on,
        by=event.by,
        replaces=replaces,
        reason=event.text("reason") if replaces is not None else "",
        strata=tuple(_stratum(event, row) for row in event.rows("strata")) if has_strata else (),
        strata_sha256=event.text("strata_sha256") if has_strata else "",
    )


def _drawn(event: Event, row: list[Json]) -> Drawn:
    match row:
        case [str(patient_id), int(place), str(ticket_number)]:
            return Drawn(patient_id, place, ticket_number)
    raise BrokenEventError(event.seq, "has a drawn record without its place and ticket")


def _stratum(event: Event, row: list[Json]) -> Stratum:
    match row:
        case [str(name), int(eligible), int(drawn)]:
            return Stratum(name, eligible, drawn)
    raise BrokenEventError(event.seq, "has a stratum without its numbers")


def _check_draw(event: Event, before: Before) -> None:
    draw = draw_of(event)
    if draw.seed != before.tally.seed:
        raise BrokenEventError(event.seq, "draws with another seed than was fixed")
    event.sha256("eligible_sha256")
    patients, places = [one.patient_id for one in draw.drawn], [one.place for one in draw.drawn]
    for patient_id in patients:
        check_patient_id(event, patient_id)
    if not 1 <= len(draw.drawn) <= min(draw.requested, draw.eligible):
        raise BrokenEventError(event.seq, "draws more records than there are or were asked for")
    if not all(1 <= place <= draw.eligible for place in places) or len(set(places)) != len(places):
        raise BrokenEventError(event.seq, "draws records at places that do not exist")
    if len(set(patients)) != len(patients) or before.tally.is_any_drawn(draw.seed, patients):
        raise BrokenEventError(event.seq, "draws somebody twice")
    _check_tickets(event, draw)
    _check_strata(event, draw)


def _check_replacement(event: Event, before: Before) -> None:
    _check_draw(event, before)
    if len(event.rows("drawn")) != 1:
        raise BrokenEventError(event.seq, "replaces one record by several")
    if not before.tally.is_picked((None, event.text("patient_id"))):
        raise BrokenEventError(event.seq, "replaces somebody who was not drawn")


def _check_tickets(event: Event, draw: Draw) -> None:
    import polars as pl

    from recordpick.picking.tickets import ticket_numbers

    patients = pl.Series([one.patient_id for one in draw.drawn], dtype=pl.String)
    tickets = [one.ticket_number for one in draw.drawn]
    if ticket_numbers(patients, draw.seed).to_list() != tickets:
        raise BrokenEventError(event.seq, "draws records whose tickets are not those of the seed")


def _check_strata(event: Event, draw: Draw) -> None:
    if "strata" not in event.body:
        return
    event.sha256("strata_sha256")
    if any(stratum.drawn > stratum.eligible for stratum in draw.strata):
        raise BrokenEventError(event.seq, "has a stratum with more records drawn than it has")
    eligible = sum(stratum.eligible for stratum in draw.strata)
    drawn = sum(stratum.drawn for stratum in draw.strata)
    if (eligible, drawn) != (draw.eligible, len(draw.drawn)):
        raise BrokenEventError(event.seq, "has strata that do not add up to those eligible")


# Applying a draw


def _apply_draw(decisions: Decisions, event: Event, log: Log) -> None:
    draw = draw_of(event)
    if any(seed != draw.seed for seed in decisions.seeds_that_count):
        _withdraw_draws(decisions, event, log)
    _add_draw(decisions, event, draw, log)


def _withdraw_draws(decisions: Decisions, event: Event, log: Log) -> None:
    """Withdraw all draws that count: this event draws with another seed."""
    reason = decisions.seed.reason if decisions.seed is not None else ""
    withdrawn = Withdrawn(f"drawn again with another seed: {reason}", event.by, event.on)
    for seq in list(decisions.draws_that_count):
        draw = decisions.draws.get(seq)
        if draw is not None:
            decisions.draws.put(seq, replace(draw, withdrawn=withdrawn), log)
    decisions.draws_that_count.clear(log)
    decisions.seeds_that_count.clear(log)
    drop_picks(decisions, None, list(decisions.at_random), log)
    decisions.removed_rows.clear(log)


def _add_draw(decisions: Decisions, event: Event, draw: Draw, log: Log) -> None:
    decisions.draws.put(event.seq, draw, log)
    decisions.draws_that_count.put(event.seq, draw.seed, log)
    decisions.seeds_that_count.put(draw.seed, value=True, log=log)
    note = f"in place of {draw.replaces}: {draw.reason}" if draw.replaces is not None else ""
    for drawn in draw.drawn:
        pick = Pick(
            drawn.patient_id,
            None,
            "random",
            draw.by.name,
            draw.by.role,
            draw.drawn_on,
            drawn.place,
            note,
        )
        add_pick(decisions, pick, log)


def _apply_replacement(decisions: Decisions, event: Event, log: Log) -> None:
    draw = draw_of(event)
    replaced, instead = event.text("patient_id"), draw.drawn[0].patient_id
    drop_picks(decisions, None, [replaced], log)
    _add_draw(decisions, event, draw, log)
    removed = Removed(replaced, draw.reason, draw.by, draw.drawn_on, instead)
    decisions.removed_rows.append(removed, log)


def _record_draw(permanent: PermanentState, event: Event) -> None:
    permanent.draws.setdefault(event.seq, draw_of(event))


def _count_draw(event: Event, tally: Tally) -> Change:
    seed = event.text("seed")
    drawn = [str(row[0]) for row in event.rows("drawn")]
    removed = tally.drawn_records() if tally.drawing_seed not in {None, seed} else []
    return Change([(None, patient_id) for patient_id in drawn], removed, drawn, drawn_with=seed)


def _count_replacement(event: Event, tally: Tally) -> Change:
    change = _count_draw(event, tally)
    return replace(change, removed=[(None, event.text("patient_id"))])


def _describe_draw(event: Event) -> str:
    return f"drew {plural(len(event.rows('drawn')), 'record')} at random"


def _describe_replacement(event: Event) -> str:
    return f"replaced the random record {event.text('patient_id')}"


DRAWN = EventKind(
    "drawn",
    _describe_draw,
    undoable=True,
    apply=_apply_draw,
    record=_record_draw,
    check=_check_draw,
    count=_count_draw,
    one_line=frozenset({"seed"}),
)
REPLACED = EventKind(
    "replaced",
    _describe_replacement,
    undoable=True,
    apply=_apply_replacement,
    record=_record_draw,
    check=_check_replacement,
    count=_count_replacement,
    one_line=frozenset({"seed", "reason"}),
)
