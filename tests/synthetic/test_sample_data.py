"""The sample practice is exactly what the generator writes: no real data, nothing added by hand."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import polars as pl
import pytest

from recordpick.criteria.load import read_pack
from recordpick.index.build.build_index import build_index
from recordpick.matching import match
from recordpick.resources import general_practice_pack
from recordpick.synthetic.extract_writing import write_tables
from recordpick.synthetic.practice import GENERATED_TABLES, make_practice

SAMPLE = Path(__file__).parents[2] / "sample_data" / "practice"
PATIENTS, SEED, RECENT_YEARS = 60, 2026, 2
"""As sample_data/README.md says."""

FAKER = "40.63.0"
"""The version of Faker whose names are in the sample."""

FROM_POOLS = {
    "family_name",
    "given_name",
    "middle_names",
    "previous_name",
    "address",
    "email",
    "usual_gp",
    "carer",
    "recorded_by",
    "clinician",
    "value",
    "name",
}


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("again") / "practice"
    write_tables(make_practice(PATIENTS, SEED, recent_years=RECENT_YEARS), folder, "csv")
    return folder


def test_the_sample_is_what_the_generator_writes(generated: Path) -> None:
    """It is the same byte for byte; with another version of Faker, all but the names."""
    names = [f"{table}.csv" for table in GENERATED_TABLES] + ["practice.toml"]

    assert sorted(names) == sorted(path.name for path in SAMPLE.iterdir())
    for name in names:
        kept, made = SAMPLE / name, generated / name
        if version("faker") == FAKER or name == "practice.toml":
            assert kept.read_bytes() == made.read_bytes(), name
        else:
            both = [
                pl.read_csv(path, infer_schema=False).drop(FROM_POOLS, strict=False)
                for path in (kept, made)
            ]
            assert both[0].equals(both[1]), name


def test_the_sample_is_small() -> None:
    """It is part of the source distribution."""
    assert sum(path.stat().st_size for path in SAMPLE.iterdir()) < 480_000


def test_somebody_in_the_sample_meets_each_criterion_in_the_package(tmp_path: Path) -> None:
    """A new user finds patients for every criterion."""
    pack = read_pack(general_practice_pack())
    index = build_index([SAMPLE], tmp_path / "index")

    matches = match(pack, index, index.manifest.as_at)

    assert index.manifest.synthetic
    assert all(file.rows_rejected == 0 for file in index.manifest.files)
    assert [c.id for c in pack.criteria if matches.answers[c.id].matches == 0] == []
