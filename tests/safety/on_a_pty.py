"""Running a program on a terminal of its own (POSIX), with keys, and reading all that it writes."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Self

LONGEST = 60.0
QUIET = 0.15
"""Longer than the 0.1 s after which Textual takes an escape for a key of its own."""
_TAKE_CONTROL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""
RESTING = 5
"""So many looks in that time must find it at rest."""

SWITCHES = {
    "the other screen": b"1049",
    "clicks": b"1000",
    "movements": b"1003",
    "coordinates": b"1006",
    "pasting": b"2004",
    "focus": b"1004",
}
"""What the app switches on at a terminal, with the numbers of the modes."""


def left_on(written: bytes) -> list[str]:
    """Return what was switched on last, and not off again."""
    found = []
    for what, mode in SWITCHES.items():
        switched = re.findall(rb"\x1b\[\?" + mode + rb"([hl])", written)
        if switched and switched[-1] == b"h":
            found.append(what)
    return found


class Terminal:
    """A program on a terminal of 40 lines by 120 columns. `written` is all that it wrote."""

    def __init__(self, command: Sequence[str], home: Path, *, controlling: bool = False) -> None:
        """Start it. With `controlling` the terminal controls it, as it does in a window.

        Without, it has this terminal for its input only: no signal tells it that it has gone.
        """
        self.written = b""
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        start = [sys.executable]
        if controlling:
            # A shell's part: a session whose controlling terminal this is (TIOCSCTTY).
            start += ["-c", _TAKE_CONTROL]
        self.process = subprocess.Popen(
            [*start, *command],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            env=os.environ
            | {
                "HOME": str(home),
                "XDG_CONFIG_HOME": str(home),
                "TERM": "xterm-256color",
                "COLUMNS": "120",
                "LINES": "40",
                "PYTHONPATH": os.pathsep.join(sys.path),
            },
        )
        os.close(theirs)

    def _read(self, seconds: float) -> bool:
        """Read what is there or comes within some time; say whether anything did."""
        if not select.select([self._ours], [], [], seconds)[0]:
            return False
        try:
            new = os.read(self._ours, 1 << 16)
        except OSError:  # Linux says so when the program has gone
            return False
        self.written += new
        return bool(new)

    def wait_for(self, text: bytes, after: int = 0) -> None:
        """Read on until some text was written, behind the first `after` bytes."""
        began = time.monotonic()
        while text not in self.written[after:]:
            gone = not self._read(0.2) and self.process.poll() is not None
            if gone or time.monotonic() - began > LONGEST:
                raise AssertionError(f"{text!r} did not come: {self.written[-3000:]!r}")

    def press(self, keys: str) -> None:
        """Press keys, and read on until the program rests."""
        os.write(self._ours, keys.encode())
        began, resting = time.monotonic(), 0
        while resting < RESTING and time.monotonic() - began < LONGEST:
            resting = resting + 1 if not self._read(QUIET / RESTING) and self._rests() else 0

    def type(self, keys: str) -> None:
        """Press keys, and wait for nothing."""
        os.write(self._ours, keys.encode())

    def read_for(self, seconds: float) -> None:
        """Read what the program writes for some time."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if not self._read(left) and self.process.poll() is not None:
                return

    def paste(self, text: str) -> None:
        """Paste a text, as terminals send it, and read meanwhile: their room is small."""
        left = f"\x1b[200~{text}\x1b[201~".encode()
        os.set_blocking(self._ours, False)
        while left:
            if select.select([], [self._ours], [], 0.05)[1]:
                left = left[os.write(self._ours, left) :]
            self._read(0)
        os.set_blocking(self._ours, True)

    def _rests(self) -> bool:
        """Tell whether all its threads wait for something or are stopped, where Linux can say so.

        On a computer with much else to do a program that writes nothing may only be waiting for
        its turn; the next key would reach it in the wrong moment.
        """
        try:
            threads = list(Path(f"/proc/{self.process.pid}/task").iterdir())
            states = [(one / "stat").read_text().rpartition(")")[2].split()[0] for one in threads]
        except (OSError, IndexError):
            return True
        return set(states) <= {"S", "T", "Z", "X"}

    def vanish(self) -> None:
        """Let the terminal go, as when a window is closed or a connection breaks."""
        os.close(self._ours)
        self._ours = -1

    def signal(self, number: int) -> None:
        """Send the program a signal."""
        os.kill(self.process.pid, number)

    def state(self) -> str:
        """Return the letter that the system (Linux) has for its state: T for stopped."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="utf-8")
        return stat.rpartition(")")[2].split()[0]

    def wait_until_stopped(self) -> None:
        """Read on until the program is suspended."""
        began = time.monotonic()
        while self.state() != "T":
            self._read(0.05)
            if time.monotonic() - began > LONGEST:
                raise AssertionError(f"it was not suspended: {self.written[-3000:]!r}")

    def echoes(self) -> bool:
        """Tell whether the terminal shows what is typed, as a shell expects it to."""
        return bool(termios.tcgetattr(self._ours)[3] & termios.ECHO)

    def wait(self) -> int:
        """Wait for the program without its terminal; give its exit code."""
        return self.process.wait(LONGEST)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self._ours >= 0:
            os.close(self._ours)

    def end(self) -> int:
        """Read until the program has ended; give its exit code."""
        began = time.monotonic()
        while self.process.poll() is None:
            self._read(0.2)
            if time.monotonic() - began > LONGEST:
                raise AssertionError(f"it did not end: {self.written[-3000:]!r}")
        while self._read(0):
            pass
        return self.process.returncode
