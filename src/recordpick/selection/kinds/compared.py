"""The new system's records that were compared: the app shows the comparison again by it."""

from __future__ import annotations

from pathlib import Path

from recordpick.selection.compared import ComparedWith
from recordpick.selection.events import Body, Event
from recordpick.selection.kinds.event_kind import Before, EventKind
from recordpick.selection.permanent import PermanentState


def decide_compared(before: ComparedWith | None, folder: Path, old: str, new: str) -> Body | None:
    """Keep what was compared: folder of the new system's records, fingerprints of both sides.

    None: that is kept already.
    """
    there = str(folder.absolute())
    if before is not None and (before.folder, before.old, before.new) == (there, old, new):
        return None
    return {"folder": there, "old": old, "new": new}


def _compared(event: Event) -> ComparedWith:
    return ComparedWith(
        event.text("folder"), event.sha256("old"), event.sha256("new"), event.by, event.on
    )


def _record(permanent: PermanentState, event: Event) -> None:
    permanent.compared = _compared(event)


def _check(event: Event, before: Before) -> None:
    _compared(event)


def _describe(event: Event) -> str:
    return "compared the records with the new system's"


COMPARED = EventKind(
    "compared",
    _describe,
    record=_record,
    check=_check,
    paths=frozenset({"folder"}),
    version=6,
)
