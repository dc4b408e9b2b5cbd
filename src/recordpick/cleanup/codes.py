"""Local codes, and drugs that are not mapped to dm+d: what has to be remapped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from recordpick.cleanup.finding import Asked, Check, in_order, lacking, sentence, who
from recordpick.index.practice_index import PracticeIndex

_NO_TEXT = pl.lit(None, dtype=pl.String)
_NO_DAY = pl.lit(None, dtype=pl.Date)


def by_code(rows: pl.LazyFrame, more: Sequence[pl.Expr] = ()) -> pl.LazyFrame:
    """Count rows (patient_id, code, term, day) by code, or by term where there is no code.

    Gives code, term, patients, entries, last_used and `more`. Where one code carries several terms
    the commonest stands, the first by alphabet among equals. Most entries first.
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


def _local_codes(index: PracticeIndex, _as_at: date) -> Asked:
    why = lacking(index, "events", "is_local_code", "term")
    if why:
        return Asked(None, sentence(why))
    there = index.columns("events")
    rows = (
        index.scan("events")
        .filter(pl.col("is_local_code"))
        .select(
            "patient_id",
            "term",
            code=pl.col("code") if "code" in there else _NO_TEXT,
            code_system=pl.col("code_system") if "code_system" in there else _NO_TEXT,
            day=pl.col("date") if "date" in there else _NO_DAY,
        )
    )
    system = ["code_system"] if "code_system" in there else []
    counted = by_code(rows, [pl.col(name).min() for name in system])
    return Asked(counted.select("code", "term", *system, "patients", "entries", "last_used"))


def _unmapped_rows(index: PracticeIndex) -> pl.LazyFrame:
    """Give patient_id, code, term (the drug), day, and `current` if the index has it."""
    there = index.columns("medications")
    days = [pl.col(name) for name in ("last_issued_on", "started_on") if name in there]
    return (
        index.scan("medications")
        .filter(pl.col("is_unmapped"))
        .select(
            "patient_id",
            code=pl.col("code") if "code" in there else _NO_TEXT,
            term="drug",
            day=pl.max_horizontal(days) if days else _NO_DAY,
            **({"current": pl.col("is_active").fill_null(value=False)} if _tells(index) else {}),
        )
    )


def _tells(index: PracticeIndex) -> bool:
    """Whether the index tells which drugs are current."""
    return "is_active" in index.columns("medications")


def _unmapped_why(index: PracticeIndex) -> str:
    if _tells(index):
        return ""
    no = lacking(index, "medications", "is_active")
    return sentence(f"which of them are current cannot be told: {no}")


def _unmapped_drugs(index: PracticeIndex, _as_at: date) -> Asked:
    why = lacking(index, "medications", "is_unmapped", "drug")
    if why:
        return Asked(None, sentence(why))
    current = (
        [pl.col("patient_id").filter("current").n_unique().alias("patients_current")]
        if _tells(index)
        else []
    )
    counted = by_code(_unmapped_rows(index), current).rename({"term": "drug"})
    names = ["drug", "code", "patients", "entries", "last_used"]
    if current:
        names.insert(3, "patients_current")
    return Asked(counted.select(names), _unmapped_why(index))


def _unmapped_patients(index: PracticeIndex, _as_at: date) -> Asked:
    why = lacking(index, "medications", "is_unmapped", "drug")
    if why:
        return Asked(None, sentence(why))
    current = [pl.col("current").any()] if _tells(index) else []
    each = (
        _unmapped_rows(index)
        .group_by("patient_id", "term", "code")
        .agg(*current, last_used=pl.col("day").max())
        .join(index.scan("patients").select(who(index)), on="patient_id", how="inner")
    )
    first = [~pl.col("current")] if current else []
    yes_no = pl.when("current").then(pl.lit("yes")).otherwise(pl.lit("no")).alias("current")
    rows = each.sort(*first, *in_order(index), "term", "code").select(
        *who(index),
        pl.col("term").alias("drug"),
        "code",
        *([yes_no] if current else []),
        "last_used",
    )
    return Asked(rows, _unmapped_why(index))


CODES = (
    Check(
        "local_codes",
        "Local codes",
        "Codes that the practice or its system made up. The new system does not know them.",
        "Replace those still in use by national codes, or agree with the new supplier what each "
        "becomes.",
        "codes",
        _local_codes,
    ),
    Check(
        "unmapped_drugs",
        "Drugs not mapped to dm+d",
        "Drugs and appliances without a code of the national dictionary (dm+d). They may arrive "
        "as text only, so that they can be neither prescribed nor checked for interactions.",
        "Change to the dm+d product where there is one. Begin with those that patients take now.",
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
