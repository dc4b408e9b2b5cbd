"""`recordpick draw`: random records, drawn so that anyone can check the draw."""

from __future__ import annotations

import argparse

from recordpick.commands.common import opened, say, tell, who
from recordpick.errors import UserError
from recordpick.matching import random_population
from recordpick.picking.tickets import new_seed
from recordpick.selection.state import Selection


def run(options: argparse.Namespace) -> int:
    """Fix the seed, draw what is missing, and say who was drawn and from how many."""
    with opened(options, who(options), to_write=True) as (file, index):
        eligible = random_population(file.pack, index, file.as_at)
        if options.seed is not None:
            file.fix_seed(options.seed, "entered", options.reason)
        elif file.selection.seed is None:
            file.fix_seed(new_seed(), "made", options.reason)
        wanted = options.records
        draw = file.draw(eligible, _missing(file.selection, wanted)).draws[-1]
    say(f"{len(draw.drawn)} records drawn from {draw.eligible:,} with the seed {draw.seed}:")
    for drawn in draw.drawn:
        say(f"{drawn.place:>6}  {drawn.patient_id}")
    if draw.short:
        tell(f"{draw.short} fewer than asked for: nobody else may be drawn.")
    return 0


def _missing(selection: Selection, wanted: int | None) -> int | None:
    """Give how many to draw to have `wanted` in all; None leaves that to the pack's number."""
    if wanted is None:
        return None
    there = selection.drawn_with_the_seed
    if wanted <= there:
        raise UserError(
            f"--records {wanted}: {there} random records are drawn already. Ask for more than that."
        )
    return wanted - there
