"""The patients as polars frames for the list: who is shown for a criterion, in which columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import polars as pl

from recordpick.index.practice_index import PracticeIndex
from recordpick.matching import Matches
from recordpick.selection.state import Pick, Selection
from recordpick.tui.widgets.records_render import Column

_LISTED_COLUMNS = (
    "patient_id",
    "nhs_number",
    "title",
    "family_name",
    "given_name",
    "middle_names",
    "previous_name",
    "date_of_birth",
    "age",
    "sex",
    "status",
    "registration",
    "usual_gp",
    "postcode",
    "is_sensitive",
)


def candidates_of(
    patients: pl.DataFrame,
    selection: Selection,
    matches: Matches | None,
    criterion_id: str | None,
    lines: pl.DataFrame | None,
    *,
    whole: bool,
) -> pl.DataFrame:
    """Return the patients to show for a criterion, each once, in the order of the list.

    Columns: those of the list, `meets` (how many other criteria each meets) and `evidence`, from
    `lines` (patient_id, evidence) where it is known; for random records it is the ticket, by which
    they are sorted. `whole` returns the whole list; otherwise those who meet the criterion and
    those picked for it.
    """
    frame = patients
    if not whole:
        shown = [pick.patient_id for pick in selection.of(criterion_id)]
        ids = pl.Series("patient_id", shown, dtype=pl.String)
        if matches is not None and criterion_id is not None:
            ids = pl.concat([matches.patients(criterion_id), ids]).unique()
        frame = frame.join(ids.to_frame(), on="patient_id", how="semi", maintain_order="left")
    frame = _with_missing_picks(frame, patients, selection.of(criterion_id))
    frame = _with_meets(frame, matches, criterion_id)
    if criterion_id is None:
        return _with_ticket(frame, selection)
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


def patients_of(index: PracticeIndex, as_at: date) -> pl.DataFrame:
    """Return the patients as the app lists them: `name`, numbers and words as people read them."""
    present = index.columns("patients")
    listed = [name for name in _LISTED_COLUMNS if name in present or name == "patient_id"]
    if "date_of_birth" in present:
        listed.insert(listed.index("date_of_birth") + 1, "age")
    frame: pl.DataFrame = index.patients(as_at).select(*dict.fromkeys(listed)).collect()
    names = [name for name in ("family_name", "given_name") if name in frame.columns]
    if not names:
        return frame.with_columns(pl.lit("").alias("name"))
    name = pl.concat_str([pl.col(one) for one in names], separator=", ", ignore_nulls=True)
    without_marks = name.str.replace_all("['\u2019-]", "")
    return frame.with_columns(
        name.alias("name"),
        # O'Brien is searched for as obrien, too
        pl.when(without_marks != name).then(without_marks).alias("name_run_together"),
        **_readable_columns(frame),
    )


def _readable_columns(frame: pl.DataFrame) -> dict[str, pl.Expr]:
    """Return NHS numbers as printed (and as digits, to search), and any unusual status."""
    out: dict[str, pl.Expr] = {}
    if "nhs_number" in frame.columns:
        number = pl.col("nhs_number")
        out["nhs_digits"] = number
        out["nhs_number"] = number.str.replace(r"^(\d{3})(\d{3})(\d{4})$", "$1 $2 $3")
    usual = {"status": "registered", "registration": "regular"}
    unusual = [
        pl.when(pl.col(name) != common).then(pl.col(name).str.replace_all("_", " "))
        for name, common in usual.items()
        if name in frame.columns
    ]
    if unusual:
        out["unusual_status"] = pl.coalesce(unusual)
    return out


def sensitive_of(patients: pl.DataFrame) -> frozenset[str]:
    """Return the patients marked sensitive."""
    if "is_sensitive" not in patients.columns:
        return frozenset()
    return frozenset(patients.filter(pl.col("is_sensitive"))["patient_id"])


_NAME = Column("name", "Name", least=14, most=28, private=True)
_BORN = Column("date_of_birth", "Born", least=11, most=11, rank=6, private=True)
_AGE = Column("age", "Age", least=3, most=4, rank=3, right=True)
_SEX = Column("sex", "Sex", least=3, most=4, rank=7, spare=True)
_STATUS = Column("unusual_status", "Status", least=8, most=12, rank=5)
_NHS = Column("nhs_number", "NHS number", least=12, most=12, rank=8, private=True)
_ALSO = Column("meets", "Also", least=4, most=5, rank=2, right=True)
_GP = Column("usual_gp", "GP", least=10, most=22, rank=9, spare=True)
_EVIDENCE = Column("evidence", "Evidence", least=12, most=200, rank=1)


def columns(*, evidence_is_private: bool, whole: bool) -> tuple[Column, ...]:
    """Return the columns of a criterion's patients, or of the whole list, with identity first."""
    evidence = replace(_EVIDENCE, private=evidence_is_private)
    if whole:
        evidence = replace(evidence, spare=True, rank=10)
        born, number = replace(_BORN, rank=1), replace(_NHS, rank=4)
        return (_NAME, born, _AGE, _SEX, number, _STATUS, _ALSO, _GP, evidence)
    number = replace(_NHS, spare=True)
    return (_NAME, _BORN, _AGE, _SEX, _STATUS, number, _ALSO, _GP, evidence)


def area_columns() -> tuple[Column, ...]:
    """Return the columns of an area's patients: how many of its criteria each meets, and which."""
    meets = replace(_ALSO, title="Meets", least=5, most=6, rank=0)
    named = replace(_EVIDENCE, title="Criteria of this area")
    return (_NAME, _BORN, _AGE, _SEX, _STATUS, replace(_NHS, spare=True), meets, _GP, named)


def most_useful_columns() -> tuple[Column, ...]:
    """Return the columns where patients are listed by how many unfilled criteria they meet."""
    meets = replace(_ALSO, title="Meets", least=5, most=6, rank=0)
    named = replace(_EVIDENCE, title="Criteria that need records")
    return (_NAME, _BORN, _AGE, _SEX, _STATUS, replace(_NHS, spare=True), meets, _GP, named)
