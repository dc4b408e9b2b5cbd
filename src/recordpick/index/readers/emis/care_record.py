"""CareRecord_Observation and CareRecord_Problem: the entries of the record, and the problems.

An entry whose GUID is in CareRecord_Problem is a problem. The rows of both files are accounted for:
those of problems as part of their entries.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import polars as pl

from recordpick.index.build.enrichment import PROBLEMS, with_problems
from recordpick.index.fast_cast import FastCast, fast_cast, mostly_null
from recordpick.index.lookup import LookupTable
from recordpick.index.readers.emis.lookups import Lookups
from recordpick.index.readers.emis.vocabulary import (
    PRECISION,
    PROBLEM_STATUS,
    SIGNIFICANCE,
    to_word,
)
from recordpick.index.readers.extract_file import ExtractFile
from recordpick.index.source import DETAIL_OF, LookupColumns, SourcePart
from recordpick.index.values import to_number, trimmed
from recordpick.schema import Column

_VALUE = Column("value", "number", "")
_CODE, _BY = "__code", "__by"

_UNCHANGED = {
    "date": "EffectiveDate",
    "recorded_on": "EnteredDate",
    "unit": "NumericUnit",
    "range_low": "NumericRangeLow",
    "range_high": "NumericRangeHigh",
    "is_abnormal": "Abnormal",
    "text": "AssociatedText",
}

_PRECLEANED = frozenset(
    (
        *("patient_id", "event_id", "parent_id", "header_id", "recorded_by", "kind"),
        *("code", "code_system", "term", "is_local_code", "is_degraded", "is_confidential"),
        *("value", "value_text", "problem_status", "significance", "ended_on"),
        *("second_code", "second_code_system", "consultation_id"),
    )
)
"""Columns that are looked up or cast here; those from rows of problems were cast before."""


def read_problems(files: Sequence[ExtractFile], lookups: Lookups) -> tuple[SourcePart, ...]:
    """Return the rows of problems, which add details to entries."""
    return tuple(_problems(file, lookups) for file in files)


def _problems(file: ExtractFile, lookups: Lookups) -> SourcePart:
    event_id = lookups.id(file, "ObservationGuid")
    columns: dict[str, pl.Expr | FastCast] = {DETAIL_OF: event_id, "event_id": event_id}
    if file.has("ProblemStatusDescription"):
        columns["problem_status"] = to_word(file.text("ProblemStatusDescription"), PROBLEM_STATUS)
    if file.has("SignificanceDescription"):
        columns["significance"] = to_word(file.text("SignificanceDescription"), SIGNIFICANCE)
    if file.has("EndDate"):
        columns["ended_on"] = file.raw("EndDate")
    if file.has("ParentProblemObservationGuid"):
        parent = lookups.id(file, "ParentProblemObservationGuid")
        columns["parent_id"] = pl.when(parent != "").then(parent)
    if file.has("Comment"):
        columns["text"] = file.raw("Comment")
    reread = partial(_problems, lookups=lookups)
    return file.part("events", lookups.rows(file, columns), reread, provides=PROBLEMS)


def read_observations(
    files: Sequence[ExtractFile], lookups: Lookups, *, has_problems: bool
) -> tuple[SourcePart, ...]:
    """Return the entries; without a file of problems they have no kind, as it is unknown."""
    return tuple(_observations(file, lookups, has_problems=has_problems) for file in files)


def _observations(file: ExtractFile, lookups: Lookups, *, has_problems: bool) -> SourcePart:
    columns: dict[str, pl.Expr | FastCast] = {"event_id": lookups.id(file, "ObservationGuid")}
    columns |= file.renamed(_UNCHANGED)
    assert lookups.codes is not None
    columns[_CODE] = lookups.codes.index_of(file.raw("CodeId"))
    lookup_columns = [lookups.codes.encode(_CODE, _of_code(lookups.codes, has_kind=has_problems))]
    if lookups.staff is not None and file.has("EnteredByUserInRoleGuid"):
        columns[_BY] = lookups.index_of(lookups.staff, file, "EnteredByUserInRoleGuid")
        lookup_columns.append(LookupColumns(_BY, lookups.staff.frame.select(recorded_by="name")))
    if file.has("EffectiveDatePrecision"):
        columns["date_precision"] = to_word(file.raw("EffectiveDatePrecision"), PRECISION)
    if file.has("Value"):
        columns |= value_of(file.raw("Value"))
    for name, source in (
        ("parent_id", "ProblemGuid"),
        ("header_id", "ParentObservationGuid"),
        ("consultation_id", "ConsultationGuid"),
    ):
        if file.has(source):
            other = lookups.id(file, source)
            columns[name] = pl.when(other != "").then(other)
    confidential = _confidential(file, lookups)
    if confidential is not None:
        columns["is_confidential"] = confidential
    frame = lookups.rows(file, columns)
    reread = partial(_observations, lookups=lookups, has_problems=has_problems)
    if not has_problems:
        return file.part(
            "events", frame, reread, precleaned=_PRECLEANED, lookups=tuple(lookup_columns)
        )
    return file.part(
        "events",
        frame,
        reread,
        precleaned=_PRECLEANED,
        lookups=tuple(lookup_columns),
        requires=(PROBLEMS,),
        enrich=with_problems,
    )


def value_of(text: pl.Expr) -> dict[str, FastCast]:
    """Return the columns of a value: its number, or its text if it is not a number."""
    number = fast_cast(text, _VALUE)
    assert isinstance(number, FastCast)

    def words(text: pl.Expr) -> pl.Expr:
        text = trimmed(text)
        return pl.when(to_number(text).is_null()).then(text).cast(pl.Categorical)

    other_text = pl.when(number.fast.is_null()).then(text)
    return {"value": number, "value_text": mostly_null(other_text, words, pl.Categorical())}


def _of_code(codes: LookupTable, *, has_kind: bool) -> list[str]:
    names = ["code", "code_system", "term", "is_local_code", "is_degraded"]
    names += [name for name in ("second_code", "second_code_system") if name in codes.columns]
    return [*names, "kind"] if has_kind and "kind" in codes.columns else names


def read_consultations(files: Sequence[ExtractFile], lookups: Lookups) -> tuple[SourcePart, ...]:
    """Return the consultations."""
    return tuple(_consultations(file, lookups) for file in files)


def _consultations(file: ExtractFile, lookups: Lookups) -> SourcePart:
    columns: dict[str, pl.Expr | FastCast] = {
        "consultation_id": lookups.id(file, "ConsultationGuid"),
        **file.renamed(
            {
                "date": "EffectiveDate",
                "place": "ConsultationSourceTerm",
                "kind": "ConsultationType",
            }
        ),
    }
    encoded = []
    if lookups.staff is not None and file.has("ClinicianUserInRoleGuid"):
        columns[_BY] = lookups.index_of(lookups.staff, file, "ClinicianUserInRoleGuid")
        encoded.append(LookupColumns(_BY, lookups.staff.frame.select(clinician="name")))
    return file.part(
        "consultations",
        lookups.rows(file, columns),
        partial(_consultations, lookups=lookups),
        precleaned=frozenset(("patient_id", "consultation_id", "clinician")),
        lookups=tuple(encoded),
    )


def _confidential(file: ExtractFile, lookups: Lookups) -> pl.Expr | None:
    """Return whether an entry is confidential: by itself, or with its whole consultation."""
    itself = file.yes("IsConfidential") if file.has("IsConfidential") else None
    if lookups.confidential is None or not file.has("ConsultationGuid"):
        return itself
    whole = lookups.index_of(lookups.confidential, file, "ConsultationGuid").is_not_null()
    return whole if itself is None else whole | itself
