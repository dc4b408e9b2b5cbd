"""`recordpick issues copy`: give somebody records to check, in a copy of the working file."""

from __future__ import annotations

import argparse
from pathlib import Path

from recordpick.cli.arguments import add_file, add_person, add_take_over
from recordpick.cli.checking import add_phase, phase_of
from recordpick.cli.common import acting_person, open_working_file
from recordpick.cli.output import print_message, print_result
from recordpick.errors import UserError
from recordpick.text import plural

HELP = "give somebody records to check, in a copy of their own"
EXAMPLE = "recordpick issues copy our-practice.recordpick --for AB --records 1-100"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_file(parser)
    parser.add_argument(
        "--for", dest="initials", required=True, metavar="INITIALS", help="who is to check"
    )
    parser.add_argument(
        "--records",
        default="all",
        metavar="NUMBERS",
        help="numbers of records on the list, as 1-40,52; or all (the default)",
    )
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="the copy (otherwise beside the working file)"
    )
    add_phase(parser)
    add_person(parser)
    add_take_over(parser)


def run(options: argparse.Namespace) -> int:
    """Write the copy, and keep in the working file which records it is for."""
    from recordpick.data_checking.checking_copies import free_copy_path, is_copy, make_copy
    from recordpick.data_checking.phase_lines import also_given, phase_lines, records_named

    person = acting_person(options)
    with open_working_file(options, person, to_write=True) as file:
        phase = phase_of(options, file)
        lines = phase_lines(file, phase)
        records = records_named(lines, options.records)
        patients = [record.patient_id for record in records]
        out = options.out or free_copy_path(file, options.initials)
        if not is_copy(out):
            raise UserError(f"{out.name}: give the copy a name that ends in .recordpick.")
        also = also_given(file, phase, options.initials, patients)
        written = make_copy(file, out, phase, options.initials, patients)
    number = sum(len(record.lines) for record in records)
    print_result(
        f"Written: {written}, {plural(number, 'line')} in {plural(len(records), 'record')} of the "
        f"{phase} for {options.initials}."
    )
    if also:
        print_message(also)
    print_result("It holds patient data. Import it again with recordpick issues import.")
    return 0
