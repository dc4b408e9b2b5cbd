"""Referrals, diary entries, appointment slots, and medication with its last issue.

Medication comes from Prescribing_DrugRecord, its issues from Prescribing_IssueRecord.
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
from recordpick.index.readers.emis.lookups import Lookups
from recordpick.index.readers.emis.vocabulary import COURSE, SLOT_STATUS, URGENCY, to_word
from recordpick.index.readers.extract_file import ExtractFile
from recordpick.index.source import DETAIL_OF, HAS_PARENT, LookupColumns, SourcePart
from recordpick.schema import Column


def read_referrals(files: Sequence[ExtractFile], lookups: Lookups) -> tuple[SourcePart, ...]:
    """Return the referrals; each belongs to an entry that has its date and reason."""
    return tuple(_referrals(file, lookups) for file in files)


def _referrals(file: ExtractFile, lookups: Lookups) -> SourcePart:
    columns: dict[str, pl.Expr | FastCast] = {"referral_id": lookups.id(file, "ObservationGuid")}
    columns |= file.renamed({"ubrn": "ReferralUBRN"})
    if file.has("ReferralUrgency"):
        columns["urgency"] = to_word(file.text("ReferralUrgency"), URGENCY, "other")
    closed = [
        file.text(name)
        for name in ("ReferralEndDate", "ReferralEpisodeClosureDate")
        if file.has(name)
    ]
    if closed:
        columns["closed_on"] = closed_on = pl.coalesce(closed)
        is_closed = closed_on.is_not_null()
        columns["status"] = pl.when(is_closed).then(pl.lit("closed")).otherwise(pl.lit("open"))
    if lookups.organisations is not None and file.has("ReferralTargetOrganisationGuid"):
        target = file.raw("ReferralTargetOrganisationGuid")
        columns["recipient"] = lookups.organisations.decode(target, "name")
    if lookups.codes is not None and file.has("ReferralReasonCodeId"):
        reason = file.raw("ReferralReasonCodeId")
        columns |= {name: lookups.codes.decode(reason, name) for name in ("code", "term")}
    reread = partial(_referrals, lookups=lookups)
    return file.part(
        "referrals",
        lookups.rows(file, columns),
        reread,
        parent="events",
        precleaned=frozenset(("patient_id", "referral_id")),
        requires=("events",),
        enrich=with_their_entries,
    )


def with_their_entries(part: SourcePart, required: Mapping[str, pl.LazyFrame]) -> SourcePart:
    """Join referrals with the entries they belong to: the date, and the reason if it is missing."""
    if "events" not in required:
        return part
    rows = part.frame
    own = rows.collect_schema().names()
    entries = required["events"]
    available = entries.collect_schema().names()
    supplied = [name for name in ("date", "code", "term") if name in available]
    ids = rows.select(pl.col("referral_id").alias("event_id")).unique().collect()
    is_referral = LookupTable(ids, "event_id").index_of(pl.col("event_id")).is_not_null()
    few = entries.select("event_id", *supplied).filter(is_referral)
    renamed = few.select(
        pl.col("event_id").alias("referral_id"),
        pl.lit(value=True).alias(HAS_PARENT),
        *(pl.col(name).alias(f"__{name}") for name in supplied),
    )
    joined = rows.join(renamed, on="referral_id", how="left")
    columns = {
        name: pl.coalesce(*([pl.col(name)] if name in own else []), pl.col(f"__{name}"))
        for name in supplied
    }
    others = [name for name in own if name not in columns]
    has_parent = pl.col(HAS_PARENT).fill_null(value=False)
    return replace(part, frame=joined.select(*others, has_parent, **columns))


def read_diary(files: Sequence[ExtractFile], lookups: Lookups) -> tuple[SourcePart, ...]:
    """Return the diary entries, as recalls."""
    return tuple(_diary(file, lookups) for file in files)


def _diary(file: ExtractFile, lookups: Lookups) -> SourcePart:
    columns: dict[str, pl.Expr | FastCast] = {"recall_id": lookups.id(file, "DiaryGuid")}
    columns |= file.renamed({"date": "EffectiveDate", "recorded_on": "EnteredDate"})
    if lookups.codes is not None:
        code = file.raw("CodeId")
        original = [file.text("OriginalTerm")] if file.has("OriginalTerm") else []
        columns["code"] = lookups.codes.decode(code, "code")
        columns["term"] = pl.coalesce(*original, lookups.codes.decode(code, "term"))
    by = lookups.name(file, "EnteredByUserInRoleGuid")
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
    reread = partial(_diary, lookups=lookups)
    precleaned = frozenset(("patient_id", "recall_id"))
    return file.part("recalls", lookups.rows(file, columns), reread, precleaned=precleaned)


def read_slots(
    files: Sequence[ExtractFile], lookups: Lookups, as_at: date
) -> tuple[SourcePart, ...]:
    """Return the slots that patients have; slots without a patient count as deleted."""
    return tuple(_slots(file, lookups, as_at) for file in files)


def _slots(file: ExtractFile, lookups: Lookups, as_at: date) -> SourcePart:
    columns: dict[str, pl.Expr | FastCast] = {"appointment_id": lookups.id(file, "SlotGuid")}
    columns |= file.renamed(
        {"date": "AppointmentDate", "slot_type": "SlotType", "booked_on": "BookedDate"}
    )
    if file.has("AppointmentStartTime"):
        columns["start_time"] = file.text("AppointmentStartTime").str.head(5)
    columns["status"] = _status(file, as_at)
    is_free = file.text("PatientGuid").is_null()
    frame = lookups.rows(file, columns, deleted=file.yes("Deleted") | is_free)
    reread = partial(_slots, lookups=lookups, as_at=as_at)
    return file.part(
        "appointments", frame, reread, precleaned=frozenset(("patient_id", "appointment_id"))
    )


_DAY = Column("date", "date", "")


def _status(file: ExtractFile, as_at: date) -> pl.Expr:
    """Return the status of an appointment: by its flag, its times, its status word, its day."""
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
    stated = by_day
    if file.has("SlotStatus"):
        stated = to_word(file.text("SlotStatus"), SLOT_STATUS, "other").alone().fill_null(by_day)
    missed = file.yes("DidNotAttend")
    attended = came & ~stated.is_in(["cancelled"])
    return (
        pl.when(missed)
        .then(pl.lit("did_not_attend"))
        .when(attended)
        .then(pl.lit("attended"))
        .otherwise(stated)
    )


_UNCHANGED = {
    "started_on": "EffectiveDate",
    "dosage": "Dosage",
    "quantity": "Quantity",
    "unit": "QuantityUnit",
    "issues": "NumberOfIssues",
    "issues_authorised": "NumberOfIssuesAuthorised",
    "is_active": "IsActive",
    "is_confidential": "IsConfidential",
}

_DRUG, _BY = "__drug", "__by"

_PRECLEANED = frozenset(("patient_id", "medication_id", "prescriber"))
"""Columns that are looked up here, or derived from such columns."""


def read_issues(files: Sequence[ExtractFile], lookups: Lookups) -> tuple[SourcePart, ...]:
    """Return the issues, which say when a medicine was last issued and is due for review."""
    return tuple(_issues(file, lookups) for file in files)


def _issues(file: ExtractFile, lookups: Lookups) -> SourcePart:
    columns: dict[str, pl.Expr | FastCast] = {
        DETAIL_OF: lookups.id(file, "IssueRecordGuid"),
        "medication_id": lookups.id(file, "DrugRecordGuid"),
        **file.renamed({"last_issued_on": "EffectiveDate", "review_on": "ReviewDate"}),
    }
    frame = lookups.rows(file, columns)
    reread = partial(_issues, lookups=lookups)
    return file.part("medications", frame, reread, provides=ISSUES, precleaned=_PRECLEANED)


def read_medications(files: Sequence[ExtractFile], lookups: Lookups) -> tuple[SourcePart, ...]:
    """Return the medication."""
    return tuple(_medications(file, lookups) for file in files)


def _medications(file: ExtractFile, lookups: Lookups) -> SourcePart:
    drugs = lookups.drugs
    assert drugs is not None
    columns: dict[str, pl.Expr | FastCast] = {"medication_id": lookups.id(file, "DrugRecordGuid")}
    columns |= file.renamed(_UNCHANGED)
    columns[_DRUG] = drugs.index_of(file.raw("CodeId"))
    if file.has("PrescriptionType"):
        columns["course"] = to_word(file.text("PrescriptionType"), COURSE)
    if file.has("CancellationDate"):
        columns["ended_on"] = _last_day(file)
    encoded = [drugs.encode(_DRUG, ["code", "code_system", "drug", "is_unmapped"])]
    if lookups.staff is not None and file.has("ClinicianUserInRoleGuid"):
        columns[_BY] = lookups.index_of(lookups.staff, file, "ClinicianUserInRoleGuid")
        encoded.append(LookupColumns(_BY, lookups.staff.frame.select(prescriber="name")))
    frame = lookups.rows(file, columns)
    reread = partial(_medications, lookups=lookups)
    return file.part(
        "medications",
        frame,
        reread,
        precleaned=_PRECLEANED,
        lookups=tuple(encoded),
        requires=(ISSUES,),
        enrich=with_last_issue,
    )


def _last_day(file: ExtractFile) -> pl.Expr:
    """Return when a medicine was cancelled; when it expired, if it is no longer active."""
    cancelled = file.text("CancellationDate")
    if not (file.has("ExpiryDate") and file.has("IsActive")):
        return cancelled
    expired = pl.when(~file.yes("IsActive")).then(file.text("ExpiryDate"))
    return pl.coalesce(cancelled, expired)
