"""Prescribing_DrugRecord and Prescribing_IssueRecord: medication, and its last issue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from recordpick.index.emis.keys import order_of
from recordpick.index.emis.look_ups import KEY
from recordpick.index.emis.observations import Known
from recordpick.index.emis.words import COURSE, known
from recordpick.index.extract_files import ExtractFile
from recordpick.index.parts import DELETED, FOLDED, ROW, Part

ISSUES = "issues"
_DRUG = "__drug"

_AS_THEY_STAND = {
    "started_on": "EffectiveDate",
    "dosage": "Dosage",
    "quantity": "Quantity",
    "unit": "QuantityUnit",
    "issues": "NumberOfIssues",
    "issues_authorised": "NumberOfIssuesAuthorised",
    "is_active": "IsActive",
    "is_confidential": "IsConfidential",
}


def read_issues(files: Sequence[ExtractFile], known_as: Known) -> tuple[Part, ...]:
    """Give the issues, which tell when a medicine was last issued and is to be reviewed."""
    return tuple(_issues(file, known_as) for file in files)


def _issues(file: ExtractFile, known_as: Known) -> Part:
    frame = known_as.with_patients(file.frame, file).select(
        ROW,
        order_of(file),
        known_as.id(file, "IssueRecordGuid").alias(FOLDED),
        file.yes("Deleted").alias(DELETED),
        "patient_id",
        known_as.id(file, "DrugRecordGuid").alias("medication_id"),
        **file.given({"last_issued_on": "EffectiveDate", "review_on": "ReviewDate"}),
    )
    return file.part("medications", frame, feeds=ISSUES)


def read_medications(files: Sequence[ExtractFile], known_as: Known) -> tuple[Part, ...]:
    """Give the medication."""
    return tuple(_medications(file, known_as) for file in files)


def _medications(file: ExtractFile, known_as: Known) -> Part:
    assert known_as.drugs is not None
    drugs = known_as.drugs.frame.lazy().rename({KEY: _DRUG})
    rows = known_as.with_patients(file.frame, file)
    rows = rows.with_columns(file.raw("CodeId").alias(_DRUG)).join(drugs, on=_DRUG, how="left")
    columns = file.given(_AS_THEY_STAND)
    columns |= {name: pl.col(name) for name in ("code", "code_system", "drug", "is_unmapped")}
    if file.has("PrescriptionType"):
        columns["course"] = known(file.text("PrescriptionType"), COURSE)
    if file.has("CancellationDate"):
        columns["ended_on"] = _last_day(file)
    frame = rows.select(
        ROW,
        order_of(file),
        file.yes("Deleted").alias(DELETED),
        "patient_id",
        known_as.id(file, "DrugRecordGuid").alias("medication_id"),
        **columns,
    )
    return file.part("medications", frame, takes=(ISSUES,), finish=with_last_issue)


def _last_day(file: ExtractFile) -> pl.Expr:
    """Give when a medicine was cancelled; of one that is no longer active, when it expired."""
    cancelled = file.text("CancellationDate")
    if not (file.has("ExpiryDate") and file.has("IsActive")):
        return cancelled
    over = pl.when(~file.yes("IsActive")).then(file.text("ExpiryDate"))
    return pl.coalesce(cancelled, over)


def with_last_issue(rows: pl.LazyFrame, taken: Mapping[str, pl.LazyFrame]) -> pl.LazyFrame:
    """Join medication with the day of its last issue, and the last day set for a review."""
    if ISSUES not in taken:
        return rows
    issues = taken[ISSUES]
    names = issues.collect_schema().names()
    last = {"last_issued_on": pl.col("last_issued_on").max()}
    if "review_on" in names:
        dated = pl.col("review_on").is_not_null()
        by_day = pl.col("review_on").filter(dated).sort_by(pl.col("last_issued_on").filter(dated))
        last["review_on"] = by_day.last()
    of_each = issues.group_by("medication_id").agg(**last)
    return rows.join(of_each, on="medication_id", how="left")
