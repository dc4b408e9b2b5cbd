"""The made-up practices that benchmarks run on: made once for a size, kept in the data folder."""

from __future__ import annotations

from pathlib import Path

from recordpick.index.build import build_index
from recordpick.index.practice_index import PracticeIndex, open_index
from recordpick.synthetic.practice import make_practice
from recordpick.synthetic.writing import write_tables


def source(patients: int, data: Path) -> Path:
    """Give the folder of tables of a practice of this size, made if it is not there."""
    folder = data / f"practice-{patients}"
    if not folder.exists():
        data.mkdir(parents=True, exist_ok=True)
        write_tables(make_practice(patients, seed=1), folder)
    return folder


def index_of(patients: int, data: Path) -> PracticeIndex:
    """Give the index of a practice of this size, built if it is not there."""
    folder = data / f"index-{patients}"
    if not folder.exists():
        build_index([source(patients, data)], folder)
    return open_index(folder)
