"""Ticket numbers: the order of a random draw, which anybody can calculate again.

This is Ronald Rivest's consistent sampling, with which post-election audits draw ballots (public
package `consistent_sampler`). Every id gets a ticket number that depends on the seed and the id
alone; the ids with the lowest numbers are drawn. So a change in the list of patients changes few
of those drawn, and a further draw is simply the next tickets.

The number is SHA-256 of the hexadecimal SHA-256 of the seed followed by the id (both as UTF-8),
written in decimal with at least 64 digits, which are then reversed and put after "0." (reversed
because the last digits of such a number are evenly distributed, and the first are not).
docs/random-draw.md shows how to check a draw by hand.

Suggest records by ticket: a random draw for each criterion, independent of the others.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256
from typing import Protocol

import polars as pl

from recordpick.criteria.pack import Pack
from recordpick.matching import Matches
from recordpick.picking.patient_kinds import required_kinds

SEED_DIGITS = 20


def ticket_numbers(patient_ids: pl.Series, seed: str) -> pl.Series:
    """Return the ticket number of each id, in the same order.

    `patient_ids` is text without nulls. The result is text like "0.2629971412…": numbers of
    different lengths, to be compared as text, character by character.
    """
    start = sha256(sha256(seed.encode()).hexdigest().encode())
    numbers: list[str] = []
    for patient_id in patient_ids.to_list():
        ticket = start.copy()
        ticket.update(patient_id.encode())
        digits = str(int.from_bytes(ticket.digest(), "big"))
        numbers.append("0." + digits.zfill(64)[::-1])
    return pl.Series("ticket_number", numbers, dtype=pl.String)


def draw_order(patient_ids: pl.Series, seed: str) -> pl.DataFrame:
    """Return the order in which ids are drawn with this seed.

    Each id appears once in the result, however often it is in `patient_ids`. Columns: patient_id,
    ticket_number, place (from 1); sorted by ticket number, then patient_id.
    """
    ids = patient_ids.cast(pl.String).alias("patient_id").unique()
    return (
        pl.DataFrame([ids, ticket_numbers(ids, seed)])
        .sort("ticket_number", "patient_id")
        .with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.UInt32).alias("place"))
    )


def new_seed() -> str:
    """Return a new seed of 20 decimal digits from the system's entropy."""
    return "".join(str(secrets.randbelow(10)) for _ in range(SEED_DIGITS))


class PickedPatient(Protocol):
    """The part of a pick that suggestions use."""

    @property
    def patient_id(self) -> str:
        """Whose record it is."""
        ...


class PickedSoFar(Protocol):
    """Existing picks and closed criteria, such as a `recordpick.selection` Selection."""

    @property
    def closed(self) -> Mapping[str, object]:
        """The criteria that need no more records."""
        ...

    def of(self, criterion_id: str | None) -> Sequence[PickedPatient]:
        """Return the picks for a criterion (None: the random records)."""
        ...


def suggest_by_ticket(
    matches: Matches,
    pack: Pack,
    selection: PickedSoFar,
    seed: str,
    criteria: Collection[str] | None = None,
) -> list[tuple[str, str]]:
    """Return picks that bring each criterion up to its number, lowest tickets first.

    The ticket of a patient for a criterion is that of the text "criterion_id:patient_id", so that
    the draws for different criteria are independent. Closed criteria get no picks; if `criteria`
    is given, nor do any others. Raises KeyError if one of `criteria` is not in the pack.

    Returns (criterion_id, patient_id) in the pack's order of criteria, then by ticket, without
    patients who are already picked for the criterion. Of each kind of patients of which a criterion
    takes some, those with the lowest tickets go first, as many as are still wanted. The same
    matches and picks give the same result, whatever the order of rows.
    """
    wanted = [
        criterion
        for criterion in (
            pack.criteria if criteria is None else [pack.criterion(name) for name in set(criteria)]
        )
        if criterion.id not in selection.closed
    ]
    remaining = pl.DataFrame(
        {
            "criterion_id": [criterion.id for criterion in wanted],
            "remaining": [
                max(0, criterion.records - len(selection.of(criterion.id))) for criterion in wanted
            ],
        },
        schema={"criterion_id": pl.String, "remaining": pl.Int64},
    ).filter(pl.col("remaining") > 0)
    picked = pl.DataFrame(
        [
            (criterion.id, pick.patient_id)
            for criterion in wanted
            for pick in selection.of(criterion.id)
        ],
        schema={"criterion_id": pl.String, "patient_id": pl.String},
        orient="row",
    )
    candidates = (
        matches.found.join(remaining, on="criterion_id")
        .join(picked, on=["criterion_id", "patient_id"], how="anti")
        .with_columns(pl.concat_str("criterion_id", "patient_id", separator=":").alias("ticket_id"))
    )
    order = pl.DataFrame(
        {"criterion_id": [criterion.id for criterion in pack.criteria]},
        schema={"criterion_id": pl.String},
    )
    kinds = required_kinds(
        matches,
        [
            (
                criterion,
                [pick.patient_id for pick in selection.of(criterion.id)],
                max(0, criterion.records - len(selection.of(criterion.id))),
            )
            for criterion in wanted
        ],
    )
    suggested = (
        candidates.with_columns(ticket_numbers(candidates["ticket_id"], seed))
        .sort("ticket_number", "patient_id")
        .rename({"remaining": "required"})
        .pipe(kinds.take)
        .join(order.with_row_index("criterion_index"), on="criterion_id")
        .sort("criterion_index", "ticket_number", "patient_id")
    )
    return list(suggested.select("criterion_id", "patient_id").iter_rows())
