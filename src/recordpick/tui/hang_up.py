"""Noticing that the terminal has gone, so that the app does not go on without anybody to see it.

A terminal that is closed ends its programs by a signal, but only those it controls: others run on.
Textual then reads the end of its input over and over, with the patients on a screen that nobody
sees and the working file locked.
"""

from __future__ import annotations

import os
import select
import sys
import threading
import time
from collections.abc import Callable

GONE = 129
"""The exit code then: what shells say of a program that a hang-up has ended."""

PATIENCE = 30.0
"""Seconds that the app has for ending by itself: its output may be stuck on the way to nobody."""


def when_terminal_goes(terminal: int, end: Callable[[], object]) -> None:
    """Call `end` from a thread, once, when the terminal of that file number goes.

    The program is ended `PATIENCE` later, if it still runs. Does nothing where the system has no
    such call (Windows ends a console's programs itself).
    """
    if sys.platform == "win32" or not hasattr(select, "poll"):
        return

    def watch() -> None:
        poll = select.poll()
        poll.register(terminal, 0)  # of hang-ups and errors it tells unasked
        told = 0
        while not told:
            told = sum(event for _, event in poll.poll())
        if not told & (select.POLLHUP | select.POLLERR):
            return  # this system cannot watch terminals
        end()
        time.sleep(PATIENCE)
        os._exit(GONE)

    threading.Thread(target=watch, name="recordpick-hang-up", daemon=True).start()
