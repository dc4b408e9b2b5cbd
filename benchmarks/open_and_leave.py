"""Open the app and leave: once the first screen is painted, or a criterion's patients are shown.

With a working file it waits until the patients are painted and keys act on them, and prints the
time then (seconds since 1970); without one it waits for the first paint.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.pilot import Pilot


async def _leave_when_painted(pilot: Pilot[None]) -> None:
    await pilot.pause()
    pilot.app.exit()


async def _leave_when_ready(pilot: Pilot[None]) -> None:
    # By name: modules that the app loads lazily must not be loaded earlier for the benchmark.
    def ready() -> bool:
        tables = pilot.app.screen.query("RecordsTable")
        return bool(tables) and tables.first().shown > 0  # type: ignore[attr-defined] # its own

    while not ready():  # noqa: ASYNC110 - the app has no event for a benchmark to wait for
        await asyncio.sleep(0.005)
    painted = asyncio.Event()
    pilot.app.screen.call_after_refresh(painted.set)
    await painted.wait()
    print(time.time(), file=sys.__stdout__, flush=True)
    pilot.app.exit()


if __name__ == "__main__":
    gc.disable()  # as `recordpick` does before it loads the app
    from recordpick.tui.app import RecordpickApp
    from recordpick.tui.settings import Settings

    file = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    RecordpickApp(file, settings=Settings(name="Benchmark", tour_seen=True)).run(
        headless=True, auto_pilot=_leave_when_ready if file else _leave_when_painted
    )
