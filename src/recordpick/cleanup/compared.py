"""The patients of an index whom PCSE's list should have: those on the GMS list."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from recordpick.cleanup.finding import lacking, sentence
from recordpick.cleanup.pcse_list import FIELDS
from recordpick.index.practice_index import PracticeIndex


@dataclass(frozen=True)
class Compared:
    """`rows`: the patients to compare: row (UInt32), patient_id, nhs_number, `FIELDS`.

    `others` are those not compared, with the same columns but `row`, and `stands`: why not.
    `columns` is what the index has of these, `scope` says in words who is compared.
    """

    rows: pl.DataFrame
    others: pl.DataFrame
    columns: frozenset[str]
    scope: str


def compared_patients(index: PracticeIndex) -> Compared:
    """Give the registered, regular patients; all, and why, where the index does not tell."""
    there = index.columns("patients")
    names = ("nhs_number", *FIELDS)
    shown = [
        pl.col(name)
        if name in there
        else pl.lit(None, pl.Date() if name == "date_of_birth" else pl.String()).alias(name)
        for name in names
    ]
    wanted = {"status": "registered", "registration": "regular"}
    told = [name for name in wanted if name in there]
    on_list = pl.all_horizontal(
        pl.lit(value=True), *(pl.col(name).eq_missing(wanted[name]) for name in told)
    )
    stands = pl.concat_str(told, separator=", ", ignore_nulls=True) if told else pl.lit("")
    everybody = (
        index.scan("patients")
        .select("patient_id", *shown, stands=stands.str.replace_all("_", " "), on_list=on_list)
        .sort("patient_id")
        .collect()
    )
    rows = everybody.filter("on_list").drop("on_list", "stands").with_row_index("row")
    why = lacking(index, "patients", *wanted)
    says = "only registered patients with a regular (GMS) registration are compared"
    if why:
        kept = "registered" if told == ["status"] else "regular" if told else "all"
        says = f"{kept} patients are compared, as {why}"
    return Compared(
        rows,
        everybody.filter(~pl.col("on_list")).drop("on_list"),
        frozenset(name for name in names if name in there),
        sentence(says),
    )
