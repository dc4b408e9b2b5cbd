"""Real input: synthetic patients that nobody here wrote become an index through a mapping file.

The data lies beside the checkout (`shared/data/uk_synthea`), or where RECORDPICK_SHARED says. What
is expected is counted here with plain csv, which knows nothing of recordpick.
"""

from __future__ import annotations

import csv
import os
from collections import Counter
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from recordpick.index.build.build_index import build_index
from recordpick.index.practice_index import PracticeIndex

CHECKOUT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("RECORDPICK_SHARED", CHECKOUT.parent / "shared"))
DATA = SHARED / "data" / "uk_synthea"
MAPPING = CHECKOUT / "docs" / "examples" / "uk_synthea.toml"

pytestmark = pytest.mark.skipif(
    not (DATA / "patients.csv").is_file(), reason=f"the folder {DATA} is not on this machine"
)


def rows_of(name: str) -> list[list[str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> PracticeIndex:
    return build_index([DATA], tmp_path_factory.mktemp("synthea") / "index", mapping=MAPPING)


def test_every_row_is_accounted_for(index: PracticeIndex) -> None:
    counts = {count.file: count for count in index.manifest.files}

    assert {file: count.rows_indexed for file, count in counts.items()} == {
        file: len(rows_of(file))
        for file in (
            "patients.csv",
            "observations.csv",
            "conditions.csv",
            "immunizations.csv",
            "medications.csv",
        )
    }
    assert {file: count.rows_read - count.rows_indexed for file, count in counts.items()} == (
        dict.fromkeys(counts, 0)
    )
    assert index.manifest.notes == (
        "Not in the mapping, so not indexed: careplans.csv, encounters.csv.",
    )


def test_the_index_has_what_the_mapping_gives_and_no_more(index: PracticeIndex) -> None:
    """There are no NHS numbers in these files: the column is absent, not empty."""
    assert "nhs_number" not in index.columns("patients")
    assert index.manifest.synthetic
    assert index.manifest.as_at == date(2025, 2, 1)
    assert {name: table.rows for name, table in index.manifest.tables.items()} == {
        "patients": 1_000,
        "events": 182_242 + 512 + 20_467,
        "medications": 375,
    }


def test_patients_are_as_they_stand_in_the_file(index: PracticeIndex) -> None:
    columns = ["patient_id", "family_name", "given_name", "date_of_birth", "sex", "postcode"]
    found = index.scan("patients").select(columns).collect().rows()

    expected = [
        (row[0], row[9], row[7], date.fromisoformat(row[1]), row[15], row[22])
        for row in rows_of("patients.csv")
    ]
    assert sorted(found) == sorted(expected)


def test_kinds_of_events(index: PracticeIndex) -> None:
    events = index.scan("events").group_by("kind").len().collect()

    vital_signs = sum(row[3] == "vital-signs" for row in rows_of("observations.csv"))
    assert dict(events.rows()) == {
        "observation": vital_signs,
        "other": len(rows_of("observations.csv")) - vital_signs,
        "problem": len(rows_of("conditions.csv")),
        "immunisation": len(rows_of("immunizations.csv")),
    }


def test_values_of_observations(index: PracticeIndex) -> None:
    """Systolic readings of 140 and more, patient by patient."""
    high = (
        index.scan("events")
        .filter((pl.col("code") == "8480-6") & (pl.col("value") >= 140))
        .group_by("patient_id")
        .len()
        .collect()
    )

    expected = Counter(
        row[1] for row in rows_of("observations.csv") if row[4] == "8480-6" and float(row[6]) >= 140
    )
    assert dict(high.rows()) == expected


def test_ragged_lines_have_their_values_in_the_right_columns(index: PracticeIndex) -> None:
    """The header of medications has DISPENSES, the lines have not; immunisations have one more."""
    drugs = index.scan("medications").select("patient_id", "code", "drug").collect().rows()
    vaccines = (
        index.scan("events")
        .filter(pl.col("kind") == "immunisation")
        .select("patient_id", "date", "code", "term")
        .collect()
        .rows()
    )

    assert sorted(drugs) == sorted((row[2], row[4], row[5]) for row in rows_of("medications.csv"))
    assert sorted(vaccines) == sorted(
        (row[1], date.fromisoformat(row[0][:10]), row[3], row[4])
        for row in rows_of("immunizations.csv")
    )


def test_the_largest_records_are_those_with_most_rows(index: PracticeIndex) -> None:
    sizes = Counter[str]()
    files = (
        ("observations.csv", 1),
        ("conditions.csv", 2),
        ("immunizations.csv", 1),
        ("medications.csv", 2),
    )
    for file, place in files:
        sizes.update(row[place] for row in rows_of(file))
    patients = index.scan("patients").select("patient_id", "entries").collect()

    assert dict(patients.rows()) == {row[0]: sizes[row[0]] for row in rows_of("patients.csv")}
