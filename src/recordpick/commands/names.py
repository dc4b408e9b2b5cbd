"""Patients' names in a workbook: only where a person says so."""

from __future__ import annotations

import argparse
import sys

from recordpick.commands.common import tell
from recordpick.errors import UserError


def may_write_names(options: argparse.Namespace, file: str) -> bool:
    """Tell whether names are wanted (`--with names`), and ask unless `--yes` is given.

    UserError where somebody says no, or nobody can be asked.
    """
    if "names" not in options.also:
        return False
    if options.yes:
        return True
    if not sys.stdin.isatty():
        raise UserError(
            f"--with names puts patients' names into {file}. Nobody can be asked here: "
            "add --yes if that is wanted."
        )
    tell(f"Patients' names will stand in {file}, for the practice's own use.")
    tell("Type yes to go on:")
    if sys.stdin.readline().strip().casefold() != "yes":
        raise UserError("Nothing was written: leave out --with names to do it without them.")
    return True
