"""`recordpick note`: note something about a patient, for the practice's own use."""

from __future__ import annotations

import argparse

from recordpick.cli.arguments import add_file_and_index, add_person, add_take_over
from recordpick.cli.common import acting_person, open_with_index
from recordpick.cli.lookups import find_patients, read_text
from recordpick.cli.output import print_result
from recordpick.errors import UserError

HELP = "note something about a patient (it is not handed over)"
EXAMPLE = 'recordpick note our-practice.recordpick 100482 "Ask Dr Patel first"'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_file_and_index(parser)
    parser.add_argument("patient", metavar="PATIENT", help="patient number or NHS number")
    parser.add_argument(
        "text",
        nargs="?",
        metavar="TEXT",
        help="the note, in place of any before; - to type or pipe it in, so that it is not kept in "
        "the shell's history",
    )
    parser.add_argument("--remove", action="store_true", help="remove the note")
    add_person(parser)
    add_take_over(parser)


def run(options: argparse.Namespace) -> int:
    """Keep or remove the note."""
    if (options.text is None) != options.remove:
        raise UserError("Give the text of the note, or --remove to remove it.")
    with open_with_index(options, acting_person(options), to_write=True) as (file, index):
        notes = file.selection.notes
        (patient,) = find_patients(index, [options.patient], {*notes, *file.selection.patient_ids})
        if options.remove:
            if patient not in notes:
                raise UserError(f"There is no note about {patient}.")
            file.note(patient, "")
            print_result(f"Removed the note about {patient}.")
            return 0
        text = read_text(options.text, "the note")
        if not text.strip():
            raise UserError("The note is empty. To remove a note, use --remove.")
        file.note(patient, text)
        print_result(f"Noted about {patient}. It stays in the working file.")
    return 0
