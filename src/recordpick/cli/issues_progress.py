"""`recordpick issues progress`: how far data checking has got, and what to check again."""

from __future__ import annotations

import argparse

from recordpick.cli.common import opened_file, say, table
from recordpick.csv_safety import one_line
from recordpick.data_checking.progress import in_a_table, progress, to_recheck

_LONGEST = 60


def run(options: argparse.Namespace) -> int:
    """Print a row for each phase, what has no result yet, and the open issues, worst first."""
    with opened_file(options, to_write=False) as file:
        phases = progress(file)
        open_issues = to_recheck(file)
    begun = [one for one in phases if one.results]
    if not begun:
        say("Nothing is checked yet: fill in tick_sheets.xlsx of the hand-over pack, and import")
        say("it with recordpick issues import.")
        return 0
    for line in table(in_a_table(phases), right=frozenset(range(1, 8))):
        say(line)
    for one in begun:
        if one.left:
            left = one.left_by_criterion()
            named = ", ".join(f"{name or 'Random'} {number}" for name, number in left.items())
            say()
            say(
                f"{one.phase.capitalize()}: no result yet for {one.records_left:,} records: {named}"
            )
        if one.beside:
            say(
                f"{one.phase.capitalize()}: {one.beside:,} results for lines that are no longer on "
                "the list."
            )
    say()
    if not open_issues:
        say("No issue is open: nothing has to be checked again.")
        return 0
    say(f"Check again, because the issue is open ({len(open_issues):,}):")
    rows: list[tuple[str, ...]] = [
        ("issue", "record", "patient", "criterion", "severity", "result", "what differs")
    ]
    for issue in open_issues:
        entry = issue.found.entry
        text = one_line(" / ".join(entry.differs.split("\n")))
        rows.append(
            (
                *(f"{issue.number}", f"{entry.record}", entry.patient_id),
                *(entry.criterion_id or "Random", entry.severity or "-", entry.outcome),
                text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…",
            )
        )
    for line in table(rows, right=frozenset({0, 1})):
        say(line)
    return 0
