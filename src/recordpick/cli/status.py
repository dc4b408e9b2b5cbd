"""`recordpick status`: show how far the work has got, and what to do next."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from recordpick.cli.arguments import add_file_and_index, add_json
from recordpick.cli.common import open_with_index
from recordpick.cli.output import print_json, print_result, print_table, progress_on_stderr
from recordpick.text import plural

if TYPE_CHECKING:
    from pathlib import Path

    from recordpick.handover.checklist import Checklist
    from recordpick.picking.shortfalls import Shortfall
    from recordpick.selection.working_file import WorkingFile

HELP = "show how far each criterion has got, and what to do next"
EXAMPLE = "recordpick status our-practice.recordpick"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_file_and_index(parser)
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Print a row for each criterion, the totals, and the next command."""
    from recordpick.handover.checklist import checklist
    from recordpick.matching import match
    from recordpick.picking.shortfalls import shortfalls

    with open_with_index(options, to_write=False) as (file, index):
        with progress_on_stderr() as progress:
            matches = match(file.pack, index, file.as_at, progress)
        rows = shortfalls(matches, file.pack, file.selection)
        steps = checklist(file, index, matches)
        if options.json:
            print_json(_as_json(file, rows, steps, options.file))
        else:
            _print(file, rows, steps, options.file)
    return 0


def _print(file: WorkingFile, rows: Sequence[Shortfall], steps: Checklist, typed: Path) -> None:
    table: list[tuple[str, ...]] = [
        ("criterion", "title", "found", "wanted", "picked", "what to do")
    ]
    table += [
        (
            row.criterion_id,
            row.title,
            "not known" if _is_unknown(row) else f"{row.matches:,}",
            f"{row.wanted:,}",
            f"{row.picked:,}",
            to_do(row),
        )
        for row in rows
    ]
    print_table(table, right=frozenset({2, 3, 4}))
    _print_kinds(rows)
    full = sum(row.state == "full" for row in rows)
    closed = sum(row.criterion_id in file.selection.closed for row in rows)
    picked = sum(row.picked for row in rows)
    possible = sum(row.possible for row in rows)
    print_result()
    print_result(
        f"{picked:,} picked of {possible:,} possible: {full:,} of "
        f"{plural(len(rows), 'criterion', 'criteria')} full, {closed:,} closed, "
        f"{len(steps.to_close):,} to close. {file.selection.count(None):,} of "
        f"{file.pack.random_records:,} random records drawn. {plural(steps.records, 'record')} "
        "to open."
    )
    if file.selection.picks:
        from recordpick.data_checking.time_needed import pace_of, time_to_check

        time = time_to_check(file.selection).in_words
        print_result(f"Checking them takes {time} in each phase that checks all of them.")
        print_result(f"Planned with {pace_of(file.selection).in_words}.")
    print_result()
    print_result(f"Checklist: {steps.done} of {len(steps.steps)} done")
    print_table(
        [
            (
                f"  {number}",
                step.title,
                "done" if step.is_done else "to do",
                step.progress,
                step.to_do,
            )
            for number, step in enumerate(steps.steps, start=1)
        ]
    )
    for warning in steps.warnings:
        print_result(f"  Warning: {warning.in_words}")
    print_result()
    print_result(f"Next: {next_step(file, rows, typed, steps)}")


def _print_kinds(rows: Sequence[Shortfall]) -> None:
    """Print what is picked of each kind, for the criteria that take some of each."""
    with_kinds = [row for row in rows if row.kinds]
    if with_kinds:
        print_result()
        print_result("Some of each:")
    for row in with_kinds:
        print_result(f"  {row.criterion_id}: {row.kinds_in_words}")


def _is_unknown(row: Shortfall) -> bool:
    return bool(row.why_not)


def to_do(row: Shortfall) -> str:
    """Return what is left to do for a criterion; "" where it is full, "closed" where that."""
    if row.state == "full":
        return f"replace some: {row.kinds_missing} still needed" if row.kinds_missing else ""
    if row.state == "short_with_reason":
        return "closed"
    if row.state == "unanswered":
        return "pick by number or from a list, or close it"
    if row.left >= row.missing:
        kinds = f", of them {row.kinds_missing}" if row.kinds_missing else ""
        return f"pick {row.missing:,} more{kinds}"
    if row.left:
        return f"pick the {row.left:,} left, then close it"
    return "nobody else meets it: close it" if row.picked else "nobody meets it: close it"


def next_step(file: WorkingFile, rows: Sequence[Shortfall], typed: Path, steps: Checklist) -> str:
    """Return the command to use next; `typed` is the file as it was named."""
    name = str(typed)
    name = f'"{name}"' if " " in name else name
    unfinished = [row for row in rows if row.state not in {"full", "short_with_reason"}]
    with_patients = [row for row in unfinished if row.left]
    if with_patients:
        by_hand = f"recordpick pick {name} {with_patients[0].criterion_id} PATIENT"
        return f"recordpick suggest {name}, or {by_hand}"
    if steps.reasons:
        return f"recordpick close {name} --exhausted"
    if unfinished:
        return f'recordpick close {name} {unfinished[0].criterion_id} --reason "…"'
    return _step_after_picking(file, name, steps)


def _step_after_picking(file: WorkingFile, name: str, steps: Checklist) -> str:
    done = {step.name for step in steps.steps if step.is_done}
    if file.selection.drawn_with_seed < file.pack.random_records:
        return f"recordpick draw {name}"
    if "export" not in done:
        return f"recordpick export {name} --out DIR"
    if "hand_over" not in done:
        return f'hand the pack over, then recordpick hand-over {name} --how "…"'
    return f"check the records, then recordpick issues import {name} WORKBOOK"


def _as_json(
    file: WorkingFile, rows: Sequence[Shortfall], steps: Checklist, typed: Path
) -> dict[str, object]:
    """Return everything for programs; the form is described in docs/reference.md."""
    from recordpick.cli.issues_pace import times_as_json

    closed = file.selection.closed
    return {
        "file": str(file.path),
        "practice": file.practice,
        "as_at": file.as_at.isoformat(),
        "synthetic": file.synthetic,
        "records": len(file.selection.patient_ids),
        "random": {"wanted": file.pack.random_records, "drawn": file.selection.count(None)},
        "next": next_step(file, rows, typed, steps),
        "possible": sum(row.possible for row in rows),
        "to_close": [one.criterion_id for one in steps.to_close],
        "checklist": [
            {
                "step": step.name,
                "title": step.title,
                "done": step.is_done,
                "progress": step.progress,
                "to_do": step.to_do or None,
            }
            for step in steps.steps
        ],
        "warnings": [warning.in_words for warning in steps.warnings],
        "time": times_as_json(file),
        "criteria": [
            {
                "id": row.criterion_id,
                "title": row.title,
                "found": None if _is_unknown(row) else row.matches,
                "why_not_known": row.why_not or None,
                "wanted": row.wanted,
                "possible": row.possible,
                "picked": row.picked,
                "left": None if _is_unknown(row) else row.left,
                "closed": row.criterion_id in closed,
                "reason": row.reason or None,
                "to_do": to_do(row) or None,
                "kinds": [
                    {
                        "says": kind.says,
                        "wanted": kind.wanted if kind.found is not None else None,
                        "found": kind.found,
                        "picked": kind.picked,
                        "why_not": kind.why_not or None,
                    }
                    for kind in row.kinds
                ],
            }
            for row in rows
        ],
    }
