"""All kinds of events by name. A new kind is added here, and described in its own module."""

from __future__ import annotations

from typing import Any

from recordpick.selection.decisions import Decisions
from recordpick.selection.events import Body, Event
from recordpick.selection.kept import Kept
from recordpick.selection.kinds.compared import COMPARED
from recordpick.selection.kinds.created import CREATED
from recordpick.selection.kinds.draws import DRAWN, REPLACED
from recordpick.selection.kinds.event_kind import FIRST_VERSION, EventKind
from recordpick.selection.kinds.exported import EXPORTED, HANDED_OVER
from recordpick.selection.kinds.figures import FIGURES, REPORT_PERIOD, REPORTS_BY
from recordpick.selection.kinds.index_used import INDEX_USED
from recordpick.selection.kinds.judgements import JUDGED, RESOLVED
from recordpick.selection.kinds.merged import MERGED
from recordpick.selection.kinds.notes import CLOSED, CLOSED_SEVERAL, NOTED, REOPENED
from recordpick.selection.kinds.pace import PACED
from recordpick.selection.kinds.picks import PICKED, RECORD_REMOVED, REMOVED, SUGGESTED
from recordpick.selection.kinds.repeated import ANSWERED_REPEATED
from recordpick.selection.kinds.results import CHECKED
from recordpick.selection.kinds.seeds import SEED_FIXED
from recordpick.selection.kinds.shares import CHECKING_COPY, SHARED
from recordpick.selection.kinds.undo import REDONE, UNDONE
from recordpick.selection.ledger import Log, revert

KINDS: dict[str, EventKind] = {
    kind.name: kind
    for kind in (
        CREATED,
        INDEX_USED,
        PICKED,
        SUGGESTED,
        REMOVED,
        RECORD_REMOVED,
        NOTED,
        CLOSED,
        CLOSED_SEVERAL,
        REOPENED,
        SEED_FIXED,
        DRAWN,
        REPLACED,
        CHECKED,
        JUDGED,
        RESOLVED,
        SHARED,
        CHECKING_COPY,
        FIGURES,
        REPORTS_BY,
        REPORT_PERIOD,
        PACED,
        ANSWERED_REPEATED,
        COMPARED,
        MERGED,
        UNDONE,
        REDONE,
        EXPORTED,
        HANDED_OVER,
    )
}

KEPT: dict[str, Kept[Any, Any]] = {
    kind.kept.name: kind.kept for kind in KINDS.values() if kind.kept is not None
}
"""What kinds of events keep by key, by name."""

NEWEST_VERSION = max(kind.version for kind in KINDS.values())
"""The newest version of a working file that this recordpick can read."""


def version_of(name: str, body: Body) -> int:
    """Return the version of a working file that has an event of this kind with this body.

    One that merges a copy needs what the copy's events need.
    """
    kind = KINDS.get(name)
    version = FIRST_VERSION if kind is None else kind.version
    if name == MERGED.name and isinstance(rows := body.get("events"), list):
        for row in rows:
            match row:
                case [_, _, _, _, str(their_name), dict(their_body), *_]:
                    version = max(version, version_of(their_name, their_body))
    return version


def is_undoable(name: str) -> bool:
    """Return whether an event of this kind is somebody's decision, which undo takes back."""
    kind = KINDS.get(name)
    return kind is not None and kind.undoable


def describe(event: Event) -> str:
    """Say in a few words what somebody did, with patient numbers and never names."""
    kind = KINDS.get(event.kind)
    return event.kind if kind is None else kind.describe(event)


def apply(decisions: Decisions, event: Event) -> Log:
    """Change the decisions as an event does, and return the log that reverts it.

    BrokenEventError, and nothing changed, if the event is not what recordpick writes.
    """
    log: Log = []
    change = KINDS[event.kind].apply
    assert change is not None, f"{event.kind} is applied by the history"
    try:
        change(decisions, event, log)
    except BaseException:
        revert(log)
        raise
    return log
