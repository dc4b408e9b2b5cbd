"""Whether recordpick can have written an event: its values, and what was decided before it.

The chain of hashes shows that nothing was changed by accident. Somebody who can write to the file
can make a new chain, so events themselves are validated too: at opening, and before an event
is written, each is checked against the pack and the events before it. What is refused here is
nothing that recordpick has ever written: a criterion that the pack lacks or that gets more records
than it asks for, a patient twice, a draw whose tickets are not those of its seed, a result of a
line that never was on the list, a time that no clock shows, characters and numbers that no file can
hold. The checks of one kind of event are with that kind (`kinds/`).
"""

# ruff: noqa: SLF001 - what was checked of a copy is compared with what was checked here

from __future__ import annotations

import re
import unicodedata

from recordpick.criteria.pack import Pack
from recordpick.selection.adoption import adopted_by
from recordpick.selection.chains import MERGED_KIND, their_chain
from recordpick.selection.events import BrokenEventError, Event, Json
from recordpick.selection.kinds.event_kind import Before
from recordpick.selection.kinds.registry import KINDS
from recordpick.selection.tally import Tally

YEARS = range(1970, 2200)
"""The years that a time may be in: before 1970 there was no Unix time."""
LARGEST = 2**32 - 1
MOST_MERGES = 200
"""How many copies may be merged into one file: each is checked from its first event."""
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}\.[0-9]{6}\+00:00"
)
"""How recordpick writes a time: UTC, with microseconds."""
_PATHS = frozenset[str]().union(*(kind.paths for kind in KINDS.values()))
"""Names of files, which may hold bytes that are not text: Python keeps those as lone surrogates."""
_ONE_LINE = frozenset[str]().union(*(kind.one_line for kind in KINDS.values()))
_LINES = frozenset[str]().union(*(kind.lines for kind in KINDS.values()))
_NOT_TEXT = {"Cc", "Cs"}
"""Unicode's control characters and lone surrogates."""


class EventValidator:
    """Checks events in their order. `add` records a valid event; a refused event changes nothing.

    `warnings` has a sentence on each accepted event that people should review.
    """

    def __init__(self, pack: Pack, merged: dict[str, EventValidator] | None = None) -> None:
        """Take the pack that the picks are made for, and the merged copies that were checked."""
        self._pack = pack
        self._events: list[Event] = []
        self._merged: dict[str, EventValidator] = {} if merged is None else merged
        self._tally = Tally()
        self._before = Before(
            self._tally, {criterion.id: criterion.records for criterion in pack.criteria}
        )
        self.warnings: list[str] = []

    def check(self, event: Event) -> None:
        """Raise BrokenEventError unless the event could be the next."""
        _check_time(event)
        _check_values(event)
        if event.kind == MERGED_KIND:
            self._check_merged(event)
        elif (kind := KINDS.get(event.kind)) is not None:
            kind.check(event, self._before)

    def add(self, event: Event) -> None:
        """Check the event and add it; BrokenEventError, and nothing changed, otherwise."""
        self.check(event)
        kind = KINDS.get(event.kind)
        if event.kind == MERGED_KIND:
            theirs, adopted = self._theirs(event), adopted_by(event)
            self.warnings += [one for one in theirs.warnings if one not in self.warnings]
            self._tally.merge(theirs._tally, adopted.picks, random=adopted.random)
        elif event.kind == "undone":
            self._tally.undo()
        elif event.kind == "redone":
            self._tally.redo()
        elif kind is not None and kind.undoable:
            warning = "" if kind.warn is None else kind.warn(event, self._tally)
            self.warnings += [warning] if warning else []
            self._tally.change(kind.count(event, self._tally))
        self._events.append(event)

    def _theirs(self, event: Event) -> EventValidator:
        """Check all events of the copy that was merged, once for all callers."""
        theirs = self._merged.get(event.hash)
        if theirs is None:
            if len(self._merged) >= MOST_MERGES:
                raise BrokenEventError(event.seq, "merges more copies than anybody has")
            theirs = EventValidator(self._pack, self._merged)
            for one in their_chain(tuple(self._events), event):
                try:
                    theirs.add(one)
                except BrokenEventError as error:
                    raise BrokenEventError(event.seq, f"has another copy whose {error}") from error
            self._merged[event.hash] = theirs
        return theirs

    def _check_merged(self, event: Event) -> None:
        adopted = adopted_by(event)
        for criterion_id in (*(one for one, _ in adopted.picks), *adopted.kept["closed"]):
            self._before.check_criterion(event, criterion_id)
        after = self._tally.merged_with(
            self._theirs(event)._tally, adopted.picks, random=adopted.random
        )
        for criterion_id, room in self._before.room.items():
            if after.count(criterion_id) > max(room, self._tally.count(criterion_id)):
                raise BrokenEventError(
                    event.seq, f"picks more records for {criterion_id} than it asks for"
                )


def _check_time(event: Event) -> None:
    """Raise BrokenEventError unless the time is written as recordpick does, and is possible."""
    try:
        fits = event.on.year in YEARS and _TIME.fullmatch(event.at) is not None
    except OverflowError:
        fits = False
    if not fits:
        raise BrokenEventError(
            event.seq, f"has a time that it cannot have: {event.at!r} (check the computer's clock)"
        )


def _check_values(event: Event) -> None:
    """Raise BrokenEventError for characters and numbers that no file or screen can hold."""
    event.by  # noqa: B018 - raises where the role is not known
    _check_text(event, event.who, "the name of who did it")
    for key, value in event.body.items():
        if event.kind == MERGED_KIND and key == "events":
            continue  # each of them is checked by itself
        if isinstance(value, str) and value.isascii() and value.isprintable():
            continue  # nearly all are, and a file may have 100,000
        if key in _ONE_LINE and isinstance(value, str):
            _check_text(event, value, key)
        elif key in _LINES and isinstance(value, str):
            _check_text(event, value.replace("\n", ""), key)
        for one in _leaves(value):
            if not (isinstance(one, str) and one.isascii()):
                _check_leaf(event, key, one)


def _check_leaf(event: Event, key: str, value: str | int) -> None:
    if isinstance(value, bool):
        if key != "synthetic":
            raise BrokenEventError(event.seq, f"has {key!r} with yes or no in it")
    elif isinstance(value, int):
        if not 0 <= value <= LARGEST:
            raise BrokenEventError(event.seq, f"has {key!r} with a number that is too large")
    elif not value.isascii():
        try:
            value.encode("utf-8", "surrogateescape" if key in _PATHS else "strict")
        except UnicodeEncodeError as error:
            raise BrokenEventError(
                event.seq, f"has {key!r} with a character that is not text"
            ) from error


def _check_text(event: Event, text: str, what: str) -> None:
    if not text.isprintable() and any(unicodedata.category(one) in _NOT_TEXT for one in text):
        raise BrokenEventError(event.seq, f"has a character that is not text in {what!r}")


def _leaves(value: Json) -> list[str | int]:
    """Return all texts and numbers in a value, however deep."""
    found: list[str | int] = []
    pending: list[Json] = [value]
    while pending:
        one = pending.pop()
        if isinstance(one, list):
            pending += one
        elif isinstance(one, dict):
            pending += [*one, *one.values()]
        elif one is not None:
            found.append(one)
    return found
