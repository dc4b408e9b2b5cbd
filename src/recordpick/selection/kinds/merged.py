"""Another copy of the working file was merged: its picks, notes and results are taken over.

The event holds all that the other copy had done (`chains.py`), and names what of it counts from now
on. What it does needs the history of the other copy: `history.py` applies it (`adoption.py`), and
`event_validation.py` checks the other copy's events.
"""

from __future__ import annotations

from recordpick.selection.chains import MERGED_KIND
from recordpick.selection.events import Event
from recordpick.selection.kinds.event_kind import EventKind


def _describe(event: Event) -> str:
    return f"merged the copy {event.text('source')}"


MERGED = EventKind(MERGED_KIND, _describe, undoable=True, version=4, paths=frozenset({"source"}))
