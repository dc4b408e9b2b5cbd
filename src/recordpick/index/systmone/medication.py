"""Repeat templates and issued medication: an issue of a template is no medicine of its own."""

from __future__ import annotations

from datetime import date

import polars as pl

from recordpick.index.extract_files import ExtractFile
from recordpick.index.fed_rows import ISSUES, with_last_issue
from recordpick.index.parts import DELETED, FOLDED, ROW, Part
from recordpick.index.systmone.contacts import own_id
from recordpick.index.systmone.files import DAY, Opened, day, in_order, reference, removed
from recordpick.index.values import to_date

_MEDICATION_DATES = dict.fromkeys(("started_on", "ended_on", "last_issued_on", "review_on"), DAY)
_QUANTITY = r"^\s*([0-9]+(?:\.[0-9]+)?)\s*(.*?)\s*$"


def read_medications(opened: Opened, as_at: date) -> list[Part]:
    """Give the repeats with their issues, and what was issued without a template."""
    templates, issues = opened.get("SRRepeatTemplate"), opened.get("SRPrimaryCareMedication")
    parts = []
    if issues is not None:
        parts.append(_issued(issues, as_at, has_templates=templates is not None))
    if templates is not None:
        parts.append(_templates(templates, as_at, has_issues=issues is not None))
    return parts


def _drug(file: ExtractFile) -> dict[str, pl.Expr]:
    """Give what both tables tell about the drug."""
    file.text("IDMultiLexDMD")  # without it no drug would be mapped
    dmd = reference(file, "IDMultiLexDMD")
    quantity = file.text("MedicationQuantity").str.extract_groups(_QUANTITY)
    unit = quantity.struct.field("2")
    return {
        "code": pl.coalesce(dmd, reference(file, "IDMultiLexProduct")),
        "code_system": pl.when(dmd.is_not_null()).then(pl.lit("dmd")).otherwise(pl.lit("local")),
        "is_unmapped": dmd.is_null(),
        "drug": file.text("NameOfMedication"),
        "dosage": file.text("MedicationDosage"),
        "quantity": quantity.struct.field("1"),
        "unit": pl.when(unit != "").then(unit),
    }


def _is_active(ended: pl.Expr, as_at: date) -> pl.Expr:
    """Tell what had not ended by the as-at date."""
    return (ended > as_at).fill_null(value=True)


def _templates(file: ExtractFile, as_at: date, *, has_issues: bool) -> Part:
    ended = to_date(day(file, "DateMedicationTemplateEnd"), DAY)
    frame = file.frame.select(
        ROW,
        removed(file).alias(DELETED),
        in_order(),
        file.text("IDPatient").alias("patient_id"),
        own_id(file, "SRRepeatTemplate").alias("medication_id"),
        started_on=day(file, "DateMedicationTemplateStart"),
        ended_on=day(file, "DateMedicationTemplateEnd"),
        review_on=day(file, "DateMedicationTemplateReview"),
        issues_authorised=file.text("MaxIssues"),
        course=pl.lit("repeat"),
        is_active=_is_active(ended, as_at),
        **_drug(file),
    )
    if not has_issues:
        return file.part("medications", frame, date_formats=_MEDICATION_DATES)
    return file.part(
        "medications", frame, date_formats=_MEDICATION_DATES, takes=(ISSUES,), finish=with_last_issue
    )


def _issued(file: ExtractFile, as_at: date, *, has_templates: bool) -> Part:
    """Give issues: those of a template tell about it, others are medicines of their own."""
    named = pl.concat_str(pl.lit("SRRepeatTemplate-"), reference(file, "IDRepeatTemplate"))
    of_template = pl.when(pl.lit(has_templates)).then(named)
    own = own_id(file, "SRPrimaryCareMedication")
    ended = to_date(day(file, "DateMedicationEnd"), DAY)
    is_repeat = file.yes("IsRepeatMedication")
    frame = file.frame.select(
        ROW,
        removed(file).alias(DELETED),
        in_order(),
        pl.when(of_template.is_not_null()).then(own).alias(FOLDED),
        file.text("IDPatient").alias("patient_id"),
        pl.coalesce(of_template, own).alias("medication_id"),
        started_on=day(file, "DateMedicationStart"),
        last_issued_on=day(file, "DateMedicationStart"),
        ended_on=day(file, "DateMedicationEnd"),
        course=pl.when(is_repeat).then(pl.lit("repeat")).otherwise(pl.lit("acute")),
        is_active=_is_active(ended, as_at),
        issues=pl.lit(1, pl.Int64),
        **_drug(file),
    )
    return file.part("medications", frame, date_formats=_MEDICATION_DATES, feeds=ISSUES)
