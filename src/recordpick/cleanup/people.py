"""Patients who left, and e-mail addresses that are missing or were never verified."""

from __future__ import annotations

from datetime import date

import polars as pl

from recordpick.cleanup.finding import (
    Check,
    CheckResult,
    missing_columns,
    patient_columns,
    patient_order,
    sentence,
)
from recordpick.index.practice_index import PracticeIndex


def _left(index: PracticeIndex, as_at: date) -> CheckResult:
    columns = index.columns("patients")
    why = ""
    if "status" in columns:
        has_left = pl.col("status") == "left"
    elif "left_on" in columns:
        has_left = pl.col("left_on") <= as_at
        if "died_on" in columns:
            has_left &= pl.col("died_on").is_null()
        why = "found by the date of leaving, as the index has no column status in patients"
    else:
        return CheckResult(None, sentence(missing_columns(index, "patients", "status", "left_on")))
    when = ["left_on"] if "left_on" in columns else []
    rows = index.scan("patients").filter(has_left).sort(patient_order(index))
    return CheckResult(rows.select(*patient_columns(index), *when), sentence(why))


def _registered(index: PracticeIndex) -> tuple[pl.LazyFrame, str]:
    """Return the patients registered now, or everybody and the reason why."""
    patients = index.scan("patients")
    why = missing_columns(index, "patients", "status")
    if why:
        return patients, f"all patients are included, as {why}"
    return patients.filter(pl.col("status") == "registered"), ""


def _no_email(index: PracticeIndex, _as_at: date) -> CheckResult:
    why = missing_columns(index, "patients", "email")
    if why:
        return CheckResult(None, sentence(why))
    patients, why = _registered(index)
    rows = (
        patients.filter(pl.col("email").is_null())
        .sort(patient_order(index))
        .select(patient_columns(index))
    )
    return CheckResult(rows, sentence(why))


def _unverified_email(index: PracticeIndex, _as_at: date) -> CheckResult:
    why = missing_columns(index, "patients", "email_verified")
    if why:
        return CheckResult(None, sentence(why))
    patients, why = _registered(index)
    if "email" in index.columns("patients"):
        patients = patients.filter(pl.col("email").is_not_null())
        not_said = patients.select(pl.col("email_verified").null_count()).collect().item()
        if not_said:
            unknown = (
                f"patients where the export does not say whether it was verified: {not_said:,}"
            )
            why = f"{why}; {unknown}" if why else unknown
    rows = (
        patients.filter(~pl.col("email_verified"))
        .sort(patient_order(index))
        .select(patient_columns(index))
    )
    return CheckResult(rows, sentence(why))


PEOPLE = (
    Check(
        "left_patients",
        "Patients who left",
        "Deducted patients: they left the practice and did not die. They may not be migrated.",
        "Ask the new supplier whether they will be migrated. If not, complete their open tasks, "
        "letters and results first.",
        "patients",
        _left,
    ),
    Check(
        "no_email",
        "No e-mail address",
        "Registered patients without an e-mail address.",
        "Ask when they are next in touch. There is no need to do it before the extract.",
        "patients",
        _no_email,
    ),
    Check(
        "unverified_email",
        "E-mail address not verified",
        "Registered patients whose e-mail address was never verified. An unverified address may "
        "not be carried over, or not be used for messages.",
        "Have the addresses verified, those of online users first.",
        "patients",
        _unverified_email,
    ),
)
