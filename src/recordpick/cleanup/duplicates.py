"""Patients who may be the same person with two records."""

from __future__ import annotations

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
from recordpick.cleanup.names import plain_name
from recordpick.index.practice_index import PracticeIndex

_SHOWN = ("family_name", "given_name", "date_of_birth")


def _sets(index: PracticeIndex, key: pl.Expr) -> pl.LazyFrame:
    """Return the patients who share a key (null is never shared), numbered by set."""
    columns = index.columns("patients")
    shown = [name for name in _SHOWN if name in columns]
    return (
        index.scan("patients")
        .select(*patient_columns(index), *shown, key=key)
        .filter(pl.col("key").is_not_null())
        .filter(pl.len().over("key") > 1)
        .with_columns(set=pl.col("key").rank("dense").cast(pl.UInt32))
        .sort("set", *patient_order(index))
        .select("set", *patient_columns(index), *shown)
    )


def _same_number(index: PracticeIndex, _as_at: date) -> CheckResult:
    why = missing_columns(index, "patients", "nhs_number")
    if why:
        return CheckResult(None, sentence(why))
    return CheckResult(_sets(index, pl.col("nhs_number")))


def _same_name_and_birth(index: PracticeIndex, _as_at: date) -> CheckResult:
    why = missing_columns(index, "patients", *_SHOWN)
    if why:
        return CheckResult(None, sentence(why))
    family, given = plain_name(pl.col("family_name")), plain_name(pl.col("given_name"))
    born = pl.col("date_of_birth").dt.to_string("%Y-%m-%d")
    # A name has no line feed once white space is removed, so two different keys never collide.
    key = pl.concat_str(family, given, born, separator="\n", ignore_nulls=False)
    return CheckResult(_sets(index, key))


DUPLICATES = (
    Check(
        "same_nhs_number",
        "One NHS number on several records",
        "Records that share an NHS number: one person entered twice, or a number on the wrong "
        "record. Duplicate records are not migrated.",
        "Look at each set. Merge the records of one person as your system's supplier says; "
        "correct a number that is somebody else's.",
        "patients",
        _same_number,
    ),
    Check(
        "same_name_and_birth",
        "Same name and date of birth",
        "Records with the same surname, first name (ignoring case and spaces) and date of "
        "birth. They may be one person, or two people who share them.",
        "Look at each set and merge only what you know to be one person.",
        "patients",
        _same_name_and_birth,
    ),
)
