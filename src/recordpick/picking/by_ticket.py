"""Suggest records by ticket: a random draw for each criterion, independent of the others."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

import polars as pl

from recordpick.criteria.pack import Pack
from recordpick.matching import Matches
from recordpick.picking.tickets import ticket_numbers


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
    patients who are already picked for the criterion. The same matches and picks give the same
    result, whatever the order of rows.
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
    suggested = (
        candidates.with_columns(ticket_numbers(candidates["ticket_id"], seed))
        .sort("ticket_number", "patient_id")
        .filter(pl.int_range(pl.len()).over("criterion_id") < pl.col("remaining"))
        .join(order.with_row_index("criterion_index"), on="criterion_id")
        .sort("criterion_index", "ticket_number", "patient_id")
    )
    return list(suggested.select("criterion_id", "patient_id").iter_rows())
