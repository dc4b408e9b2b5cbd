"""`recordpick guide`: open the handbook, which is installed with the program."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from recordpick.cli.output import print_message, print_result

if TYPE_CHECKING:
    from pathlib import Path

HELP = "open the handbook in the browser; it is on this computer"
EXAMPLE = "recordpick guide"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument(
        "--where", action="store_true", help="only print where the handbook is, and open nothing"
    )


def run(options: argparse.Namespace) -> int:
    """Print where the handbook is, and open it unless asked not to."""
    page = handbook()
    print_result(str(page))
    if options.where:
        return 0
    import webbrowser

    if not webbrowser.open(page.as_uri()):
        print_message("No browser could be started: open that file in one.")
    return 0


def handbook() -> Path:
    """Return the first page: of the installed handbook, in a checkout of the pages it is made of.

    UserError where neither is there.
    """
    from recordpick.errors import UserError
    from recordpick.resources import handbook_pages

    for page in handbook_pages():
        if page.is_file():
            return page
    raise UserError(
        "The handbook is not installed with this copy of recordpick: install the program again."
    )
