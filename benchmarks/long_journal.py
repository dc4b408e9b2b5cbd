"""`python -m benchmarks.long_journal`: a working file of very many events, opened and added to.

Writes a file with notes, picks, results, undo and redo into a temporary folder (`--events`, by
default 100,000), opens it in a process of its own, and prints the seconds that opening takes
(without the imports), the seconds of one further note (the median of 20, each on the disk) and the
most memory that the process used.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median

from recordpick.criteria.load import parse_pack
from recordpick.index.manifest import Manifest
from recordpick.index.practice_index import PracticeIndex
from recordpick.selection.database import LAST_EVENT, connect
from recordpick.selection.events import Event, Json, Person, next_event
from recordpick.selection.kinds.registry import NEWEST_VERSION
from recordpick.selection.store import _INSERT, _row
from recordpick.selection.working_file import WorkingFile

WHO = Person("Jo Bloggs", "practice")
AS_AT = date(2026, 10, 1)
START = datetime(2026, 10, 5, 9, 30, tzinfo=UTC)
PACK = """
[pack]
title = "Long"
version = "1"
random_records = 4

[[criterion]]
id = "ALL-01"
area = "Area"
title = "Everybody"
find = "Everybody."
records = 1000
"""
PATIENTS = 30_000
ROUND = 10
"""The number of events in a group: a note, another, a pick, its undo, its redo, results etc."""


def kinds(number: int, before: int) -> tuple[str, dict[str, Json]]:
    """Return the event that comes as `number` (from 0); `before` is the number of the last one."""
    who = f"P{number * 7919 % PATIENTS:05d}"
    match number % ROUND:
        case 1:
            body: dict[str, Json] = {
                "criterion_id": "ALL-01",
                "patient_ids": [who],
                "chosen_by": "staff",
            }
            return "picked", body
        case 2:
            return "undone", {"of": before}
        case 3:
            return "redone", {"of": before - 1}
        case 4:
            picked = f"P{(number - 3) * 7919 % PATIENTS:05d}"
            return "removed", {"criterion_id": "ALL-01", "patient_ids": [picked], "reason": ""}
        case 5:
            entry: list[Json] = [
                "ALL-01", who, 1, 1, "different", "the dose", "low", "JB", "2026-10-05",
            ]  # fmt: skip
            return "checked", {
                "phase": "first check",
                "list_id": "RP-AAAAAAAA-01",
                "workbook": "tick_sheets.xlsx",
                "sha256": f"{number:064x}",
                "results": [entry],
            }
        case _:
            return "noted", {"patient_id": who, "text": f"Moved here in {number}; letters to scan."}


def write(path: Path, events: int) -> None:
    """Write a working file with so many events, in one transaction."""
    manifest = Manifest(
        format=1,
        made_by="test",
        made_at="2026-10-01T00:00:00+00:00",
        practice="Example",
        synthetic=True,
        as_at=AS_AT,
        tables={},
        files=(),
        fingerprint="ab" * 32,
    )
    index = PracticeIndex(path.parent / "index", manifest)
    pack = parse_pack({"long.toml": PACK})
    file = WorkingFile.create(path, pack, index, AS_AT, "Example", WHO, now=lambda: START)
    last = file.events[-1]
    file.close()
    rows: list[Event] = []
    for number in range(events - 1):
        at = START + timedelta(seconds=number + 1)
        last = next_event(last, at, WHO, *kinds(number, last.seq))
        rows.append(last)
    connection = connect(path, "rw")
    connection.execute("BEGIN")
    connection.executemany(_INSERT, map(_row, rows))
    name = (f"{last.seq} {last.hash}", LAST_EVENT)
    connection.execute("UPDATE meta SET value = ? WHERE key = ?", name)
    connection.execute(f"PRAGMA user_version = {NEWEST_VERSION}")
    connection.execute("COMMIT")
    connection.close()


def measure(path: Path) -> str:
    """Open the file, add to it, and return time and memory as text."""
    import resource

    began = time.perf_counter()
    with WorkingFile.open(path, WHO, now=lambda: START + timedelta(days=30)) as file:
        opened = time.perf_counter() - began
        took: list[float] = []
        for number in range(20):
            began = time.perf_counter()
            file.note("P00001", f"A further note, {number}")
            took.append(time.perf_counter() - began)
        events = len(file.events)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    most_mb = most / (1024**2 if sys.platform == "darwin" else 1024)
    return (
        f"{events - 20:,} events: opened in {opened:.2f} s, "
        f"a further note in {median(took):.3f} s, {most_mb:,.0f} MiB at most"
    )


def main() -> int:
    """Write the file, then measure in a separate process."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.long_journal", description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--open", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.open is not None:
        print(measure(options.open))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "long.recordpick"
        write(path, options.events)
        print(f"{path.stat().st_size / 1024**2:.0f} MiB on the disk; ", end="", flush=True)
        command = [sys.executable, "-m", "benchmarks.long_journal", "--open", str(path)]
        return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
