"""Checks of patients and their records, other than dates and codes.

They find patients who left; e-mail addresses that are missing or were never verified; patients who
may be one person with two records; missing and invalid NHS numbers; and records without any entry,
or without a document's file.
"""

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
from recordpick.csv_safety import plain
from recordpick.index.manifest import EMPTIED_VALUES
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


def plain_name(text: pl.Expr) -> pl.Expr:
    """Return a name in lower case without white space (null for an empty one).

    Letters that look the same but are stored differently (an accent as a combining character)
    become the same. Hyphens, apostrophes and accents are kept: they distinguish people.
    """
    squeezed = text.str.normalize("NFKC").str.to_lowercase().str.replace_all(r"\s", "")
    return pl.when(squeezed != "").then(squeezed)


_SHOWN = ("family_name", "given_name", "date_of_birth")


def _sets(index: PracticeIndex, key: pl.Expr) -> pl.LazyFrame:
    """Return the patients who share a key (null is never shared), numbered by set."""
    columns = index.columns("patients")
    shown = [name for name in _SHOWN if name in columns]
    return (
        index.scan("patients")
        .select(*patient_columns(index), *shown, key=key)
        .filter(pl.col("key").is_not_null())
        .filter(pl.len().over("key") > 1)
        .with_columns(set=pl.col("key").rank("dense").cast(pl.UInt32))
        .sort("set", *patient_order(index))
        .select("set", *patient_columns(index), *shown)
    )


def _same_number(index: PracticeIndex, _as_at: date) -> CheckResult:
    why = missing_columns(index, "patients", "nhs_number")
    if why:
        return CheckResult(None, sentence(why))
    return CheckResult(_sets(index, pl.col("nhs_number")))


def _same_name_and_birth(index: PracticeIndex, _as_at: date) -> CheckResult:
    why = missing_columns(index, "patients", *_SHOWN)
    if why:
        return CheckResult(None, sentence(why))
    family, given = plain_name(pl.col("family_name")), plain_name(pl.col("given_name"))
    born = pl.col("date_of_birth").dt.to_string("%Y-%m-%d")
    # A name has no line feed once white space is removed, so two different keys never collide.
    key = pl.concat_str(family, given, born, separator="\n", ignore_nulls=False)
    return CheckResult(_sets(index, key))


DUPLICATES = (
    Check(
        "same_nhs_number",
        "One NHS number on several records",
        "Records that share an NHS number: one person entered twice, or a number on the wrong "
        "record. Duplicate records are not migrated.",
        "Look at each set. Merge the records of one person as your system's supplier says; "
        "correct a number that is somebody else's.",
        "patients",
        _same_number,
    ),
    Check(
        "same_name_and_birth",
        "Same name and date of birth",
        "Records with the same surname, first name (ignoring case and spaces) and date of "
        "birth. They may be one person, or two people who share them.",
        "Look at each set and merge only what you know to be one person.",
        "patients",
        _same_name_and_birth,
    ),
)


_VALUE_COLUMNS = ("value", "reason", "file", "line")


def _rejected_numbers(index: PracticeIndex) -> pl.DataFrame | None:
    """Return the NHS numbers that were rejected when the index was made; None if they are not kept.

    Columns file, line, value, reason, and patient_id (null in an index made before that was kept).
    """
    path = index.folder / EMPTIED_VALUES
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
            f"{EMPTIED_VALUES}, where the index keeps them, is missing or damaged: make the index "
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


_DOCUMENT = ("document_id", "date", "kind", "title", "file_name")


def _no_entries(index: PracticeIndex, _as_at: date) -> CheckResult:
    # An index of a patient list alone has no entries for anybody: that is not an empty record.
    why = missing_columns(index, "events") or missing_columns(index, "patients", "entries")
    if why:
        return CheckResult(None, sentence(why))
    rows = index.scan("patients").filter(pl.col("entries") == 0)
    return CheckResult(rows.sort(patient_order(index)).select(patient_columns(index)))


def _absent_documents(index: PracticeIndex, _as_at: date) -> CheckResult:
    why = missing_columns(index, "documents", "is_absent")
    if why:
        return CheckResult(None, sentence(why))
    columns = index.columns("documents")
    rows = index.scan("documents").filter(pl.col("is_absent"))
    shown = [name for name in _DOCUMENT if name in columns]
    return CheckResult(rows.sort("patient_id", *shown).select("patient_id", *shown))


RECORDS = (
    Check(
        "records_without_entries",
        "Records without any entry",
        "Patients with nothing recorded but their identity: just registered, or entered by "
        "mistake, or their record is under another number.",
        "Check whether the record went to a duplicate, or is still to come from the last practice.",
        "patients",
        _no_entries,
    ),
    Check(
        "absent_documents",
        "Documents whose file is absent",
        "The record mentions a document, but its file is missing. It cannot be migrated.",
        "Find the file on the document server or in the scanning system and attach it again, or "
        "note in the record that it is lost.",
        "documents",
        _absent_documents,
    ),
)
