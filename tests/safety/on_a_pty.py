"""Running a program on a terminal of its own (POSIX), with keys, and reading all that it writes."""

from __future__ import annotations

import fcntl
import os
import pty
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
QUIET = 0.12


class Terminal:
    """A program on a terminal of 40 lines by 120 columns. `written` is all that it wrote."""

    def __init__(self, command: Sequence[str], home: Path) -> None:
        self.written = b""
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, *command],
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

    def wait_for(self, text: bytes) -> None:
        """Read on until some text was written."""
        began = time.monotonic()
        while text not in self.written:
            gone = not self._read(0.2) and self.process.poll() is not None
            if gone or time.monotonic() - began > LONGEST:
                raise AssertionError(f"{text!r} did not come: {self.written[-3000:]!r}")

    def press(self, keys: str) -> None:
        """Press keys, and read on until nothing more comes for a moment."""
        os.write(self._ours, keys.encode())
        began = time.monotonic()
        while self._read(QUIET) and time.monotonic() - began < LONGEST:
            pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
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
