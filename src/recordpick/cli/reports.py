"""`recordpick reports`: both systems' report figures in the working file, and how they differ."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from recordpick.cli.arguments import (
    add_figures,
    add_file_and_index,
    add_json,
    add_person,
    add_take_over,
)
from recordpick.cli.common import acting_person, open_with_index
from recordpick.cli.differences import differences_as_json, print_differences
from recordpick.cli.output import print_json, print_message, print_result, progress_on_stderr

if TYPE_CHECKING:
    from recordpick.index.practice_index import PracticeIndex
    from recordpick.selection.working_file import WorkingFile

HELP = "keep both systems' report figures, and show how they differ"
EXAMPLE = "recordpick reports our-practice.recordpick --current current-qof.csv --new new-qof.csv"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_file_and_index(parser)
    add_figures(parser)
    parser.add_argument("--out", type=Path, metavar="FILE", help="also write it as a new CSV file")
    parser.add_argument("--all", action="store_true", help="also the figures that are the same")
    add_json(parser)
    add_person(parser)
    add_take_over(parser)


def run(options: argparse.Namespace) -> int:
    """Keep the figures that are given; print what counts them, which there are, what differs."""

    from recordpick.atomic import check_new, write_file
    from recordpick.csv_safety import as_csv
    from recordpick.reports.compare import compare_working_file
    from recordpick.reports.practice_reports import count, counted_by, with_system_figures

    if options.out is not None:
        check_new(options.out)
    changes = any(
        (
            options.current,
            options.new,
            options.qof,
            options.report_rules,
            options.qof_year,
            options.count_to,
        )
    )
    person = acting_person(options) if changes else None
    with open_with_index(options, person, to_write=changes) as (file, index):
        import_given_figures(options, file, index)
        with progress_on_stderr() as progress:
            counted = count(index, file.as_at, counted_by(file.selection, file.as_at), progress)
        selection = file.selection
        rows = compare_working_file(selection, counted)
        notes = with_system_figures(counted.reports, selection)[1]
    table, rules = counted.by.table, counted.by.rules
    for note in (*counted.cautions, *notes):
        print_message(note)
    if options.json:
        period = counted.by.period
        print_json(
            {
                "qof_year": period.year,
                "as_at": period.as_at.isoformat(),
                "counted_to": period.counted_to.isoformat(),
                **differences_as_json(rows, everything=options.all),
            }
        )
    else:
        for sentence in counted.by.in_words:
            print_result(sentence)
        print_result(f"QOF table: {table.file} ({table.year}), SHA-256 {table.sha256}")
        print_result(f"Rules: {rules.title}, version {rules.version}, SHA-256 {rules.fingerprint}")
        print_result()
        print_differences(rows, everything=options.all)
    if options.out is not None:
        write_file(options.out, as_csv(rows))
        print_line = print_message if options.json else print_result
        print_line(f"All {rows.height:,} figures written to {options.out}.")
    return 0


def import_given_figures(
    options: argparse.Namespace, file: WorkingFile, index: PracticeIndex
) -> None:
    """Keep the figures, the table and the rules that the options name, and say so."""
    from recordpick.reports.import_figures import import_figures

    imported = import_figures(
        file,
        index,
        {"current_system": options.current, "new_system": options.new},
        options.qof,
        options.report_rules,
        options.practice or "",
        period=(options.qof_year, options.count_to),
    )
    for one in imported:
        print_message(one.in_words)
