"""`recordpick replace`: put the next record of the draw in place of a random record."""

from __future__ import annotations

import argparse

from recordpick.cli.arguments import add_file_and_index, add_person, add_take_over
from recordpick.cli.common import acting_person, open_with_index
from recordpick.cli.lookups import find_patients
from recordpick.cli.output import print_result

HELP = "replace a random record that cannot be checked by the next one of the draw"
EXAMPLE = 'recordpick replace our-practice.recordpick 100482 --reason "Left the practice"'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_file_and_index(parser)
    parser.add_argument("patient", metavar="PATIENT", help="patient number or NHS number")
    parser.add_argument("--reason", required=True, help="why it cannot be checked")
    add_person(parser)
    add_take_over(parser)


def run(options: argparse.Namespace) -> int:
    """Replace the record, and print who was drawn in its place."""
    from recordpick.matching import random_population
    from recordpick.picking.strata import strata_of

    with open_with_index(options, acting_person(options), to_write=True) as (file, index):
        drawn = {pick.patient_id for pick in file.selection.random()}
        (patient,) = find_patients(index, [options.patient], drawn)
        eligible = random_population(file.pack, index, file.as_at)
        by_strata = file.selection.by_strata
        strata = strata_of(index.patients(file.as_at), eligible) if by_strata else None
        selection = file.replace_random(patient, options.reason, eligible, strata)
        instead = selection.draws[-1].drawn[0]
        print_result(
            f"Replaced the random record {patient} by {instead.patient_id}, number "
            f"{instead.place:,} in the order of the draw."
        )
    return 0
