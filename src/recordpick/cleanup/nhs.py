"""Patients without an NHS number, and numbers that cannot be one."""

from __future__ import annotations

from datetime import date

import polars as pl

from recordpick.cells import plain
from recordpick.cleanup.finding import Asked, Check, in_order, lacking, sentence, who
from recordpick.index.practice_index import PracticeIndex
from recordpick.index.whole_index import SET_ASIDE

_SAYS = ("value", "reason", "file", "line")


def _set_aside(index: PracticeIndex) -> pl.DataFrame | None:
    """Give the NHS numbers that were set aside when the index was made; None if that is not there.

    Columns file, line, value, reason, and patient_id (null in an index of before that was kept).
    """
    path = index.folder / SET_ASIDE
    try:
        kept = pl.read_csv(path, infer_schema=False, glob=False).with_columns(
            plain(pl.col(pl.String))
        )
    except (OSError, pl.exceptions.PolarsError):
        return None
    if not {"table", "column", *_SAYS} <= set(kept.columns):
        return None
    if "patient_id" not in kept.columns:
        kept = kept.with_columns(patient_id=pl.lit(None, pl.String))
    of_patients = (pl.col("table") == "patients") & (pl.col("column") == "nhs_number")
    return kept.filter(of_patients).with_columns(pl.col("line").str.to_integer(strict=False))


def _no_number(index: PracticeIndex, _as_at: date) -> Asked:
    why = lacking(index, "patients", "nhs_number")
    if why:
        return Asked(None, sentence(why))
    without = index.scan("patients").filter(pl.col("nhs_number").is_null())
    aside = _set_aside(index)
    if aside is None or aside["patient_id"].has_nulls():
        why = "those with an invalid number cannot be told apart, and are among them"
    if aside is not None:
        known = aside.lazy().select("patient_id").drop_nulls()
        without = without.join(known, on="patient_id", how="anti")
    names = [name for name in who(index) if name != "nhs_number"]
    return Asked(without.sort(in_order(index)).select(names), sentence(why))


def _invalid(index: PracticeIndex, _as_at: date) -> Asked:
    why = lacking(index, "patients", "nhs_number")
    if why:
        return Asked(None, sentence(why))
    aside = _set_aside(index)
    if aside is None:
        return Asked(
            None,
            f"{SET_ASIDE}, which the index keeps them in, is missing or damaged: make the index "
            "again.",
        )
    whose = index.scan("patients").select(who(index))
    rows = aside.lazy().join(whose, on="patient_id", how="left", maintain_order="left")
    return Asked(
        rows.sort(*in_order(index), "file", "line", nulls_last=True).select(
            "patient_id",
            *(name for name in who(index) if name not in {"patient_id", "nhs_number"}),
            *_SAYS,
        )
    )


NUMBERS = (
    Check(
        "no_nhs_number",
        "No NHS number",
        "Patients whose record has no NHS number. Nothing that arrives later from elsewhere can "
        "be matched to them.",
        "Trace the number on the Spine (PDS). Temporary and private patients may have none.",
        "patients",
        _no_number,
    ),
    Check(
        "invalid_nhs_number",
        "NHS number that cannot be right",
        "Numbers whose check digit is wrong, or that a spreadsheet has spoilt. They were left out "
        "when the index was made; the value is shown as the export has it.",
        "Look the patient up and correct the number. If a spreadsheet spoilt it (9.43E+09), only "
        "the export is wrong: export again.",
        "values",
        _invalid,
    ),
)
