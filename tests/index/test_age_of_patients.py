"""A patient's age is whole years at the as-at date, on and around every birthday of the year."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import polars as pl

from recordpick.index.manifest import Manifest, TableSummary
from recordpick.index.practice_index import PracticeIndex

AS_AT = date(2026, 10, 1)


def _years(born: date) -> int:
    return AS_AT.year - born.year - ((AS_AT.month, AS_AT.day) < (born.month, born.day))


def test_age_is_whole_years_whatever_the_birthday(tmp_path: Path) -> None:
    """Months once overflowed eight bits, and whoever had a birthday to come was a year too old."""
    days = [date(1946, 1, 1) + timedelta(days=n) for n in range(366)] + [date(2024, 2, 29)]
    frame = pl.DataFrame({"patient_id": [str(n) for n in range(len(days))], "date_of_birth": days})
    frame.write_parquet(tmp_path / "patients.parquet")
    columns = {"patient_id": "text", "date_of_birth": "date"}
    manifest = Manifest(
        1, "test", "", "", True, AS_AT, {"patients": TableSummary(len(days), columns)}, (), ""
    )
    ages = PracticeIndex(tmp_path, manifest).patients(AS_AT).collect()["age"].to_list()
    assert ages == [_years(day) for day in days]
