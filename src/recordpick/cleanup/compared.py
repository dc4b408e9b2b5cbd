"""The patients of an index who should be on PCSE's list: those on the GMS list."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from recordpick.cleanup.finding import missing_columns, sentence
from recordpick.cleanup.pcse_list import FIELDS
from recordpick.index.practice_index import PracticeIndex


@dataclass(frozen=True)
class Compared:
    """The patients to compare in `rows`: row (UInt32), patient_id, nhs_number, `FIELDS`.

    `others` are those not compared: the same columns without `row`, and `standing`, their status
    and registration. `columns` are those that the index has, `scope` says in words who is compared.
    """

    rows: pl.DataFrame
    others: pl.DataFrame
    columns: frozenset[str]
    scope: str


def compared_patients(index: PracticeIndex) -> Compared:
    """Return the registered, regular patients; all, and why, where the index does not say."""
    present = index.columns("patients")
    names = ("nhs_number", *FIELDS)
    shown = [
        pl.col(name)
        if name in present
        else pl.lit(None, pl.Date() if name == "date_of_birth" else pl.String()).alias(name)
        for name in names
    ]
    wanted = {"status": "registered", "registration": "regular"}
    supplied = [name for name in wanted if name in present]
    on_list = pl.all_horizontal(
        pl.lit(value=True), *(pl.col(name).eq_missing(wanted[name]) for name in supplied)
    )
    standing = (
        pl.concat_str(supplied, separator=", ", ignore_nulls=True) if supplied else pl.lit("")
    )
    everybody = (
        index.scan("patients")
        .select("patient_id", *shown, standing=standing.str.replace_all("_", " "), on_list=on_list)
        .sort("patient_id")
        .collect()
    )
    rows = everybody.filter("on_list").drop("on_list", "standing").with_row_index("row")
    why = missing_columns(index, "patients", *wanted)
    says = "only registered patients with a regular (GMS) registration are compared"
    if why:
        kept = "registered" if supplied == ["status"] else "regular" if supplied else "all"
        says = f"{kept} patients are compared, as {why}"
    return Compared(
        rows,
        everybody.filter(~pl.col("on_list")).drop("on_list"),
        frozenset(name for name in names if name in present),
        sentence(says),
    )
