"""`recordpick record`: show a patient's record, part by part, to check it against."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from recordpick.cli.arguments import add_file_and_index, add_json
from recordpick.cli.common import open_with_index
from recordpick.cli.lookups import find_patients
from recordpick.cli.output import print_json, print_result
from recordpick.errors import UserError
from recordpick.text import day, similar_hint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recordpick.patient_record import Entry, Part

HELP = "show a patient's record, part by part"
EXAMPLE = "recordpick record our-practice.recordpick 100482 --part problems"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_file_and_index(parser)
    parser.add_argument(
        "patient",
        metavar="PATIENT",
        help="patient number or NHS number; - to type or pipe it in",
    )
    parser.add_argument(
        "--part", metavar="WORD", help="only the parts whose title has this word, as medication"
    )
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Print every entry, the newest first in each part."""
    from recordpick.patient_record import read_record

    with open_with_index(options, to_write=False) as (file, index):
        patients = find_patients(index, [options.patient])
        if len(patients) > 1:
            raise UserError("Give one patient: each record is shown by itself.")
        parts = read_record(index, file.as_at, patients[0]).parts
        criteria = file.selection.criteria_of(patients[0])
    shown = parts if options.part is None else _with_word(parts, options.part)
    if options.json:
        print_json(
            {
                "patient": patients[0],
                "picked_for": list(criteria),
                "parts": [_as_json(part) for part in shown],
            }
        )
        return 0
    picked = ", ".join(criterion or "Random" for criterion in criteria)
    print_result(f"Record of {patients[0]}. Picked for: {picked or 'nothing'}.")
    for part in shown:
        print_result()
        print_result(f"{part.title} ({len(part.entries):,})")
        for entry in part.entries:
            _print(entry)
    return 0


def _with_word(parts: Sequence[Part], word: str) -> list[Part]:
    """Return the parts whose title has the word; UserError, with the titles there are, if none."""
    found = [part for part in parts if word.strip().casefold() in part.title.casefold()]
    if not found:
        titles = [part.title for part in parts]
        hint = similar_hint(word, titles) or f" It has: {', '.join(titles) or 'no entries'}."
        raise UserError(f"This record has no part {word!r}.{hint}")
    return found


def _print(entry: Entry) -> None:
    start = "no date    " if entry.date is None else day(entry.date)
    for number, line in enumerate([*entry.text.splitlines(), *entry.free.splitlines()]):
        print_result(f"  {start if number == 0 else ' ' * len(start)}  {line}".rstrip())


def _as_json(part: Part) -> dict[str, object]:
    """Return a part for programs; the form is described in docs/reference.md."""
    return {
        "title": part.title,
        "entries": [
            {
                "date": None if entry.date is None else entry.date.isoformat(),
                "table": entry.table,
                "text": entry.text,
                "free_text": entry.free or None,
            }
            for entry in part.entries
        ],
    }
