"""Codelists: a made-up reference-set file of the published size fills every list.

The command runs as a process of its own, from its start to the folder on the disk. The file has
every cluster that the cluster map names and some 1,500 others, with generated codes; lists without
a cluster come from files of their own. What has to be done at least is measured beside it: polars
reads the file's four columns and groups them by cluster.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import psutil

from benchmarks.timing import as_rows, turn_by_turn
from recordpick.codelist_import.folder import open_lists
from recordpick.codelist_import.made_up import write_other_lists, write_reference_sets

YEAR = 2026


def run(rows: int, repeats: int, data: Path) -> dict[str, Any]:
    """Time the import of a file with at least that many rows, and reading it."""
    folder, out = data / f"reference_sets_{rows}", data / "lists"
    if not folder.exists():
        folder.mkdir()
        write_reference_sets(folder / "20260521_PCD_Refset_Content.csv", YEAR, rows)
        write_other_lists(folder / "own", YEAR)
    file = next(folder.glob("*.csv"))
    processor: list[float] = []
    timed = turn_by_turn(
        {
            "the command, from start to the folder": lambda: _command(folder, out, processor),
            "reading alone: polars, grouped by cluster": lambda: _read(file),
        },
        repeats,
        must_agree=False,
    )
    about = open_lists(out).about
    return {
        "work": "codelists",
        "rows": about["rows"]["read"],
        "megabytes": round(file.stat().st_size / 1e6),
        "lists": len(about["lists"]),
        "filled": sum(bool(one["codes"]) for one in about["lists"].values()),
        "codes": sum(one["codes"] for one in about["lists"].values()),
        "processor_seconds_of_the_command": round(min(processor), 1),
        "times": as_rows(timed),
    }


def _command(folder: Path, out: Path, processor: list[float]) -> None:
    """Run the command, and add the seconds of processor time that it took."""
    shutil.rmtree(out, ignore_errors=True)
    words = [sys.executable, "-m", "recordpick", "codelists", "import", str(folder)]
    before = psutil.Process().cpu_times()
    subprocess.run([*words, "--into", str(out)], check=True, stdout=subprocess.DEVNULL)
    after = psutil.Process().cpu_times()
    processor.append(
        sum(after[2:4]) - sum(before[2:4])  # of children: user and system
    )


def _read(file: Path) -> int:
    columns = ["Cluster_ID", "SNOMED_code", "SNOMED_code_description"]
    frame = pl.read_csv(file, columns=columns, infer_schema=False)
    return frame.group_by("Cluster_ID").agg(pl.col("SNOMED_code").n_unique()).height
