"""`recordpick issues import`: import a filled-in workbook into the working file."""

from __future__ import annotations

import argparse

from recordpick.cli.common import opened_file, say, tell, who
from recordpick.data_checking.import_results import LookedAt, look_at
from recordpick.data_checking.workbook import as_phase

NOT_ALL = 1


def run(options: argparse.Namespace) -> int:
    """Print what is in the workbook, import it, and list every row that could not be imported.

    0 if every filled-in row was imported, 1 if some were not.
    """
    phase = None if options.phase is None else as_phase(options.phase)
    person = None if options.show else who(options)
    with opened_file(options, person, to_write=not options.show) as file:
        looked = look_at(file, options.workbook, phase)
        if not options.show:
            file.import_results(looked.filled)
        _say(looked, shown_only=options.show)
    return NOT_ALL if looked.not_taken else 0


def _say(looked: LookedAt, *, shown_only: bool) -> None:
    filled = looked.filled
    for sentence in looked.told:
        tell(sentence)
    for one in looked.replaced:
        before, now = one.before.entry, one.entry
        name = now.criterion_id or "Random"
        tell(
            f"Line {now.line} ({name}, patient {now.patient_id}) was {before.outcome!r} and is "
            f"{now.outcome!r} now."
            if before.outcome != now.outcome
            else f"Line {now.line} ({name}, patient {now.patient_id}): what was noted has changed."
        )
    if looked.not_taken:
        tell(f"{len(looked.not_taken):,} could not be imported; they are still in the workbook:")
    for sentence in looked.not_taken:
        tell(f"  {sentence}")
    say(f"{filled.workbook}: {filled.phase}, list {filled.list_id}")
    if looked.taken_before is not None:
        earlier = looked.taken_before
        say(f"It was imported on {earlier.on:%Y-%m-%d} by {earlier.by.name}: nothing changes.")
        return
    say(
        f"{looked.new:,} new results, {len(looked.replaced):,} that replace earlier ones, "
        f"{looked.known:,} known already."
    )
    if shown_only:
        say("Nothing was imported (--show).")
    elif looked.new or looked.replaced:
        say("One undo in the app reverses it.")
