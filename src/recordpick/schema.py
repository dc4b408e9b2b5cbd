"""The schema of a practice index: tables, columns, their types and closed vocabularies.

This is the contract between the readers of a system's export, the authors of criteria, and
matching. It needs neither polars nor a practice, so that a pack can be checked without either.

Every table except `patients` may be absent from an index, and so may every column that is not
`required`: a source that does not supply something leaves the column out, and a criterion that
needs it is then reported as unanswerable (never answered with nobody).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "date", "integer", "number", "yes_no"]
"""The type of a column: text (identifiers and codes too), date, integer, number, yes_no."""

KIND_WORDS: dict[Kind, str] = {
    "text": "text",
    "date": "a date",
    "integer": "a whole number",
    "number": "a number",
    "yes_no": "yes or no",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, its kind, its meaning and the words of a closed vocabulary."""

    name: str
    kind: Kind
    meaning: str
    words: tuple[str, ...] = ()
    required: bool = False
    derived: bool = False
    """Calculated by recordpick (age, entries), never read from a source."""
    repeats: bool = False
    """Few distinct texts, each on many rows: dictionary encoding saves space."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its columns in order, the id column, and the date that orders the display."""

    name: str
    title: str
    row_id: str
    date: str
    columns: tuple[Column, ...]
    is_entry: bool = True
    """Whether its rows are entries of the record, which are counted as its size."""

    def column(self, name: str) -> Column | None:
        """Return the column of that name, or None."""
        return next((column for column in self.columns if column.name == name), None)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(column.name for column in self.columns)


def _text(name: str, meaning: str, *words: str, required: bool = False) -> Column:
    return Column(name, "text", meaning, words, required)


def _date(name: str, meaning: str) -> Column:
    return Column(name, "date", meaning)


def _yes_no(name: str, meaning: str) -> Column:
    return Column(name, "yes_no", meaning)


OPERATORS = ("<", "<=", ">", ">=", "~")
"""The operators of results: below, at most, above, at least, about."""

PRECISIONS = ("day", "month", "year", "unknown")

_PATIENT = _text("patient_id", "the source system's number for the patient", required=True)

PATIENTS = Table(
    "patients",
    "Patient",
    "patient_id",
    "registered_on",
    (
        _PATIENT,
        _text("nhs_number", "ten digits without spaces; empty if there is none"),
        _text("title", "Mr, Ms, Dr …"),
        _text("family_name", "surname as the system spells it"),
        _text("given_name", "first name as the system spells it"),
        _text("middle_names", "other given names"),
        _text("previous_name", "an earlier surname"),
        _date("date_of_birth", "day of birth"),
        _text("date_of_birth_precision", "how much of the date of birth is known", *PRECISIONS),
        _text("sex", "female, male, indeterminate, unknown", "F", "M", "I", "U"),
        _text(
            "registration",
            "kind of registration; regular is the GMS list",
            "regular",
            "temporary",
            "immediately_necessary",
            "private",
            "dummy",
            "other",
        ),
        _text("status", "current status of the patient", "registered", "left", "deceased"),
        _date("registered_on", "when the patient joined the practice"),
        _date("left_on", "when the registration ended"),
        _date("died_on", "date of death"),
        _text("usual_gp", "name of the usual GP"),
        _text("address", "address without the postcode, parts divided by commas"),
        _text("postcode", "postcode"),
        _text("institution", "care home or other institution, its code or name"),
        _text("email", "e-mail address"),
        _yes_no("email_verified", "whether the e-mail address was verified"),
        _text("home_phone", "home telephone number"),
        _text("mobile_phone", "mobile telephone number"),
        _text("carer", "next of kin or carer, with the relationship"),
        _yes_no("is_dispensing", "a dispensing patient"),
        _yes_no("is_sensitive", "marked sensitive on the Spine: the address is hidden"),
        _yes_no("is_confidential", "the whole record is marked confidential"),
        _yes_no("has_opted_out", "a sharing, summary-care-record or type 1 opt-out is recorded"),
        Column("age", "integer", "whole years at the as-at date", derived=True),
        Column("entries", "integer", "how many rows the record has", derived=True),
        Column(
            "entries_percentile",
            "number",
            "percentage of patients whose record has fewer rows: 90 and over is the top tenth",
            derived=True,
        ),
    ),
)

EVENTS = Table(
    "events",
    "Events",
    "event_id",
    "date",
    (
        _PATIENT,
        _text("event_id", "identifies the row", required=True),
        _date("date", "when it happened"),
        _text("date_precision", "how much of the date is known", *PRECISIONS),
        _date("recorded_on", "when it was entered"),
        _text(
            "kind",
            "type of entry",
            "problem",
            "observation",
            "allergy",
            "immunisation",
            "investigation",
            "procedure",
            "family_history",
            "administration",
            "other",
        ),
        _text("code", "clinical code"),
        _text("code_system", "snomed, read2, ctv3, local …"),
        _text("term", "the code's term as the system shows it"),
        Column("value", "number", "numeric result"),
        _text("value_text", "result as text, or with < and >"),
        Column("unit", "text", "unit of the result", repeats=True),
        Column("range_low", "number", "lower end of the reference range"),
        Column("range_high", "number", "upper end of the reference range"),
        _yes_no("is_abnormal", "flagged abnormal"),
        _text("text", "free text on the entry"),
        _text("problem_status", "of a problem", "active", "past"),
        _text("significance", "of a problem", "significant", "minor"),
        _date("ended_on", "when a problem ended"),
        _text("parent_id", "event_id of the problem this entry is linked to, or grouped under"),
        _text("recorded_by", "who entered it"),
        _yes_no("is_confidential", "this entry is marked confidential"),
        _yes_no("is_local_code", "the code was made by the practice or the system"),
        _yes_no("is_degraded", "the entry was degraded in an earlier transfer"),
        _text("header_id", "event_id of the header that this result is part of"),
        _text("second_code", "code of the same meaning in another code system, beside `code`"),
        _text("second_code_system", "read2, ctv3, local …"),
        _text(
            "value_operator",
            "of a result that is a limit, not a number; empty if it is exact",
            *OPERATORS,
        ),
        _text("dose_number", "of an immunisation: which dose of its course, such as 1 or B"),
        _text("batch_number", "of an immunisation: batch of the vaccine"),
        _text("body_site", "of an immunisation: where it was given"),
        _text("consultation_id", "consultation_id of the consultation that this entry belongs to"),
    ),
)

MEDICATIONS = Table(
    "medications",
    "Medication",
    "medication_id",
    "started_on",
    (
        _PATIENT,
        _text("medication_id", "identifies the row", required=True),
        _date("started_on", "first day"),
        _date("ended_on", "last day, or when it was cancelled"),
        _text("course", "how it is issued", "acute", "repeat", "repeat_dispensing", "automatic"),
        _yes_no("is_active", "current"),
        _text("code", "drug code"),
        _text("code_system", "dmd, local"),
        _text("drug", "name, form and strength"),
        _text("dosage", "directions"),
        Column("quantity", "number", "quantity of one issue"),
        Column("unit", "text", "unit of the quantity", repeats=True),
        Column("issues", "integer", "issues used"),
        Column("issues_authorised", "integer", "issues authorised"),
        _date("last_issued_on", "last issue"),
        _date("review_on", "when the medication is to be reviewed"),
        _yes_no("is_confidential", "this item is marked confidential"),
        _yes_no("is_unmapped", "not mapped to dm+d"),
        _text("prescriber", "who prescribed it"),
        _text("stop_reason", "why it was stopped"),
    ),
)

APPOINTMENTS = Table(
    "appointments",
    "Appointments",
    "appointment_id",
    "date",
    (
        _PATIENT,
        _text("appointment_id", "identifies the row", required=True),
        _date("date", "day of the appointment"),
        _text("start_time", "HH:MM"),
        _text(
            "status",
            "outcome of the appointment",
            "booked",
            "attended",
            "did_not_attend",
            "cancelled",
            "other",
        ),
        _text("slot_type", "the slot's type as the system names it"),
        _text("clinician", "the clinician seen"),
        _date("booked_on", "when it was booked"),
    ),
)

DOCUMENTS = Table(
    "documents",
    "Documents",
    "document_id",
    "date",
    (
        _PATIENT,
        _text("document_id", "identifies the row", required=True),
        _date("date", "date of the document"),
        _date("recorded_on", "when it was filed"),
        _text("kind", "letter, scan, result … as the system names it"),
        _text("title", "title of the document"),
        _text("file_name", "name of the file"),
        _text("file_type", "extension of the file name in lower case: pdf, tif, rtf …"),
        Column("size", "integer", "bytes"),
        _yes_no("is_absent", "the record refers to a file that is missing"),
        _text("author", "who wrote it"),
    ),
)

REFERRALS = Table(
    "referrals",
    "Referrals",
    "referral_id",
    "date",
    (
        _PATIENT,
        _text("referral_id", "identifies the row", required=True),
        _date("date", "when the patient was referred"),
        _text(
            "urgency", "priority", "routine", "urgent", "two_week_wait", "soon", "dated", "other"
        ),
        _text("code", "code of the reason"),
        _text("term", "the reason"),
        _text("recipient", "recipient of the referral"),
        _text("ubrn", "unique booking reference number of the e-referral service"),
        _text("status", "current status", "open", "closed", "rejected", "other"),
        _date("closed_on", "when it was closed"),
        _text("clinician", "the referring clinician"),
    ),
)

RECALLS = Table(
    "recalls",
    "Recalls",
    "recall_id",
    "date",
    (
        _PATIENT,
        _text("recall_id", "identifies the row", required=True),
        _date("date", "when the recall or diary entry is due"),
        _date("recorded_on", "when it was entered"),
        _text("code", "code of what is to be done"),
        _text("term", "what is to be done"),
        _text("status", "current status", "pending", "done", "cancelled", "other"),
        _yes_no("is_complete", "done"),
        _text("clinician", "who entered it"),
    ),
)

ADDRESSES = Table(
    "addresses",
    "Addresses and numbers",
    "address_id",
    "since",
    (
        _PATIENT,
        _text("address_id", "identifies the row", required=True),
        _text(
            "kind",
            "type of address or number",
            "home",
            "temporary",
            "correspondence",
            "home_phone",
            "mobile_phone",
            "work_phone",
            "email",
            "other",
        ),
        _text("value", "the address or number itself"),
        _text("postcode", "postcode of an address"),
        _date("since", "first day it was in use"),
        _date("until", "last day it was in use; empty if still in use"),
    ),
)

RELATIONSHIPS = Table(
    "relationships",
    "Next of kin and carers",
    "relationship_id",
    "since",
    (
        _PATIENT,
        _text("relationship_id", "identifies the row", required=True),
        _text("name", "the other person"),
        _text("relation", "mother, husband, carer …"),
        _yes_no("is_next_of_kin", "next of kin"),
        _yes_no("is_carer", "cares for the patient"),
        _text("phone", "telephone number"),
        _date("since", "when it was recorded"),
        _date("until", "when it ended"),
    ),
)

CONSULTATIONS = Table(
    "consultations",
    "Consultations",
    "consultation_id",
    "date",
    (
        _PATIENT,
        _text("consultation_id", "identifies the row", required=True),
        _date("date", "day of the consultation"),
        _text("clinician", "who consulted"),
        _text("place", "where it was held, as the system names it"),
        _text("kind", "type of consultation, as the system names it"),
    ),
    is_entry=False,
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        PATIENTS,
        EVENTS,
        MEDICATIONS,
        APPOINTMENTS,
        DOCUMENTS,
        REFERRALS,
        RECALLS,
        ADDRESSES,
        RELATIONSHIPS,
        CONSULTATIONS,
    )
}
"""Every table with a fixed meaning, patients first. An index may hold others as well."""
