"""`recordpick issues log`: write what was found, for the supplier."""

from __future__ import annotations

import argparse
from pathlib import Path

from recordpick.cli.arguments import add_file, add_out
from recordpick.cli.common import open_working_file
from recordpick.cli.output import print_result

HELP = "write the issue log for the supplier"
EXAMPLE = "recordpick issues log our-practice.recordpick --out issue-log.csv"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_file(parser)
    add_out(parser, "FILE", "a new CSV file or workbook (.xlsx)")
    parser.add_argument(
        "--since",
        metavar="LAST",
        help="only what is new or has changed since the log that was sent last (.csv or .xlsx), or "
        "since a day",
    )
    parser.add_argument(
        "--form",
        type=Path,
        metavar="TOML",
        help="fill in the supplier's own form, as this file says, instead",
    )


def run(options: argparse.Namespace) -> int:
    """Write the issue log."""
    from recordpick.data_checking.write_log import write_log

    with open_working_file(options, to_write=False) as file:
        print_result(write_log(file, options.out, since=options.since, form=options.form))
    return 0
