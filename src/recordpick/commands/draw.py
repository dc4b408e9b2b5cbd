"""`recordpick draw`: random records, drawn so that anyone can check the draw."""

from __future__ import annotations

import argparse

from recordpick.commands.common import opened, say, who
from recordpick.matching import random_population
from recordpick.picking.tickets import new_seed


def run(options: argparse.Namespace) -> int:
    """Fix the seed, draw, and say who was drawn and from how many."""
    with opened(options, who(options), to_write=True) as (file, index):
        eligible = random_population(file.pack, index, file.as_at)
        if options.seed is not None:
            file.fix_seed(options.seed, "entered", options.reason)
        elif file.selection.seed is None:
            file.fix_seed(new_seed(), "made", options.reason)
        records = options.records or file.pack.random_records
        before = {pick.patient_id for pick in file.selection.random()}
        file.draw(eligible, records)
        drawn = [pick for pick in file.selection.random() if pick.patient_id not in before]
        say(
            f"{len(drawn)} records drawn from {len(eligible):,} with the seed "
            f"{file.selection.seed}:"
        )
        for pick in drawn:
            say(f"{pick.ticket:>6}  {pick.patient_id}")
    return 0
