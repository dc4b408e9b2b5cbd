"""`recordpick synthesise`: make up a practice."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from recordpick.cli.arguments import add_as_at, add_out
from recordpick.cli.common import parse_as_at
from recordpick.cli.output import print_result, progress_on_stderr
from recordpick.errors import UserError

HELP = "make up a practice, for trials and teaching"
EXAMPLE = "recordpick synthesise --out made-up-practice"
MOST_PATIENTS = 2_000_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("--patients", type=int, default=1500, metavar="N", help="how many (1500)")
    parser.add_argument(
        "--seed", type=int, default=1, metavar="S", help="the same seed gives the same bytes"
    )
    add_out(parser, "DIR", "a new folder")
    parser.add_argument(
        "--as",
        dest="system",
        choices=("tables", "emis", "systmone", "vision", "list", "reports"),
        default="tables",
        help="as tables (the default), as that system exports a practice, or as staff do by hand: "
        "a list, or a list and reports",
    )
    parser.add_argument(
        "--format",
        choices=("parquet", "csv"),
        default="parquet",
        help="the format of tables (parquet)",
    )
    add_as_at(parser, "the practice's as-at date")


def run(options: argparse.Namespace) -> int:
    """Make up a practice and write it in the form that is wanted."""
    if not 1 <= options.patients <= MOST_PATIENTS:
        raise UserError(f"--patients takes a number from 1 to {MOST_PATIENTS:,}.")
    from recordpick.synthetic.extract_writing import write_tables
    from recordpick.synthetic.practice import AS_AT, make_practice

    as_at = parse_as_at(options.as_at) or AS_AT
    with progress_on_stderr() as progress:
        practice = make_practice(options.patients, options.seed, as_at, progress=progress)
        if options.system == "tables":
            write_tables(practice, options.out, options.format, progress=progress)
        else:
            _writer(options.system)(practice, options.out, progress=progress)
    print_result(f"{options.patients:,} made-up patients in {options.out}.")
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
