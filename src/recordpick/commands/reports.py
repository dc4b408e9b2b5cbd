"""`recordpick reports`: both systems' report figures in the working file, and their differences."""

from __future__ import annotations

import argparse

from recordpick.cells import as_csv
from recordpick.commands.common import opened, progress_on_stderr, say, tell, who
from recordpick.commands.differences import say_differences
from recordpick.handover.compare import of_working_file
from recordpick.handover.one_file import check_new, write_file
from recordpick.handover.reports import count, counted_by, with_systems_own
from recordpick.handover.taking_in_figures import take_in
from recordpick.index.practice_index import PracticeIndex
from recordpick.selection.working_file import WorkingFile


def run(options: argparse.Namespace) -> int:
    """Keep what is given, then say by what is counted, which figures there are, what differs."""
    if options.out is not None:
        check_new(options.out)
    changing = given(options)
    person = who(options) if changing else None
    with opened(options, person, to_write=changing) as (file, index):
        take_in_given(options, file, index)
        with progress_on_stderr() as progress:
            counted = count(index, file.as_at, counted_by(file.selection), progress)
        selection = file.selection
        rows = of_working_file(selection, counted)
        notes = with_systems_own(counted.reports, selection)[1]
    by = counted.by
    say(f"QOF table: {by.table.file} ({by.table.year}), SHA-256 {by.table.sha256}")
    say(f"Rules: {by.rules.title}, version {by.rules.version}, SHA-256 {by.rules.fingerprint}")
    say()
    for note in (*counted.cautions, *notes):
        tell(note)
    say_differences(rows, everything=options.all)
    if options.out is not None:
        write_file(options.out, as_csv(rows))
        say(f"All {rows.height:,} figures written to {options.out}.")
    return 0


def given(options: argparse.Namespace) -> bool:
    """Tell whether something is given that the working file is to keep."""
    return any((options.current, options.new, options.qof, options.report_rules))


def take_in_given(options: argparse.Namespace, file: WorkingFile, index: PracticeIndex) -> None:
    """Keep the figures, the table and the rules that are given, and say so."""
    loaded = take_in(
        file,
        index,
        {"current_system": options.current, "new_system": options.new},
        options.qof,
        options.report_rules,
    )
    for one in loaded:
        tell(one.in_words)
