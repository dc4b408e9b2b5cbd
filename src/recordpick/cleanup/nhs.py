"""Patients without an NHS number, and numbers that cannot be one."""

from __future__ import annotations

from datetime import date

import polars as pl

from recordpick.cells import plain
from recordpick.cleanup.finding import (
    Check,
    CheckResult,
    missing_columns,
    patient_columns,
    patient_order,
    sentence,
)
from recordpick.index.practice_index import PracticeIndex
from recordpick.index.whole_index import SET_ASIDE

_VALUE_COLUMNS = ("value", "reason", "file", "line")


def _rejected_numbers(index: PracticeIndex) -> pl.DataFrame | None:
    """Return the NHS numbers that were rejected when the index was made; None if they are not kept.

    Columns file, line, value, reason, and patient_id (null in an index made before that was kept).
    """
    path = index.folder / SET_ASIDE
    try:
        kept = pl.read_csv(path, infer_schema=False, glob=False).with_columns(
            plain(pl.col(pl.String))
        )
    except (OSError, pl.exceptions.PolarsError):
        return None
    if not {"table", "column", *_VALUE_COLUMNS} <= set(kept.columns):
        return None
    if "patient_id" not in kept.columns:
        kept = kept.with_columns(patient_id=pl.lit(None, pl.String))
    of_patients = (pl.col("table") == "patients") & (pl.col("column") == "nhs_number")
    return kept.filter(of_patients).with_columns(pl.col("line").str.to_integer(strict=False))


def _no_number(index: PracticeIndex, _as_at: date) -> CheckResult:
    why = missing_columns(index, "patients", "nhs_number")
    if why:
        return CheckResult(None, sentence(why))
    without = index.scan("patients").filter(pl.col("nhs_number").is_null())
    rejected = _rejected_numbers(index)
    if rejected is None or rejected["patient_id"].has_nulls():
        why = "patients with an invalid number cannot be separated, and are among them"
    if rejected is not None:
        known = rejected.lazy().select("patient_id").drop_nulls()
        without = without.join(known, on="patient_id", how="anti")
    names = [name for name in patient_columns(index) if name != "nhs_number"]
    return CheckResult(without.sort(patient_order(index)).select(names), sentence(why))


def _invalid(index: PracticeIndex, _as_at: date) -> CheckResult:
    why = missing_columns(index, "patients", "nhs_number")
    if why:
        return CheckResult(None, sentence(why))
    rejected = _rejected_numbers(index)
    if rejected is None:
        return CheckResult(
            None,
            f"{SET_ASIDE}, where the index keeps them, is missing or damaged: make the index "
            "again.",
        )
    patients = index.scan("patients").select(patient_columns(index))
    rows = rejected.lazy().join(patients, on="patient_id", how="left", maintain_order="left")
    return CheckResult(
        rows.sort(*patient_order(index), "file", "line", nulls_last=True).select(
            "patient_id",
            *(name for name in patient_columns(index) if name not in {"patient_id", "nhs_number"}),
            *_VALUE_COLUMNS,
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
        "Numbers whose check digit is wrong, or that a spreadsheet has damaged. They were left out "
        "when the index was made; the value is shown as the export has it.",
        "Look the patient up and correct the number. If a spreadsheet damaged it (9.43E+09), only "
        "the export is wrong: export again.",
        "values",
        _invalid,
    ),
)
