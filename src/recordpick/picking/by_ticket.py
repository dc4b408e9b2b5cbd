"""Suggest records by ticket: an even draw within each criterion, independent of the others."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

import polars as pl

from recordpick.criteria.pack import Pack
from recordpick.matching import Matches
from recordpick.picking.tickets import ticket_numbers


class PickedPatient(Protocol):
    """A pick, as far as suggesting looks at it."""

    @property
    def patient_id(self) -> str:
        """Whose record it is."""
        ...


class PickedSoFar(Protocol):
    """What has been picked and closed: a `recordpick.selection` Selection is one."""

    @property
    def closed(self) -> Mapping[str, object]:
        """The criteria that need no more records."""
        ...

    def of(self, criterion_id: str | None) -> Sequence[PickedPatient]:
        """Give the picks of a criterion."""
        ...


def suggest_by_ticket(
    matches: Matches,
    pack: Pack,
    selection: PickedSoFar,
    seed: str,
    criteria: Collection[str] | None = None,
) -> list[tuple[str, str]]:
    """Complete what was picked up to each criterion's number, lowest tickets first.

    The ticket of a patient for a criterion is that of the text "criterion_id:patient_id", so that
    one criterion's draw says nothing about another's. Closed criteria are left as they are, and so
    are all but `criteria` if given (KeyError if one of them is not in the pack).

    Gives (criterion_id, patient_id) in the pack's order of criteria, then by ticket; nobody who is
    picked for the criterion already. The same matches and picks give the same answer, whatever
    the order of rows.
    """
    wanted = [
        criterion
        for criterion in (
            pack.criteria if criteria is None else [pack.criterion(name) for name in set(criteria)]
        )
        if criterion.id not in selection.closed
    ]
    room = pl.DataFrame(
        {
            "criterion_id": [criterion.id for criterion in wanted],
            "room": [
                max(0, criterion.records - len(selection.of(criterion.id))) for criterion in wanted
            ],
        },
        schema={"criterion_id": pl.String, "room": pl.Int64},
    ).filter(pl.col("room") > 0)
    picked = pl.DataFrame(
        [
            (criterion.id, pick.patient_id)
            for criterion in wanted
            for pick in selection.of(criterion.id)
        ],
        schema={"criterion_id": pl.String, "patient_id": pl.String},
        orient="row",
    )
    free = (
        matches.found.join(room, on="criterion_id")
        .join(picked, on=["criterion_id", "patient_id"], how="anti")
        .with_columns(pl.concat_str("criterion_id", "patient_id", separator=":").alias("ticket_id"))
    )
    order = pl.DataFrame(
        {"criterion_id": [criterion.id for criterion in pack.criteria]},
        schema={"criterion_id": pl.String},
    )
    suggested = (
        free.with_columns(ticket_numbers(free["ticket_id"], seed))
        .sort("ticket_number", "patient_id")
        .filter(pl.int_range(pl.len()).over("criterion_id") < pl.col("room"))
        .join(order.with_row_index("place"), on="criterion_id")
        .sort("place", "ticket_number", "patient_id")
    )
    return list(suggested.select("criterion_id", "patient_id").iter_rows())
