"""Patients who left, and e-mail addresses that are missing or were never verified."""

from __future__ import annotations

from datetime import date

import polars as pl

from recordpick.cleanup.finding import Asked, Check, in_order, lacking, sentence, who
from recordpick.index.practice_index import PracticeIndex


def _left(index: PracticeIndex, as_at: date) -> Asked:
    there = index.columns("patients")
    why = ""
    if "status" in there:
        has_left = pl.col("status") == "left"
    elif "left_on" in there:
        has_left = pl.col("left_on") <= as_at
        if "died_on" in there:
            has_left &= pl.col("died_on").is_null()
        why = "told by the date of leaving, as the index has no column status in patients"
    else:
        return Asked(None, sentence(lacking(index, "patients", "status", "left_on")))
    when = ["left_on"] if "left_on" in there else []
    rows = index.scan("patients").filter(has_left).sort(in_order(index))
    return Asked(rows.select(*who(index), *when), sentence(why))


def _registered(index: PracticeIndex) -> tuple[pl.LazyFrame, str]:
    """Give the patients registered now, or everybody and why."""
    patients = index.scan("patients")
    why = lacking(index, "patients", "status")
    if why:
        return patients, f"of all patients, as {why}"
    return patients.filter(pl.col("status") == "registered"), ""


def _no_email(index: PracticeIndex, _as_at: date) -> Asked:
    why = lacking(index, "patients", "email")
    if why:
        return Asked(None, sentence(why))
    patients, why = _registered(index)
    rows = patients.filter(pl.col("email").is_null()).sort(in_order(index)).select(who(index))
    return Asked(rows, sentence(why))


def _unverified_email(index: PracticeIndex, _as_at: date) -> Asked:
    why = lacking(index, "patients", "email_verified")
    if why:
        return Asked(None, sentence(why))
    patients, why = _registered(index)
    if "email" in index.columns("patients"):
        patients = patients.filter(pl.col("email").is_not_null())
        untold = patients.select(pl.col("email_verified").null_count()).collect().item()
        if untold:
            not_said = f"patients of whose address the export does not say: {untold:,}"
            why = f"{why}; {not_said}" if why else not_said
    rows = patients.filter(~pl.col("email_verified")).sort(in_order(index)).select(who(index))
    return Asked(rows, sentence(why))


PEOPLE = (
    Check(
        "left_patients",
        "Patients who left",
        "Deducted patients: they left the practice and did not die. They may not be migrated.",
        "Ask the new supplier whether they come along. If not, settle open tasks, letters and "
        "results on them first.",
        "patients",
        _left,
    ),
    Check(
        "no_email",
        "No e-mail address",
        "Registered patients without an e-mail address.",
        "Ask when they are in touch. There is no need to do it before the extract.",
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
