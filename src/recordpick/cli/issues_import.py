"""`recordpick issues import`: import the results of a filled-in workbook into the working file."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from recordpick.cli.arguments import add_file, add_person, add_take_over
from recordpick.cli.common import acting_person, open_working_file
from recordpick.cli.output import print_message, print_result
from recordpick.errors import UserError

if TYPE_CHECKING:
    from recordpick.data_checking.import_results import ImportPreview, Replaced
    from recordpick.selection.working_file import WorkingFile

HELP = "import a filled-in workbook, a transcript of printed sheets, or a checking copy"
EXAMPLE = "recordpick issues import our-practice.recordpick tick_sheets.xlsx"
NOT_ALL = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_file(parser)
    parser.add_argument(
        "workbook",
        type=Path,
        metavar="WORKBOOK",
        help="tick_sheets.xlsx, filled in; a CSV typed from printed sheets; or a copy",
    )
    parser.add_argument(
        "--phase",
        choices=("first_check", "recheck", "go_live"),
        help="the phase it is for (otherwise what its sheet Start says)",
    )
    parser.add_argument("--show", action="store_true", help="show what is in it, import nothing")
    add_person(parser)
    add_take_over(parser)


def run(options: argparse.Namespace) -> int:
    """Print what is in the workbook, import it, and list every row that could not be imported.

    Return 0 when every filled-in row was imported, 1 when some were not.
    """
    from recordpick.data_checking.checking_copies import is_copy
    from recordpick.data_checking.import_results import preview_import
    from recordpick.data_checking.workbook import parse_phase

    phase = None if options.phase is None else parse_phase(options.phase)
    person = None if options.show else acting_person(options)
    with open_working_file(options, person, to_write=not options.show) as file:
        if is_copy(options.workbook):
            return _import_copy(file, options)
        preview = preview_import(file, options.workbook, phase)
        if not options.show:
            file.import_results(preview.filled)
        _print(preview, shown_only=options.show)
    return NOT_ALL if preview.not_imported else 0


def _import_copy(file: WorkingFile, options: argparse.Namespace) -> int:
    """Import a copy of the working file; 1 where what is damaged of it could not be imported."""
    from recordpick.data_checking.checking_copies import (
        import_preview,
        import_words,
        preview_copy,
    )

    if options.phase is not None:
        raise UserError("A copy knows its phase: leave out --phase.")
    preview = preview_copy(file, options.workbook)
    if not options.show:
        import_preview(file, preview)
    for note in (*preview.notes, *preview.disagree):
        print_message(note)
    print_result(f"{preview.source}: {import_words(preview)}")
    if options.show:
        print_result("Nothing was imported (--show).")
    elif preview.body is not None:
        times = " (once more for the results that are kept beside others)" * bool(preview.apart)
        print_result(f"recordpick undo, or u in the app, reverses it{times}.")
    return NOT_ALL if preview.notes else 0


def _print(preview: ImportPreview, *, shown_only: bool) -> None:
    filled = preview.filled
    for note in preview.notes:
        print_message(note)
    if preview.imported_before is None:
        for replaced in preview.replaced:
            print_message(_change(replaced))
        for reason in preview.disagree:
            print_message(reason)
    if preview.not_imported:
        print_message(
            f"{len(preview.not_imported):,} could not be imported; they are still in the workbook:"
        )
    for reason in preview.not_imported:
        print_message(f"  {reason}")
    print_result(f"{filled.workbook}: {filled.phase}, list {filled.list_id}")
    if preview.imported_before is not None:
        earlier = preview.imported_before
        print_result(
            f"It was imported on {earlier.on:%Y-%m-%d} by {earlier.by.name}: nothing changes."
        )
        return
    print_result(
        f"{preview.new:,} new results, {len(preview.replaced):,} that replace earlier ones, "
        f"{preview.known:,} known already."
    )
    if shown_only:
        print_result("Nothing was imported (--show).")
    elif preview.new or preview.replaced:
        print_result("recordpick undo, or u in the app, reverses it.")


def _change(replaced: Replaced) -> str:
    before, now = replaced.before.entry, replaced.entry
    line = f"Line {now.line} ({now.criterion_id or 'Random'}, patient {now.patient_id})"
    if before.outcome == now.outcome:
        return f"{line}: what was noted has changed."
    return f"{line} was {before.outcome!r} and is {now.outcome!r} now."
