"""`recordpick pick`: pick for a criterion from a list that staff exported."""

from __future__ import annotations

import argparse

from recordpick.commands.common import opened, say, tell, who
from recordpick.errors import UserError
from recordpick.index.find_patients import patients_of_list


def run(options: argparse.Namespace) -> int:
    """Find the list's patients in the index and pick those there is room for."""
    with opened(options, who(options), to_write=not options.show) as (file, index):
        try:
            criterion = file.pack.criterion(options.criterion)
        except KeyError:
            raise UserError(f"The pack has no criterion {options.criterion}.") from None
        listed = patients_of_list(index, options.list)
        for text in listed.not_found:
            tell(text)
        picked = {pick.patient_id for pick in file.selection.of(criterion.id)}
        fresh = [patient for patient in listed.patient_ids if patient not in picked]
        room = criterion.records - len(picked)
        say(f"{len(listed.patient_ids)} of {listed.read} on the list are in the index.")
        if len(fresh) > room:
            tell(
                f"{criterion.id} has room for {room} more: the first {room} of the list are taken."
            )
        if fresh[:room] and not options.show:
            file.pick(criterion.id, fresh[:room])
            say(f"{len(fresh[:room])} picked for {criterion.id}.")
        elif options.show:
            for patient in fresh:
                say(patient)
    return 0
