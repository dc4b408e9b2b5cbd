"""Which practice index the picks are made from, and whether another may replace it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from recordpick.errors import UserError
from recordpick.selection.events import Body, BrokenEventError, Event
from recordpick.selection.identity_fingerprint import Changed, people_of
from recordpick.selection.kinds.event_kind import Before, EventKind
from recordpick.selection.permanent import PermanentState
from recordpick.selection.state import IndexUsed

if TYPE_CHECKING:
    from recordpick.index.practice_index import PracticeIndex

YEARS_OF_EXTRACTS = range(1900, 2200)


def index_body(index: PracticeIndex, as_at: date, seed: str) -> Body:
    """Return what the journal keeps of an index; `people` only where it says who patients are."""
    people = people_of(index, seed)
    return {
        "practice_index": index.fingerprint,
        "as_at": as_at.isoformat(),
        "folder": str(index.folder.absolute()),
        **({"people": people} if people else {}),
    }


def decide_index(used: IndexUsed, index: PracticeIndex, as_at: date, seed: str) -> Body | None:
    """Use an index in place of the one used so far; None: it is that one, as it was.

    UserError where its patient numbers are other people's (`Changed.too_many`).
    """
    new = index_body(index, as_at, seed)
    old = {
        "practice_index": used.fingerprint,
        "as_at": used.as_at.isoformat(),
        "folder": used.folder,
    }
    changed = Changed.between(used.people, str(new.get("people", "")), seed)
    if changed.too_many:
        raise UserError(
            f"{index.folder}: {len(changed.changed):,} of the {changed.common:,} patients whose "
            "numbers are in both have another date of birth or NHS number than in the index "
            "before, so the numbers are other people's and the picks would be too. Make a new "
            "working file with this index."
        )
    return None if {name: new[name] for name in old} == old else new


def index_used(event: Event) -> IndexUsed:
    """Read the index that an event names."""
    return IndexUsed(
        fingerprint=event.text("practice_index"),
        as_at=event.day("as_at"),
        folder=event.text("folder"),
        by=event.by,
        on=event.on,
        people=event.text("people") if "people" in event.body else "",
    )


def check_index(event: Event, before: Before) -> None:
    """Raise BrokenEventError unless the fingerprint and the day of the extract can be so."""
    event.sha256("practice_index")
    if event.day("as_at").year not in YEARS_OF_EXTRACTS:
        raise BrokenEventError(event.seq, "has a day of the extract that it cannot have")


def _record(permanent: PermanentState, event: Event) -> None:
    permanent.use(index_used(event))


def _describe(event: Event) -> str:
    return "used another index of the practice"


INDEX_USED = EventKind(
    "index_used", _describe, record=_record, check=check_index, paths=frozenset({"folder"})
)
