"""Checks of what migrations lose silently: FP69 flags, prescriptions under way, open tasks.

Clinical systems' extracts have neither FP69 flags nor tasks. A folder of tables may have them as
tables of their own: `fp69` (patient_id) and `tasks` (patient_id, status or is_complete, and what a
row is). Otherwise they are not known, which is not the same as none.
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
from recordpick.index.practice_index import PracticeIndex

_FP69 = r"(?i)\bFP ?69\b"
_DONE = ("done", "completed", "complete", "closed", "finished", "cancelled", "deleted", "rejected")
_YES = ("true", "yes", "y", "1")


def _fp69(index: PracticeIndex, as_at: date) -> CheckResult:
    if "patient_id" in index.columns("fp69"):
        flagged = index.scan("fp69").select("patient_id").unique()
        return CheckResult(_patients(index, flagged))
    not_said = (
        "the index does not say which patients have an FP69 flag: search for them in the clinical "
        "system, or look at PCSE Online"
    )
    if missing_columns(index, "events", "term"):
        return CheckResult(None, sentence(not_said))
    dated = {"date"} & set(index.columns("events"))
    mentioned = index.scan("events").filter(pl.col("term").str.contains(_FP69))
    if dated:
        mentioned = mentioned.filter(pl.col("date").is_null() | (pl.col("date") <= as_at))
    flagged = mentioned.select("patient_id").unique()
    if not flagged.select(pl.len()).collect().item():
        return CheckResult(None, sentence(not_said))
    why = "found by entries that mention FP69; the flag itself is not in the index"
    return CheckResult(_patients(index, flagged), sentence(why))


def _patients(index: PracticeIndex, chosen: pl.LazyFrame) -> pl.LazyFrame:
    patients = index.scan("patients").join(chosen, on="patient_id", how="semi")
    return patients.sort(patient_order(index)).select(patient_columns(index))


def _repeat_dispensing(index: PracticeIndex, _as_at: date) -> CheckResult:
    why = missing_columns(index, "medications", "course", "is_active")
    if why:
        return CheckResult(None, sentence(why))
    for one in index.manifest.conflated:
        if (one.table, one.column, one.word) == ("medications", "course", "repeat_dispensing"):
            if one.always:
                return CheckResult(None, sentence(one.says))
            why = one.says
    columns = index.columns("medications")
    outstanding = (pl.col("course") == "repeat_dispensing") & pl.col("is_active")
    if {"issues", "issues_authorised"} <= set(columns):
        left = (pl.col("issues") < pl.col("issues_authorised")).fill_null(value=True)
        outstanding &= left
    else:
        why = why or "all that are current are included, as the index has no number of issues"
    return CheckResult(_medications(index, outstanding, "last_issued_on"), sentence(why))


def _post_dated(index: PracticeIndex, as_at: date) -> CheckResult:
    days = [d for d in ("started_on", "last_issued_on") if d in index.columns("medications")]
    if not days:
        return CheckResult(None, sentence(missing_columns(index, "medications", "started_on")))
    later = pl.any_horizontal((pl.col(day) > as_at).fill_null(value=False) for day in days)
    return CheckResult(_medications(index, later, *days))


def _medications(index: PracticeIndex, which: pl.Expr, *days: str) -> pl.LazyFrame:
    columns = index.columns("medications")
    wanted = ["medication_id", "drug", *days, "issues", "issues_authorised"]
    return (
        index.scan("medications")
        .filter(which)
        .select("patient_id", *(name for name in wanted if name in columns))
        .sort("patient_id", "medication_id")
    )


def _open_tasks(index: PracticeIndex, _as_at: date) -> CheckResult:
    columns = index.columns("tasks")
    if "patient_id" not in columns:
        return CheckResult(
            None,
            sentence(
                "the index has no table tasks: extracts do not hold them. Look at the lists of "
                "open tasks and workflow in the clinical system"
            ),
        )
    rows = index.scan("tasks")
    why = ""
    if "is_complete" in columns:
        done = pl.col("is_complete").cast(pl.String).str.to_lowercase().is_in(_YES)
        rows = rows.filter(~done.fill_null(value=False))
    elif "status" in columns:
        word = pl.col("status").cast(pl.String).str.strip_chars().str.to_lowercase()
        rows = rows.filter(~word.is_in(_DONE).fill_null(value=False))
    else:
        why = "all tasks are included, as the table has neither status nor is_complete"
    return CheckResult(rows.sort("patient_id"), sentence(why))


MIGRATION_LOSSES = (
    Check(
        "fp69_patients",
        "Patients with an FP69 flag",
        "PCSE has asked whether the patient still lives at the address. Flags do not migrate; a "
        "patient whose flag is not answered is deducted after three months.",
        "Contact them, and answer the flag or deduct the patient before the extract.",
        "patients",
        _fp69,
    ),
    Check(
        "repeat_dispensing_outstanding",
        "Repeat dispensing not yet used up",
        "Batches of which issues are left. They are on the Spine, and the new system may neither "
        "show nor cancel them: the patient may get a medicine twice, or not at all.",
        "Agree with the pharmacies how long batches run, and end the others before the extract.",
        "medicines",
        _repeat_dispensing,
    ),
    Check(
        "post_dated_prescriptions",
        "Post-dated prescriptions",
        "Medicines that begin, or were issued, after the day of the export. Prescriptions that "
        "wait for their day are often not migrated.",
        "Look at each, and issue or cancel it in the old system before the extract.",
        "medicines",
        _post_dated,
    ),
    Check(
        "open_tasks",
        "Open tasks",
        "Tasks and workflow that nobody has completed. They are usually not migrated.",
        "Complete them, or write down what is left, before the old system becomes read-only.",
        "tasks",
        _open_tasks,
    ),
)
