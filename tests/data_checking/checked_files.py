"""A small practice whose list was handed over: its file, who works on it, and a clock."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl

from recordpick.selection.events import Person
from recordpick.selection.working_file import WorkingFile

sys.path.insert(0, str(Path(__file__).parents[1] / "tui"))
from tiny import make_tiny

ANN = Person("Ann Other", "practice")
START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 2)
RANDOM = ["P02", "P14", "P20"]


def ticking(start: datetime = START):
    times = iter(range(1_000_000))
    return lambda: start + timedelta(seconds=next(times))


def make_handed_over(folder: Path) -> Path:
    """Make a working file with picks for three criteria and random records, handed over."""
    path = make_tiny(folder)
    with WorkingFile.open(path, ANN, now=ticking(START - timedelta(days=1))) as file:
        file.pick("A-1", ["P01", "P07", "P13"])
        file.pick("A-2", ["P00", "P01", "P02"])
        file.pick("B-1", ["P02", "P07"])
        file.fix_seed("1", "entered")
        file.draw(pl.Series(RANDOM, dtype=pl.String), 3)
        file.record_export(path.parent / "pack", "ab" * 32)
    return path
