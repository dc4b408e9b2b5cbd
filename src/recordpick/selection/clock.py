"""What a clock that was put back does to a journal: nothing to its order, and people are told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from recordpick.selection.events import Event

SLACK = timedelta(minutes=2)
"""Two computers' clocks differ by so much without anything being wrong."""


def clock_warnings(events: Sequence[Event], now: datetime) -> tuple[str, ...]:
    """Say where times in the journal go backwards, and where the clock is behind it now.

    The order of events is that of their numbers and hashes: their times are what the computers
    said, and nothing is reckoned from them.
    """
    warnings = []
    back = [later.seq for earlier, later in pairwise(events) if earlier.on - later.on > SLACK]
    if back:
        times = "once" if len(back) == 1 else f"{len(back)} times"
        warnings.append(
            f"A computer's clock was put back {times} between changes (first before event "
            f"{back[0]}): changes stand in the order in which they were made, whatever their times."
        )
    if events and events[-1].on - now > SLACK:
        warnings.append(
            f"This computer's clock says {_in_words(now)}, and the last change was made at "
            f"{_in_words(events[-1].on)}: set the clock right before you go on."
        )
    return tuple(warnings)


def _in_words(moment: datetime) -> str:
    return f"{moment.astimezone():%d/%m/%Y %H:%M}"
