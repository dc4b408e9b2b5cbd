"""The patients as polars frames for the list: who is shown for a criterion."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from recordpick.matching import Matches
from recordpick.selection.picked_records import picked_records
from recordpick.selection.state import Pick, Selection


def candidates_of(
    patients: pl.DataFrame,
    selection: Selection,
    matches: Matches | None,
    criterion_id: str | None,
    lines: pl.DataFrame | None,
    *,
    whole: bool,
    counts_others: bool = True,
) -> pl.DataFrame:
    """Return the patients to show for a criterion, each once, in the order of the list.

    Columns: those of the list, `meets` (how many other criteria each meets) and `evidence`, from
    `lines` (patient_id, evidence) where it is known; for random records it is the ticket, by which
    they are sorted. Where the criterion takes some of each kind, also `kind`: "?" for somebody of
    no known kind if not all kinds are known. `whole` returns the whole list; otherwise those who
    meet the criterion and those picked for it. Unless `counts_others`, `matches` answers this
    criterion only, and `meets` is null: not known.
    """
    frame = patients
    if not whole:
        shown = [pick.patient_id for pick in selection.of(criterion_id)]
        ids = pl.Series("patient_id", shown, dtype=pl.String)
        if matches is not None and criterion_id is not None:
            ids = pl.concat([matches.patients(criterion_id), ids]).unique()
        frame = frame.join(ids.to_frame(), on="patient_id", how="semi", maintain_order="left")
    frame = _with_missing_picks(frame, patients, selection.of(criterion_id))
    frame = _with_meets(frame, matches if counts_others else None, criterion_id)
    if criterion_id is None:
        return _with_ticket(frame, selection)
    frame = _with_kind(frame, matches, criterion_id)
    if lines is None:
        return frame.with_columns(pl.lit(None, dtype=pl.String).alias("evidence"))
    return frame.join(lines, on="patient_id", how="left", maintain_order="left")


def _with_missing_picks(
    frame: pl.DataFrame, patients: pl.DataFrame, picks: Sequence[Pick]
) -> pl.DataFrame:
    """Add the picked patients that a newer index no longer has, so that they can be taken out."""
    picked = pl.Series("patient_id", [pick.patient_id for pick in picks], dtype=pl.String).unique(
        maintain_order=True
    )
    missing = picked.to_frame().join(patients, on="patient_id", how="anti")
    if missing.is_empty():
        return frame
    named = missing.with_columns(pl.format("{} (not in this index)", "patient_id").alias("name"))
    return pl.concat([frame, named], how="diagonal")


def most_useful_of(
    patients: pl.DataFrame, selection: Selection, matches: Matches | None, unfilled: list[str]
) -> pl.DataFrame:
    """Return the patients by how many `unfilled` criteria they meet and are not picked for."""
    if matches is None:
        return candidates_of(patients, selection, None, "", None, whole=True).clear()
    picked = pl.DataFrame(
        [(pick.criterion_id, pick.patient_id) for pick in selection.picks if pick.criterion_id],
        schema={"criterion_id": pl.String, "patient_id": pl.String},
        orient="row",
    )
    wanted = matches.found.filter(pl.col("criterion_id").is_in(unfilled)).join(
        picked, on=["criterion_id", "patient_id"], how="anti", maintain_order="left"
    )
    useful = wanted.group_by("patient_id", maintain_order=True).agg(
        pl.len().cast(pl.UInt32).alias("meets"),
        pl.col("criterion_id").str.join(" ").alias("evidence"),
    )
    return patients.join(useful, on="patient_id", maintain_order="left").sort(
        "meets", descending=True, maintain_order=True
    )


def area_of(
    patients: pl.DataFrame, selection: Selection, matches: Matches | None, criteria: list[str]
) -> pl.DataFrame:
    """Return the patients who meet any of these criteria or are picked for one, most first.

    Columns as `candidates_of`; `meets` counts these criteria only, `evidence` names them.
    """
    picks = [pick for pick in selection.picks if pick.criterion_id in criteria]
    picked = pl.Series("patient_id", [pick.patient_id for pick in picks], dtype=pl.String)
    found = pl.DataFrame(schema={"patient_id": pl.String, "criterion_id": pl.String})
    if matches is not None:
        found = matches.found.filter(pl.col("criterion_id").is_in(criteria))
    met = found.group_by("patient_id", maintain_order=True).agg(
        pl.len().cast(pl.UInt32).alias("meets"),
        pl.col("criterion_id").cast(pl.String).str.join(" ").alias("evidence"),
    )
    ids = pl.concat([met["patient_id"].cast(pl.String), picked]).unique()
    frame = patients.join(ids.to_frame(), on="patient_id", how="semi", maintain_order="left")
    frame = _with_missing_picks(frame, patients, picks)
    return (
        frame.join(met, on="patient_id", how="left", maintain_order="left")
        .with_columns(pl.col("meets").fill_null(0))
        .sort("meets", descending=True, maintain_order=True)
    )


def all_picked_of(patients: pl.DataFrame, selection: Selection) -> pl.DataFrame:
    """Return every patient who is picked, once, those with the most lines first.

    Columns as the list; `lines` (how many lines of the selection list each has), `chosen` (how, in
    words) and `evidence` (what each is picked for).
    """
    records = picked_records(selection)
    picked = pl.DataFrame(
        [(one.patient_id, len(one.picks), one.chosen, " ".join(one.criteria)) for one in records],
        schema={
            "patient_id": pl.String,
            "lines": pl.UInt32,
            "chosen": pl.String,
            "evidence": pl.String,
        },
        orient="row",
    )
    frame = _with_missing_picks(patients, patients, selection.picks)
    return picked.join(frame, on="patient_id", how="left", maintain_order="left")


def _with_meets(
    frame: pl.DataFrame, matches: Matches | None, criterion_id: str | None
) -> pl.DataFrame:
    if matches is None:
        return frame.with_columns(pl.lit(None, dtype=pl.UInt32).alias("meets"))
    others = matches.found.filter(pl.col("criterion_id").ne_missing(criterion_id))
    also = others.group_by("patient_id").agg(pl.len().cast(pl.UInt32).alias("meets"))
    return frame.join(also, on="patient_id", how="left", maintain_order="left").with_columns(
        pl.col("meets").fill_null(0)
    )


def _with_kind(frame: pl.DataFrame, matches: Matches | None, criterion_id: str) -> pl.DataFrame:
    answer = None if matches is None else matches.answers.get(criterion_id)
    if matches is None or answer is None or not answer.kinds:
        return frame
    kinds = matches.kinds_in_words(criterion_id).select("patient_id", "kind")
    joined = frame.join(kinds, on="patient_id", how="left", maintain_order="left")
    if all(kind.found is not None for kind in answer.kinds):
        return joined
    return joined.with_columns(pl.col("kind").fill_null("?"))


def _with_ticket(frame: pl.DataFrame, selection: Selection) -> pl.DataFrame:
    picks = selection.random()
    tickets = pl.DataFrame(
        {
            "patient_id": [pick.patient_id for pick in picks],
            "evidence": [
                f"ticket {pick.ticket}" + (f", {pick.note}" if pick.note else "") for pick in picks
            ],
            "place": [pick.ticket or 0 for pick in picks],
        },
        schema={"patient_id": pl.String, "evidence": pl.String, "place": pl.Int64},
    )
    joined = frame.join(tickets, on="patient_id", how="left", maintain_order="left")
    return joined.sort("place", nulls_last=True, maintain_order=True).drop("place")
