"""`recordpick unpick`: remove records that were picked for a criterion."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from recordpick.cli.arguments import add_file_and_index, add_patients, add_person, add_take_over
from recordpick.cli.common import acting_person, open_with_index
from recordpick.cli.lookups import ALL, RANDOM, find_criterion, find_patients
from recordpick.cli.output import print_result
from recordpick.errors import UserError
from recordpick.text import plural

if TYPE_CHECKING:
    from recordpick.index.practice_index import PracticeIndex
    from recordpick.selection.working_file import WorkingFile

HELP = "remove records that were picked for a criterion"
EXAMPLE = "recordpick unpick our-practice.recordpick MED-04 100482"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_file_and_index(parser)
    parser.add_argument(
        "criterion",
        metavar="CRITERION",
        help="the criterion's id; all takes one record out of every criterion",
    )
    add_patients(parser)
    parser.add_argument("--reason", default="", help="why, if you want to keep that")
    add_person(parser)
    add_take_over(parser)


def run(options: argparse.Namespace) -> int:
    """Remove the picks and print whose they were, and how many are left."""
    with open_with_index(options, acting_person(options), to_write=True) as (file, index):
        if options.criterion.strip().casefold() == RANDOM:
            raise UserError(
                "A random record is not removed but replaced by the next one of the draw: use "
                "recordpick replace."
            )
        if options.criterion.strip().casefold() == ALL:
            print_result(_remove_from_all(file, index, options))
            return 0
        criterion = find_criterion(file.pack, options.criterion)
        picked = {pick.patient_id for pick in file.selection.of(criterion.id)}
        patients = find_patients(index, options.patients, picked)
        selection = file.remove(criterion.id, patients, options.reason)
        who = patients[0] if len(patients) == 1 else plural(len(patients), "record")
        print_result(
            f"Removed {who} from {criterion.id} ({selection.count(criterion.id):,} of "
            f"{criterion.records:,} picked)."
        )
    return 0


def _remove_from_all(file: WorkingFile, index: PracticeIndex, options: argparse.Namespace) -> str:
    """Remove one record from every criterion, as one change, and return what was done."""
    if len(options.patients) != 1 or options.reason:
        raise UserError("all takes one record out of every criterion: give one number, no reason.")
    (patient,) = find_patients(index, options.patients, file.selection.patient_ids)
    criteria = [one for one in file.selection.criteria_of(patient) if one is not None]
    selection = file.remove_record(patient)
    stays = " It stays a random record." if selection.criteria_of(patient) else ""
    number = plural(len(criteria), "criterion", "criteria")
    return f"Removed {patient} from {number}: {', '.join(criteria)}.{stays}"
