"""Past one machine: practices are apart, so N of them are N processes; and the plan can travel.

The second half shows that matching's plan is a LazyFrame from scan to sink without a Python
function: it is serialised, read again, and gives the same answer.
"""

from __future__ import annotations

import io
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.practices import index_of
from recordpick.criteria.reading import read_pack
from recordpick.matching.plan import plan
from recordpick.matching.rules import answerable
from recordpick.shipped import general_practice_pack


def run(practices: int, patients: int, data: Path) -> dict[str, Any]:
    """Match N practices one after the other, and as N processes at once."""
    index_of(patients, data)
    command = [
        sys.executable,
        "-m",
        "recordpick",
        "match",
        "--index",
        str(data / f"index-{patients}"),
        "--json",
    ]
    start = time.perf_counter()
    for _ in range(practices):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    in_turn = time.perf_counter() - start
    start = time.perf_counter()
    running = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(practices)]
    if any(process.wait() for process in running):
        raise RuntimeError("a practice could not be matched")
    at_once = time.perf_counter() - start
    return {
        "work": "many practices",
        "practices": practices,
        "patients": patients,
        "in_turn_s": round(in_turn, 2),
        "at_once_s": round(at_once, 2),
        "plan_travels": travels(patients, data),
    }


def travels(patients: int, data: Path) -> bool:
    """Serialise the plan, read it again, and compare the answers."""
    index = index_of(patients, data)
    pack = read_pack(general_practice_pack())
    every = [answerable(pack, index, criterion) for criterion in pack.criteria]
    made = plan(pack, index, index.manifest.as_at, [one for one in every if not one.why_not])
    again = pl.LazyFrame.deserialize(io.BytesIO(made.serialize()))
    return again.collect().equals(made.collect())
