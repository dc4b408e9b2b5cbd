"""`recordpick` and `recordpick FILE`: open the app."""

from __future__ import annotations

import argparse
import gc
from pathlib import Path

from recordpick.cli.output import has_terminal, print_result
from recordpick.errors import UserError

HELP = "open the app, on a working file if one is given"
EXAMPLE = "recordpick our-practice.recordpick"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("file", type=Path, nargs="?", metavar="FILE", help="the working file")


def run(options: argparse.Namespace) -> int:
    """Open the app, on the working file if one is given, until the person leaves it."""
    if options.file is not None and not options.file.exists():
        from recordpick.cli.main import COMMANDS
        from recordpick.text import similar_hint

        hint = similar_hint(str(options.file), COMMANDS)
        raise UserError(
            f"{options.file}: there is no such working file, and no command of that name.{hint} "
            "See recordpick --help, or make a working file with recordpick new."
        )
    if not has_terminal():
        raise UserError(
            "The app needs a terminal, and there is none here: run it in a terminal window, or see "
            "recordpick --help for the commands that need none."
        )
    gc.disable()  # the app turns it on, once a file is open or its start screen is there
    from recordpick.tui.app import RecordpickApp

    app = RecordpickApp(options.file)
    code = app.run_on_terminal()
    if app.exit_message:
        print_result(app.exit_message)
    return code
