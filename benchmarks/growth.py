"""How time and memory grow with the size of the practice: each step runs in its own process.

"Beside a line" is a step's time for each row of the index, divided by that at LINE_FROM patients: 1
is linear growth, less is better. Memory is the peak of the process.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

STEPS = ("index", "match", "suggest", "draw", "export")
LINE_FROM = 10_000
"""The number of patients where the line begins: below it, fixed start-up costs dominate."""
ONCE_FROM = 1_000_000
"""From this number of patients a step runs once: it takes minutes, so start-up does not matter."""
KIB_PER_GIB = 1024**2


def run(sizes: list[int], repeats: int, data: Path) -> dict[str, Any]:
    """Measure every step at every size; the data of each size are made first and kept."""
    rows = []
    for patients in sizes:
        times = 1 if patients >= ONCE_FROM else repeats
        _in_own_process("source", patients, data)
        for step in STEPS:
            runs = [_in_own_process(step, patients, data) for _ in range(times)]
            seconds = [run["seconds"] for run in runs]
            rows.append(
                {
                    "step": step,
                    "patients": patients,
                    "rows": _rows(patients, data),
                    "median_s": round(statistics.median(seconds), 3),
                    "spread_s": round((max(seconds) - min(seconds)) / 2, 3),
                    "runs": len(runs),
                    "gib": _most([run["gib"] for run in runs]),
                }
            )
            print(json.dumps(rows[-1]), file=sys.stderr, flush=True)
    start = LINE_FROM if LINE_FROM in sizes else sizes[0]
    per_row = {
        row["step"]: row["median_s"] / row["rows"] for row in rows if row["patients"] == start
    }
    for row in rows:
        row["beside_a_line"] = round(row["median_s"] / row["rows"] / per_row[row["step"]], 2)
    rows.sort(key=lambda row: (STEPS.index(row["step"]), row["patients"]))
    return {"work": "growth", "line_from": start, "times": rows}


def _rows(patients: int, data: Path) -> int:
    """Return how many rows the index of a size has, by its manifest."""
    from benchmarks.practices import index_folder
    from recordpick.index.manifest import read_manifest

    tables = read_manifest(index_folder(patients, data)).tables
    return sum(summary.rows for summary in tables.values())


def _most(gib: list[float | None]) -> float | None:
    known = [one for one in gib if one is not None]
    return round(max(known), 2) if known else None


def _in_own_process(step: str, patients: int, data: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.growth", step, str(patients), str(data)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def one(step: str, patients: int, data: Path) -> dict[str, Any]:
    """Run one step and return its seconds and the peak memory of the process."""
    from benchmarks.practices import index_of, source
    from recordpick.criteria.load import read_pack
    from recordpick.handover.export import export
    from recordpick.matching import match, random_population
    from recordpick.picking.suggestion import Basis, suggest
    from recordpick.picking.tickets import draw_order
    from recordpick.resources import general_practice_pack
    from recordpick.selection.events import Person
    from recordpick.selection.working_file import WorkingFile

    if step == "source":
        start = time.perf_counter()
        source(patients, data)
        return _measured(start)
    if step == "index":
        return _index(patients, data)
    pack = read_pack(general_practice_pack())
    index = index_of(patients, data)
    as_at = index.manifest.as_at
    start = time.perf_counter()
    if step == "draw":
        draw_order(random_population(pack, index, as_at), "1")
        return _measured(start)
    matches = match(pack, index, as_at)
    if step == "match":
        return _measured(start)
    person = Person("Benchmark", "practice")
    with tempfile.TemporaryDirectory(dir=data) as folder:
        path = Path(folder) / "f.recordpick"
        with WorkingFile.create(path, pack, index, as_at, "Benchmark", person) as file:
            start = time.perf_counter()
            basis = Basis(matches, pack, file.selection, "1", index.patients(as_at))
            suggestion = suggest(basis, "fewest")
            if step == "suggest":
                return _measured(start)
            file.suggest(suggestion.picks, suggestion.how)
            start = time.perf_counter()
            export(file, index, Path(folder) / "out", matches)
            return _measured(start)


def _index(patients: int, data: Path) -> dict[str, Any]:
    """Build the index and replace any existing one: the other steps use this one."""
    from benchmarks.practices import index_folder, source
    from recordpick.index.build.build_index import build_index

    tables, kept = source(patients, data), index_folder(patients, data)
    made = data / f"made-{patients}"
    start = time.perf_counter()
    build_index([tables], made)
    found = _measured(start)
    if kept.exists():
        shutil.rmtree(kept)
    made.rename(kept)
    return found


def _measured(start: float) -> dict[str, Any]:
    return {"seconds": time.perf_counter() - start, "gib": peak_gib()}


def peak_gib() -> float | None:
    """Return this process's own peak memory: a child's ru_maxrss begins with its parent's.

    None on Windows, where the standard library does not report it.
    """
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / KIB_PER_GIB
    if sys.platform == "win32":
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / KIB_PER_GIB / (1024 if sys.platform == "darwin" else 1)  # there it is bytes


if __name__ == "__main__":
    print(json.dumps(one(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))))
