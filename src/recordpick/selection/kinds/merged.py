"""Another copy of the working file was merged: what is said of that event.

What it does needs the history of the other copy, so the history applies it (`merged.py`).
"""

from __future__ import annotations

from recordpick.selection.events import Event
from recordpick.selection.kinds.event_kind import EventKind


def _describe(event: Event) -> str:
    return f"brought in the copy {event.text('source')}"


MERGED = EventKind("merged", _describe, undoable=True, version=4, paths=frozenset({"source"}))
