"""`recordpick rematch`: use a newer extract's index, and list the picks it does not support."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from recordpick.cli.arguments import add_as_at, add_file, add_person, add_take_over
from recordpick.cli.common import acting_person, open_working_file, parse_as_at
from recordpick.cli.output import print_message, print_result, progress_on_stderr
from recordpick.text import day, plural

if TYPE_CHECKING:
    from recordpick.index.practice_index import PracticeIndex
    from recordpick.matching import Matches
    from recordpick.picking.stale_picks import StalePick
    from recordpick.selection.working_file import WorkingFile

HELP = "use the index of a newer extract, and list the picks that it no longer supports"
EXAMPLE = "recordpick rematch our-practice.recordpick --index newer-index"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_file(parser)
    parser.add_argument(
        "--index",
        type=Path,
        required=True,
        metavar="DIR",
        help="the index of a newer extract of the same practice",
    )
    add_as_at(parser, "the day for which ages are calculated (otherwise the index's own)")
    add_person(parser)
    add_take_over(parser)


def run(options: argparse.Namespace) -> int:
    """Use the index from now on, match with it, and print which picks to look at.

    UserError, and nothing changed, where its patient numbers are other people's.
    """
    from recordpick.index.practice_index import open_index
    from recordpick.matching import match
    from recordpick.selection.find_index import warn_of_other_practice

    with open_working_file(options, acting_person(options), to_write=True) as file:
        index = open_index(options.index)
        for warning in index.manifest.warnings:
            print_message(f"Warning: {warning}")
        if other := warn_of_other_practice(file, index):
            print_message(f"Warning: {other} Rematch with the index before to go back to it.")
        before = len(file.events)
        file.use_index(index, parse_as_at(options.as_at) or index.manifest.as_at)
        patients = plural(index.manifest.tables["patients"].rows, "patient")
        uses = "now uses" if len(file.events) > before else "already uses"
        print_result(
            f"{file.path.name} {uses} {options.index}: {patients}, as at {day(file.as_at)}."
        )
        with progress_on_stderr() as progress:
            matches = match(file.pack, index, file.as_at, progress)
        stale = _stale_picks(file, index, matches)
    for pick in stale:
        print_result(pick.in_words)
    if stale:
        picks = plural(len(stale), "pick")
        print_result(
            f"Look at {picks}: remove (unpick) or replace those that cannot be checked. Nothing "
            "was removed."
        )
    else:
        print_result("It supports every pick.")
    return 0


def _stale_picks(
    file: WorkingFile, index: PracticeIndex, matches: Matches
) -> tuple[StalePick, ...]:
    from recordpick.picking.stale_picks import stale_picks

    columns = [name for name in ("patient_id", "status") if name in index.columns("patients")]
    patients = index.patients(file.as_at).select(columns).collect()
    return stale_picks(file.selection.picks, matches, patients, file.reused_numbers())
