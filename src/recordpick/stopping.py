"""Signals that ask the program to end: it ends as it does for Ctrl+C, and tidies up.

Without that, the system would end it at once: with its lock beside the working file, and an
unfinished folder of patients' data.
"""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing itself is too slow to import for nothing
    from collections.abc import Callable, Iterator

SIGNALS = tuple(
    getattr(signal, name)
    for name in ("SIGTERM", "SIGHUP", "SIGQUIT", "SIGBREAK")
    if hasattr(signal, name)
)


class Stopped(KeyboardInterrupt):
    """Somebody, or the system, has asked the program to end."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_code = exit_code_of(number)
        """The exit code that shells report for a program ended by such a signal."""


def exit_code_of(number: int) -> int:
    """Return the exit code of a program that a signal has ended."""
    return 128 + number


@contextmanager
def raised_as_exceptions() -> Iterator[None]:
    """Let the first such signal raise `Stopped` in the main thread; later ones change nothing."""

    def stop(number: int) -> None:
        for one in SIGNALS:
            signal.signal(one, signal.SIG_IGN)
        raise Stopped(number)

    with handled_by(stop):
        yield


@contextmanager
def handled_by(handler: Callable[[int], None]) -> Iterator[None]:
    """Call `handler` with the number of such a signal, in the main thread, during the block.

    Signals that are ignored stay so: `nohup` has a hang-up ignored.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {one: signal.getsignal(one) for one in SIGNALS}
    ours = [one for one, set_before in before.items() if set_before not in {signal.SIG_IGN, None}]
    for one in ours:
        signal.signal(one, lambda number, _: handler(number))
    try:
        yield
    finally:
        for one in ours:
            signal.signal(one, before[one])
