"""When the app has nothing left to do, as its event loop knows.

Textual's `Pilot` asks the processor how busy it is, every 20 ms and for a second at most: that is
slow where nothing happens, and wrong where other processes are busy. An event loop whose queue is
empty has handled every message, callback and frame; what is left are threads, which `Driver` waits
for, and timers, of which those that are due at once are waited for.
"""

from __future__ import annotations

import asyncio
import sys

import textual.app
import textual.pilot
import textual.timer

AT_ONCE = 0.009
"""Seconds: the timer after which Textual takes a new size is shorter (1/120), others are not."""
LONGEST = 0.2
"""Seconds until a timer that is set again and again is no longer waited for."""


async def wait_for_idle(*_: float) -> None:
    """Return as soon as no task of the event loop can go on."""
    loop = asyncio.get_running_loop()
    end = loop.time() + LONGEST
    wait = 0.0
    while wait is not None and loop.time() < end:
        await asyncio.sleep(wait)
        wait = 0.0 if loop._ready else _next_timer(loop)


def _next_timer(loop) -> float | None:
    """Return the seconds until the next timer that is due at once; None for no such timer."""
    now = loop.time()
    due = [timer.when() - now for timer in loop._scheduled if not timer.cancelled()]
    return min((max(0.0, wait) for wait in due if wait < AT_ONCE), default=None)


def use_the_event_loop() -> None:
    """Let `Pilot` wait as described above.

    On Windows Textual's timers wait in threads, which an event loop knows nothing of: there they
    get the wait that they have elsewhere.
    """
    if sys.platform == "win32":
        textual.timer.sleep = asyncio.sleep
    textual.app.wait_for_idle = textual.pilot.wait_for_idle = wait_for_idle
