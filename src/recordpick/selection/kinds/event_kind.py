"""What recordpick knows about a kind of event: one record for each, in the module of that kind.

How an event of the kind is decided on is a function beside it (`decide_…`), since each needs other
arguments. `registry.py` has all kinds by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from recordpick.selection.decisions import Decisions
from recordpick.selection.events import BrokenEventError, Event
from recordpick.selection.kept import Kept
from recordpick.selection.ledger import Log
from recordpick.selection.permanent import PermanentState
from recordpick.selection.tally import Change, Tally

FIRST_VERSION = 1
"""The version of a new working file: one that an older recordpick can read as well."""

_LONGEST_ID = 1_000


@dataclass(frozen=True, slots=True)
class Before:
    """What an event is checked against: what was decided before it, and what the pack asks for."""

    tally: Tally
    room: Mapping[str, int]
    """How many records each criterion of the pack asks for."""

    def check_criterion(self, event: Event, criterion_id: str | None) -> None:
        """Raise BrokenEventError unless the pack has a criterion; None is for random records."""
        if criterion_id is not None and criterion_id not in self.room:
            raise BrokenEventError(
                event.seq, f"is about a criterion that the pack does not have: {criterion_id!r}"
            )


def check_patient_id(event: Event, patient_id: str) -> None:
    """Raise BrokenEventError unless a text can be a patient number."""
    if not patient_id or len(patient_id) > _LONGEST_ID:
        raise BrokenEventError(event.seq, "has a patient number that is empty or too long")


def check_nothing(event: Event, before: Before) -> None:
    """Accept an event whose values are checked when it is read."""


def change_no_picks(event: Event, tally: Tally) -> Change | None:
    """Return None: an event of the kind picks, removes and draws nobody."""


@dataclass(frozen=True, slots=True)
class EventKind:
    """One kind of event.

    `undoable` says whether it is somebody's decision, which undo takes back. Such an event is
    applied to the decisions (`apply`); what it leaves behind for good, also when it is undone, is
    noted by `record`. An event that cannot be undone is only recorded.
    """

    name: str
    describe: Callable[[Event], str]
    """Say in a few words what somebody did, with patient numbers and never names."""
    undoable: bool = False
    apply: Callable[[Decisions, Event, Log], None] | None = None
    """Change the decisions and log what was there. BrokenEventError for what is not readable."""
    record: Callable[[PermanentState, Event], None] | None = None
    check: Callable[[Event, Before], None] = check_nothing
    """Raise BrokenEventError where recordpick cannot have written the event at that place."""
    count: Callable[[Event, Tally], Change | None] = change_no_picks
    """Return whom the event picks, removes and draws, for the checks of later events."""
    warn: Callable[[Event, Tally], str] | None = None
    """Return a sentence where people should look at the event; "" where not."""
    kept: Kept[Any, Any] | None = None
    """What events of the kind keep by key; several kinds may keep values in one table."""
    version: int = FIRST_VERSION
    """The version that a working file has from the first event of the kind on."""
    one_line: frozenset[str] = frozenset()
    """Keys of the body whose text has one line."""
    lines: frozenset[str] = frozenset()
    """Keys of the body whose text may have several lines."""
    paths: frozenset[str] = frozenset()
    """Keys of the body that hold names of files, which may have bytes that are not text."""
