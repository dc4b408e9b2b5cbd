"""`recordpick suggest`: complete the picks for each criterion."""

from __future__ import annotations

import argparse

from recordpick.commands.common import opened, progress_on_stderr, say, who
from recordpick.errors import UserError
from recordpick.matching import match
from recordpick.picking.by_ticket import suggest_by_ticket


def run(options: argparse.Namespace) -> int:
    """Suggest, say how many records that means, and pick them unless `--show`."""
    with opened(options, who(options), to_write=not options.show) as (file, index):
        known = {criterion.id for criterion in file.pack.criteria}
        for criterion_id in options.criterion or ():
            if criterion_id not in known:
                raise UserError(f"The pack has no criterion {criterion_id}.")
        with progress_on_stderr() as progress:
            matches = match(file.pack, index, file.as_at, progress)
        picks = suggest_by_ticket(
            matches, file.pack, file.selection, file.suggestion_seed, options.criterion
        )
        records = len({patient_id for _, patient_id in picks})
        say(f"{len(picks):,} picks suggested, {records:,} records to open.")
        if picks and not options.show:
            file.suggest(picks, "ticket")
            say("Picked. One undo in the app takes them back.")
        for criterion in file.pack.criteria:
            short = criterion.records - file.selection.count(criterion.id)
            if short > 0 and not options.show:
                say(f"{criterion.id} is {short} short of {criterion.records}: {criterion.title}")
    return 0
