"""`recordpick reopen`: look for records for a closed criterion again."""

from __future__ import annotations

import argparse

from recordpick.cli.arguments import add_file, add_person, add_take_over
from recordpick.cli.common import acting_person, open_working_file
from recordpick.cli.lookups import find_criterion
from recordpick.cli.output import print_result

HELP = "look for records for a closed criterion again"
EXAMPLE = "recordpick reopen our-practice.recordpick MED-04"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_file(parser)
    parser.add_argument("criterion", metavar="CRITERION", help="the criterion's id")
    add_person(parser)
    add_take_over(parser)


def run(options: argparse.Namespace) -> int:
    """Reopen the criterion and print how many records it has."""
    with open_working_file(options, acting_person(options), to_write=True) as file:
        criterion = find_criterion(file.pack, options.criterion)
        selection = file.reopen_criterion(criterion.id)
        print_result(
            f"Reopened {criterion.id} ({selection.count(criterion.id):,} of "
            f"{criterion.records:,} picked)."
        )
    return 0
