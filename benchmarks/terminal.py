"""Run terminal programs in a pseudo-terminal until a text appears on the screen."""

from __future__ import annotations

import os
import re
import select
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

COLUMNS, ROWS = 120, 40
_ESCAPES = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()][0-9A-B]|.)")


@dataclass(frozen=True)
class Step:
    """A text (a regular expression) to wait for, and the keys to press once it appears."""

    wait_for: str
    keys: str = ""


class NotShownError(RuntimeError):
    """The program ended, or the time ran out, before the text appeared on the screen."""


def can_be_run() -> bool:
    """Return whether this system has pseudo-terminals (Windows does not have this kind)."""
    return sys.platform != "win32"


def seconds_until_shown(
    command: Sequence[str],
    steps: Sequence[Step],
    environment: Mapping[str, str] | None = None,
    most: float = 60,
) -> float:
    """Return the time from the start of the program to the last step's text, in seconds.

    The program is then ended. Raises NotShownError if a text does not appear in `most` seconds.
    """
    if sys.platform == "win32":
        raise NotShownError("there is no pseudo-terminal on this system")
    import fcntl
    import pty
    import struct
    import termios

    size = struct.pack("HHHH", ROWS, COLUMNS, 0, 0)
    seen_as = {"TERM": "xterm-256color", "COLUMNS": str(COLUMNS), "LINES": str(ROWS)}
    everything = {**os.environ, **seen_as, **(environment or {})}
    start = time.perf_counter()
    child, screen = pty.fork()
    if child == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, size)
        os.execvpe(command[0], list(command), everything)
    try:
        for step in steps:
            _wait_for(screen, re.compile(step.wait_for), start + most, command[0])
            if step.keys:
                os.write(screen, step.keys.encode())
        return time.perf_counter() - start
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(screen)


def _wait_for(screen: int, text: re.Pattern[str], until: float, program: str) -> None:
    shown = b""
    while (left := until - time.perf_counter()) > 0:
        if not select.select([screen], [], [], left)[0]:
            break
        try:
            more = os.read(screen, 65536)
        except OSError:  # on Linux, when the program has ended
            more = b""
        if not more:
            raise NotShownError(f"{Path(program).name} ended: {_plain(shown)[-200:]!r}")
        shown += more
        if text.search(_plain(shown)):
            return
    raise NotShownError(f"{Path(program).name} did not show it in time: {_plain(shown)[-200:]!r}")


def _plain(shown: bytes) -> str:
    """Return the text without escape sequences that move the cursor or set colours."""
    return _ESCAPES.sub(b" ", shown).decode("utf-8", errors="replace")
