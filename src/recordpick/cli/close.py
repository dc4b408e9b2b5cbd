"""`recordpick close`: say that no more records can be found for a criterion."""

from __future__ import annotations

import argparse

from recordpick.cli.arguments import add_file, add_person, add_take_over
from recordpick.cli.common import acting_person, open_working_file
from recordpick.cli.lookups import find_criterion, read_text
from recordpick.cli.output import print_result

HELP = "say that no more records can be found for a criterion, and why"
EXAMPLE = 'recordpick close our-practice.recordpick MED-04 --reason "We have only 12 such patients"'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_file(parser)
    parser.add_argument("criterion", metavar="CRITERION", help="the criterion's id")
    parser.add_argument(
        "--reason",
        required=True,
        help="why there are no more; it stays in the working file; - to type or pipe it in",
    )
    add_person(parser)
    add_take_over(parser)


def run(options: argparse.Namespace) -> int:
    """Close the criterion and print how many records it has."""
    with open_working_file(options, acting_person(options), to_write=True) as file:
        criterion = find_criterion(file.pack, options.criterion)
        selection = file.close_criterion(criterion.id, read_text(options.reason, "the reason"))
        print_result(
            f"Closed {criterion.id} with {selection.count(criterion.id):,} of "
            f"{criterion.records:,} picked."
        )
    return 0
