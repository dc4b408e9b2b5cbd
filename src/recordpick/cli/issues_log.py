"""`recordpick issues log`: write what was found, for the supplier."""

from __future__ import annotations

import argparse

from recordpick.cli.arguments import add_file, add_out
from recordpick.cli.common import open_working_file
from recordpick.cli.output import print_result

HELP = "write the issue log for the supplier"
EXAMPLE = "recordpick issues log our-practice.recordpick --out issue-log.csv"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_file(parser)
    add_out(parser, "FILE", "a new CSV file")


def run(options: argparse.Namespace) -> int:
    """Write the issue log as CSV."""

    from recordpick.atomic import check_new, write_file
    from recordpick.csv_safety import as_csv
    from recordpick.data_checking.issue_log import issue_log

    check_new(options.out)
    with open_working_file(options, to_write=False) as file:
        log = issue_log(file.selection, file.pack)
    write_file(options.out, as_csv(log))
    counts = dict(log["status"].value_counts().iter_rows())
    statuses = ", ".join(f"{number:,} {status}" for status, number in sorted(counts.items()))
    print_result(f"Issue log written to {options.out}: {statuses or 'no issue was noted'}.")
    return 0
