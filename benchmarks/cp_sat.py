"""The whole problem of the fewest records, given to CP-SAT (ortools) as it stands.

A yes or no for each patient, and for each criterion that enough of those who meet it are taken. It
runs in a process of its own: ortools and highspy each bring HiGHS, and in one process the second
of the two cannot be loaded. Its time is taken there, without imports and reading.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import polars as pl

SECONDS = 10
"""After so long CP-SAT is stopped, and what it has by then is taken."""


@dataclass(frozen=True)
class Solved:
    """What it found: records, what it proved that no choice goes below, and whether it ended."""

    seconds: float
    records: int
    bound: int
    ended: bool


def fewest_by_cp_sat(found: pl.DataFrame, records: int) -> Solved:
    """Choose the fewest patients so that each criterion has so many records, or all there are.

    `found` has the columns criterion_id and patient_id.
    """
    with tempfile.TemporaryDirectory() as folder:
        pairs = Path(folder) / "pairs.parquet"
        found.write_parquet(pairs)
        command = [sys.executable, "-m", "benchmarks.cp_sat", str(pairs), str(records)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    return Solved(**json.loads(done.stdout.splitlines()[-1]))


def solve(found: pl.DataFrame, records: int) -> Solved:
    """Do it, in this process."""
    from ortools.sat.python import cp_model

    start = time.perf_counter()
    model = cp_model.CpModel()
    opened = {
        patient_id: model.new_bool_var(patient_id)
        for patient_id in found["patient_id"].unique(maintain_order=True)
    }
    for _, rows in found.group_by("criterion_id", maintain_order=True):
        meets = [opened[patient_id] for patient_id in rows["patient_id"]]
        model.add(cp_model.LinearExpr.sum(meets) >= min(records, len(meets)))
    model.minimize(cp_model.LinearExpr.sum(list(opened.values())))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = SECONDS
    solver.parameters.num_workers = os.cpu_count() or 1
    status = solver.solve(model)
    took = time.perf_counter() - start
    if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return Solved(took, len(opened), 0, ended=False)
    bound = round(solver.best_objective_bound)
    return Solved(took, round(solver.objective_value), bound, ended=status == cp_model.OPTIMAL)


if __name__ == "__main__":
    print(json.dumps(vars(solve(pl.read_parquet(sys.argv[1]), int(sys.argv[2])))))
