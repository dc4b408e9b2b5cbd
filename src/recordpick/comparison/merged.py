"""Patients who are missing because their record was merged into somebody else's.

Their entries are then additional entries of another patient. They are recognised by days with
results, whatever the codes, since a merge and a translation of codes may come together.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from recordpick.comparison.compare import ComparedTable
from recordpick.comparison.patients import PatientPairs
from recordpick.comparison.rows import PAIR
from recordpick.index.practice_index import PracticeIndex

LEAST_SHARE = 0.5
"""The share of a missing patient's entries that another record must have more than before."""
LEAST_ENTRIES = 5


def with_merged(
    patients: PatientPairs, tables: Sequence[ComparedTable], old: PracticeIndex
) -> pl.DataFrame:
    """Return the unmatched patients; where one's entries are in another's record, `reason` says so.

    Looks at the entries of the record (events) with a date.
    """
    unmatched = patients.unmatched
    events = next((one for one in tables if one.rules.name == "events"), None)
    missing = unmatched.filter(pl.col("result") == "missing")["patient_id"]
    encoded = events.encoded if events is not None else None
    if events is None or encoded is None or not missing.len():
        return unmatched
    key = [name for name in ("date", "value") if name in encoded.new.raw.columns]
    if "date" not in key or "date" not in old.columns("events"):
        return unmatched
    key = [name for name in key if name in old.columns("events")]
    lost = (
        old.scan("events")
        .filter(pl.col("patient_id").is_in(missing.implode()) & pl.col("date").is_not_null())
        .select("patient_id", *key)
        .collect()
    )
    rows = events.entries.filter(pl.col("result") == "additional")["r_new"]
    more = encoded.new.raw.frame(PAIR, *key)[rows].unique()
    totals = lost.group_by("patient_id").agg(of=pl.len())
    found = (
        lost.join(more, on=key, nulls_equal=True)
        .group_by("patient_id", PAIR)
        .agg(n=pl.len())
        .join(totals, on="patient_id")
        .filter((pl.col("n") >= LEAST_SHARE * pl.col("of")) & (pl.col("n") >= LEAST_ENTRIES))
        .sort("n", PAIR, descending=[True, False])
        .unique("patient_id", keep="first", maintain_order=True)
        .join(patients.pairs.select(PAIR, other="new_patient_id"), on=PAIR)
        .select("patient_id", "other", "n", "of")
    )
    said = pl.format(
        "{}; {} of {} entries are in the record of {}: merged?", "reason", "n", "of", "other"
    )
    return (
        unmatched.join(found, on="patient_id", how="left", maintain_order="left")
        .with_columns(reason=pl.coalesce(said, "reason"))
        .select(unmatched.columns)
    )
