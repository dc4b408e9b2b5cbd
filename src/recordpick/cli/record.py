"""`recordpick record`: show a patient's record, part by part, or print records as a PDF."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from recordpick.cli.arguments import add_file_and_index, add_json
from recordpick.cli.common import open_with_index
from recordpick.cli.lookups import find_patients
from recordpick.cli.output import print_json, print_message, print_result
from recordpick.errors import UserError
from recordpick.text import day, plural, similar_hint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recordpick.patient_record import Entry, Part

HELP = "show a patient's record, part by part, or print records as a PDF"
EXAMPLE = "recordpick record our-practice.recordpick 100482 --part problems"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_file_and_index(parser)
    parser.add_argument(
        "patient",
        nargs="?",
        metavar="PATIENT",
        help="patient number or NHS number; - to type or pipe it in",
    )
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="write the whole record to a new PDF, to print"
    )
    parser.add_argument(
        "--selected",
        action="store_true",
        help="with --out: all selected records, each from a page of its own",
    )
    parser.add_argument(
        "--part", metavar="WORD", help="only the parts whose title has this word, as medication"
    )
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Print every entry, the newest first in each part; or write the records as a PDF."""
    if options.selected == (options.patient is not None):
        raise UserError("Name one patient, or all selected records with --selected --out FILE.")
    if options.out is not None:
        return _write_pdf(options)
    if options.selected:
        raise UserError("All selected records are written to a file: add --out records.pdf.")
    return _print_record(options)


def _write_pdf(options: argparse.Namespace) -> int:
    """Write one record, or all selected ones, as a PDF."""
    from recordpick.atomic import check_new, write_file
    from recordpick.data_checking.record_print import in_index, records_pdf
    from recordpick.document_pdf import page_count

    if options.out.suffix.casefold() != ".pdf":
        raise UserError(f"{options.out}: choose a name that ends in .pdf.")
    if options.part is not None or options.json:
        raise UserError("--out writes whole records: leave out --part and --json.")
    check_new(options.out)
    with open_with_index(options, to_write=False) as (file, index):
        if options.selected:
            patients = list(file.selection.patient_ids)
            if not patients:
                raise UserError("No record is selected yet: pick some first.")
            patients, without = in_index(file, index, patients)
            if without:
                print_message(without)
        else:
            patients = find_patients(index, [options.patient])
        content = records_pdf(file, index, patients)
    write_file(options.out, content)
    records = plural(len(patients), "record")
    pages = plural(page_count(content), "page")
    print_result(
        f"{records} written to {options.out}: {pages}, with names. Print it, then delete it."
    )
    return 0


def _print_record(options: argparse.Namespace) -> int:
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
