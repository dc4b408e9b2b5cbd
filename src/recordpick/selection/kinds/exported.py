"""A hand-over pack was written: where, what names its content, and the name of its list."""

from __future__ import annotations

import re
from pathlib import Path

from recordpick.selection.events import Body, BrokenEventError, Event
from recordpick.selection.kinds.event_kind import Before, EventKind
from recordpick.selection.permanent import PermanentState
from recordpick.selection.state import Exported

_LIST_ID = re.compile(r"RP-[A-Z2-7]{8}-[0-9]{2,10}")


def decide_export(path: Path, sha256: str, list_id: str) -> Body:
    """Return the body of the event: the path of the pack, its SHA-256, and its list's name."""
    named: Body = {"list_id": list_id} if list_id else {}
    return {"path": str(path), "sha256": sha256, **named}


def list_id_of(event: Event) -> str:
    """Return the list's name; "" where it was exported before names depended on the last event."""
    return event.text("list_id") if "list_id" in event.body else ""


def _record(permanent: PermanentState, event: Event) -> None:
    permanent.exports.append(
        Exported(event.text("path"), event.text("sha256"), event.by, event.on, list_id_of(event))
    )


def _describe(event: Event) -> str:
    return "wrote a hand-over pack"


def _check(event: Event, before: Before) -> None:
    event.sha256("sha256")
    if "list_id" in event.body and not _LIST_ID.fullmatch(event.text("list_id")):
        raise BrokenEventError(event.seq, "hands over a list with a name that no list has")


EXPORTED = EventKind("exported", _describe, record=_record, check=_check, paths=frozenset({"path"}))
