"""CareRecord_Observation and CareRecord_Problem: the entries of the record, and the problems.

An entry whose GUID stands in CareRecord_Problem is a problem. The rows of both files are accounted
for: those of problems as part of their entries.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import polars as pl

from recordpick.index.build.enrichment import PROBLEMS, with_problems
from recordpick.index.fast_cast import FastCast, fast_cast, mostly_null
from recordpick.index.lookup import LookupTable
from recordpick.index.readers.emis.lookups import Known
from recordpick.index.readers.emis.vocabulary import PRECISION, PROBLEM_STATUS, SIGNIFICANCE, known
from recordpick.index.readers.extract_file import ExtractFile
from recordpick.index.source import DETAIL_OF, LookupColumns, SourcePart
from recordpick.index.values import to_number, trimmed
from recordpick.schema import Column

_VALUE = Column("value", "number", "")
_CODE, _BY = "__code", "__by"

_AS_THEY_STAND = {
    "date": "EffectiveDate",
    "recorded_on": "EnteredDate",
    "unit": "NumericUnit",
    "range_low": "NumericRangeLow",
    "range_high": "NumericRangeHigh",
    "is_abnormal": "Abnormal",
    "text": "AssociatedText",
}

_MADE = frozenset(
    (
        *("patient_id", "event_id", "parent_id", "header_id", "recorded_by", "kind"),
        *("code", "code_system", "term", "is_local_code", "is_degraded", "is_confidential"),
        *("value", "value_text", "problem_status", "significance", "ended_on"),
    )
)
"""What is looked up or typed here; what rows of problems tell was typed before."""


def read_problems(files: Sequence[ExtractFile], known_as: Known) -> tuple[SourcePart, ...]:
    """Return the rows of problems, which tell more about entries."""
    return tuple(_problems(file, known_as) for file in files)


def _problems(file: ExtractFile, known_as: Known) -> SourcePart:
    event_id = known_as.id(file, "ObservationGuid")
    columns: dict[str, pl.Expr | FastCast] = {DETAIL_OF: event_id, "event_id": event_id}
    if file.has("ProblemStatusDescription"):
        columns["problem_status"] = known(file.text("ProblemStatusDescription"), PROBLEM_STATUS)
    if file.has("SignificanceDescription"):
        columns["significance"] = known(file.text("SignificanceDescription"), SIGNIFICANCE)
    if file.has("EndDate"):
        columns["ended_on"] = file.raw("EndDate")
    if file.has("ParentProblemObservationGuid"):
        parent = known_as.id(file, "ParentProblemObservationGuid")
        columns["parent_id"] = pl.when(parent != "").then(parent)
    if file.has("Comment"):
        columns["text"] = file.raw("Comment")
    again = partial(_problems, known_as=known_as)
    return file.part("events", known_as.rows(file, columns), again, provides=PROBLEMS)


def read_observations(
    files: Sequence[ExtractFile], known_as: Known, *, has_problems: bool
) -> tuple[SourcePart, ...]:
    """Return the entries; without problems no kind, as nobody could tell which are none."""
    return tuple(_observations(file, known_as, has_problems=has_problems) for file in files)


def _observations(file: ExtractFile, known_as: Known, *, has_problems: bool) -> SourcePart:
    columns: dict[str, pl.Expr | FastCast] = {"event_id": known_as.id(file, "ObservationGuid")}
    columns |= file.given(_AS_THEY_STAND)
    assert known_as.codes is not None
    columns[_CODE] = known_as.codes.index_of(file.raw("CodeId"))
    told = [known_as.codes.encode(_CODE, _of_code(known_as.codes, has_kind=has_problems))]
    if known_as.staff is not None and file.has("EnteredByUserInRoleGuid"):
        columns[_BY] = known_as.index_of(known_as.staff, file, "EnteredByUserInRoleGuid")
        told.append(LookupColumns(_BY, known_as.staff.frame.select(recorded_by="name")))
    if file.has("EffectiveDatePrecision"):
        columns["date_precision"] = known(file.raw("EffectiveDatePrecision"), PRECISION)
    if file.has("Value"):
        columns |= value_of(file.raw("Value"))
    for name, told_by in (("parent_id", "ProblemGuid"), ("header_id", "ParentObservationGuid")):
        if file.has(told_by):
            other = known_as.id(file, told_by)
            columns[name] = pl.when(other != "").then(other)
    confidential = _confidential(file, known_as)
    if confidential is not None:
        columns["is_confidential"] = confidential
    frame = known_as.rows(file, columns)
    again = partial(_observations, known_as=known_as, has_problems=has_problems)
    if not has_problems:
        return file.part("events", frame, again, precleaned=_MADE, lookups=tuple(told))
    return file.part(
        "events",
        frame,
        again,
        precleaned=_MADE,
        lookups=tuple(told),
        requires=(PROBLEMS,),
        enrich=with_problems,
    )


def value_of(text: pl.Expr) -> dict[str, FastCast]:
    """Return the number that a value is, and the text where it is none."""
    number = fast_cast(text, _VALUE)
    assert isinstance(number, FastCast)

    def words(text: pl.Expr) -> pl.Expr:
        text = trimmed(text)
        return pl.when(to_number(text).is_null()).then(text).cast(pl.Categorical)

    no_number = pl.when(number.usual.is_null()).then(text)
    return {"value": number, "value_text": mostly_null(no_number, words, pl.Categorical())}


def _of_code(codes: LookupTable, *, has_kind: bool) -> list[str]:
    names = ["code", "code_system", "term", "is_local_code", "is_degraded"]
    return [*names, "kind"] if has_kind and "kind" in codes.columns else names


def _confidential(file: ExtractFile, known_as: Known) -> pl.Expr | None:
    """Return which entries are confidential: by themselves, or with their whole consultation."""
    itself = file.yes("IsConfidential") if file.has("IsConfidential") else None
    if known_as.confidential is None or not file.has("ConsultationGuid"):
        return itself
    whole = known_as.index_of(known_as.confidential, file, "ConsultationGuid").is_not_null()
    return whole if itself is None else whole | itself
