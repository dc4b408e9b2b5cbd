"""`recordpick reports`: both systems' report figures in the working file, and their differences.

Both systems' figures side by side, as a table on the terminal.
"""

from __future__ import annotations

import argparse

import polars as pl

from recordpick.atomic import check_new, write_file
from recordpick.cli.common import opened, progress_on_stderr, say, table, tell, who
from recordpick.csv_safety import as_csv
from recordpick.index.practice_index import PracticeIndex
from recordpick.reports.compare import STATES, of_working_file
from recordpick.reports.import_figures import take_in
from recordpick.reports.practice_reports import count, counted_by, with_systems_own
from recordpick.selection.working_file import WorkingFile

_STATES_SHOWN = {
    "only_before": "the new system has none",
    "only_after": "the current system has none",
}


def say_differences(compared: pl.DataFrame, *, everything: bool = False) -> None:
    """Print a comparison (`COMPARED`): what differs, or all of it; then how many in each state."""
    rows = compared if everything else compared.filter(pl.col("state") != "same")
    shown: list[tuple[str, ...]] = [
        ("", "figure", "before", "after", "difference", "%", "in the records", "")
    ]
    shown += [
        (
            f"{row['name']} target" if row["report"] == "target" else row["name"],
            row["figure"],
            _number(row["before"]),
            _number(row["after"]),
            _number(row["difference"], "+"),
            _number(row["percent"], "+", 1),
            _number(row["counted_before"]),
            row["says"] or _STATES_SHOWN.get(row["state"], ""),
        )
        for row in rows.iter_rows(named=True)
    ]
    if rows.height:
        for line in table(shown, right=frozenset(range(2, 7))):
            say(line)
        say()
    numbers = dict(compared["state"].value_counts().iter_rows())
    counts = [
        f"{numbers[state]:,} {state.replace('_', ' ')}" for state in STATES if state in numbers
    ]
    say(f"{compared.height:,} figures: {', '.join(counts)}." if counts else "No figures yet.")


def _number(value: float | None, sign: str = "", decimals: int = 2) -> str:
    """Return a figure without trailing zeros; an empty text if there is none."""
    if value is None:
        return ""
    text = f"{value:{sign},.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def run(options: argparse.Namespace) -> int:
    """Keep what is given, then print the table and rules used, the figures, and what differs."""
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
    """Return whether an option gives something that the working file must keep."""
    return any((options.current, options.new, options.qof, options.report_rules))


def take_in_given(options: argparse.Namespace, file: WorkingFile, index: PracticeIndex) -> None:
    """Keep the figures, the table and the rules that are given, and print that."""
    loaded = take_in(
        file,
        index,
        {"current_system": options.current, "new_system": options.new},
        options.qof,
        options.report_rules,
    )
    for one in loaded:
        tell(one.in_words)
