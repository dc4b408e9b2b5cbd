"""Crash reports: where the program failed, and nothing about any patient.

A traceback's last line and its variables contain whatever the program was working on, and people
forward such texts. So a crash report names the type of the error and the lines of the program that
led to it, and no more. `RECORDPICK_TRACEBACK=1` in the environment shows Python's own traceback,
for debugging on made-up data.
"""

from __future__ import annotations

import os
import platform
import sys
import threading
import traceback
from pathlib import PurePath
from types import TracebackType

from recordpick import __version__

WHOLE = "RECORDPICK_TRACEBACK"
_PACKAGES = ("recordpick", "site-packages", "dist-packages", f"python3.{sys.version_info.minor}")


def crash_report(error: BaseException) -> str:
    """Return the report of a bug of ours: several lines, without any data."""
    if os.environ.get(WHOLE):
        return "".join(traceback.format_exception(error))
    kinds = " after ".join(type(one).__name__ for one in _with_causes(error))
    lines = [
        "recordpick has made a mistake and stopped. Every change that it showed is in the working",
        "file. Please send it to whoever looks after recordpick; nothing below is about patients.",
        "",
        f"recordpick {__version__}, Python {platform.python_version()}, {platform.system()}",
        f"{kinds} at",
    ]
    lines += [f"  {place}" for place in _places(error.__traceback__)]
    return "\n".join(lines)


def report_crashes() -> None:
    """Report every unhandled error of this program, or of one of its threads, in that way."""

    def of_program(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
        else:
            _write_report(error)

    def of_thread(thread_error: threading.ExceptHookArgs) -> None:
        if thread_error.exc_value is not None:
            _write_report(thread_error.exc_value)

    sys.excepthook = of_program
    threading.excepthook = of_thread


def _write_report(error: BaseException) -> None:
    sys.stderr.write(crash_report(error) + "\n")


def _with_causes(error: BaseException) -> list[BaseException]:
    """Return the error and its causes, the last first."""
    found: list[BaseException] = []
    one: BaseException | None = error
    while one is not None and one not in found and len(found) < 10:
        found.append(one)
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return found


def _places(trace: TracebackType | None) -> list[str]:
    """Return file, line and function of each stack frame, the innermost last."""
    return [
        f"{_short(frame.filename)}, line {frame.lineno}, in {frame.name}"
        for frame in traceback.extract_tb(trace)
    ]


def _short(file: str) -> str:
    """Return the path without its place on this computer, which may name a person."""
    parts = PurePath(file).parts
    for place in range(len(parts) - 1, -1, -1):
        if parts[place] == "recordpick":
            return "/".join(parts[place:])
        if parts[place] in _PACKAGES:
            return "/".join(parts[place + 1 :])
    return parts[-1] if parts else file
