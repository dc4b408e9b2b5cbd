"""A pack of three criteria, an index that nobody reads, and working files made of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl

from recordpick.criteria.load import parse_pack
from recordpick.criteria.pack import Pack
from recordpick.index.manifest import Manifest
from recordpick.index.practice_index import PracticeIndex
from recordpick.selection.events import Person
from recordpick.selection.results import Entry, FilledIn, Phase
from recordpick.selection.working_file import WorkingFile

AS_AT = date(2026, 10, 1)
START = datetime(2026, 10, 5, 9, 30, tzinfo=UTC)
JO = Person("Jo Bloggs", "practice")
SAM = Person("Sam Supplier", "supplier")
PARTNER = Person("Pat Partner", "partner")
PATIENTS = [f"P{number:02d}" for number in range(30)]
ROOM = {"MED-04": 3, "DEM-01": 2, "ALL-02": 3}
RANDOM_RECORDS = 4

PACK_TEXT = """
[pack]
title = "Small pack"
supplier = "Example Clinical Systems"
version = "1"
records_per_criterion = 3
random_records = 4
""" + "".join(
    f"""
[[criterion]]
id = "{criterion_id}"
area = "Area"
title = "Title of {criterion_id}"
find = "Patients to find."
compare = ["Everything"]
records = {records}
"""
    for criterion_id, records in ROOM.items()
)


def small_pack() -> Pack:
    return parse_pack({"small.toml": PACK_TEXT})


def index_at(folder: Path, fingerprint: str = "ab" * 32) -> PracticeIndex:
    manifest = Manifest(
        1, "test", "2026-10-01T00:00:00+00:00", "Example Surgery", True, AS_AT, {}, (), fingerprint
    )
    return PracticeIndex(folder, manifest)


def ticking(start: datetime = START) -> Callable[[], datetime]:
    """Return a clock that is a second later each time it is read."""
    times = iter(range(1_000_000))
    return lambda: start + timedelta(seconds=next(times))


def new_file(path: Path, person: Person = JO) -> WorkingFile:
    return WorkingFile.create(
        path,
        small_pack(),
        index_at(path.parent / "index"),
        AS_AT,
        "Example Surgery",
        person,
        suggestion_seed="20261001",
        now=ticking(),
    )


def eligible(count: int = len(PATIENTS)) -> pl.Series:
    return pl.Series(PATIENTS[:count], dtype=pl.String)


def filled(phase: Phase, sha256: str, lines: Mapping[tuple[str | None, str], tuple]) -> FilledIn:
    """Return a filled-in workbook: what was found and what differs, by criterion and patient."""
    entries = tuple(
        Entry(criterion_id, patient_id, number, number, *said)
        for number, ((criterion_id, patient_id), said) in enumerate(lines.items(), start=1)
    )
    return FilledIn(phase, "RP-AAAAAAAA-01", "tick_sheets.xlsx", sha256, entries)


def worked_on(path: Path) -> WorkingFile:
    """Make a file with a little of everything in it."""
    file = new_file(path)
    file.pick("MED-04", ["P01", "P02"])
    file.pick("DEM-01", ["P01"])
    file.note("P01", "moved last year")
    file.suggest([("ALL-02", "P05"), ("DEM-01", "P06")], "ticket")
    file.close_criterion("MED-04", "nobody else has one")
    file.fix_seed("314159", "entered")
    file.draw(eligible())
    file.replace_random(file.selection.random()[0].patient_id, "moved away", eligible())
    file.remove("DEM-01", ["P01"], "the wrong person")
    file.undo()
    file.record_export(path.parent / "pack", "cd" * 32)
    return file
