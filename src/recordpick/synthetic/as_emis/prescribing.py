"""Prescribing_*: medication and its issues; and the appointment book."""

from __future__ import annotations

import polars as pl

from recordpick.synthetic.as_emis.files import Extract, clock, guid, yes_no

COURSE = {
    "acute": "Acute",
    "repeat": "Repeat",
    "repeat_dispensing": "Repeat Dispensing",
    "automatic": "Automatic",
}
SLOT_STATUS = {
    "booked": "Booked",
    "attended": "Left",
    "did_not_attend": "Did Not Attend",
    "cancelled": "Cancelled",
    "other": "Walked Out",
}
_DRUG = ["code", "drug", "code_system"]
_DAYS_BETWEEN_ISSUES = 28


def write_medications(extract: Extract, medications: pl.DataFrame) -> None:
    """Write Prescribing_DrugRecord, and Prescribing_IssueRecord with the issues up to the last."""
    drugs = extract.drugs.assign(medications, _DRUG).rename({"number": "__drug"})
    rows = medications.join(drugs, on=_DRUG, how="left", nulls_equal=True, maintain_order="left")
    rows = extract.with_staff(rows, "prescriber")
    rows = rows.with_columns(
        __id=guid("medication", pl.col("medication_id")),
        __patient=guid("patient", pl.col("patient_id")),
    )
    common = {
        "PatientGuid": pl.col("__patient"),
        "DrugRecordGuid": pl.col("__id"),
        "EnteredTime": clock(pl.col("medication_id")),
        "ClinicianUserInRoleGuid": pl.col("__by"),
        "CodeId": pl.col("__drug"),
        "Dosage": pl.col("dosage"),
        "Quantity": pl.col("quantity"),
        "QuantityUnit": pl.col("unit"),
        "EffectiveDatePrecision": pl.lit("YMD"),
        "IsConfidential": yes_no(pl.col("is_confidential")),
    }
    extract.write(
        "Prescribing_DrugRecord",
        rows.select(
            **common,
            EffectiveDate="started_on",
            EnteredDate="started_on",
            PrescriptionType=pl.col("course").replace_strict(COURSE, default=None),
            IsActive=yes_no(pl.col("is_active")),
            CancellationDate="ended_on",
            NumberOfIssues="issues",
            NumberOfIssuesAuthorised="issues_authorised",
        ),
    )
    issued = (
        rows.filter(pl.col("last_issued_on").is_not_null())
        .with_columns(k=pl.int_ranges(0, pl.col("issues").fill_null(1).clip(1), dtype=pl.Int64))
        .explode("k")
        .with_columns(
            __day=pl.col("last_issued_on") - pl.duration(days=pl.col("k") * _DAYS_BETWEEN_ISSUES),
            __issue=pl.col("medication_id").cast(pl.UInt64) * 32 + pl.col("k").cast(pl.UInt64),
        )
        .filter((pl.col("k") == 0) | (pl.col("__day") >= pl.col("started_on")))
    )
    extract.write(
        "Prescribing_IssueRecord",
        issued.select(
            **common,
            IssueRecordGuid=guid("issue", pl.col("__issue")),
            EffectiveDate="__day",
            EnteredDate="__day",
            CourseDurationInDays=pl.lit(str(_DAYS_BETWEEN_ISSUES)),
            ReviewDate="review_on",
            IssueMethodDescription=pl.lit("Electronic"),
        ),
    )


def write_drugs(extract: Extract) -> None:
    """Write Coding_DrugCode: all drugs in the extract."""
    extract.write(
        "Coding_DrugCode",
        extract.drugs.frame(_DRUG).select(
            CodeId="number",
            Term="drug",
            DmdProductCodeId=pl.when(pl.col("code_system") == "dmd").then("code"),
        ),
    )


def write_appointments(extract: Extract, appointments: pl.DataFrame) -> None:
    """Write Appointment_Slot, with one slot in fifty free."""
    number = pl.col("appointment_id").cast(pl.UInt64)
    came = pl.col("status") == "attended"
    start = pl.concat_str(pl.col("start_time"), pl.lit(":00"))
    slots = appointments.select(
        SlotGuid=guid("slot", number),
        AppointmentDate="date",
        AppointmentStartTime=start,
        PlannedDurationInMinutes=pl.lit("10"),
        PatientGuid=guid("patient", pl.col("patient_id")),
        SendInTime=pl.when(came).then(start),
        LeftTime=pl.when(came).then(start),
        DidNotAttend=yes_no(pl.col("status") == "did_not_attend"),
        SessionGuid=guid("session", pl.col("date").cast(pl.Int32).abs()),
        BookedDate="booked_on",
        SlotStatus=pl.col("status").replace_strict(SLOT_STATUS, default=None),
        SlotType="slot_type",
    )
    free = appointments.filter(number % 50 == 0).select(
        SlotGuid=guid("free slot", number),
        AppointmentDate="date",
        AppointmentStartTime=start,
        DidNotAttend=pl.lit("FALSE"),
        SlotStatus=pl.lit("Slot Available"),
    )
    extract.write("Appointment_Slot", pl.concat([slots, free], how="diagonal"))


def write_sessions(extract: Extract, days: pl.DataFrame) -> None:
    """Write Appointment_Session: one session a day; `days` has the column `date`, each once."""
    extract.write(
        "Appointment_Session",
        days.select(
            AppointmentSessionGuid=guid("session", pl.col("date").cast(pl.Int32).abs()),
            Description=pl.lit("Surgery"),
            SessionTypeDescription=pl.lit("Timed Appointments"),
            StartDate="date",
            StartTime=pl.lit("08:00:00"),
            EndDate="date",
            EndTime=pl.lit("18:30:00"),
        ),
    )
