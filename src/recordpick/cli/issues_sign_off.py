"""`recordpick issues sign-off`: write the page that the lead clinician signs."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from recordpick.cli.arguments import add_file_and_index, add_out
from recordpick.cli.common import open_working_file
from recordpick.cli.output import print_message, print_result
from recordpick.errors import UserError

if TYPE_CHECKING:
    from recordpick.data_checking.sign_off import SourceLimits
    from recordpick.selection.working_file import WorkingFile

HELP = "write the page that the lead clinician signs"
EXAMPLE = "recordpick issues sign-off our-practice.recordpick --out sign-off.pdf"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_file_and_index(parser)
    add_out(parser, "FILE", "a new PDF (.pdf), or a text (.txt)")
    parser.add_argument(
        "--comparison",
        type=Path,
        metavar="DIR",
        help="a folder that compare-records --with-random wrote: the page says what it misses at "
        "most",
    )


def run(options: argparse.Namespace) -> int:
    """Write the page to print and sign."""

    from datetime import UTC, datetime

    from recordpick.atomic import check_new, write_file
    from recordpick.data_checking.comparison_held import read_held
    from recordpick.data_checking.sign_off import sign_off_page

    check_new(options.out)
    with open_working_file(options, to_write=False) as file:
        held = None if options.comparison is None else read_held(options.comparison, file)
        limits = _limits(file, options.index)
        page = sign_off_page(file, limits, datetime.now(UTC), options.out.suffix, held)
    write_file(options.out, page)
    print_result(f"Written to {options.out}: print and sign it.")
    return 0


def _limits(file: WorkingFile, folder: Path | None) -> SourceLimits:
    """Return what the source does not hold; without the index, that this is not known.

    UserError where an index was named and cannot be used.
    """
    from recordpick.data_checking.sign_off import SourceLimits, source_limits
    from recordpick.selection.find_index import index_of

    try:
        return source_limits(file, index_of(file, folder))
    except UserError as error:
        if folder is not None:
            raise
        print_message(f"The page will say that it is not known what the source lacks: {error}")
        return SourceLimits(not_known=str(error))
