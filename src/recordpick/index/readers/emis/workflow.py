"""Referrals, diary entries and appointment slots.

Prescribing_DrugRecord and Prescribing_IssueRecord: medication, and its last issue.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial

import polars as pl

from recordpick.index.build.enrichment import ISSUES, with_last_issue
from recordpick.index.fast_cast import FastCast, fast_cast
from recordpick.index.lookup import LookupTable
from recordpick.index.readers.emis.lookups import Known
from recordpick.index.readers.emis.vocabulary import COURSE, SLOT_STATUS, URGENCY, known
from recordpick.index.readers.extract_file import ExtractFile
from recordpick.index.source import DETAIL_OF, HAS_PARENT, SourcePart
from recordpick.schema import Column


def read_referrals(files: Sequence[ExtractFile], known_as: Known) -> tuple[SourcePart, ...]:
    """Return the referrals; each belongs to an entry that says when and for what."""
    return tuple(_referrals(file, known_as) for file in files)


def _referrals(file: ExtractFile, known_as: Known) -> SourcePart:
    columns: dict[str, pl.Expr | FastCast] = {"referral_id": known_as.id(file, "ObservationGuid")}
    columns |= file.given({"ubrn": "ReferralUBRN"})
    if file.has("ReferralUrgency"):
        columns["urgency"] = known(file.text("ReferralUrgency"), URGENCY, "other")
    closed = [
        file.text(name)
        for name in ("ReferralEndDate", "ReferralEpisodeClosureDate")
        if file.has(name)
    ]
    if closed:
        columns["closed_on"] = closed_on = pl.coalesce(closed)
        is_closed = closed_on.is_not_null()
        columns["status"] = pl.when(is_closed).then(pl.lit("closed")).otherwise(pl.lit("open"))
    if known_as.organisations is not None and file.has("ReferralTargetOrganisationGuid"):
        target = file.raw("ReferralTargetOrganisationGuid")
        columns["recipient"] = known_as.organisations.decode(target, "name")
    if known_as.codes is not None and file.has("ReferralReasonCodeId"):
        reason = file.raw("ReferralReasonCodeId")
        columns |= {name: known_as.codes.decode(reason, name) for name in ("code", "term")}
    again = partial(_referrals, known_as=known_as)
    return file.part(
        "referrals",
        known_as.rows(file, columns),
        again,
        parent="events",
        precleaned=frozenset(("patient_id", "referral_id")),
        requires=("events",),
        enrich=with_their_entries,
    )


def with_their_entries(part: SourcePart, taken: Mapping[str, pl.LazyFrame]) -> SourcePart:
    """Join referrals with the entries they belong to: the day, and the reason if not told."""
    if "events" not in taken:
        return part
    rows = part.frame
    own = rows.collect_schema().names()
    entries = taken["events"]
    there = entries.collect_schema().names()
    told = [name for name in ("date", "code", "term") if name in there]
    asked = rows.select(pl.col("referral_id").alias("event_id")).unique().collect()
    is_asked = LookupTable(asked, "event_id").index_of(pl.col("event_id")).is_not_null()
    few = entries.select("event_id", *told).filter(is_asked)
    renamed = few.select(
        pl.col("event_id").alias("referral_id"),
        pl.lit(value=True).alias(HAS_PARENT),
        *(pl.col(name).alias(f"__{name}") for name in told),
    )
    joined = rows.join(renamed, on="referral_id", how="left")
    columns = {
        name: pl.coalesce(*([pl.col(name)] if name in own else []), pl.col(f"__{name}"))
        for name in told
    }
    others = [name for name in own if name not in columns]
    hosted = pl.col(HAS_PARENT).fill_null(value=False)
    return replace(part, frame=joined.select(*others, hosted, **columns))


def read_diary(files: Sequence[ExtractFile], known_as: Known) -> tuple[SourcePart, ...]:
    """Return the diary entries, as recalls."""
    return tuple(_diary(file, known_as) for file in files)


def _diary(file: ExtractFile, known_as: Known) -> SourcePart:
    columns: dict[str, pl.Expr | FastCast] = {"recall_id": known_as.id(file, "DiaryGuid")}
    columns |= file.given({"date": "EffectiveDate", "recorded_on": "EnteredDate"})
    if known_as.codes is not None:
        code = file.raw("CodeId")
        original = [file.text("OriginalTerm")] if file.has("OriginalTerm") else []
        columns["code"] = known_as.codes.decode(code, "code")
        columns["term"] = pl.coalesce(*original, known_as.codes.decode(code, "term"))
    by = known_as.name(file, "EnteredByUserInRoleGuid")
    if by is not None:
        columns["clinician"] = by
    if file.has("IsComplete"):
        done = file.yes("IsComplete")
        columns["is_complete"] = file.raw("IsComplete")
        if file.has("IsActive"):
            columns["status"] = (
                pl.when(done)
                .then(pl.lit("done"))
                .when(file.yes("IsActive"))
                .then(pl.lit("pending"))
                .otherwise(pl.lit("cancelled"))
            )
    again = partial(_diary, known_as=known_as)
    made = frozenset(("patient_id", "recall_id"))
    return file.part("recalls", known_as.rows(file, columns), again, precleaned=made)


def read_slots(
    files: Sequence[ExtractFile], known_as: Known, as_at: date
) -> tuple[SourcePart, ...]:
    """Return the slots that patients have; those of nobody count as dropped by the format."""
    return tuple(_slots(file, known_as, as_at) for file in files)


def _slots(file: ExtractFile, known_as: Known, as_at: date) -> SourcePart:
    columns: dict[str, pl.Expr | FastCast] = {"appointment_id": known_as.id(file, "SlotGuid")}
    columns |= file.given(
        {"date": "AppointmentDate", "slot_type": "SlotType", "booked_on": "BookedDate"}
    )
    if file.has("AppointmentStartTime"):
        columns["start_time"] = file.text("AppointmentStartTime").str.head(5)
    columns["status"] = _status(file, as_at)
    nobody = file.text("PatientGuid").is_null()
    frame = known_as.rows(file, columns, deleted=file.yes("Deleted") | nobody)
    again = partial(_slots, known_as=known_as, as_at=as_at)
    return file.part(
        "appointments", frame, again, precleaned=frozenset(("patient_id", "appointment_id"))
    )


_DAY = Column("date", "date", "")


def _status(file: ExtractFile, as_at: date) -> pl.Expr:
    """Return what became of an appointment: by its flag, its times, its status, its day."""
    came = pl.lit(value=False)
    for name in ("SendInTime", "LeftTime"):
        if file.has(name):
            came |= file.text(name).is_not_null()
    by_day = pl.lit("other")
    if file.has("AppointmentDate"):
        day = fast_cast(file.raw("AppointmentDate"), _DAY)
        assert isinstance(day, FastCast)
        to_come = day.alone() >= as_at
        by_day = pl.when(to_come).then(pl.lit("booked")).otherwise(pl.lit("other"))
    said = by_day
    if file.has("SlotStatus"):
        said = known(file.text("SlotStatus"), SLOT_STATUS, "other").alone().fill_null(by_day)
    missed = file.yes("DidNotAttend")
    attended = came & ~said.is_in(["cancelled"])
    return (
        pl.when(missed)
        .then(pl.lit("did_not_attend"))
        .when(attended)
        .then(pl.lit("attended"))
        .otherwise(said)
    )


_AS_THEY_STAND = {
    "started_on": "EffectiveDate",
    "dosage": "Dosage",
    "quantity": "Quantity",
    "unit": "QuantityUnit",
    "issues": "NumberOfIssues",
    "issues_authorised": "NumberOfIssuesAuthorised",
    "is_active": "IsActive",
    "is_confidential": "IsConfidential",
}

_DRUG = "__drug"

_MADE = frozenset(("patient_id", "medication_id"))
"""What is looked up here, or made of it."""


def read_issues(files: Sequence[ExtractFile], known_as: Known) -> tuple[SourcePart, ...]:
    """Return the issues, which tell when a medicine was last issued and is to be reviewed."""
    return tuple(_issues(file, known_as) for file in files)


def _issues(file: ExtractFile, known_as: Known) -> SourcePart:
    columns: dict[str, pl.Expr | FastCast] = {
        DETAIL_OF: known_as.id(file, "IssueRecordGuid"),
        "medication_id": known_as.id(file, "DrugRecordGuid"),
        **file.given({"last_issued_on": "EffectiveDate", "review_on": "ReviewDate"}),
    }
    frame = known_as.rows(file, columns)
    again = partial(_issues, known_as=known_as)
    return file.part("medications", frame, again, provides=ISSUES, precleaned=_MADE)


def read_medications(files: Sequence[ExtractFile], known_as: Known) -> tuple[SourcePart, ...]:
    """Return the medication."""
    return tuple(_medications(file, known_as) for file in files)


def _medications(file: ExtractFile, known_as: Known) -> SourcePart:
    drugs = known_as.drugs
    assert drugs is not None
    columns: dict[str, pl.Expr | FastCast] = {"medication_id": known_as.id(file, "DrugRecordGuid")}
    columns |= file.given(_AS_THEY_STAND)
    columns[_DRUG] = drugs.index_of(file.raw("CodeId"))
    if file.has("PrescriptionType"):
        columns["course"] = known(file.text("PrescriptionType"), COURSE)
    if file.has("CancellationDate"):
        columns["ended_on"] = _last_day(file)
    frame = known_as.rows(file, columns)
    again = partial(_medications, known_as=known_as)
    return file.part(
        "medications",
        frame,
        again,
        precleaned=_MADE,
        lookups=(drugs.encode(_DRUG, ["code", "code_system", "drug", "is_unmapped"]),),
        requires=(ISSUES,),
        enrich=with_last_issue,
    )


def _last_day(file: ExtractFile) -> pl.Expr:
    """Return when a medicine was cancelled; of one that is no longer active, when it expired."""
    cancelled = file.text("CancellationDate")
    if not (file.has("ExpiryDate") and file.has("IsActive")):
        return cancelled
    over = pl.when(~file.yes("IsActive")).then(file.text("ExpiryDate"))
    return pl.coalesce(cancelled, over)
