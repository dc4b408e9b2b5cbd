"""Starting: `--version`, and the app's first paint, beside bare Python and a Textual hello-world.

Every run is a process of its own. First paint is when the app has drawn its first screen: the app
is run headless, and leaves there.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.timing import as_rows, turn_by_turn

HELLO = """
from textual.app import App
from textual.widgets import Static
class Hello(App):
    def compose(self):
        yield Static("Hello")
async def leave(pilot):
    await pilot.pause()
    pilot.app.exit()
Hello().run(headless=True, auto_pilot=leave)
"""


def python(*words: str) -> Callable[[], None]:
    """Return a function that runs Python with these arguments, and waits."""

    def run() -> None:
        subprocess.run([sys.executable, *words], check=True, stdout=subprocess.DEVNULL)

    return run


def run(repeats: int) -> dict[str, Any]:
    """Time the start of each program."""
    version = turn_by_turn(
        {
            "python -c pass": python("-c", "pass"),
            "recordpick --version": python("-m", "recordpick", "--version"),
        },
        repeats,
        must_agree=False,
    )
    paint = turn_by_turn(
        {
            "Textual hello-world": python("-c", HELLO),
            "recordpick's start screen": python("-m", "benchmarks.open_and_leave"),
        },
        repeats,
        must_agree=False,
    )
    return {"work": "start", "version": as_rows(version), "first paint": as_rows(paint)}


def ready_to_pick(patients: int, repeats: int, data: Path) -> dict[str, Any]:
    """Time from the start of the process until a criterion's patients are painted and keys act.

    Reading a record and finding its evidence continues after that.
    """
    from benchmarks.practices import working_file

    file = working_file(patients, data)
    seconds = []
    for _ in range(repeats + 1):
        start = time.time()
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.open_and_leave", str(file)],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        seconds.append(float(done.stdout.split()[-1]) - start)
    kept = sorted(seconds[1:])
    return {
        "work": "ready to pick",
        "patients": patients,
        "median_s": round(kept[len(kept) // 2], 3),
        "spread_s": round((kept[-1] - kept[0]) / 2, 3),
    }
