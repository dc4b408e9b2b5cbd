"""`recordpick hand-over`: record that the list was sent, how and when."""

from __future__ import annotations

import argparse

from recordpick.cli.arguments import add_file, add_person, add_take_over
from recordpick.cli.common import acting_person, open_working_file
from recordpick.cli.lookups import parse_date, read_text
from recordpick.cli.output import print_result
from recordpick.text import day

HELP = "record how and when the list was handed over"
EXAMPLE = 'recordpick hand-over our-practice.recordpick --how "encrypted, by NHSmail"'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_file(parser)
    parser.add_argument(
        "--how", required=True, help="how it was sent; it stays in the working file; - to type it"
    )
    parser.add_argument("--on", metavar="DATE", help="the day on which it was sent (today)")
    add_person(parser)
    add_take_over(parser)


def run(options: argparse.Namespace) -> int:
    """Record it, and print which list it was."""
    from recordpick.index.as_at import today

    sent_on = today() if options.on is None else parse_date(options.on, "--on")
    with open_working_file(options, acting_person(options), to_write=True) as file:
        how = read_text(options.how, "how it was sent")
        selection = file.record_hand_over(how, sent_on)
        last = selection.handed_over[-1]
        name = f" ({last.list_id})" if last.list_id else ""
        print_result(f"List {len(selection.exports):,}{name} was handed over on {day(sent_on)}.")
    return 0
