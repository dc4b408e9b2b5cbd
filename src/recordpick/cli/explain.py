"""`recordpick explain`: explain why a patient meets a criterion, or does not."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from recordpick.cli.arguments import add_file_and_index, add_json
from recordpick.cli.common import open_with_index
from recordpick.cli.lookups import find_criterion
from recordpick.cli.output import print_json, print_message, print_result, print_table
from recordpick.standard_streams import is_terminal
from recordpick.text import day

if TYPE_CHECKING:
    from recordpick.matching import Explanation

HELP = "explain why a patient meets a criterion, or does not"
EXAMPLE = "recordpick explain our-practice.recordpick MED-04 100482"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_file_and_index(parser)
    parser.add_argument("criterion", metavar="CRITERION", help="the criterion's id")
    parser.add_argument(
        "patient",
        metavar="PATIENT",
        help="patient number or NHS number; - to be asked for it, so that it is not kept in the "
        "shell's history",
    )
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Print each rule with what was counted, and the rows that decided it."""
    from recordpick.index.patient_lookup import patient_of
    from recordpick.matching import explain

    with open_with_index(options, to_write=False) as (file, index):
        criterion = find_criterion(file.pack, options.criterion)
        patient_id = patient_of(index, _patient_number(options.patient))
        why = explain(file.pack, index, file.as_at, criterion.id, patient_id)
    if options.json:
        print_json(_as_json(why))
        return 0
    if why.why_not_answered:
        print_result(why.why_not_answered)
        return 0
    verdict = "meets" if why.meets else "does not meet"
    by_one_rule = ", by one rule" if why.near_miss else ""
    print_result(f"{patient_id} {verdict} {why.criterion_id}{by_one_rule}.")
    rows: list[tuple[str, ...]] = [
        ("yes" if why.in_population else "NO", "belongs to the criterion's population", "", "")
    ]
    rows += [
        ("yes" if rule.holds else "NO", rule.says, f"{rule.counted} found", f"wanted: {rule.asks}")
        for rule in why.rules
    ]
    print_table(rows)
    for kind in why.kinds:
        known = {True: "yes", False: "no", None: f"not known: {kind.why_not}"}[kind.is_of]
        print_result(f"Of the kind “{kind.says}”: {known}.")
    for row in why.rows.iter_rows(named=True):
        print_result(f"  {day(row['date']):11}  {row['table']}  {row['summary']}")
    return 0


def _as_json(why: Explanation) -> dict[str, object]:
    """Return everything for programs; the form is described in docs/reference.md."""
    return {
        "criterion": why.criterion_id,
        "patient": why.patient_id,
        "meets": None if why.why_not_answered else why.meets,
        "why_not_answered": why.why_not_answered or None,
        "in_population": why.in_population,
        "rules": [
            {"says": rule.says, "holds": rule.holds, "counted": rule.counted, "wanted": rule.asks}
            for rule in why.rules
        ],
        "kinds": [
            {"says": kind.says, "is_of": kind.is_of, "why_not": kind.why_not or None}
            for kind in why.kinds
        ],
        "rows": [
            {
                "date": None if row["date"] is None else row["date"].isoformat(),
                "table": row["table"],
                "summary": row["summary"],
            }
            for row in why.rows.iter_rows(named=True)
        ],
    }


def _patient_number(given: str) -> str:
    """Return the number; "-" reads it from stdin, because other users can see command lines."""
    if given != "-":
        return given
    if is_terminal(sys.stdin):
        print_message("Patient number or NHS number:")
    return sys.stdin.readline().strip()
