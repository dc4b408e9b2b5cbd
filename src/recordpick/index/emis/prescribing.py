"""Prescribing_DrugRecord and Prescribing_IssueRecord: medication, and its last issue."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import polars as pl

from recordpick.index.emis.known import Known
from recordpick.index.emis.words import COURSE, known
from recordpick.index.extract_files import ExtractFile
from recordpick.index.fed_rows import ISSUES, with_last_issue
from recordpick.index.parts import FOLDED, Part
from recordpick.index.quick_typing import Quick

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

_DRUG = "__drug"

_MADE = frozenset(("patient_id", "medication_id"))
"""What is looked up here, or made of it."""


def read_issues(files: Sequence[ExtractFile], known_as: Known) -> tuple[Part, ...]:
    """Give the issues, which tell when a medicine was last issued and is to be reviewed."""
    return tuple(_issues(file, known_as) for file in files)


def _issues(file: ExtractFile, known_as: Known) -> Part:
    columns: dict[str, pl.Expr | Quick] = {
        FOLDED: known_as.id(file, "IssueRecordGuid"),
        "medication_id": known_as.id(file, "DrugRecordGuid"),
        **file.given({"last_issued_on": "EffectiveDate", "review_on": "ReviewDate"}),
    }
    frame = known_as.rows(file, columns)
    again = partial(_issues, known_as=known_as)
    return file.part("medications", frame, again, feeds=ISSUES, made=_MADE)


def read_medications(files: Sequence[ExtractFile], known_as: Known) -> tuple[Part, ...]:
    """Give the medication."""
    return tuple(_medications(file, known_as) for file in files)


def _medications(file: ExtractFile, known_as: Known) -> Part:
    drugs = known_as.drugs
    assert drugs is not None
    columns: dict[str, pl.Expr | Quick] = {"medication_id": known_as.id(file, "DrugRecordGuid")}
    columns |= file.given(_AS_THEY_STAND)
    columns[_DRUG] = drugs.place(file.raw("CodeId"))
    if file.has("PrescriptionType"):
        columns["course"] = known(file.text("PrescriptionType"), COURSE)
    if file.has("CancellationDate"):
        columns["ended_on"] = _last_day(file)
    frame = known_as.rows(file, columns)
    again = partial(_medications, known_as=known_as)
    return file.part(
        "medications",
        frame,
        again,
        made=_MADE,
        told=(drugs.told(_DRUG, ["code", "code_system", "drug", "is_unmapped"]),),
        takes=(ISSUES,),
        finish=with_last_issue,
    )


def _last_day(file: ExtractFile) -> pl.Expr:
    """Give when a medicine was cancelled; of one that is no longer active, when it expired."""
    cancelled = file.text("CancellationDate")
    if not (file.has("ExpiryDate") and file.has("IsActive")):
        return cancelled
    over = pl.when(~file.yes("IsActive")).then(file.text("ExpiryDate"))
    return pl.coalesce(cancelled, over)
