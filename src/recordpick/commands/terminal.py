"""Whether a person sits at a terminal. Known before anything heavy is loaded."""

from __future__ import annotations

import sys


def has_terminal() -> bool:
    """Tell whether the app has a terminal to read from and to draw on (it draws on stderr)."""
    return all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))
