"""CareRecord_Observation and CareRecord_Problem: the entries of the record, and the problems.

An entry whose GUID stands in CareRecord_Problem is a problem. The rows of both files are accounted
for: those of problems as part of their entries.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from recordpick.index.emis.keys import Keys, order_of
from recordpick.index.emis.look_ups import KEY, LookedUp
from recordpick.index.emis.words import PRECISION, PROBLEM_STATUS, SIGNIFICANCE, known
from recordpick.index.extract_files import ExtractFile
from recordpick.index.fed_rows import PROBLEMS, with_problems
from recordpick.index.parts import DELETED, FOLDED, ROW, Part
from recordpick.index.values import to_number

_CODE, _PATIENT, _STAFF, _CONSULTATION = "__code", "__patient", "__staff", "__consultation"

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
        *("patient_id", "event_id", "parent_id", "recorded_by", "kind"),
        *("code", "code_system", "term", "is_local_code", "is_degraded", "is_confidential"),
        *("value", "value_text", "problem_status", "significance", "ended_on"),
    )
)
"""What is looked up or typed here; what rows of problems tell was typed before."""


@dataclass(frozen=True)
class Known:
    """What rows of an extract are joined with: who, which code, which drug, by whom."""

    keys: Keys
    patients: pl.DataFrame
    """KEY and patient_id."""
    codes: LookedUp | None = None
    drugs: LookedUp | None = None
    staff: LookedUp | None = None
    organisations: LookedUp | None = None
    confidential: pl.DataFrame | None = None
    """KEY of consultations that are confidential as a whole."""

    def whose(self, file: ExtractFile) -> pl.Expr:
        """Give the patient's key, to be joined with `patients`."""
        key = self.keys.key(file.raw("PatientGuid"), file.raw("OrganisationGuid"))
        return key.alias(_PATIENT)

    def id(self, file: ExtractFile, column: str) -> pl.Expr:
        """Make an id of a column of GUIDs."""
        return self.keys.id(file.raw(column), file.raw("OrganisationGuid"))

    def with_patients(self, rows: pl.LazyFrame, file: ExtractFile) -> pl.LazyFrame:
        """Add patient_id, of rows with the file's columns; a GUID that nobody has stays."""
        ids = self.patients.lazy().rename({KEY: _PATIENT})
        joined = rows.with_columns(self.whose(file)).join(ids, on=_PATIENT, how="left")
        return joined.with_columns(pl.coalesce("patient_id", file.raw("PatientGuid")))

    def with_codes(self, rows: pl.LazyFrame, code: pl.Expr) -> pl.LazyFrame:
        """Add what the codes stand for."""
        assert self.codes is not None
        codes = self.codes.frame.lazy().rename({KEY: _CODE})
        return rows.with_columns(code.alias(_CODE)).join(codes, on=_CODE, how="left")

    def with_names(self, rows: pl.LazyFrame, who: pl.Expr, name: str) -> pl.LazyFrame:
        """Add the name of a member of staff."""
        if self.staff is None:
            return rows
        names = self.staff.frame.lazy().select(
            pl.col(KEY).alias(_STAFF), pl.col("name").alias(name)
        )
        return rows.with_columns(who.alias(_STAFF)).join(names, on=_STAFF, how="left")


def read_problems(files: Sequence[ExtractFile], known_as: Known) -> tuple[Part, ...]:
    """Give the rows of problems, which tell more about entries."""
    return tuple(_problems(file, known_as) for file in files)


def _problems(file: ExtractFile, known_as: Known) -> Part:
    event_id = known_as.id(file, "ObservationGuid")
    columns: dict[str, pl.Expr] = {}
    if file.has("ProblemStatusDescription"):
        columns["problem_status"] = known(file.text("ProblemStatusDescription"), PROBLEM_STATUS)
    if file.has("SignificanceDescription"):
        columns["significance"] = known(file.text("SignificanceDescription"), SIGNIFICANCE)
    if file.has("EndDate"):
        columns["ended_on"] = file.raw("EndDate")
    if file.has("ParentProblemObservationGuid"):
        columns["parent_id"] = known_as.id(file, "ParentProblemObservationGuid")
    if file.has("Comment"):
        columns["text"] = file.raw("Comment")
    frame = known_as.with_patients(file.frame, file).select(
        ROW,
        order_of(file),
        event_id.alias(FOLDED),
        file.yes("Deleted").alias(DELETED),
        "patient_id",
        event_id.alias("event_id"),
        **columns,
    )
    return file.part("events", frame, feeds=PROBLEMS)


def read_observations(
    files: Sequence[ExtractFile], known_as: Known, *, has_problems: bool
) -> tuple[Part, ...]:
    """Give the entries; without problems no kind, as nobody could tell which are none."""
    return tuple(_observations(file, known_as, has_problems=has_problems) for file in files)


def _observations(file: ExtractFile, known_as: Known, *, has_problems: bool) -> Part:
    columns = file.given(_AS_THEY_STAND)
    rows = known_as.with_patients(file.frame, file)
    rows = known_as.with_codes(rows, file.raw("CodeId"))
    if file.has("EnteredByUserInRoleGuid"):
        by = known_as.keys.key(file.raw("EnteredByUserInRoleGuid"), file.raw("OrganisationGuid"))
        rows = known_as.with_names(rows, by, "recorded_by")
        if known_as.staff is not None:
            columns["recorded_by"] = pl.col("recorded_by")
    columns |= {name: pl.col(name) for name in _of_code(known_as, has_kind=has_problems)}
    if file.has("EffectiveDatePrecision"):
        columns["date_precision"] = known(file.raw("EffectiveDatePrecision"), PRECISION)
    if file.has("Value"):
        value = to_number(file.text("Value"))
        columns["value"] = value
        columns["value_text"] = pl.when(value.is_null()).then(file.text("Value"))
    parents = [
        known_as.id(file, name)
        for name in ("ParentObservationGuid", "ProblemGuid")
        if file.has(name)
    ]
    if parents:
        columns["parent_id"] = pl.coalesce(parents)
    rows, confidential = _confidential(rows, file, known_as)
    if confidential is not None:
        columns["is_confidential"] = confidential
    frame = rows.select(
        ROW,
        order_of(file),
        file.yes("Deleted").alias(DELETED),
        "patient_id",
        known_as.id(file, "ObservationGuid").alias("event_id"),
        **columns,
    )
    if not has_problems:
        return file.part("events", frame, made=_MADE)
    return file.part("events", frame, made=_MADE, takes=(PROBLEMS,), finish=with_problems)


def _of_code(known_as: Known, *, has_kind: bool) -> list[str]:
    assert known_as.codes is not None
    names = ["code", "code_system", "term", "is_local_code", "is_degraded"]
    return [*names, "kind"] if has_kind and known_as.codes.has("kind") else names


def _confidential(
    rows: pl.LazyFrame, file: ExtractFile, known_as: Known
) -> tuple[pl.LazyFrame, pl.Expr | None]:
    """Tell which entries are confidential: by themselves, or with their whole consultation."""
    itself = file.yes("IsConfidential") if file.has("IsConfidential") else None
    if known_as.confidential is None or not file.has("ConsultationGuid"):
        return rows, itself
    whole = known_as.confidential.lazy().select(
        pl.col(KEY).alias(_CONSULTATION), pl.lit(value=True).alias("__is_confidential")
    )
    key = known_as.keys.key(file.raw("ConsultationGuid"), file.raw("OrganisationGuid"))
    rows = rows.with_columns(key.alias(_CONSULTATION)).join(whole, on=_CONSULTATION, how="left")
    both = pl.col("__is_confidential").fill_null(value=False)
    return rows, both if itself is None else both | itself
