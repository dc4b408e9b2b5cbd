"""`recordpick reports explain`: who is in a figure of the reports and who is not, rule by rule."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from recordpick.cli.arguments import add_file_and_index, add_json
from recordpick.cli.common import open_with_index
from recordpick.cli.output import (
    print_json,
    print_message,
    print_result,
    print_table,
    progress_on_stderr,
)
from recordpick.text import day

if TYPE_CHECKING:
    from recordpick.matching import Explanation
    from recordpick.reports.explanation import ExplainedIndicator, ExplainedPatient

HELP = "explain who is in an indicator's figures and who is not, rule by rule"
EXAMPLE = "recordpick reports explain our-practice.recordpick HYP010 100482"
_SHOWN = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_file_and_index(parser)
    parser.add_argument("indicator", metavar="INDICATOR", help="an indicator or target: HYP010")
    parser.add_argument(
        "patient",
        metavar="PATIENT",
        nargs="?",
        help="patient number or NHS number: what each rule found in that record",
    )
    parser.add_argument(
        "--all", action="store_true", help=f"all patient numbers, not only the first {_SHOWN}"
    )
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Print the sets of an indicator with their rules, or what they found for one patient."""
    from recordpick.index.patient_lookup import patient_of
    from recordpick.reports.explanation import explain_indicator, explain_patient
    from recordpick.reports.practice_reports import counted_by

    with open_with_index(options, to_write=False) as (file, index):
        by = counted_by(file.selection, file.as_at)
        if options.patient is not None:
            patient_id = patient_of(index, options.patient)
            why = explain_patient(index, by, options.indicator, patient_id)
            _print_patient(by.in_words, why, as_json=options.json)
            return 0
        with progress_on_stderr() as progress:
            explained = explain_indicator(index, by, options.indicator, progress)
    if options.json:
        print_json(_as_json(explained))
    else:
        _print(explained, everything=options.all)
    return 0


def _print(explained: ExplainedIndicator, *, everything: bool) -> None:
    from recordpick.reports.explanation import GROUPS

    print_result(f"{explained.name}: {explained.measures}".rstrip(": "))
    for sentence in explained.in_words:
        print_result(sentence)
    for caution in explained.cautions:
        print_message(caution)
    for one in explained.sets:
        print_result()
        number = "not known" if one.patients is None else f"{one.patients:,}"
        print_result(f"{one.figure.replace('_', ' ')}: {number}")
        print_result(f"  {one.find}")
        if one.why_empty:
            print_result(f"  {one.why_empty}")
        rows: list[tuple[str, ...]] = [
            (f"  {step.says}", f"{step.holds:,} of the list", f"{step.left:,} left")
            for step in one.steps
        ]
        if rows:
            print_table(rows, right=frozenset({1, 2}))
    for group, patients in explained.groups.items():
        print_result()
        print_result(f"{group.replace('_', ' ')} ({GROUPS[group]}): {len(patients):,}")
        shown = patients if everything else patients[:_SHOWN]
        if shown:
            more = (
                f" … and {len(patients) - len(shown):,} more" if len(shown) < len(patients) else ""
            )
            print_result(f"  {', '.join(shown)}{more}")


def _as_json(explained: ExplainedIndicator) -> dict[str, object]:
    """Return everything for programs."""
    return {
        "indicator": explained.name,
        "measures": explained.measures,
        "period": list(explained.in_words),
        "cautions": list(explained.cautions),
        "sets": [
            {
                "figure": one.figure,
                "rule": one.rule,
                "find": one.find,
                "patients": one.patients,
                "why_empty": one.why_empty or None,
                "rules": [
                    {"says": step.says, "holds": step.holds, "left": step.left}
                    for step in one.steps
                ],
            }
            for one in explained.sets
        ],
        "groups": {group: list(patients) for group, patients in explained.groups.items()},
    }


def _print_patient(in_words: tuple[str, ...], why: ExplainedPatient, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "patient": why.patient_id,
                "sets": {figure: _of_set(one) for figure, one in why.sets.items()},
                "dates": {
                    name: None if on is None else on.isoformat() for name, on in why.dates.items()
                },
            }
        )
        return
    for sentence in in_words:
        print_result(sentence)
    for figure, one in why.sets.items():
        print_result()
        meets = "not known" if one.why_not_answered else "yes" if one.meets else "NO"
        print_result(f"{figure.replace('_', ' ')}: {meets}")
        if one.why_not_answered:
            print_result(f"  {one.why_not_answered}")
            continue
        rows: list[tuple[str, ...]] = []
        if not one.in_population:
            rows.append(("  NO", "on the list of the practice", "", ""))
        rows += [
            (
                "  yes" if rule.holds else "  NO",
                rule.says,
                f"{rule.counted} found",
                f"wanted: {rule.asks}",
            )
            for rule in one.rules
        ]
        print_table(rows)
        for row in one.rows.iter_rows(named=True):
            print_result(f"    {day(row['date']):11}  {row['summary']}")
    if why.dates:
        print_result()
        print_result("dates that the rules use")
        print_table(
            [(f"  {name.replace('_', ' ')}", day(on) or "–") for name, on in why.dates.items()]
        )


def _of_set(why: Explanation) -> dict[str, object]:
    return {
        "rule": why.criterion_id,
        "meets": None if why.why_not_answered else why.meets,
        "why_not_answered": why.why_not_answered or None,
        "on_the_list": why.in_population,
        "rules": [
            {"says": rule.says, "holds": rule.holds, "counted": rule.counted, "wanted": rule.asks}
            for rule in why.rules
        ],
        "rows": [
            {
                "date": None if row["date"] is None else row["date"].isoformat(),
                "summary": row["summary"],
            }
            for row in why.rows.iter_rows(named=True)
        ],
    }
