"""Records in which something is missing: all entries, or a document's file."""

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
