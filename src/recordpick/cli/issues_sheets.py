"""`recordpick issues sheets`: the tick sheets of a phase, with what to check again."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime

from recordpick.atomic import check_new, write_file
from recordpick.cli.common import may_write_names, opened, say, tell
from recordpick.data_checking.phase_sheets import phase_sheets
from recordpick.data_checking.workbook import as_phase
from recordpick.errors import UserError

_ENDINGS = (".xlsx", ".txt")


def run(options: argparse.Namespace) -> int:
    """Write a workbook, or a text to print, for the newest list that was handed over."""
    text = options.out.suffix.casefold() == _ENDINGS[1]
    if options.out.suffix.casefold() not in _ENDINGS:
        raise UserError(f"{options.out}: choose a name that ends in {' or '.join(_ENDINGS)}.")
    check_new(options.out)
    phase = as_phase(options.phase)
    assert phase is not None
    named = may_write_names(options, options.out.name) and not text
    with opened(options, to_write=False) as (file, index):
        made = phase_sheets(file, index, phase, datetime.now(UTC), with_names=named)
    write_file(options.out, made.text() if text else made.workbook(with_names=named))
    for sentence in made.told:
        tell(sentence)
    lines = "1 line" if made.lines == 1 else f"{made.lines:,} lines"
    records = "1 record" if made.about.records == 1 else f"{made.about.records:,} records"
    say(f"Written to {options.out}: {lines} for {records} of {made.about.list_id}, {phase}.")
    return 0
