"""Opening in a terminal, from the start of the process to patients on the screen.

recordpick opens a working file, which checks every byte of the index and matches the first
criterion; VisiData and harlequin open the patients table of the same index directly. harlequin
needs to know what to show, so a query is typed as soon as it is connected.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.contenders import NOT_INSTALLED, program
from benchmarks.practices import index_of, working_file
from benchmarks.terminal import NotShownError, Step, can_be_run, seconds_until_shown
from benchmarks.timing import Timed, as_rows
from recordpick.index.practice_index import PracticeIndex, open_index
from recordpick.matching import match
from recordpick.selection.working_file import WorkingFile
from recordpick.tui.settings import Settings

QUERY = "select * from patients order by patient_id"


def run(patients: int, repeats: int, data: Path) -> dict[str, Any]:
    """Time every installed contender, alternately."""
    index = index_of(patients, data)
    result: dict[str, Any] = {"work": "opening", "patients": patients}
    if not can_be_run():
        return result | {"left_out": "this system has no pseudo-terminal"}
    with tempfile.TemporaryDirectory() as made:
        home = Path(made)
        opens = _contenders(index, working_file(patients, data), home)
        left_out = {name: NOT_INSTALLED for name, start in opens.items() if start is None}
        found = {name: Timed(name) for name, start in opens.items() if start is not None}
        for turn in range(repeats + 1):
            for name, start in opens.items():
                if start is None or name in left_out:
                    continue
                try:
                    seconds = start()
                except NotShownError as error:
                    if name == "recordpick":
                        raise
                    left_out[name] = str(error)
                    continue
                if turn:  # the first run is a warm-up
                    found[name].seconds.append(seconds)
    rows = as_rows([one for name, one in found.items() if name not in left_out])
    return result | {"left_out": left_out, "times": rows}


def _contenders(
    index: PracticeIndex, file: Path, home: Path
) -> dict[str, Callable[[], float] | None]:
    """Return what opens each contender, or None for one that is not installed."""
    table = index.folder / "patients.parquet"
    ids = index.scan("patients").select("patient_id").head(3).collect()["patient_id"]
    first = Step(rf"\b{re.escape(ids[0])}\b")
    kept = {
        name: str(home)
        for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "APPDATA")
    }
    _settings(home)

    def opened(command: list[str], *steps: Step) -> Callable[[], float]:
        return lambda: seconds_until_shown(command, steps, kept)

    found: dict[str, Callable[[], float] | None] = {
        "recordpick": opened([sys.executable, "-m", "recordpick", str(file)], _of_criterion(file)),
    }
    visidata, harlequin = program("vd"), program("harlequin")
    found["VisiData"] = opened([visidata, str(table)], first) if visidata else None
    found["harlequin"] = None
    if harlequin:
        database = _database(table, home)
        found["harlequin"] = opened(
            [harlequin, str(database)],
            Step("Database Connected", QUERY),
            Step("patient_id", "\n"),
            first,
        )
    return found


def _of_criterion(file: Path) -> Step:
    """Return a step that waits for a patient of the first criterion, which the app shows first."""
    with WorkingFile.open(file, read_only=True) as opened:
        folder = opened.index_folder
        assert folder is not None
        matches = match(opened.pack, open_index(folder), opened.as_at)
        first = next(found for c in opened.pack.criteria if len(found := matches.patients(c.id)))
    return Step(r"\b(?:" + "|".join(map(re.escape, first.to_list())) + r")\b")


def _settings(home: Path) -> None:
    """Write the person's name into the settings, so that the app does not ask for it."""
    for base in (home, home / "Library" / "Application Support"):  # Linux; macOS
        Settings(base / "recordpick" / "app.json", name="Benchmark", tour_seen=True).save()


def _database(table: Path, home: Path) -> Path:
    """Create a database with a view of the table: harlequin cannot open a Parquet file itself."""
    import duckdb

    path = home / "practice.duckdb"
    with duckdb.connect(str(path)) as database:
        name = str(table).replace("'", "''")
        database.execute(f"CREATE VIEW patients AS SELECT * FROM read_parquet('{name}')")
    return path
