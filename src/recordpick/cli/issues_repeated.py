"""`recordpick issues repeated`: what repeats in a comparison, and a person's answers to it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recordpick.cli.arguments import add_file, add_json, add_person, add_take_over
from recordpick.cli.common import acting_person, open_working_file
from recordpick.cli.output import print_json, print_message, print_result, print_table
from recordpick.errors import UserError

if TYPE_CHECKING:
    import polars as pl

    from recordpick.selection.working_file import WorkingFile

HELP = "list what repeats in a comparison of two systems, or answer it"
EXAMPLE = "recordpick issues repeated our-practice.recordpick comparison 3 accept"
_TAKEN_BACK = "none"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_file(parser)
    parser.add_argument(
        "comparison", type=Path, metavar="DIR", help="a folder that compare-records wrote"
    )
    parser.add_argument(
        "line",
        nargs="?",
        type=int,
        metavar="LINE",
        help="its number in transformations.csv; nothing: list all",
    )
    parser.add_argument(
        "answer",
        nargs="?",
        choices=("accept", "look", _TAKEN_BACK),
        help="accept it as a rule of the new system, look at it, or take the answer back (none)",
    )
    add_json(parser)
    add_person(parser)
    add_take_over(parser)


def run(options: argparse.Namespace) -> int:
    """List the differences that repeat, with the answers; or keep one answer."""
    from recordpick.verify.comparison import read_lines

    if options.line is not None and options.answer is None:
        raise UserError("Answer the line as well: accept, look, or none (takes an answer back).")
    old, new, lines = read_lines(options.comparison)
    if options.line is None:
        with open_working_file(options, to_write=False) as file:
            _list(_answered(file, lines, old, new), as_json=options.json)
        return 0
    line = next((one for one in lines.to_dicts() if one["line"] == options.line), None)
    if line is None:
        has = f"it has 1 to {lines.height}" if lines.height else "nothing repeats there"
        raise UserError(f"{options.comparison} has no line {options.line}: {has}.")
    with open_working_file(options, acting_person(options), to_write=True) as file:
        _keep(file, old, new, line, options)
    return 0


def _keep(
    file: WorkingFile, old: str, new: str, line: dict[str, Any], options: argparse.Namespace
) -> None:
    from recordpick.comparison.answers import key_of

    if old != file.index_fingerprint:
        raise UserError(
            f"{options.comparison}: the old system's records in this comparison are not those "
            "that the working file was made with. Write it again with the working file's index "
            "as OLD."
        )
    head = file.head
    answer = None if options.answer == _TAKEN_BACK else options.answer
    file.answer_repeated(key_of(old, new, line), answer, line["entries"])
    if file.head == head:
        print_result("Nothing changed: that is the answer already.")
        return
    print_result(f"Saved: {file.selection.can_undo}.")
    print_message(
        f"To have it in the files, compare again: recordpick compare-records … --file {file.path}"
    )


def _answered(file: WorkingFile, lines: pl.DataFrame, old: str, new: str) -> pl.DataFrame:
    from recordpick.comparison.answers import answered_lines
    from recordpick.selection.kinds.repeated import answers_in

    return answered_lines(lines, old, new, answers_in(file.selection.kept))


def _list(lines: pl.DataFrame, *, as_json: bool) -> None:
    if as_json:
        print_json({"repeated": [_as_json(line) for line in lines.to_dicts()]})
        return
    if not lines.height:
        print_result("No difference repeats.")
        return
    rows: list[tuple[str, ...]] = [
        ("line", "field", "what happens", "entries", "of", "patients", "severity", "answer")
    ]
    for line in lines.to_dicts():
        what = f"{line['change']} {line['detail'] or ''}".strip()
        answer = (
            f"proposed: {line['proposal']}"
            if line["answer"] is None
            else f"{line['answer']} ({line['answered_by']})"
        )
        rows.append(
            (
                f"{line['line']}",
                f"{line['table']}: {line['field']}",
                what,
                *(f"{line[name]:,}" for name in ("entries", "of_entries", "patients")),
                line["severity"],
                answer,
            )
        )
    print_table(rows, right=frozenset({0, 3, 4, 5}))


def _as_json(line: dict[str, Any]) -> dict[str, object]:
    """Return one line for programs; the form is described in docs/reference.md."""
    examples = [line.pop(name) for name in list(line) if name.startswith("example_")]
    day = line["answered_on"]
    return line | {
        "answered_on": None if day is None else day.isoformat(),
        "examples": [one for one in examples if one is not None],
    }
