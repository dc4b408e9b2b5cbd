"""What each format cannot represent: the differences that the round-trip tests allow, and why.

`docs/source-formats.md` says the same for people; a test compares the two.
"""

from __future__ import annotations

from typing import NamedTuple


class Loss(NamedTuple):
    """A column of a table, or "" if the whole table is missing, and the reason."""

    table: str
    column: str
    why: str


_ENTRIES = (
    Loss("patients", "entries", "counts the rows of the tables that the format has"),
    Loss("patients", "entries_percentile", "follows from the number of rows"),
)
_NO_PRECISION = Loss("patients", "date_of_birth_precision", "not in the extract")
_NO_VERIFIED = Loss("patients", "email_verified", "not in the extract")
_NO_OPT_OUT = Loss("patients", "has_opted_out", "not on the patient: opt-outs are coded entries")
_NO_DISPENSING = Loss("patients", "is_dispensing", "not in the extract")
_NO_PREVIOUS = Loss("patients", "previous_name", "not in the extract")
_NO_DOCUMENTS = Loss("documents", "", "documents are not in the extract, only entries about them")
_NO_ADDRESSES = Loss("addresses", "", "only the present address and numbers, with the patient")
_NO_STOP_REASON = Loss("medications", "stop_reason", "not in the extract")
_NO_RELATIONSHIPS = Loss("relationships", "", "not in the extract")

NOT_CARRIED: dict[str, tuple[Loss, ...]] = {
    "emis": (
        _NO_PREVIOUS,
        _NO_PRECISION,
        _NO_VERIFIED,
        _NO_DISPENSING,
        _NO_OPT_OUT,
        Loss("events", "text", "free text is only in extracts older than 8.2 (AssociatedText)"),
        Loss("appointments", "clinician", "the extract's sessions do not name the clinician"),
        Loss("referrals", "clinician", "an entry names the user who entered it, not the referrer"),
        Loss("events", "value_operator", "results have no operator"),
        Loss("events", "dose_number", "not in the extract"),
        Loss("events", "batch_number", "not in the extract"),
        Loss("events", "body_site", "not in the extract"),
        _NO_STOP_REASON,
        _NO_DOCUMENTS,
        _NO_ADDRESSES,
        Loss("relationships", "", "only the carer's name, with the patient"),
    ),
    "systmone": (
        _NO_PRECISION,
        Loss("patients", "usual_gp", "not in SRPatient"),
        Loss("patients", "institution", "not in the extract"),
        _NO_VERIFIED,
        _NO_DISPENSING,
        Loss("patients", "is_sensitive", "not in the extract"),
        Loss("patients", "is_confidential", "not in the extract"),
        _NO_OPT_OUT,
        Loss("events", "date_precision", "dates are whole days and times"),
        Loss("events", "range_low", "SRCode has no reference range"),
        Loss("events", "range_high", "SRCode has no reference range"),
        Loss("events", "is_abnormal", "SRCode has no abnormal flag"),
        Loss("events", "text", "SRCode has no free text"),
        Loss("events", "parent_id", "entries do not refer to other entries"),
        Loss("events", "header_id", "results of one event have no header entry"),
        Loss("events", "is_confidential", "not in the extract"),
        Loss("medications", "is_confidential", "not in the extract"),
        _NO_STOP_REASON,
        Loss("documents", "title", "not in the extract"),
        Loss("documents", "is_absent", "the extract does not say whether a file is there"),
        Loss("referrals", "ubrn", "not in SRReferralOut"),
        Loss("referrals", "status", "not in SRReferralOut"),
        Loss("referrals", "closed_on", "not in SRReferralOut"),
        Loss("recalls", "code", "a recall has a type but no code"),
    ),
    "vision": (
        Loss("patients", "middle_names", "not in the extract"),
        _NO_PREVIOUS,
        _NO_PRECISION,
        Loss("patients", "institution", "not in the extract"),
        _NO_VERIFIED,
        Loss("patients", "carer", "not in the extract"),
        Loss("patients", "is_sensitive", "not in the extract"),
        Loss("patients", "is_confidential", "not in the extract"),
        _NO_OPT_OUT,
        Loss("events", "date_precision", "dates are whole days"),
        Loss("events", "range_low", "the journal has no reference range"),
        Loss("events", "range_high", "the journal has no reference range"),
        Loss("events", "is_abnormal", "the journal has no abnormal flag"),
        Loss("events", "significance", "not in the journal"),
        Loss("events", "is_confidential", "not in the journal"),
        Loss("events", "header_id", "LINKS refer to problems: results name no header"),
        Loss("medications", "issues_authorised", "not in the journal"),
        Loss("medications", "last_issued_on", "not in the journal"),
        Loss("medications", "review_on", "not in the journal"),
        Loss("medications", "is_confidential", "not in the journal"),
        Loss("events", "dose_number", "not in the journal"),
        _NO_STOP_REASON,
        Loss("consultations", "kind", "encounters have no type"),
        Loss("referrals", "code", "a referral has a specialty but no code"),
        Loss("referrals", "urgency", "TYPE is a setting such as O or A, not an urgency"),
        Loss("referrals", "ubrn", "not in the extract"),
        Loss("referrals", "status", "not in the extract"),
        Loss("referrals", "closed_on", "not in the extract"),
        Loss("appointments", "", "not in the extract"),
        _NO_DOCUMENTS,
        Loss("recalls", "", "not in the extract"),
        _NO_ADDRESSES,
        _NO_RELATIONSHIPS,
    ),
    "list": (
        Loss("patients", "entries", "a list has no other tables whose rows could be counted"),
        Loss("patients", "entries_percentile", "follows from the number of rows"),
        *(
            Loss("patients", column, "not among the columns of the report")
            for column in (
                "middle_names",
                "previous_name",
                "date_of_birth_precision",
                "registration",
                "status",
                "registered_on",
                "left_on",
                "died_on",
                "institution",
                "email_verified",
                "carer",
                "is_dispensing",
                "is_sensitive",
                "is_confidential",
                "has_opted_out",
            )
        ),
        *(
            Loss(table, "", "a list holds patients only")
            for table in (
                "events",
                "medications",
                "appointments",
                "documents",
                "referrals",
                "recalls",
                "addresses",
                "relationships",
                "consultations",
            )
        ),
    ),
}
"""Tables and columns that an index of this format does not have."""

_REPEATS = Loss(
    "medications", "course", "repeat dispensing and automatic issue look like other repeats"
)
_KINDS = Loss("events", "kind", "no category in the extract: partly derived from the term")
_PAST = Loss("events", "problem_status", "a past problem without an end date counts as active")

CHANGED: dict[str, tuple[Loss, ...]] = {
    "emis": (
        *_ENTRIES,
        Loss("medications", "code", "a drug not mapped to dm+d has EMIS's own number instead"),
        Loss("referrals", "status", "a rejected referral counts as closed"),
        Loss("recalls", "status", "a diary entry is pending, done, or neither: then cancelled"),
    ),
    "systmone": (
        *(
            Loss(table, column, "letters that Windows-1252 does not have become question marks")
            for table, column in (
                ("patients", "family_name"),
                ("patients", "given_name"),
                ("patients", "middle_names"),
                ("patients", "previous_name"),
                ("patients", "carer"),
                ("relationships", "name"),
            )
        ),
        Loss("patients", "mobile_phone", "numbers have no end: the one entered last counts"),
        _KINDS,
        Loss("events", "code_system", "local codes are CTV3 codes without a SNOMED CT concept"),
        Loss("events", "second_code", "CTV3 codes rather than Read codes"),
        Loss("events", "second_code_system", "CTV3 codes rather than Read codes"),
        _PAST,
        _REPEATS,
        Loss("medications", "issues", "counted from the issues, as the extract gives no number"),
        Loss("medications", "issues_authorised", "only templates have it; acute items do not"),
        Loss("medications", "last_issued_on", "an acute item was issued on its first day"),
        Loss("addresses", "until", "numbers have no end"),
    ),
    "vision": (
        *_ENTRIES,
        Loss("patients", "registration", "one letter says either registration or status"),
        _KINDS,
        Loss("events", "code_system", "local codes are Read codes without a SNOMED CT concept"),
        _PAST,
        _REPEATS,
    ),
    "list": (),
}
"""Columns that an index has, but whose values may differ from the practice's own system."""
