"""`recordpick issues sheets`: write the tick sheets of a phase, with what to check again."""

from __future__ import annotations

import argparse

from recordpick.cli.arguments import add_file_and_index, add_names, add_out
from recordpick.cli.common import confirm_names, open_with_index
from recordpick.cli.output import print_message, print_result
from recordpick.errors import UserError
from recordpick.text import plural

HELP = "write the tick sheets of a phase"
EXAMPLE = "recordpick issues sheets our-practice.recordpick --out recheck.xlsx"
_WORKBOOK, _TEXT = ".xlsx", ".txt"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_file_and_index(parser)
    parser.add_argument(
        "--phase",
        choices=("first_check", "recheck", "go_live"),
        default="recheck",
        help="recheck (the default): the lines whose issue is open; go_live: the whole list",
    )
    add_out(parser, "FILE", "a new workbook (.xlsx), or a text to print (.txt)")
    add_names(parser)


def run(options: argparse.Namespace) -> int:
    """Write a workbook, or a text to print, for the newest list that was handed over."""

    from datetime import UTC, datetime

    from recordpick.atomic import check_new, write_file
    from recordpick.data_checking.phase_sheets import phase_sheets
    from recordpick.data_checking.workbook import parse_phase

    ending = options.out.suffix.casefold()
    if ending not in {_WORKBOOK, _TEXT}:
        raise UserError(f"{options.out}: choose a name that ends in {_WORKBOOK} or {_TEXT}.")
    check_new(options.out)
    phase = parse_phase(options.phase)
    assert phase is not None
    with_names = confirm_names(options, options.out.name) and ending == _WORKBOOK
    with open_with_index(options, to_write=False) as (file, index):
        made = phase_sheets(file, index, phase, datetime.now(UTC), with_names=with_names)
    content = made.workbook(with_names=with_names) if ending == _WORKBOOK else made.text()
    write_file(options.out, content)
    for note in made.notes:
        print_message(note)
    lines, records = plural(made.lines, "line"), plural(made.about.records, "record")
    print_result(
        f"Written to {options.out}: {lines} for {records} of {made.about.list_id}, {phase}."
    )
    return 0
