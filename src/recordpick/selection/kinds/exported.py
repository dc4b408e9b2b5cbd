"""A hand-over pack was written (where, what names its content, its list), or was handed over."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from recordpick.errors import UserError
from recordpick.selection.events import Body, BrokenEventError, Event
from recordpick.selection.kinds.event_kind import Before, EventKind
from recordpick.selection.permanent import PermanentState
from recordpick.selection.state import Exported, HandedOver
from recordpick.selection.typed_text import clean_reason
from recordpick.text import day

_LIST_ID = re.compile(r"RP-[A-Z2-7]{8}-[0-9]{2,10}")


def decide_export(path: Path, sha256: str, list_id: str) -> Body:
    """Return the body of the event: the path of the pack, its SHA-256, and its list's name."""
    named: Body = {"list_id": list_id} if list_id else {}
    return {"path": str(path), "sha256": sha256, **named}


def decide_hand_over(exports: Sequence[Exported], how: str, sent_on: date, today: date) -> Body:
    """Return the body of the event: how and when the newest list was handed over.

    UserError where nothing was exported yet, or the day is in the future or before the export.
    """
    if not exports:
        raise UserError("Nothing was exported yet: export the list, and then hand it over.")
    if sent_on > today:
        raise UserError(
            f"{day(sent_on)} is in the future: give the day on which it was handed over."
        )
    written_on = exports[-1].on.astimezone().date()
    if sent_on < written_on:
        raise UserError(
            f"The newest list was written on {day(written_on)}, so it cannot have been handed over "
            f"on {day(sent_on)}."
        )
    if not how.strip():
        raise UserError("Say how the list was handed over: that is empty.")
    how = clean_reason(how, "handing the list over")
    return {"list_id": exports[-1].list_id, "how": how, "sent_on": sent_on.isoformat()}


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


def _record_hand_over(permanent: PermanentState, event: Event) -> None:
    permanent.handed_over.append(
        HandedOver(event.text("list_id"), event.text("how"), _sent_on(event), event.by, event.on)
    )


def _sent_on(event: Event) -> date:
    try:
        return date.fromisoformat(event.text("sent_on"))
    except ValueError:
        raise BrokenEventError(event.seq, "hands a list over on no day") from None


def _check_hand_over(event: Event, before: Before) -> None:
    _sent_on(event)
    if event.text("list_id") and not _LIST_ID.fullmatch(event.text("list_id")):
        raise BrokenEventError(event.seq, "hands over a list with a name that no list has")


HANDED_OVER = EventKind(
    "handed_over",
    lambda _: "handed a list over",
    record=_record_hand_over,
    check=_check_hand_over,
    version=5,
    one_line=frozenset({"how"}),
)
