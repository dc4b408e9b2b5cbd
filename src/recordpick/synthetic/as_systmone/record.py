"""Entries, medication and the practice's work."""

from __future__ import annotations

import polars as pl

from recordpick.synthetic.as_systmone.files import STAFF_MEMBER, WORDS, Extract, day, flag

RECALL = {"pending": "Pending", "done": "Seen", "cancelled": "Cancelled", "other": "Undelivered"}
URGENCY = {
    "routine": "Routine",
    "urgent": "Urgent",
    "two_week_wait": "Two Week Wait",
    "soon": "Soon",
    "dated": "Dated",
    "other": "Unknown",
}
APPOINTMENT = {
    "booked": "Booked",
    "attended": "Finished",
    "did_not_attend": "Did Not Attend",
    "cancelled": "Cancelled by Patient",
    "other": "Patient Walked Out",
}
_PARTS = {part: WORDS[part] for part in ("1", "2", "3", "B")}
_NOT_GIVEN = "(?i)declined|contraindicated|not given"
_DAYS_BETWEEN_ISSUES = 28


def _as_id(word: pl.Expr, words: dict[str, str]) -> pl.Expr:
    """Return a word as its id in SRMapping."""
    ids = {ours: str(WORDS[theirs]) for ours, theirs in words.items()}
    return word.replace_strict(ids, default=None)


def is_given() -> pl.Expr:
    """Return whether an entry is a row of SRImmunisation: a vaccine, given or with its status."""
    return (pl.col("kind") == "immunisation") & ~pl.col("term").str.contains(_NOT_GIVEN)


def write_events(extract: Extract, events: pl.DataFrame) -> None:
    """Write SRImmunisation for vaccines, SRCode for other entries, and SRProblem."""
    rows = extract.profile(events, "recorded_by")
    given = is_given()
    _write_immunisations(extract, rows.filter(given))
    coded = rows.filter(~given)
    snomed = pl.col("code_system") == "snomed"
    number, is_limit = pl.col("value").is_not_null(), pl.col("value_operator").is_not_null()
    limit = pl.when(is_limit).then(pl.col("value_text").str.strip_chars("<>=~ "))
    common = {
        "DateEventRecorded": day("recorded_on"),
        "DateEvent": day("date"),
        "IDProfileEnteredBy": pl.col("__by"),
        "IDPatient": pl.col("patient_id"),
        "IDEvent": pl.col("consultation_id"),
    }
    extract.write(
        "SRCode",
        coded.select(
            **common,
            RowIdentifier="event_id",
            CTV3Code=pl.when(snomed)
            .then(pl.concat_str(pl.lit("X"), pl.col("code").str.tail(4)))
            .otherwise("code"),
            CTV3Text="term",
            SNOMEDCode=pl.when(snomed).then("code"),
            SNOMEDText=pl.when(snomed).then("term"),
            NumericComparator=pl.when(number).then(pl.lit("=")).otherwise("value_operator"),
            IsNumeric=flag(number | is_limit),
            NumericValue=pl.coalesce(pl.col("value").cast(pl.String), limit),
            NumericUnit="unit",
        ),
    )
    extract.write(
        "SRProblem",
        coded.filter(pl.col("kind") == "problem").select(
            **common,
            RowIdentifier="event_id",
            CTV3Code=pl.concat_str(pl.lit("X"), pl.col("code").str.tail(4)),
            DateEnd=day("ended_on"),
            Severity=pl.col("significance").replace_strict(
                {"significant": "Major", "minor": "Minor"}, default=None
            ),
            IDCode="event_id",
        ),
    )


def _write_immunisations(extract: Extract, rows: pl.DataFrame) -> None:
    names = extract.vaccines.assign(rows.select(name="term"), ["name"]).rename({"name": "term"})
    rows = rows.join(names, on="term", how="left", maintain_order="left")
    extract.write(
        "SRImmunisation",
        rows.select(
            RowIdentifier="event_id",
            DateEventRecorded=day("recorded_on"),
            DateEvent=day("date"),
            IDProfileEnteredBy="__by",
            IDImmunisationContent="number",
            ImmsSNOMEDCode="code",
            VaccinationStatus=pl.coalesce("value_text", pl.lit("Given")),
            VaccPart=pl.col("dose_number").replace_strict(_PARTS, default=None),
            VaccBatchNumber="batch_number",
            Location="body_site",
            IDEvent="consultation_id",
            IDPatient="patient_id",
        ),
    )


def write_medications(extract: Extract, medications: pl.DataFrame) -> None:
    """Write SRRepeatTemplate for repeats and SRPrimaryCareMedication for issues."""
    acute = pl.col("course") == "acute"
    medications = extract.profile(medications, "prescriber")
    common = {
        "IDPatient": pl.col("patient_id"),
        "IDDoneBy": pl.col("__by") + STAFF_MEMBER,
        "IDMultiLexDMD": pl.when(pl.col("code_system") == "dmd").then("code"),
        "IDMultiLexProduct": pl.col("code"),
        "NameOfMedication": pl.col("drug"),
        "MedicationDosage": pl.col("dosage"),
        "MedicationQuantity": pl.concat_str(["quantity", "unit"], separator=" ", ignore_nulls=True),
    }
    extract.write(
        "SRRepeatTemplate",
        medications.filter(~acute).select(
            **common,
            RowIdentifier="medication_id",
            DateEventRecorded=day("started_on"),
            DateEvent=day("started_on"),
            DateMedicationTemplateStart=day("started_on"),
            DateMedicationTemplateEnd=day("ended_on"),
            DateMedicationTemplateReview=day("review_on"),
            MaxIssues="issues_authorised",
        ),
    )
    issued = (
        medications.filter(~acute, pl.col("last_issued_on").is_not_null())
        .with_columns(k=pl.int_ranges(0, pl.col("issues").fill_null(1).clip(1), dtype=pl.Int64))
        .explode("k")
        .with_columns(
            __day=pl.col("last_issued_on") - pl.duration(days=pl.col("k") * _DAYS_BETWEEN_ISSUES)
        )
    )
    extract.write(
        "SRPrimaryCareMedication",
        issued.select(
            **common,
            RowIdentifier=pl.concat_str("medication_id", pl.col("k").cast(pl.String).str.zfill(2)),
            DateEvent=day("__day"),
            DateMedicationStart=day("__day"),
            DateMedicationEnd=pl.lit(None, pl.String),
            IsRepeatMedication=pl.lit("TRUE"),
            IDRepeatTemplate="medication_id",
        ),
    )
    extract.write(
        "SRPrimaryCareMedication",
        medications.filter(acute).select(
            **common,
            RowIdentifier="medication_id",
            DateEvent=day("started_on"),
            DateMedicationStart=day("started_on"),
            DateMedicationEnd=day("ended_on"),
            IsRepeatMedication=pl.lit("FALSE"),
        ),
    )


def write_consultations(extract: Extract, consultations: pl.DataFrame) -> None:
    """Write SREvent."""
    rows = extract.profile(consultations, "clinician")
    extract.write(
        "SREvent",
        rows.select(
            RowIdentifier="consultation_id",
            DateEventRecorded=day("date"),
            DateEvent=day("date"),
            IDProfileEnteredBy="__by",
            IDDoneBy=pl.col("__by") + STAFF_MEMBER,
            ContactEventLocation="place",
            ContactMethod="kind",
            EventIncomplete=pl.lit("FALSE"),
            ClinicalEvent=flag(pl.col("kind") != "Administration"),
            IDPatient="patient_id",
        ),
    )


def write_appointments(extract: Extract, appointments: pl.DataFrame) -> None:
    """Write SRAppointment."""
    rows = extract.profile(appointments, "clinician")
    start = pl.concat_str(
        pl.col("date").dt.to_string("%d %b %Y"), pl.lit(" "), "start_time", pl.lit(":00")
    )
    extract.write(
        "SRAppointment",
        rows.select(
            RowIdentifier="appointment_id",
            DateStart=start,
            DateEnd=start,
            AppointmentStatus=pl.col("status").replace_strict(APPOINTMENT, default=None),
            DateAppointmentBooked=day("booked_on"),
            TelephoneAppointment=flag(pl.col("slot_type") == "Telephone"),
            IDProfileClinician="__by",
            RotaType="slot_type",
            IDPatient="patient_id",
        ),
    )


def write_documents(extract: Extract, documents: pl.DataFrame) -> None:
    """Write SRMedia."""
    extract.write(
        "SRMedia",
        documents.select(
            RowIdentifier="document_id",
            DocumentUID="document_id",
            IDPatient="patient_id",
            DateEvent=day("date"),
            DateEventRecorded=day("recorded_on"),
            FileName="file_name",
            FileSize="size",
            SenderOrganisation="author",
            Direction=pl.lit("Incoming"),
            CommunicationType="kind",
        ),
    )


def write_referrals(extract: Extract, referrals: pl.DataFrame) -> None:
    """Write SRReferralOut."""
    rows = extract.profile(referrals, "clinician")
    met = rows.select(name=pl.col("recipient")).drop_nulls()
    places = extract.places.assign(met, ["name"]).rename({"name": "recipient"})
    rows = rows.join(places, on="recipient", how="left", maintain_order="left")
    extract.write(
        "SRReferralOut",
        rows.select(
            RowIdentifier="referral_id",
            DateEventRecorded=day("date"),
            DateEvent=day("date"),
            IDProfileReferrer="__by",
            Reason="term",
            Urgency=_as_id(pl.col("urgency"), URGENCY),
            SNOMEDPrimaryDiagnosis="code",
            RecipientID="number",
            RecipientIDType=pl.lit("Organisation"),
            IDPatient="patient_id",
        ),
    )


def write_recalls(extract: Extract, recalls: pl.DataFrame) -> None:
    """Write SRRecall."""
    rows = extract.profile(recalls, "clinician")
    extract.write(
        "SRRecall",
        rows.select(
            RowIdentifier="recall_id",
            DateEventRecorded=day("recorded_on"),
            DateEvent=day("recorded_on"),
            IDProfileEnteredBy="__by",
            DateRecall=day("date"),
            RecallType="term",
            RecallStatus=_as_id(pl.col("status"), RECALL),
            IDPatient="patient_id",
        ),
    )
