"""`recordpick pick`: pick records for criteria from lists that staff exported."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from recordpick.cli.arguments import add_file_and_index, add_person, add_take_over
from recordpick.cli.common import acting_person, open_with_index
from recordpick.cli.output import print_message, print_result
from recordpick.errors import UserError

if TYPE_CHECKING:
    from recordpick.criteria.pack import Criterion, Pack
    from recordpick.index.practice_index import PracticeIndex
    from recordpick.selection.working_file import WorkingFile

HELP = "pick records for a criterion from a list you exported"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_file_and_index(parser)
    parser.add_argument("criterion", nargs="?", metavar="CRITERION", help="the criterion's id")
    parser.add_argument(
        "list", type=Path, nargs="?", metavar="LIST", help="CSV of NHS or patient numbers"
    )
    parser.add_argument(
        "--folder",
        type=Path,
        metavar="DIR",
        help="a folder of lists, each named after its criterion (MED-04.csv)",
    )
    parser.add_argument("--show", action="store_true", help="show who is on the list, pick nobody")
    add_person(parser)
    add_take_over(parser)


def run(options: argparse.Namespace) -> int:
    """Find the lists' patients in the index and pick those there is room for."""
    person = acting_person(options)
    with open_with_index(options, person, to_write=not options.show) as (file, index):
        for criterion, path in _lists(options, file.pack):
            if criterion.id in file.selection.closed:
                print_message(f"{criterion.id} is closed: nobody on {path} was picked.")
                continue
            new_patients = _patients_to_pick(file, index, criterion, path)
            if options.show:
                for patient in new_patients:
                    print_result(patient)
            elif new_patients:
                file.pick(criterion.id, new_patients)
                print_result(f"{len(new_patients)} picked for {criterion.id}.")
    return 0


def _lists(options: argparse.Namespace, pack: Pack) -> list[tuple[Criterion, Path]]:
    """Return each criterion with its list: the one that is named, or those of a folder."""
    if options.folder is not None:
        from recordpick.index.patient_lookup import lists_of_folder

        if options.criterion is not None:
            raise UserError("Give either a criterion with its list, or --folder, not both.")
        ids = [criterion.id for criterion in pack.criteria]
        found, others = lists_of_folder(options.folder, ids)
        for message in others:
            print_message(message)
        return [(pack.criterion(name), found[name]) for name in ids if name in found]
    if options.list is None:
        raise UserError("Give a criterion and a list, or --folder with lists for several criteria.")
    try:
        return [(pack.criterion(options.criterion), options.list)]
    except KeyError:
        raise UserError(f"The pack has no criterion {options.criterion}.") from None


def _patients_to_pick(
    file: WorkingFile, index: PracticeIndex, criterion: Criterion, path: Path
) -> list[str]:
    """Return the list's patients who are not picked yet, as many as there is room for."""
    from recordpick.index.patient_lookup import patients_of_list

    listed = patients_of_list(index, path)
    for message in listed.not_found:
        print_message(message)
    picked = {pick.patient_id for pick in file.selection.of(criterion.id)}
    new_patients = [patient for patient in listed.patient_ids if patient not in picked]
    room = criterion.records - len(picked)
    print_result(f"{len(listed.patient_ids)} of {listed.read} on {path.name} are in the index.")
    if len(new_patients) > room:
        print_message(f"{criterion.id} needs {room} more: the first {room} on the list are used.")
    return new_patients[:room]
