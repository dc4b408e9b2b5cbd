"""The demonstration: a made-up practice, indexed, with a working file for the pack that ships."""

from __future__ import annotations

from pathlib import Path

from recordpick.atomic import make_folders
from recordpick.criteria.load import read_pack
from recordpick.handover.export import export
from recordpick.index.build.build_index import build_index
from recordpick.index.practice_index import open_index
from recordpick.matching import match, random_population
from recordpick.picking.suggestion import Basis, suggest
from recordpick.progress import Progress, silent
from recordpick.resources import general_practice_pack
from recordpick.selection.events import Person
from recordpick.selection.working_file import WorkingFile
from recordpick.synthetic.extract_writing import write_tables
from recordpick.synthetic.practice import AS_AT, make_practice

PERSON = Person(name="Demonstration", role="practice")
SEED = "20261001"
"""The seed of the demonstration's draw: fixed, so that everyone sees the same demonstration."""


def make_demo(
    folder: Path, patients: int = 1500, seed: int = 1, progress: Progress = silent
) -> Path:
    """Make the demonstration in `folder` (created if necessary) and return its working file.

    Creates `practice/` (the tables, as a source), `index/` and `demonstration.recordpick`, with
    nothing picked. UserError if any of them already exists, or the system refuses.
    """
    make_folders(folder)
    practice = make_practice(patients, seed, AS_AT, progress=progress)
    write_tables(practice, folder / "practice", "parquet", progress=progress)
    index = build_index([folder / "practice"], folder / "index", progress=progress)
    path = folder / "demonstration.recordpick"
    pack = read_pack(general_practice_pack())
    with WorkingFile.create(
        path,
        pack,
        index,
        index.manifest.as_at,
        index.manifest.practice,
        PERSON,
        suggestion_seed=SEED,
    ):
        pass
    return path


def run_demo(
    folder: Path, patients: int = 1500, seed: int = 1, progress: Progress = silent
) -> Path:
    """Do all the steps: make, match, pick, draw, export; return the hand-over folder."""
    path = make_demo(folder, patients, seed, progress)
    with WorkingFile.open(path, PERSON) as file:
        index = open_index(folder / "index")
        matches = match(file.pack, index, file.as_at, progress)
        everyone = index.patients(file.as_at)
        basis = Basis(matches, file.pack, file.selection, file.suggestion_seed, everyone)
        suggestion = suggest(basis, "fewest")
        file.suggest(suggestion.picks, suggestion.how)
        for criterion in file.pack.criteria:
            if file.selection.count(criterion.id) < criterion.records:
                file.close_criterion(criterion.id, "Every patient who meets it is picked.")
        file.fix_seed(SEED, "entered")
        file.draw(random_population(file.pack, index, file.as_at), file.pack.random_records)
        return export(file, index, folder / "hand-over", matches, progress=progress)
