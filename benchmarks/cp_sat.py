"""The whole problem of the fewest records, given to CP-SAT (ortools) unreduced.

There is a Boolean variable for each patient, and a constraint for each criterion that enough of
those who meet it are taken. It runs in its own process: ortools and highspy each include HiGHS, and
the second of the two cannot be loaded in one process. Its time is measured there, without imports
and reading.
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
"""The time limit after which CP-SAT is stopped and its result so far is used."""


@dataclass(frozen=True)
class Solved:
    """The result: records, proven lower bound, and whether the search ended."""

    seconds: float
    records: int
    bound: int
    ended: bool


def fewest_by_cp_sat(found: pl.DataFrame, records: int) -> Solved:
    """Return the fewest patients that give each criterion `records` records, or all it has.

    `found` has the columns criterion_id and patient_id.
    """
    with tempfile.TemporaryDirectory() as folder:
        pairs = Path(folder) / "pairs.parquet"
        found.write_parquet(pairs)
        command = [sys.executable, "-m", "benchmarks.cp_sat", str(pairs), str(records)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    return Solved(**json.loads(done.stdout.splitlines()[-1]))


def solve(found: pl.DataFrame, records: int) -> Solved:
    """Solve the problem in this process."""
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
