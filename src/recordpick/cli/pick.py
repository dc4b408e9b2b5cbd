"""`recordpick pick`: pick for criteria from lists that staff exported."""

from __future__ import annotations

import argparse
from pathlib import Path

from recordpick.cli.common import opened, say, tell, who
from recordpick.criteria.pack import Criterion, Pack
from recordpick.errors import UserError
from recordpick.index.patient_lookup import lists_of_folder, patients_of_list
from recordpick.index.practice_index import PracticeIndex
from recordpick.selection.working_file import WorkingFile


def run(options: argparse.Namespace) -> int:
    """Find the lists' patients in the index and pick as many as each criterion needs."""
    with opened(options, who(options), to_write=not options.show) as (file, index):
        for criterion, path in _lists(options, file.pack):
            if criterion.id in file.selection.closed:
                tell(f"{criterion.id} is closed: nobody on {path} was picked.")
                continue
            fresh = _of_list(file, index, criterion, path)
            if options.show:
                for patient in fresh:
                    say(patient)
            elif fresh:
                file.pick(criterion.id, fresh)
                say(f"{len(fresh)} picked for {criterion.id}.")
    return 0


def _lists(options: argparse.Namespace, pack: Pack) -> list[tuple[Criterion, Path]]:
    """Return each criterion with its list: the one named, or those of a folder."""
    if options.folder is not None:
        if options.criterion is not None:
            raise UserError("Give either a criterion with its list, or --folder, not both.")
        ids = [criterion.id for criterion in pack.criteria]
        found, others = lists_of_folder(options.folder, ids)
        for text in others:
            tell(text)
        return [(pack.criterion(name), found[name]) for name in ids if name in found]
    if options.list is None:
        raise UserError("Give a criterion and a list, or --folder with lists for several criteria.")
    try:
        return [(pack.criterion(options.criterion), options.list)]
    except KeyError:
        raise UserError(f"The pack has no criterion {options.criterion}.") from None


def _of_list(
    file: WorkingFile, index: PracticeIndex, criterion: Criterion, path: Path
) -> list[str]:
    """Return the list's patients who are not picked yet, as many as the criterion needs."""
    listed = patients_of_list(index, path)
    for text in listed.not_found:
        tell(text)
    picked = {pick.patient_id for pick in file.selection.of(criterion.id)}
    fresh = [patient for patient in listed.patient_ids if patient not in picked]
    room = criterion.records - len(picked)
    say(f"{len(listed.patient_ids)} of {listed.read} on {path.name} are in the index.")
    if len(fresh) > room:
        tell(f"{criterion.id} needs {room} more: the first {room} on the list are used.")
    return fresh[:room]
