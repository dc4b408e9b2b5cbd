"""`recordpick` and `recordpick FILE`: the app."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from recordpick.errors import UserError


def run(options: argparse.Namespace) -> int:
    """Open the app, on the working file if one is given."""
    return run_app(options.file)


def run_app(file: Path | None, *, demo: bool = False) -> int:
    """Run the app until the person leaves it."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UserError(
            "The app needs a terminal to draw on, and there is none here: run it in a terminal "
            "window, or see recordpick --help for the commands that do without."
        )
    from recordpick.tui.app import RecordpickApp

    RecordpickApp(file, demo=demo).run()
    return 0
