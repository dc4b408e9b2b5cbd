"""An end to attempts that would run for ever."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def within_seconds(seconds: int) -> Iterator[None]:
    """Fail where something hangs: waits for a pipe, say, or calculates without an end.

    Windows has no alarm: there the limit of the whole run ends it.
    """
    if not hasattr(signal, "SIGALRM"):
        yield
        return

    def hung(*_: object) -> None:
        raise AssertionError(f"it hangs: {seconds} s were not enough")

    before = signal.signal(signal.SIGALRM, hung)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
