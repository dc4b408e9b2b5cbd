"""The same seed gives the same bytes: in another process, and with other batch sizes."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

import recordpick
from recordpick.synthetic import practice as practice_module
from recordpick.synthetic.extract_writing import write_tables
from recordpick.synthetic.practice import Practice, make_practice

MAKE = """
import sys
from pathlib import Path
from recordpick.synthetic.practice import make_practice
from recordpick.synthetic.extract_writing import write_tables
practice = make_practice(60, 3)
for fmt in ("parquet", "csv"):
    write_tables(practice, Path(sys.argv[1]) / fmt, fmt)
"""


def sums(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
    }


@pytest.mark.thorough
def test_another_process_with_another_hash_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    """PYTHONHASHSEED and the number of polars' threads make no difference."""
    source = Path(recordpick.__file__).parents[1]
    for hash_seed in ("1", "2"):
        folder = tmp_path / hash_seed
        folder.mkdir()
        environment = {
            **os.environ,
            "PYTHONPATH": str(source),
            "PYTHONHASHSEED": hash_seed,
            "POLARS_MAX_THREADS": hash_seed,
        }
        subprocess.run(
            [sys.executable, "-c", MAKE, str(folder)], env=environment, check=True, timeout=120
        )

    for fmt in ("parquet", "csv"):
        assert sums(tmp_path / "1" / fmt) == sums(tmp_path / "2" / fmt)


@pytest.mark.thorough
def test_the_number_of_patients_in_a_batch_makes_no_difference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large practice is generated in batches, with the same result as in one."""
    practice = make_practice(60, 3)
    write_tables(practice, tmp_path / "at once")
    monkeypatch.setattr(practice_module, "PATIENTS_AT_A_TIME", 35)

    write_tables(practice, tmp_path / "in parts")

    assert sums(tmp_path / "at once") == sums(tmp_path / "in parts")


def test_another_seed_gives_other_people(practice: Practice) -> None:
    """The seed decides names and NHS numbers."""
    other = make_practice(len(practice.patients), practice.seed + 1)

    assert not practice.patients["nhs_number"].equals(other.patients["nhs_number"])
    assert not practice.patients["family_name"].equals(other.patients["family_name"])
