"""Records in which something is not there: all entries, or a document's file."""

from __future__ import annotations

from datetime import date

import polars as pl

from recordpick.cleanup.finding import Asked, Check, in_order, lacking, sentence, who
from recordpick.index.practice_index import PracticeIndex

_DOCUMENT = ("document_id", "date", "kind", "title", "file_name")


def _no_entries(index: PracticeIndex, _as_at: date) -> Asked:
    # An index of a patient list alone has no entries of anybody: that is not an empty record.
    why = lacking(index, "events") or lacking(index, "patients", "entries")
    if why:
        return Asked(None, sentence(why))
    rows = index.scan("patients").filter(pl.col("entries") == 0)
    return Asked(rows.sort(in_order(index)).select(who(index)))


def _absent_documents(index: PracticeIndex, _as_at: date) -> Asked:
    why = lacking(index, "documents", "is_absent")
    if why:
        return Asked(None, sentence(why))
    there = index.columns("documents")
    rows = index.scan("documents").filter(pl.col("is_absent"))
    shown = [name for name in _DOCUMENT if name in there]
    return Asked(rows.sort("patient_id", *shown).select("patient_id", *shown))


RECORDS = (
    Check(
        "records_without_entries",
        "Records without any entry",
        "Patients of whom nothing is recorded but who they are: just registered, or entered by "
        "mistake, or their record is under another number.",
        "Look whether the record went to a duplicate, or is still to come from the last practice.",
        "patients",
        _no_entries,
    ),
    Check(
        "absent_documents",
        "Documents whose file is absent",
        "The record speaks of a document, but its file is not there. It cannot be migrated.",
        "Find the file on the document server or in the scanning system and attach it again, or "
        "note in the record that it is lost.",
        "documents",
        _absent_documents,
    ),
)
