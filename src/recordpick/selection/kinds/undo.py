"""Undo and redo: each is an event that names the one it takes back or does again.

What they do is done by the history (`history.py`), which knows the decisions in their order.
"""

from __future__ import annotations

from recordpick.errors import UserError
from recordpick.selection.events import Body, Event
from recordpick.selection.kinds.event_kind import EventKind


def decide_undo(next_undo: Event | None) -> Body:
    """Return the body of an undo; UserError where there is nothing to undo."""
    if next_undo is None:
        raise UserError("There is nothing to undo.")
    return {"of": next_undo.seq}


def decide_redo(next_redo: Event | None) -> Body:
    """Return the body of a redo; UserError where nothing was undone."""
    if next_redo is None:
        raise UserError("There is nothing to do again.")
    return {"of": next_redo.seq}


UNDONE = EventKind("undone", lambda event: f"undid event {event.number('of')}")
REDONE = EventKind("redone", lambda event: f"did event {event.number('of')} again")
