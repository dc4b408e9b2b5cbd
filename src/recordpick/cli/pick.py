"""`recordpick pick`: pick records for criteria, by number or from lists that staff exported."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from recordpick.cli.arguments import add_file_and_index, add_person, add_take_over
from recordpick.cli.common import acting_person, open_with_index
from recordpick.cli.lookups import RANDOM, find_criterion, find_patients, only_criterion
from recordpick.cli.output import print_message, print_result
from recordpick.errors import UserError
from recordpick.text import plural

if TYPE_CHECKING:
    from recordpick.criteria.pack import Criterion, Pack
    from recordpick.index.practice_index import PracticeIndex
    from recordpick.selection.working_file import WorkingFile

HELP = "pick records for a criterion, by number or from a list you exported"
EXAMPLE = "recordpick pick our-practice.recordpick MED-04 100482"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_file_and_index(parser)
    parser.add_argument("criterion", nargs="?", metavar="CRITERION", help="the criterion's id")
    parser.add_argument(
        "who",
        nargs="*",
        metavar="WHO",
        help="patient numbers or NHS numbers; or one list of them (CSV, XLSX); - to type or pipe "
        "in numbers, one a line, so that they are not kept in the shell's history",
    )
    parser.add_argument(
        "--folder",
        type=Path,
        metavar="DIR",
        help="a folder of lists, each named after its criterion (MED-04.csv)",
    )
    parser.add_argument("--show", action="store_true", help="show who would be picked, pick nobody")
    add_person(parser)
    add_take_over(parser)


def run(options: argparse.Namespace) -> int:
    """Find the patients in the index and pick them: those named, or those of a list with room."""
    person = acting_person(options)
    with open_with_index(options, person, to_write=not options.show) as (file, index):
        if options.folder is None and options.who and not _is_list(options.who):
            _pick_named(file, index, find_criterion(file.pack, _named(options)), options)
            return 0
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


def _named(options: argparse.Namespace) -> str:
    criterion = str(options.criterion)
    if criterion.strip().casefold() == RANDOM:
        raise UserError("Random records are drawn, not picked: use recordpick draw.")
    return criterion


def _is_list(who: Sequence[str]) -> bool:
    """Return whether a list is given: by its ending, a folder in its name, or because it exists."""
    from recordpick.index.patient_lookup import ENDINGS

    path = Path(who[0])
    is_list = path.suffix.lower() in ENDINGS or len(path.parts) > 1
    is_list = is_list or (path.is_file() and not who[0].isdigit())
    if is_list and len(who) > 1:
        raise UserError(f"{path} is a list: give only one, or --folder for several.")
    return is_list


def _pick_named(
    file: WorkingFile, index: PracticeIndex, criterion: Criterion, options: argparse.Namespace
) -> None:
    """Pick the patients that are named, all of them or nobody."""
    patients = find_patients(index, options.who)
    before = {pick.patient_id for pick in file.selection.of(criterion.id)}
    new = [patient for patient in patients if patient not in before]
    for message in _do_not_meet(file, index, criterion, new):
        print_message(message)
    if options.show:
        for patient in new:
            print_result(patient)
        return
    selection = file.pick(criterion.id, patients)
    who = new[0] if len(new) == 1 else plural(len(new), "record")
    print_result(
        f"Picked {who} for {criterion.id} ({selection.count(criterion.id):,} of "
        f"{criterion.records:,} picked)."
    )


def _do_not_meet(
    file: WorkingFile, index: PracticeIndex, criterion: Criterion, patients: list[str]
) -> list[str]:
    """Return a sentence for each patient whom the criterion's rules do not find.

    They can be picked all the same, as in the app: staff may know what the records do not show.
    Nothing is said where the records cannot answer the criterion.
    """
    from recordpick.matching import match

    matches = match(only_criterion(file.pack, criterion), index, file.as_at)
    if not matches.answers[criterion.id].answered:
        return []
    found = set(matches.patients(criterion.id))
    return [
        f"{patient} does not meet {criterion.id} by its rules: recordpick explain says why. "
        "If it was picked by mistake, use recordpick undo."
        for patient in patients
        if patient not in found
    ]


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
    if not options.who:
        raise UserError(
            "Give a criterion with patient numbers or a list, or --folder with lists for several "
            "criteria."
        )
    return [(find_criterion(pack, _named(options)), Path(options.who[0]))]


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
