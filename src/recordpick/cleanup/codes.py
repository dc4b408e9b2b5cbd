"""Local codes, and drugs that are not mapped to dm+d: the codes that have to be mapped again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from recordpick.cleanup.finding import (
    Check,
    CheckResult,
    missing_columns,
    patient_columns,
    patient_order,
    sentence,
)
from recordpick.index.practice_index import PracticeIndex

_NO_TEXT = pl.lit(None, dtype=pl.String)
_NO_DAY = pl.lit(None, dtype=pl.Date)


def by_code(rows: pl.LazyFrame, more: Sequence[pl.Expr] = ()) -> pl.LazyFrame:
    """Count rows (patient_id, code, term, day) by code, or by term where there is no code.

    Columns: code, term, patients, entries, last_used and `more`. Where one code has several terms,
    the commonest is given, and the first in alphabetical order among equals. The code with the most
    entries comes first.
    """
    keyed = rows.with_columns(key=pl.coalesce("code", "term"))
    terms = (
        keyed.group_by("key", "term")
        .agg(times=pl.len())
        .sort("times", "term", descending=[True, False], nulls_last=True)
        .group_by("key", maintain_order=True)
        .agg(pl.col("term").first())
    )
    return (
        keyed.group_by("key")
        .agg(
            pl.col("code").first(),
            pl.col("patient_id").n_unique().alias("patients"),
            pl.len().alias("entries"),
            pl.col("day").max().alias("last_used"),
            *more,
        )
        .join(terms, on="key", how="left", nulls_equal=True)
        .sort("entries", "key", descending=[True, False], nulls_last=True)
        .drop("key")
    )


def _local_codes(index: PracticeIndex, _as_at: date) -> CheckResult:
    why = missing_columns(index, "events", "is_local_code", "term")
    if why:
        return CheckResult(None, sentence(why))
    columns = index.columns("events")
    rows = (
        index.scan("events")
        .filter(pl.col("is_local_code"))
        .select(
            "patient_id",
            "term",
            code=pl.col("code") if "code" in columns else _NO_TEXT,
            code_system=pl.col("code_system") if "code_system" in columns else _NO_TEXT,
            day=pl.col("date") if "date" in columns else _NO_DAY,
        )
    )
    system = ["code_system"] if "code_system" in columns else []
    counted = by_code(rows, [pl.col(name).min() for name in system])
    return CheckResult(counted.select("code", "term", *system, "patients", "entries", "last_used"))


def _unmapped_rows(index: PracticeIndex) -> pl.LazyFrame:
    """Return patient_id, code, term (the drug), day, and `current` if the index has it."""
    columns = index.columns("medications")
    days = [pl.col(name) for name in ("last_issued_on", "started_on") if name in columns]
    return (
        index.scan("medications")
        .filter(pl.col("is_unmapped"))
        .select(
            "patient_id",
            code=pl.col("code") if "code" in columns else _NO_TEXT,
            term="drug",
            day=pl.max_horizontal(days) if days else _NO_DAY,
            **(
                {"current": pl.col("is_active").fill_null(value=False)}
                if _has_current(index)
                else {}
            ),
        )
    )


def _has_current(index: PracticeIndex) -> bool:
    """Return whether the index says which drugs are current."""
    return "is_active" in index.columns("medications")


def _unmapped_caveat(index: PracticeIndex) -> str:
    if _has_current(index):
        return ""
    reason = missing_columns(index, "medications", "is_active")
    return sentence(f"it is not known which of them are current: {reason}")


def _unmapped_drugs(index: PracticeIndex, _as_at: date) -> CheckResult:
    why = missing_columns(index, "medications", "is_unmapped", "drug")
    if why:
        return CheckResult(None, sentence(why))
    current = (
        [pl.col("patient_id").filter("current").n_unique().alias("patients_current")]
        if _has_current(index)
        else []
    )
    counted = by_code(_unmapped_rows(index), current).rename({"term": "drug"})
    names = ["drug", "code", "patients", "entries", "last_used"]
    if current:
        names.insert(3, "patients_current")
    return CheckResult(counted.select(names), _unmapped_caveat(index))


def _unmapped_patients(index: PracticeIndex, _as_at: date) -> CheckResult:
    why = missing_columns(index, "medications", "is_unmapped", "drug")
    if why:
        return CheckResult(None, sentence(why))
    current = [pl.col("current").any()] if _has_current(index) else []
    each = (
        _unmapped_rows(index)
        .group_by("patient_id", "term", "code")
        .agg(*current, last_used=pl.col("day").max())
        .join(index.scan("patients").select(patient_columns(index)), on="patient_id", how="inner")
    )
    first = [~pl.col("current")] if current else []
    yes_no = pl.when("current").then(pl.lit("yes")).otherwise(pl.lit("no")).alias("current")
    rows = each.sort(*first, *patient_order(index), "term", "code").select(
        *patient_columns(index),
        pl.col("term").alias("drug"),
        "code",
        *([yes_no] if current else []),
        "last_used",
    )
    return CheckResult(rows, _unmapped_caveat(index))


CODES = (
    Check(
        "local_codes",
        "Local codes",
        "Codes created by the practice or its system. The new system does not know them.",
        "Replace those still in use with national codes, or agree with the new supplier what each "
        "becomes.",
        "codes",
        _local_codes,
    ),
    Check(
        "unmapped_drugs",
        "Drugs not mapped to dm+d",
        "Drugs and appliances without a code of the national dictionary (dm+d). They may arrive "
        "as text only, so that they can be neither prescribed nor checked for interactions.",
        "Change to the dm+d product where there is one. Start with those that patients take now.",
        "drugs",
        _unmapped_drugs,
    ),
    Check(
        "unmapped_drug_patients",
        "Patients on drugs not mapped to dm+d",
        "Who has, or had, one of these drugs; those who take it now come first.",
        "Change the current ones in each record, or note them for the first day on the new system.",
        "patients and drugs",
        _unmapped_patients,
    ),
)
