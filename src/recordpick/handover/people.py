"""Numbers and names of the patients of a selection, from the index."""

from __future__ import annotations

from datetime import date

import polars as pl

from recordpick.index.practice_index import PracticeIndex
from recordpick.selection.state import Selection


def numbers_of(index: PracticeIndex, as_at: date, selection: Selection) -> pl.DataFrame:
    """Give patient_id and nhs_number of the selected patients; null where the index has none."""
    return _columns(index, as_at, selection, "nhs_number")


def names_of(index: PracticeIndex, as_at: date, selection: Selection) -> dict[str, str]:
    """Give the selected patients' names, surname first, by patient_id."""
    name = pl.concat_str("family_name", "given_name", separator=", ", ignore_nulls=True)
    patients = _columns(index, as_at, selection, "family_name", "given_name")
    return dict(patients.select("patient_id", name).iter_rows())


def _columns(
    index: PracticeIndex, as_at: date, selection: Selection, *columns: str
) -> pl.DataFrame:
    there = index.columns("patients")
    found: pl.DataFrame = (
        index.patients(as_at)
        .filter(pl.col("patient_id").is_in(list(selection.patient_ids)))
        .select(
            "patient_id",
            *(
                pl.col(name) if name in there else pl.lit(None, dtype=pl.String).alias(name)
                for name in columns
            ),
        )
        .collect()
    )
    return found
