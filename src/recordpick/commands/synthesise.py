"""`recordpick synthesise`: make up a practice."""

from __future__ import annotations

import argparse

from recordpick.commands.common import day, progress_on_stderr, say
from recordpick.errors import UserError
from recordpick.synthetic.practice import AS_AT, make_practice
from recordpick.synthetic.writing import write_tables

MOST_PATIENTS = 2_000_000


def run(options: argparse.Namespace) -> int:
    """Make a practice and write its tables."""
    if not 1 <= options.patients <= MOST_PATIENTS:
        raise UserError(f"--patients takes a number from 1 to {MOST_PATIENTS:,}.")
    with progress_on_stderr() as progress:
        practice = make_practice(
            options.patients, options.seed, day(options.as_at) or AS_AT, progress=progress
        )
        rows = write_tables(practice, options.out, options.format, progress=progress)
    say(f"{options.patients:,} made-up patients, {sum(rows.values()):,} rows, in {options.out}.")
    return 0
