"""`recordpick issues sign-off`: write the page that the lead clinician signs."""

from __future__ import annotations

import argparse

from recordpick.cli.arguments import add_file, add_out
from recordpick.cli.common import open_working_file
from recordpick.cli.output import print_result

HELP = "write the page that the lead clinician signs"
EXAMPLE = "recordpick issues sign-off our-practice.recordpick --out sign-off.txt"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_file(parser)
    add_out(parser, "FILE", "a new text file")


def run(options: argparse.Namespace) -> int:
    """Write the page as text, to print."""

    from datetime import UTC, datetime

    from recordpick.atomic import check_new, write_file
    from recordpick.data_checking.sign_off import sign_off

    check_new(options.out)
    with open_working_file(options, to_write=False) as file:
        page = sign_off(file, datetime.now(UTC))
    write_file(options.out, page.encode("utf-8"))
    print_result(f"Written to {options.out}: print and sign it.")
    return 0
