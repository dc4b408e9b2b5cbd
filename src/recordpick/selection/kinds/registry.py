"""What each event that can be undone does to the work, which remembers how to take it back."""

from __future__ import annotations

from collections.abc import Callable

from recordpick.selection.chains import MERGED
from recordpick.selection.events import Event
from recordpick.selection.kinds.draws import _drawn_at_random, _replaced, _seed_fixed
from recordpick.selection.kinds.figures import _figures, _reports_by
from recordpick.selection.kinds.picks import (
    _closed,
    _noted,
    _picked,
    _removed,
    _reopened,
    _suggested,
)
from recordpick.selection.kinds.results import _checked
from recordpick.selection.ledger import Log, take_back
from recordpick.selection.work import Work


def can_be_undone(kind: str) -> bool:
    """Tell whether an event of this kind is somebody's decision about the work."""
    return kind in _EFFECTS or kind == MERGED


def apply(work: Work, event: Event) -> Log:
    """Change the work as an event does, and return what takes that back.

    BrokenEventError, and nothing changed, if the event is not what recordpick writes.
    """
    log: Log = []
    try:
        _EFFECTS[event.kind](work, event, log)
    except BaseException:
        take_back(log)
        raise
    return log


_EFFECTS: dict[str, Callable[[Work, Event, Log], None]] = {
    "picked": _picked,
    "suggested": _suggested,
    "removed": _removed,
    "noted": _noted,
    "closed": _closed,
    "reopened": _reopened,
    "seed_fixed": _seed_fixed,
    "drawn": _drawn_at_random,
    "replaced": _replaced,
    "checked": _checked,
    "figures": _figures,
    "reports_by": _reports_by,
}
