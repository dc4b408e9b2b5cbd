"""How time and memory grow with the practice: each step of the work in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

STEPS = ("index", "match", "suggest", "draw", "export")


def run(sizes: list[int], data: Path) -> dict[str, Any]:
    """Measure every step at every size; a size's data is made first and kept."""
    from benchmarks.practices import index_of

    rows = []
    for patients in sizes:
        index = index_of(patients, data)
        entries = sum(summary.rows for summary in index.manifest.tables.values())
        for step in STEPS:
            command = [sys.executable, "-m", "benchmarks.growth", step, str(patients), str(data)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            rows.append(
                {
                    "step": step,
                    "patients": patients,
                    "rows": entries,
                    **json.loads(done.stdout.splitlines()[-1]),
                }
            )
    return {"work": "growth", "times": rows}


def one(step: str, patients: int, data: Path) -> dict[str, float]:
    """Do one step and give its seconds and the peak memory of the process."""
    import tempfile

    from benchmarks.practices import index_of, source
    from recordpick.criteria.reading import read_pack
    from recordpick.handover.export import export
    from recordpick.index.build import build_index
    from recordpick.matching import match, random_population
    from recordpick.picking.suggestion import Basis, suggest
    from recordpick.picking.tickets import draw_order
    from recordpick.selection.state import Person
    from recordpick.selection.working_file import WorkingFile
    from recordpick.shipped import general_practice_pack

    pack = read_pack(general_practice_pack())
    with tempfile.TemporaryDirectory(dir=data) as folder:
        if step == "index":
            tables = source(patients, data)
            start = time.perf_counter()
            build_index([tables], Path(folder) / "index")
            return _measured(start)
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


def _measured(start: float) -> dict[str, float]:
    return {"seconds": round(time.perf_counter() - start, 3), "gib": round(peak_gib(), 3)}


def peak_gib() -> float:
    """Give this process's own peak memory: a child's ru_maxrss begins with its parent's."""
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024**2
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


if __name__ == "__main__":
    print(json.dumps(one(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))))
