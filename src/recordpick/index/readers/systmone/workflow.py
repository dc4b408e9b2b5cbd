"""Appointments, documents, referrals and recalls."""

from __future__ import annotations

import polars as pl

from recordpick.csvio.rejects import ROW
from recordpick.index.readers.extract_file import ExtractFile
from recordpick.index.readers.systmone.care_record import Staff
from recordpick.index.readers.systmone.files import DAY, Opened, day, in_order, reference, removed
from recordpick.index.readers.systmone.patients import kind_of, own_id
from recordpick.index.source import DELETED, SourcePart

_STATUS = {
    "did not attend": "did_not_attend",
    "dna": "did_not_attend",
    "cancel": "cancelled",
    "finished": "attended",
    "seen": "attended",
    "arrived": "attended",
    "in progress": "attended",
    "booked": "booked",
}
_URGENCY = {
    "two week": "two_week_wait",
    "2 week": "two_week_wait",
    "2ww": "two_week_wait",
    "urgent": "urgent",
    "routine": "routine",
    "soon": "soon",
    "dated": "dated",
}
_RECALL = {
    "cancel": "cancelled",
    "supersede": "cancelled",
    "seen": "done",
    "complete": "done",
    "pending": "pending",
    "recall": "pending",
}
"""Words in the status, in lower case, of which the first found decides; any other is "other".

Seen in use: Pending, "1st Recall", Seen, Superseded, "Cancelled during import".
"""

_SENDER = ("SenderTitle", "SenderFirstName", "SenderSurname")
_PLACE = "__place"


def read_workflow(
    opened: Opened, staff: Staff, organisations: pl.DataFrame | None
) -> list[SourcePart]:
    """Return the parts of all four tables. `organisations`: organisations, `id` and `name`."""
    parts = []
    for table, read in (
        ("SRAppointment", _appointments),
        ("SRMedia", _documents),
        ("SRLetter", _documents),
        ("SRRecall", _recalls),
    ):
        file = opened.get(table)
        if file is not None:
            parts.append(read(opened, file, staff, table))
    referrals = opened.get("SRReferralOut")
    if referrals is not None:
        parts.append(_referrals(opened, referrals, staff, organisations))
    return parts


def _known_word(word: pl.Expr, words: dict[str, str]) -> pl.Expr:
    return pl.when(word.is_not_null()).then(kind_of(word.str.to_lowercase(), words))


def _appointments(opened: Opened, file: ExtractFile, staff: Staff, _: str) -> SourcePart:
    columns = {
        "date": day(file, "DateStart"),
        "start_time": file.text("DateStart").str.extract(r" (\d{2}:\d{2})"),
        "status": _known_word(opened.word(file, "AppointmentStatus"), _STATUS),
        "slot_type": opened.word(file, "RotaType"),
        "booked_on": day(file, "DateAppointmentBooked"),
    }
    rows = file.frame
    if staff.names is not None and file.has("IDProfileClinician"):
        rows = staff.named(rows, file.raw("IDProfileClinician"), "clinician")
        columns["clinician"] = pl.col("clinician")
    frame = rows.select(
        ROW,
        removed(file).alias(DELETED),
        in_order(),
        file.text("IDPatient").alias("patient_id"),
        file.text("RowIdentifier").alias("appointment_id"),
        **columns,
    )
    return file.part("appointments", frame, date_formats={"date": DAY, "booked_on": DAY})


def _documents(opened: Opened, file: ExtractFile, _: Staff, table: str) -> SourcePart:
    """Return scanned and attached files (SRMedia), and letters, which have no file here."""
    person = pl.concat_str(file.texts(*_SENDER), separator=" ", ignore_nulls=True)
    columns = {
        "date": day(file, "DateEvent"),
        "recorded_on": day(file, "DateEventRecorded"),
        "kind": opened.word(file, "CommunicationType"),
        "author": pl.coalesce(pl.when(person != "").then(person), file.text("SenderOrganisation")),
    }
    if file.has("FileName"):
        ending = file.text("FileName").str.extract(r"\.([A-Za-z0-9]{1,8})$").str.to_lowercase()
        columns |= {"file_name": file.text("FileName"), "file_type": ending}
    if file.has("FileSize"):
        columns["size"] = file.text("FileSize")
    frame = file.frame.select(
        ROW,
        removed(file).alias(DELETED),
        in_order(),
        file.text("IDPatient").alias("patient_id"),
        own_id(file, table).alias("document_id"),
        **columns,
    )
    return file.part("documents", frame, date_formats={"date": DAY, "recorded_on": DAY})


def _recalls(opened: Opened, file: ExtractFile, staff: Staff, _: str) -> SourcePart:
    status = _known_word(opened.word(file, "RecallStatus"), _RECALL)
    columns = {
        "date": day(file, "DateRecall"),
        "recorded_on": day(file, "DateEventRecorded"),
        "term": opened.word(file, "RecallType"),
        "status": status,
        "is_complete": status == "done",
    }
    rows = file.frame
    if staff.names is not None:
        rows = staff.named(rows, file.raw("IDProfileEnteredBy"), "clinician")
        columns["clinician"] = pl.col("clinician")
    frame = rows.select(
        ROW,
        removed(file).alias(DELETED),
        in_order(),
        file.text("IDPatient").alias("patient_id"),
        file.text("RowIdentifier").alias("recall_id"),
        **columns,
    )
    return file.part("recalls", frame, date_formats={"date": DAY, "recorded_on": DAY})


def _referrals(
    opened: Opened, file: ExtractFile, staff: Staff, organisations: pl.DataFrame | None
) -> SourcePart:
    codes = [
        reference(file, name)
        for name in ("SNOMEDPrimaryDiagnosis", "PrimaryDiagnosis")
        if file.has(name)
    ]
    columns = {
        "date": day(file, "DateEvent"),
        "urgency": _known_word(opened.word(file, "Urgency"), _URGENCY),
        "term": opened.word(file, "Reason"),
    }
    if codes:
        columns["code"] = pl.coalesce(codes)
    rows = file.frame
    service = [opened.word(file, "ServiceOffered")] if file.has("ServiceOffered") else []
    if organisations is not None and file.has("RecipientID"):
        names = organisations.lazy().select(
            pl.col("id").alias(_PLACE), pl.col("name").alias("place")
        )
        rows = rows.with_columns(file.text("RecipientID").alias(_PLACE))
        rows = rows.join(names, on=_PLACE, how="left")
        service = [pl.col("place"), *service]
    if service:
        columns["recipient"] = pl.coalesce(service)
    if staff.names is not None and file.has("IDProfileReferrer"):
        rows = staff.named(rows, file.raw("IDProfileReferrer"), "clinician")
        columns["clinician"] = pl.col("clinician")
    frame = rows.select(
        ROW,
        removed(file).alias(DELETED),
        in_order(),
        file.text("IDPatient").alias("patient_id"),
        file.text("RowIdentifier").alias("referral_id"),
        **columns,
    )
    return file.part("referrals", frame, date_formats={"date": DAY})
