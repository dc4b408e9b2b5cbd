"""Beyond one machine: practices are independent, so N of them are N processes; the plan can move.

The second half shows that matching's plan is a LazyFrame from scan to sink without a Python
function: it is serialised, read again, and gives the same answer.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.practices import index_folder, index_of
from benchmarks.timing import DisagreeError, as_rows, turn_by_turn
from recordpick.criteria.load import read_pack
from recordpick.matching.plan import plan
from recordpick.matching.rules import answerable
from recordpick.resources import general_practice_pack


def run(practices: int, patients: int, repeats: int, data: Path) -> dict[str, Any]:
    """Time matching N practices one after the other, and as N processes at once."""
    index_of(patients, data)
    command = [sys.executable, "-m", "recordpick", "match", "--json"]
    command += ["--index", str(index_folder(patients, data))]

    def start(environment: dict[str, str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ | environment)

    def in_turn() -> set[bytes]:
        return {start({}).communicate()[0] for _ in range(practices)}

    def at_once(environment: dict[str, str]) -> set[bytes]:
        running = [start(environment) for _ in range(practices)]
        return {process.communicate()[0] for process in running}

    timed = turn_by_turn(
        {
            "one after the other": in_turn,
            "all at once": lambda: at_once({}),
            "all at once, a thread each": lambda: at_once({"POLARS_MAX_THREADS": "1"}),
        },
        repeats,
    )
    if timed[0].answer in ({b""}, set()) or len(timed[0].answer) > 1:
        raise DisagreeError("practices that are the same were not answered alike")
    return {
        "work": "many practices",
        "practices": practices,
        "patients_each": patients,
        "times": as_rows(timed),
        **travels(patients, data),
    }


def travels(patients: int, data: Path) -> dict[str, Any]:
    """Serialise the plan, check it for Python code, read it back, and compare the answers."""
    index = index_of(patients, data)
    pack = read_pack(general_practice_pack())
    every = [answerable(pack, index, criterion) for criterion in pack.criteria]
    made = plan(pack, index, index.manifest.as_at, [one for one in every if not one.why_not])
    sent = made.serialize()
    again = pl.LazyFrame.deserialize(io.BytesIO(sent))
    return {
        "plan_bytes": len(sent),
        "python_functions_in_plan": made.explain().upper().count("PYTHON"),
        "plan_sent_and_read_again_answers_the_same": again.collect().equals(made.collect()),
    }
