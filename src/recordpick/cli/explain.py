"""`recordpick explain`: why a patient meets a criterion, or does not."""

from __future__ import annotations

import argparse
import sys

from recordpick.cli.common import opened, say, table, tell
from recordpick.index.patient_lookup import patient_of
from recordpick.matching import explain


def run(options: argparse.Namespace) -> int:
    """Print each rule with what was counted, and the rows that decided it."""
    with opened(options, to_write=False) as (file, index):
        patient_id = patient_of(index, _number(options.patient))
        told = explain(file.pack, index, file.as_at, options.criterion, patient_id)
    if told.why_not_answered:
        say(told.why_not_answered)
        return 0
    verdict = "meets" if told.meets else "does not meet"
    say(f"{patient_id} {verdict} {told.criterion_id}" + (", by one rule" * told.near_miss) + ".")
    rows: list[tuple[str, ...]] = [
        ("yes" if told.in_population else "NO", "belongs to the criterion's population", "", "")
    ]
    rows += [
        ("yes" if rule.holds else "NO", rule.says, f"{rule.counted} found", f"wanted: {rule.asks}")
        for rule in told.rules
    ]
    for line in table(rows):
        say(line)
    for row in told.rows.iter_rows(named=True):
        day = "" if row["date"] is None else row["date"].isoformat()
        say(f"  {day:10}  {row['table']}  {row['summary']}")
    return 0


def _number(given: str) -> str:
    """Return the number; for "-" read it from stdin, because other users see command lines."""
    if given != "-":
        return given
    if sys.stdin.isatty():
        tell("Patient number or NHS number:")
    return sys.stdin.readline().strip()
