"""Ending the app when its terminal goes away, or when a signal ends it.

A terminal that is closed ends its programs by a signal (SIGHUP), but only those it controls: others
continue. Textual then reads the end of its input over and over, with the patients on a screen that
nobody sees and the working file locked. Signals that end a program (SIGTERM, SIGQUIT) would
end it at once, with its lock beside the file, the patients' names on the screen and the terminal
reporting the mouse.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from recordpick.stopping import SIGNALS, exit_code_of, handled_by

HUNG_UP = 129
"""The exit code when the terminal has gone: the one of shells for a program ended by a hang-up."""

PATIENCE = 15.0
"""Seconds that the app has to end by itself: its output may be stuck."""

RESET_TERMINAL = (
    b"\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1016l"  # the mouse
    b"\x1b[?2004l\x1b[?1004l\x1b[?2048l\x1b[<u"  # pasting, focus, sizes, keys
    b"\x1b[?1049l\x1b[?25h\x1b[?7h\x1b[0m"  # the other screen, the cursor, wrapping, colours
)
"""Brings a terminal back to the state that a shell needs, whatever the app was doing."""


class ShutdownWatcher:
    """Waits in a thread for the terminal to go away or for a signal, and ends the app.

    `end` is called in a thread of its own, once, with the exit code. If the app still runs
    `PATIENCE` seconds later, `last` is called, for a few seconds at most, and the process ended.
    """

    def __init__(
        self, terminal: int, end: Callable[[int], object], last: Callable[[], object]
    ) -> None:
        self._terminal = terminal
        self._end = end
        self._last = last
        self._signals: tuple[int, int] | None = None

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch during the block, in the main thread.

        Does nothing where the system has no such call (Windows ends a console's programs itself).
        """
        if sys.platform == "win32" or not hasattr(select, "poll"):
            yield
            return
        reading, writing = os.pipe()
        self._signals = (reading, writing)
        threading.Thread(target=self._watch, name="recordpick-shutdown", daemon=True).start()
        try:
            # In the handler of a signal nothing else is safe: the app may be doing anything.
            with handled_by(lambda number: _write(writing, bytes([number]))), _woken_by(writing):
                yield
        finally:
            _write(writing, b"\0")

    def _watch(self) -> None:
        code = self._wait()
        if code is None:
            return
        # If even Python is stuck by then (while it shuts down, no thread runs), the system ends it.
        signal.setitimer(signal.ITIMER_REAL, 2 * PATIENCE)
        threading.Thread(target=self._end, args=(code,), daemon=True).start()
        time.sleep(PATIENCE)
        last = threading.Thread(target=self._let_go, daemon=True)
        last.start()
        last.join(PATIENCE / 3)  # a lock that is held must not keep the process
        _write(self._terminal, RESET_TERMINAL)
        os._exit(code)

    def _let_go(self) -> None:
        with suppress(Exception):  # whatever it was: the process has to end
            self._last()

    def _wait(self) -> int | None:
        """Wait; return the exit code, or None where the app ends by itself."""
        if self._signals is None:
            return None
        reading, _ = self._signals
        poll = select.poll()
        poll.register(reading, select.POLLIN)
        poll.register(self._terminal, 0)  # hang-ups and errors are always reported
        while True:
            for number, event in poll.poll():
                if number == reading:
                    signal_number = os.read(reading, 1)[0]
                    if signal_number and signal_number not in SIGNALS:
                        continue  # such as a new size of the window
                    return exit_code_of(signal_number) if signal_number else None
                if event & (select.POLLHUP | select.POLLERR):
                    return HUNG_UP
                poll.unregister(self._terminal)  # this system cannot watch terminals


@contextmanager
def _woken_by(writing: int) -> Iterator[None]:
    """Have the number of each signal written to a pipe at once, during the block.

    The system may give a signal to any thread. Python's handlers only run in the main thread, when
    that wakes, and while nobody types anything it may sleep for ever.
    """
    os.set_blocking(writing, False)
    before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)


def _write(number: int, content: bytes) -> None:
    with suppress(OSError):
        os.write(number, content)
