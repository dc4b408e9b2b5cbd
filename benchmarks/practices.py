"""The synthetic practices for benchmarks: made once for each size and kept in the data folder."""

from __future__ import annotations

from pathlib import Path

from recordpick.criteria.load import read_pack
from recordpick.index.build.build_index import build_index
from recordpick.index.practice_index import PracticeIndex, open_index
from recordpick.resources import general_practice_pack
from recordpick.selection.events import Person
from recordpick.selection.working_file import WorkingFile
from recordpick.synthetic.extract_writing import write_tables
from recordpick.synthetic.practice import make_practice


def source(patients: int, data: Path) -> Path:
    """Return the folder of tables of a practice of this size, made if it does not exist."""
    folder = data / f"practice-{patients}"
    if not folder.exists():
        data.mkdir(parents=True, exist_ok=True)
        write_tables(make_practice(patients, seed=1), folder)
    return folder


def index_folder(patients: int, data: Path) -> Path:
    """Return the folder where the index of a practice of this size is kept."""
    return data / f"index-{patients}"


def index_of(patients: int, data: Path) -> PracticeIndex:
    """Return the index of a practice of this size, built if it does not exist."""
    folder = index_folder(patients, data)
    if not folder.exists():
        build_index([source(patients, data)], folder)
    return open_index(folder)


def working_file(patients: int, data: Path) -> Path:
    """Create a new working file of a practice of this size, and replace any existing one."""
    path = data / f"ready-{patients}.recordpick"
    path.unlink(missing_ok=True)
    index = index_of(patients, data)
    pack, person = read_pack(general_practice_pack()), Person("Benchmark", "practice")
    WorkingFile.create(path, pack, index, index.manifest.as_at, "Benchmark", person).close()
    return path
