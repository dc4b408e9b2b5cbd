"""The demand: how many records each criterion still requires, and the patients to pick from."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

import polars as pl

from recordpick.criteria.pack import Criterion, Pack
from recordpick.matching import Matches
from recordpick.picking.patient_kinds import RequiredKinds, required_kinds
from recordpick.picking.tickets import PickedSoFar, ticket_numbers

Picks = tuple[tuple[str, str], ...]
"""Suggested picks: (criterion_id, patient_id)."""


@dataclass(frozen=True)
class Demand:
    """What a suggestion can still add.

    `criterion_ids` are the criteria that lack records, in the pack's order, and `required` says how
    many each can still be given: up to its number, and never more than the patients who meet it.

    `available` has the columns demand_index (index into `criterion_ids`, from 0), patient_id and
    opened: every patient who meets a criterion that lacks records and is not yet picked for it.
    `opened` has the columns patient_id and uses (UInt32): every patient with a pick, random records
    included, and how many picks. Their records will be opened anyway, so another pick for them
    costs no record. `kinds` says of which kinds of patients some must be among the records.
    """

    criterion_ids: tuple[str, ...]
    required: tuple[int, ...]
    available: pl.DataFrame
    opened: pl.DataFrame
    kinds: RequiredKinds = field(default_factory=RequiredKinds)


def find_demand(
    matches: Matches,
    pack: Pack,
    selection: PickedSoFar,
    criteria: Collection[str] | None = None,
) -> Demand:
    """Return the demand of the open criteria, or of those of them in `criteria` if given.

    Raises KeyError if one of `criteria` is not in the pack.
    """
    requested = None if criteria is None else {pack.criterion(name).id for name in criteria}
    wanted = [
        (criterion.id, remaining)
        for criterion in pack.criteria
        if (requested is None or criterion.id in requested) and criterion.id not in selection.closed
        if (remaining := criterion.records - len(selection.of(criterion.id))) > 0
    ]
    unfilled = pl.DataFrame(
        wanted, schema={"criterion_id": pl.String, "remaining": pl.Int64}, orient="row"
    ).with_row_index("position")
    picked = _picked(pack, selection)
    opened = (
        picked.group_by("patient_id").agg(pl.len().cast(pl.UInt32).alias("uses")).sort("patient_id")
    )
    available = (
        matches.found.lazy()
        .join(unfilled.lazy().select("criterion_id", "position"), on="criterion_id")
        .join(picked.lazy(), on=["criterion_id", "patient_id"], how="anti")
        .join(
            opened.lazy().select("patient_id", pl.lit(value=True).alias("opened")),
            on="patient_id",
            how="left",
        )
        .select("position", "patient_id", pl.col("opened").fill_null(value=False))
        .collect()
    )
    fillable = (
        unfilled.join(available.group_by("position").len("available"), on="position")
        .with_columns(pl.min_horizontal("remaining", "available").alias("required"))
        .sort("position")
        .with_row_index("demand_index")
    )
    return Demand(
        criterion_ids=tuple(fillable["criterion_id"].to_list()),
        required=tuple(fillable["required"].to_list()),
        available=available.join(fillable.select("position", "demand_index"), on="position").select(
            "demand_index", "patient_id", "opened"
        ),
        opened=opened,
        kinds=required_kinds(matches, _with_picks(pack, selection, fillable)),
    )


def _with_picks(
    pack: Pack, selection: PickedSoFar, fillable: pl.DataFrame
) -> Iterator[tuple[Criterion, list[str], int]]:
    """Yield the criteria of which not everybody available is picked anyway, with their picks."""
    rows = fillable.select("criterion_id", "required", "available").iter_rows()
    for criterion_id, required, available in rows:
        if required < available:
            picked = [pick.patient_id for pick in selection.of(criterion_id)]
            yield pack.criterion(criterion_id), picked, required


def assign(demand: Demand, chosen: pl.Series, seed: str) -> Picks:
    """Assign records to criteria, once it is decided whose records are opened.

    `chosen` holds the patient_ids of the records to open in addition to those already opened. Each
    criterion takes as many as it requires: records already opened first, then by ticket (that of
    the text "criterion_id:patient_id"), but first as many of each kind as are required. Returns the
    picks in the pack's order, and in the order above within a criterion; a criterion has fewer than
    it requires only where too few of its patients are chosen.
    """
    named = pl.DataFrame(
        {
            "demand_index": range(len(demand.criterion_ids)),
            "criterion_id": demand.criterion_ids,
            "required": demand.required,
        },
        schema={"demand_index": pl.UInt32, "criterion_id": pl.String, "required": pl.Int64},
    )
    open_records = pl.concat([chosen.alias("patient_id").to_frame(), demand.opened[["patient_id"]]])
    pairs = demand.available.join(open_records, on="patient_id", how="semi").join(
        named, on="demand_index"
    )
    ids = pairs.select(pl.concat_str("criterion_id", "patient_id", separator=":")).to_series()
    ordered = pairs.with_columns(ticket_numbers(ids, seed)).sort(
        "demand_index", pl.col("opened").not_(), "ticket_number", "patient_id"
    )
    taken = demand.kinds.take(ordered)
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
