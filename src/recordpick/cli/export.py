"""`recordpick export`: write the hand-over pack: the selection list and the reports."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from recordpick.cli.arguments import (
    add_figures,
    add_file_and_index,
    add_names,
    add_out,
    add_person,
    add_take_over,
)
from recordpick.cli.common import acting_person, confirm_names, open_with_index
from recordpick.cli.output import print_message, print_result, progress_on_stderr
from recordpick.cli.passphrase import show_passphrase
from recordpick.cli.reports import import_given_figures

if TYPE_CHECKING:
    from recordpick.index.practice_index import PracticeIndex
    from recordpick.matching import Matches
    from recordpick.selection.working_file import WorkingFile

HELP = "write the selection list and the reports"
EXAMPLE = "recordpick export our-practice.recordpick --out hand-over"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_file_and_index(parser)
    add_out(parser, "DIR", "a new folder")
    parser.add_argument(
        "--encrypt", action="store_true", help="one zip with AES-256; shows the passphrase once"
    )
    add_names(parser)
    add_figures(parser)
    add_person(parser)
    add_take_over(parser)


def run(options: argparse.Namespace) -> int:
    """Match again, so that the reports are about the index as it is now, and write the pack."""

    from recordpick.atomic import check_free, check_writable
    from recordpick.data_checking.time_needed import time_to_check
    from recordpick.handover.encrypted import check_free_file, new_passphrase
    from recordpick.handover.export import export, export_encrypted
    from recordpick.handover.pack_contents import Options
    from recordpick.matching import match

    pack_options = Options(with_names=confirm_names(options, "tick_sheets.xlsx"))
    out: Path = _zip_name(options.out) if options.encrypt else options.out
    (check_free_file if options.encrypt else check_free)(out)
    passphrase = new_passphrase() if options.encrypt else ""
    with open_with_index(options, acting_person(options), to_write=True) as (file, index):
        import_given_figures(options, file, index)
        with progress_on_stderr() as progress:
            matches = match(file.pack, index, file.as_at, progress)
        if file.selection.picks:
            print_message(f"Checking this list takes {time_to_check(file.selection).in_words}.")
        if options.encrypt:
            check_writable(out)
            # First, so that nobody ever has a file whose passphrase was not seen.
            show_passphrase(passphrase, out)
        with progress_on_stderr() as progress:
            if options.encrypt:
                export_encrypted(
                    file,
                    index,
                    out,
                    matches,
                    progress,
                    options=pack_options,
                    passphrase=passphrase,
                )
            else:
                export(file, index, out, matches, progress, options=pack_options)
        print_result(f"{len(file.selection.picks):,} lines written to {out}.")
        _print_warnings(file, index, matches)
        fingerprint = file.selection.exports[-1].sha256
    _print_files(fingerprint)
    if passphrase:
        print_message(
            "The passphrase (above) is shown only once and is not stored. Write it down, and give "
            "it to the supplier separately from the file."
        )
    return 0


def _print_warnings(file: WorkingFile, index: PracticeIndex, matches: Matches) -> None:
    from recordpick.handover.warnings import pick_warnings
    from recordpick.reports.practice_reports import counted_by

    by = counted_by(file.selection, file.as_at)
    for note in (*by.in_words, *by.cautions):
        print_message(note)
    for warning in pick_warnings(file.selection, index, file.as_at, matches, file.reused_numbers()):
        print_message(warning.in_words)


def _print_files(fingerprint: str) -> None:
    from recordpick.handover.pack_contents import FILES
    from recordpick.handover.selection_list import PACK_FINGERPRINT_LETTERS, spoken_fingerprint

    for name in FILES:
        print_result(f"  {name}")
    spoken = spoken_fingerprint(fingerprint, PACK_FINGERPRINT_LETTERS)
    print_result(f"Fingerprint: {spoken}, to read aloud to whom you send it")
    print_result(f"SHA-256: {fingerprint}")


def _zip_name(out: Path) -> Path:
    """Return the name of the encrypted file: `out`, with .zip added if it does not end so."""
    return out if out.suffix.casefold() == ".zip" else out.with_name(f"{out.name}.zip")
