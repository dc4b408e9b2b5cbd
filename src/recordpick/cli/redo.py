"""`recordpick redo`: do again what was undone."""

from __future__ import annotations

import argparse

from recordpick.cli.arguments import add_file, add_person, add_take_over
from recordpick.cli.common import acting_person, open_working_file
from recordpick.cli.output import print_result

HELP = "do again what was undone"
EXAMPLE = "recordpick redo our-practice.recordpick"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_file(parser)
    add_person(parser)
    add_take_over(parser)


def run(options: argparse.Namespace) -> int:
    """Do the decision again and print what it is."""
    with open_working_file(options, acting_person(options), to_write=True) as file:
        words = file.selection.can_redo
        file.redo()
        print_result(f"Done again: {words}.")
    return 0
