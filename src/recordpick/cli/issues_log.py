"""`recordpick issues log`: what was found, for the supplier."""

from __future__ import annotations

import argparse

from recordpick.atomic import check_new, write_file
from recordpick.cli.common import opened_file, say
from recordpick.csv_safety import as_csv
from recordpick.data_checking.progress import issue_log


def run(options: argparse.Namespace) -> int:
    """Write the issue log as CSV."""
    check_new(options.out)
    with opened_file(options, to_write=False) as file:
        log = issue_log(file.selection, file.pack)
    write_file(options.out, as_csv(log))
    counts = dict(log["status"].value_counts().iter_rows())
    statuses = ", ".join(f"{number:,} {status}" for status, number in sorted(counts.items()))
    say(f"Issue log written to {options.out}: {statuses or 'no issue was noted'}.")
    return 0
