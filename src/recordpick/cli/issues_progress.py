"""`recordpick issues progress`: show how far data checking has got, and what to check again."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from recordpick.cli.arguments import add_file, add_json
from recordpick.cli.common import open_working_file
from recordpick.cli.issues_pace import times_as_json
from recordpick.cli.output import print_json, print_result, print_table

if TYPE_CHECKING:
    from recordpick.data_checking.progress import Progress
    from recordpick.selection.results import Issue

HELP = "show how far data checking has got, and what to recheck"
EXAMPLE = "recordpick issues progress our-practice.recordpick"
_LONGEST = 60


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_file(parser)
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Print a row for each phase, what has no result yet, and the open issues, worst first."""
    from recordpick.data_checking.progress import issues_to_recheck, progress, progress_table
    from recordpick.data_checking.time_needed import pace_of, times_of

    with open_working_file(options, to_write=False) as file:
        phases = progress(file)
        open_issues = issues_to_recheck(file)
        times, pace = times_of(file), pace_of(file.selection)
        if options.json:
            print_json(_as_json(phases, open_issues) | {"time": times_as_json(file)})
            return 0
    begun = [phase for phase in phases if phase.has_begun]
    if not begun:
        print_result(
            "Nothing is checked yet. Check in the app (k), or fill in a workbook: recordpick"
        )
        print_result("issues sheets writes it, recordpick issues import brings its results in.")
        print_result(f"The first check takes {times[0].in_words}.")
        return 0
    print_table(progress_table(phases), right=frozenset(range(1, 8)))
    for phase in begun:
        _print_what_is_left(phase)
    print_result()
    for time in times:
        print_result(f"{time.phase.capitalize()}: {time.in_words}.")
    print_result(f"Planned with {pace.in_words}.")
    print_result()
    if not open_issues:
        print_result("No issue is open: nothing has to be checked again.")
        return 0
    print_result(f"Check again, because the issue is open ({len(open_issues):,}):")
    _print_issues(open_issues)
    return 0


def _as_json(phases: Sequence[Progress], open_issues: Sequence[Issue]) -> dict[str, object]:
    """Return everything for programs; the form is described in docs/reference.md."""
    return {
        "phases": [
            {
                "phase": phase.phase,
                "lines": len(phase.lines),
                "results": len(phase.results),
                "disagreements": len(phase.disagreements),
                "left": {
                    criterion or "random": n for criterion, n in phase.left_by_criterion().items()
                },
            }
            for phase in phases
        ],
        "open_issues": [
            {
                "issue": issue.number,
                "record": issue.found.entry.record,
                "patient": issue.found.entry.patient_id,
                "criterion": issue.found.entry.criterion_id,
                "severity": issue.found.entry.severity or None,
                "result": issue.found.entry.outcome,
                "differs": issue.found.entry.differs,
            }
            for issue in open_issues
        ],
    }


def _print_what_is_left(phase: Progress) -> None:
    name = phase.phase.capitalize()
    if phase.left:
        left = phase.left_by_criterion()
        named = ", ".join(f"{criterion or 'Random'} {number}" for criterion, number in left.items())
        print_result()
        print_result(f"{name}: no result yet for {phase.records_left:,} records: {named}")
    if phase.disagreements:
        print_result(
            f"{name}: people disagree about {len(phase.disagreements):,} lines; choose one result "
            "of each: recordpick issues resolve"
        )
    if phase.not_on_list:
        print_result(
            f"{name}: {phase.not_on_list:,} results for lines that are no longer on the list."
        )


def _print_issues(issues: Sequence[Issue]) -> None:
    from recordpick.csv_safety import one_line

    rows: list[tuple[str, ...]] = [
        ("issue", "record", "patient", "criterion", "severity", "result", "what differs")
    ]
    for issue in issues:
        entry = issue.found.entry
        text = one_line(" / ".join(entry.differs.split("\n")))
        rows.append(
            (
                *(f"{issue.number}", f"{entry.record}", entry.patient_id),
                *(entry.criterion_id or "Random", entry.severity or "-", entry.outcome),
                text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…",
            )
        )
    print_table(rows, right=frozenset({0, 1}))
