"""What is still to be picked: for each criterion how many, and from whom."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from recordpick.criteria.pack import Pack
from recordpick.matching import Matches
from recordpick.picking.by_ticket import PickedSoFar
from recordpick.picking.tickets import ticket_numbers

Picks = tuple[tuple[str, str], ...]
"""Suggested picks: (criterion_id, patient_id)."""


@dataclass(frozen=True)
class Needs:
    """What a suggestion may still do.

    `criterion_ids` are the criteria that lack records, in the pack's order, and `lacking` says how
    many each can still be given: up to its number, and never more than there are who meet it.

    `available` has the columns need (place in `criterion_ids`, from 0), patient_id and opened:
    everybody who meets a criterion that lacks records and is not picked for it already. `opened`
    has the columns patient_id and uses (UInt32): every patient picked for anything, the random
    records with them, and for how many things. Their records are opened as it is, so that to pick
    them for one thing more costs no record.
    """

    criterion_ids: tuple[str, ...]
    lacking: tuple[int, ...]
    available: pl.DataFrame
    opened: pl.DataFrame


def needs_of(
    matches: Matches,
    pack: Pack,
    selection: PickedSoFar,
    criteria: Collection[str] | None = None,
) -> Needs:
    """Work out what is lacking, without the criteria that are closed or not asked for.

    KeyError if one of `criteria` is not in the pack.
    """
    asked = None if criteria is None else {pack.criterion(name).id for name in criteria}
    wanted = [
        (criterion.id, room)
        for criterion in pack.criteria
        if (asked is None or criterion.id in asked) and criterion.id not in selection.closed
        if (room := criterion.records - len(selection.of(criterion.id))) > 0
    ]
    places = pl.DataFrame(
        wanted, schema={"criterion_id": pl.String, "room": pl.Int64}, orient="row"
    ).with_row_index("place")
    picked = _picked(pack, selection)
    opened = (
        picked.group_by("patient_id").agg(pl.len().cast(pl.UInt32).alias("uses")).sort("patient_id")
    )
    available = (
        matches.found.lazy()
        .join(places.lazy().select("criterion_id", "place"), on="criterion_id")
        .join(picked.lazy(), on=["criterion_id", "patient_id"], how="anti")
        .join(
            opened.lazy().select("patient_id", pl.lit(value=True).alias("opened")),
            on="patient_id",
            how="left",
        )
        .select("place", "patient_id", pl.col("opened").fill_null(value=False))
        .collect()
    )
    able = (
        places.join(available.group_by("place").len("there"), on="place")
        .with_columns(pl.min_horizontal("room", "there").alias("lacking"))
        .sort("place")
        .with_row_index("need")
    )
    return Needs(
        criterion_ids=tuple(able["criterion_id"].to_list()),
        lacking=tuple(able["lacking"].to_list()),
        available=available.join(able.select("place", "need"), on="place").select(
            "need", "patient_id", "opened"
        ),
        opened=opened,
    )


def assigned(needs: Needs, chosen: pl.Series, seed: str) -> Picks:
    """Say for which criteria each record is picked, once it is known whose records are opened.

    `chosen` holds the patient_ids of the records to open beside those opened already. Each
    criterion takes as many as it lacks: the records opened already first, then by ticket (that of
    the text "criterion_id:patient_id"). Gives the picks in the pack's order, in that order within
    a criterion; a criterion has fewer than it lacks only where too few of its patients are chosen.
    """
    named = pl.DataFrame(
        {
            "need": range(len(needs.criterion_ids)),
            "criterion_id": needs.criterion_ids,
            "lacking": needs.lacking,
        },
        schema={"need": pl.UInt32, "criterion_id": pl.String, "lacking": pl.Int64},
    )
    open_records = pl.concat([chosen.alias("patient_id").to_frame(), needs.opened[["patient_id"]]])
    pairs = needs.available.join(open_records, on="patient_id", how="semi").join(named, on="need")
    ids = pairs.select(pl.concat_str("criterion_id", "patient_id", separator=":")).to_series()
    taken = (
        pairs.with_columns(ticket_numbers(ids, seed))
        .sort("need", pl.col("opened").not_(), "ticket_number", "patient_id")
        .filter(pl.int_range(pl.len()).over("need") < pl.col("lacking"))
    )
    return tuple(taken.select("criterion_id", "patient_id").iter_rows())


def _picked(pack: Pack, selection: PickedSoFar) -> pl.DataFrame:
    return pl.DataFrame(
        [
            (criterion_id, pick.patient_id)
            for criterion_id in (None, *(criterion.id for criterion in pack.criteria))
            for pick in selection.of(criterion_id)
        ],
        schema={"criterion_id": pl.String, "patient_id": pl.String},
        orient="row",
    )
