"""Ticket numbers: the order of a random draw, which anybody can calculate again.

This is Ronald Rivest's consistent sampling, with which post-election audits draw ballots (public
package `consistent_sampler`). Every id gets a ticket number that depends on the seed and the id
alone; the ids with the lowest numbers are drawn. So a change in the list of patients changes few
of those drawn, and a further draw is simply the next tickets.

The number is SHA-256 of the hexadecimal SHA-256 of the seed followed by the id (both as UTF-8),
written in decimal with at least 64 digits, which are then reversed and put after "0." (reversed
because the last digits of such a number are evenly distributed, and the first are not).
docs/random-draw.md shows how to check a draw by hand.
"""

from __future__ import annotations

import secrets
from hashlib import sha256

import polars as pl

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
