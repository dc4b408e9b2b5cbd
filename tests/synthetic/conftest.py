from __future__ import annotations

from pathlib import Path

import pytest

from recordpick.synthetic.extract_writing import write_tables
from recordpick.synthetic.practice import Practice, make_practice

PATIENTS, SEED = 1_000, 11


@pytest.fixture(scope="session")
def practice() -> Practice:
    return make_practice(PATIENTS, SEED)


@pytest.fixture(scope="session")
def written(practice: Practice, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("written") / "practice"
    write_tables(practice, folder)
    return folder
