"""Kinds of faults in medication, in the practice's work, and in who the patients are."""

from __future__ import annotations

import polars as pl

from recordpick.synthetic.codes import Code
from recordpick.synthetic.drugs import ACUTE, FOR_CONDITION, Drug
from recordpick.synthetic.migration.fault_kind import (
    GUIDELINES,
    MAPPING,
    NOTES,
    NOTHING,
    RECEIVER,
    SENDER,
    TRANSFORMS,
    FaultKind,
    among,
    cut,
    has,
    next_of,
    recoded,
)

_IS_REPEAT = pl.col("course") != "acute"
_TABLETS: dict[str, Drug] = {
    drug.code: drug
    for drug in (*(each for among_ in FOR_CONDITION.values() for _, each in among_), *ACUTE)
    if drug.unit == "tablet"
}
_OTHER_DRUG = recoded(next_of([Code(drug.code, drug.name) for drug in _TABLETS.values()]))

MEDICATION_FAULTS = (
    FaultKind(
        "medication_missing",
        "medications",
        "a current medicine is missing",
        GUIDELINES,
        pl.col("is_active"),
        effect="missing",
    ),
    FaultKind(
        "medication_doubled",
        "medications",
        "a medicine is there twice",
        f"{RECEIVER}, 2.1.0",
        pl.col("is_active"),
        effect="doubled",
    ),
    FaultKind(
        "repeat_ended",
        "medications",
        "a current repeat has ended",
        GUIDELINES,
        pl.col("is_active") & _IS_REPEAT,
        {"is_active": pl.lit(value=False), "ended_on": pl.col("loaded_on")},
    ),
    FaultKind(
        "stopped_drug_live",
        "medications",
        "a stopped repeat is current",
        "Health Service Journal",
        ~pl.col("is_active") & _IS_REPEAT & has("ended_on"),
        {"is_active": pl.lit(value=True), "ended_on": NOTHING},
    ),
    FaultKind(
        "drug_replaced",
        "medications",
        "a medicine is another one",
        "Vision help, Gemscript",
        among("code", *_TABLETS),
        {"code": _OTHER_DRUG["code"], "drug": _OTHER_DRUG["term"]},
    ),
    FaultKind(
        "drug_unmapped",
        "medications",
        "a medicine has no code of dm+d",
        "nhsconnect/gpconnect, guidance on medication",
        pl.col("code_system") == "dmd",
        {"code": NOTHING, "code_system": pl.lit("local"), "is_unmapped": pl.lit(value=True)},
        not_shown={"": ("code",)},
    ),
    FaultKind(
        "quantity_one",
        "medications",
        "a quantity is 1",
        f"{MAPPING}, medication statements",
        pl.col("quantity") > 1,
        {"quantity": pl.lit(1.0)},
    ),
    FaultKind(
        "quantity_cut",
        "medications",
        "a quantity lost its decimals or its last digit",
        f"{TRANSFORMS}, SRRepeatTemplate",
        (pl.col("quantity") >= 10) | (pl.col("quantity") % 1 > 0),
        {
            "quantity": pl.when(pl.col("quantity") % 1 > 0)
            .then(pl.col("quantity").floor())
            .otherwise((pl.col("quantity") / 10).floor())
        },
    ),
    FaultKind(
        "quantity_unit_lost",
        "medications",
        "a quantity has no unit",
        f"{TRANSFORMS}, SRPrimaryCareMedication",
        has("unit"),
        {"unit": NOTHING},
    ),
    FaultKind(
        "dosage_replaced",
        "medications",
        "directions are a phrase",
        f"{MAPPING}, medication statements",
        pl.col("dosage") != "As directed",
        {"dosage": pl.lit("As directed")},
    ),
    FaultKind(
        "dosage_truncated",
        "medications",
        "directions are cut",
        f"{RECEIVER}, 2.1.0",
        pl.col("dosage").str.len_chars() > 12,
        {"dosage": cut("dosage", 10)},
    ),
    FaultKind(
        "start_shifted",
        "medications",
        "a repeat began a day earlier",
        NOTES,
        _IS_REPEAT & has("started_on"),
        {"started_on": pl.col("started_on") - pl.duration(days=1)},
    ),
    FaultKind(
        "issues_changed",
        "medications",
        "a repeat was issued once",
        f"{TRANSFORMS}, SRRepeatTemplate",
        _IS_REPEAT & (pl.col("issues") > 1) & has("last_issued_on"),
        {"issues": pl.lit(1)},
    ),
    FaultKind(
        "authorised_lost",
        "medications",
        "the number of authorised issues is missing",
        f"{MAPPING}, medication requests",
        _IS_REPEAT & has("issues_authorised"),
        {"issues_authorised": NOTHING},
    ),
    FaultKind(
        "review_lost",
        "medications",
        "the review of a repeat is missing",
        GUIDELINES,
        has("review_on"),
        {"review_on": NOTHING},
    ),
    FaultKind(
        "prescriber_lost",
        "medications",
        "the prescriber is missing",
        f"{RECEIVER}, 1.2.1",
        has("prescriber"),
        {"prescriber": NOTHING},
    ),
)

WORK_FAULTS = (
    FaultKind(
        "appointment_missing",
        "appointments",
        "a booked appointment is missing",
        NOTES,
        pl.col("status") == "booked",
        effect="missing",
    ),
    FaultKind(
        "appointment_cancelled",
        "appointments",
        "a booked appointment is cancelled",
        NOTES,
        pl.col("status") == "booked",
        {"status": pl.lit("cancelled")},
    ),
    FaultKind(
        "document_missing",
        "documents",
        "a document is missing",
        f"{RECEIVER}, 1.0.1",
        pl.lit(value=True),
        effect="missing",
    ),
    FaultKind(
        "document_absent",
        "documents",
        "a document is a placeholder without a file",
        f"{SENDER}, 1.5.11",
        ~pl.col("is_absent") & has("size"),
        {"is_absent": pl.lit(value=True), "size": NOTHING},
    ),
    FaultKind(
        "referral_missing",
        "referrals",
        "a referral is missing",
        f"{RECEIVER}, 3.0.8",
        pl.lit(value=True),
        effect="missing",
    ),
    FaultKind(
        "urgency_routine",
        "referrals",
        "an urgent referral is routine",
        f"{RECEIVER}, 1.2.0",
        among("urgency", "urgent", "two_week_wait", "soon"),
        {"urgency": pl.lit("routine")},
    ),
    FaultKind(
        "referral_reopened",
        "referrals",
        "a closed referral is open",
        f"{RECEIVER}, 3.0.8",
        (pl.col("status") == "closed") & has("closed_on"),
        {"status": pl.lit("open"), "closed_on": NOTHING},
    ),
    FaultKind(
        "recall_missing",
        "recalls",
        "a pending recall is missing",
        f"{RECEIVER}, 1.4.4",
        pl.col("status") == "pending",
        effect="missing",
    ),
    FaultKind(
        "recall_reopened",
        "recalls",
        "a recall that was done is pending",
        f"{RECEIVER}, 1.4.4",
        pl.col("status") == "done",
        {"status": pl.lit("pending"), "is_complete": pl.lit(value=False)},
    ),
    FaultKind(
        "former_address_missing",
        "addresses",
        "a former address is missing",
        NOTES,
        has("until") & among("kind", "home", "temporary", "correspondence"),
        effect="missing",
    ),
    FaultKind(
        "next_of_kin_missing",
        "relationships",
        "the next of kin is missing",
        NOTES,
        pl.col("is_next_of_kin") & ~pl.col("is_carer"),
        effect="missing",
    ),
)

PATIENT_FAULTS = (
    FaultKind(
        "patient_missing",
        "patients",
        "a patient who left or died is missing, with the whole record",
        "Digital Health 2006",
        among("status", "left", "deceased"),
        effect="missing",
    ),
    FaultKind(
        "patients_merged",
        "patients",
        "a patient is missing, and the entries are in another one's record",
        NOTES,
        among("status", "registered"),
        effect="merged",
    ),
    FaultKind(
        "nhs_number_lost",
        "patients",
        "a patient has no NHS number",
        NOTES,
        has("nhs_number"),
        {"nhs_number": NOTHING},
    ),
    FaultKind(
        "date_of_birth_shifted",
        "patients",
        "a date of birth is a day early",
        NOTES,
        has("date_of_birth") & has("nhs_number"),
        {"date_of_birth": pl.col("date_of_birth") - pl.duration(days=1)},
    ),
    FaultKind(
        "sex_lost",
        "patients",
        "a patient's sex is unknown",
        NOTES,
        among("sex", "F", "M"),
        {"sex": pl.lit("U")},
    ),
    FaultKind(
        "death_lost",
        "patients",
        "a dead patient is registered",
        "Digital Health 2006",
        (pl.col("status") == "deceased") & pl.col("left_on").is_null(),
        {"status": pl.lit("registered"), "died_on": NOTHING},
    ),
    FaultKind(
        "record_no_longer_confidential",
        "patients",
        "a record is no longer confidential",
        f"{RECEIVER}, 3.0.1",
        pl.col("is_confidential"),
        {"is_confidential": pl.lit(value=False)},
    ),
)

OTHER_FAULTS = (*MEDICATION_FAULTS, *WORK_FAULTS, *PATIENT_FAULTS)
