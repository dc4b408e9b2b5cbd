"""`recordpick synthesise`: make up a practice."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from recordpick.cli.common import day, progress_on_stderr, say
from recordpick.errors import UserError
from recordpick.synthetic.extract_writing import write_tables
from recordpick.synthetic.practice import AS_AT, make_practice

MOST_PATIENTS = 2_000_000


def run(options: argparse.Namespace) -> int:
    """Make a practice and write it in the requested format."""
    if not 1 <= options.patients <= MOST_PATIENTS:
        raise UserError(f"--patients takes a number from 1 to {MOST_PATIENTS:,}.")
    with progress_on_stderr() as progress:
        practice = make_practice(
            options.patients, options.seed, day(options.as_at) or AS_AT, progress=progress
        )
        if options.system == "tables":
            write_tables(practice, options.out, options.format, progress=progress)
        else:
            _writer(options.system)(practice, options.out, progress=progress)
    say(f"{options.patients:,} made-up patients in {options.out}.")
    return 0


def _writer(system: str) -> Callable[..., None]:
    """Return the function that writes a practice as a system exports it."""
    if system == "emis":
        from recordpick.synthetic.as_emis import write_emis

        return write_emis
    if system == "systmone":
        from recordpick.synthetic.as_systmone import write_systmone

        return write_systmone
    if system == "vision":
        from recordpick.synthetic.as_vision import write_vision

        return write_vision
    if system == "reports":
        from recordpick.synthetic.as_reports import write_reports

        return write_reports
    from recordpick.synthetic.as_list import write_list

    return write_list
