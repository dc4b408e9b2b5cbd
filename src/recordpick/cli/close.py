"""`recordpick close`: say that no more records can be found for a criterion."""

from __future__ import annotations

import argparse

from recordpick.cli.arguments import add_file_and_index, add_person, add_take_over
from recordpick.cli.common import acting_person, open_with_index, open_working_file
from recordpick.cli.lookups import find_criterion, read_text
from recordpick.cli.output import print_result, print_table, progress_on_stderr
from recordpick.errors import UserError
from recordpick.text import plural

HELP = "say that no more records can be found for a criterion, and why"
EXAMPLE = 'recordpick close our-practice.recordpick MED-04 --reason "We have only 12 such patients"'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_file_and_index(parser)
    parser.add_argument("criterion", metavar="CRITERION", nargs="?", help="the criterion's id")
    parser.add_argument(
        "--reason",
        help="why there are no more; it stays in the working file; - to type or pipe it in",
    )
    parser.add_argument(
        "--exhausted",
        action="store_true",
        help="close every criterion of which fewer patients were found than are wanted and all "
        "are picked; the reasons are printed",
    )
    parser.add_argument(
        "--show", action="store_true", help="with --exhausted: print the reasons, close nothing"
    )
    add_person(parser)
    add_take_over(parser)


def run(options: argparse.Namespace) -> int:
    """Close the criterion and print how many records it has; or close all that are exhausted."""
    if options.exhausted:
        if options.criterion is not None or options.reason is not None:
            raise UserError("--exhausted finds the criteria and their reasons: give neither.")
        return _close_exhausted(options)
    if options.criterion is None:
        raise UserError("Give the id of a criterion and --reason, or --exhausted.")
    if options.reason is None:
        raise UserError(f"Give the reason for closing {options.criterion}: --reason.")
    if options.show:
        raise UserError("--show goes with --exhausted.")
    with open_working_file(options, acting_person(options), to_write=True) as file:
        criterion = find_criterion(file.pack, options.criterion)
        selection = file.close_criterion(criterion.id, read_text(options.reason, "the reason"))
        print_result(
            f"Closed {criterion.id} with {selection.count(criterion.id):,} of "
            f"{criterion.records:,} picked."
        )
    return 0


def _close_exhausted(options: argparse.Namespace) -> int:
    """Close every criterion that is ready, print each with its reason, and those that are not."""
    from recordpick.handover.checklist import criteria_to_close
    from recordpick.matching import match
    from recordpick.picking.shortfalls import shortfalls

    person = None if options.show else acting_person(options)
    with open_with_index(options, person, to_write=not options.show) as (file, index):
        with progress_on_stderr() as progress:
            matches = match(file.pack, index, file.as_at, progress)
        found = criteria_to_close(shortfalls(matches, file.pack, file.selection), matches)
        reasons = {one.criterion_id: one.reason for one in found if one.reason}
        if reasons and not options.show:
            file.close_criteria(reasons)
    table: list[tuple[str, ...]] = [("criterion", "title", "picked", "reason")]
    table += [
        (one.criterion_id, one.title, f"{one.picked:,}", one.reason or one.not_ready)
        for one in found
    ]
    if found:
        print_table(table, right=frozenset({2}))
        print_result()
    did = "Would close" if options.show else "Closed"
    left = len(found) - len(reasons)
    print_result(f"{did} {plural(len(reasons), 'criterion', 'criteria')}; {left:,} not ready.")
    return 0
