"""`recordpick undo`: take back the last decision."""

from __future__ import annotations

import argparse

from recordpick.cli.arguments import add_file, add_person, add_take_over
from recordpick.cli.common import acting_person, open_working_file
from recordpick.cli.output import print_result

HELP = "undo the last thing that was done, whatever it was"
EXAMPLE = "recordpick undo our-practice.recordpick"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_file(parser)
    add_person(parser)
    add_take_over(parser)


def run(options: argparse.Namespace) -> int:
    """Undo the last decision and print what it was."""
    with open_working_file(options, acting_person(options), to_write=True) as file:
        words = file.selection.can_undo
        file.undo()
        print_result(f"Undone: {words}.")
    return 0
