"""The events that lead to a state of a working file, also those of copies that were merged into it.

A file's own events are one chain. An event of the kind `merged` holds what another copy had done
since the two were last the same: the hash of the event where it branched off (`base`), and all of
its events from there on, with their own hashes. So a file that was merged knows several chains,
all of which begin with the same event.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from recordpick.selection.events import BrokenEventError, Event, Json, check_next

Chain: TypeAlias = "tuple[Event, ...]"

MERGED_KIND = "merged"
"""The kind of the event that merges a copy."""


def rows_of(events: Sequence[Event]) -> list[Json]:
    """Return another copy's events as they are kept in an event of the kind `merged`."""
    return [
        [event.seq, event.at, event.who, event.role, event.kind, event.body, event.hash]
        for event in events
    ]


def their_events(merged: Event, base: Event) -> Chain:
    """Read another copy's events from `base` on; BrokenEventError unless they follow it."""
    events: list[Event] = []
    last = base
    for row in merged.rows("events"):
        match row:
            case [int(seq), str(at), str(who), str(role), str(kind), dict(body), str(own)]:
                event = Event(seq, at, who, role, kind, body, last.hash, own)
            case _:
                raise BrokenEventError(
                    merged.seq, "has an event of another copy that cannot be read"
                )
        try:
            check_next(event, last)
        except BrokenEventError as error:
            raise BrokenEventError(merged.seq, f"has another copy whose {error}") from error
        events.append(event)
        last = event
    if not events or last.hash != merged.text("head"):
        raise BrokenEventError(merged.seq, "does not have all events of the other copy")
    return tuple(events)


def their_chain(before: Chain, merged: Event) -> Chain:
    """Return all events of the copy that was merged, from the first; BrokenEventError otherwise.

    `before` are the events before the merge.
    """
    shared = chain_to(before, merged.text("base"))
    if shared is None:
        raise BrokenEventError(merged.seq, "merges a copy that does not begin as this file does")
    return (*shared, *their_events(merged, shared[-1]))


def chain_to(events: Chain, wanted: str) -> Chain | None:
    """Return the events up to the one with that hash; None where the file does not know it."""
    for chain in chains(events):
        for place, event in enumerate(chain):
            if event.hash == wanted:
                return chain[: place + 1]
    return None


def chains(
    events: Chain, seen: set[str] | None = None, *, only_counting: bool = False
) -> Iterator[Chain]:
    """Yield every chain that a file knows: its own first, then those of copies merged into it.

    Chains share events, and so merges: `seen` are the hashes of merges that were followed already.
    `only_counting` leaves out copies whose merge was undone: what they hold does not count.
    """
    seen = set() if seen is None else seen
    yield events
    left_out = undone_events(events) if only_counting else frozenset()
    for place, event in enumerate(events):
        if event.kind == MERGED_KIND and event.hash not in seen and event.seq not in left_out:
            seen.add(event.hash)
            theirs = their_chain(events[:place], event)
            yield from chains(theirs, seen, only_counting=only_counting)


def undone_events(events: Chain) -> frozenset[int]:
    """Return the numbers of the events of one chain that are undone after its last event."""
    undone: set[int] = set()
    for event in events:
        if event.kind == "undone":
            undone.add(event.number("of"))
        elif event.kind == "redone":
            undone.discard(event.number("of"))
    return frozenset(undone)


def all_hashes(events: Chain, *, only_counting: bool = False) -> set[str]:
    """Return the hashes of all events that a file knows (`only_counting`: as in `chains`)."""
    known = chains(events, only_counting=only_counting)
    return {event.hash for chain in known for event in chain}


@dataclass(frozen=True, slots=True)
class ExportedIn:
    """A hand-over: the event of it, and the events before it, which made its list."""

    event: Event
    before: Chain

    @property
    def list_id(self) -> str:
        """The list's name; "" where it was handed over before names depended on the last event."""
        return self.event.text("list_id") if "list_id" in self.event.body else ""

    @property
    def number(self) -> int:
        """Which hand-over of its copy it was, from 1."""
        return 1 + sum(event.kind == "exported" for event in self.before)


def exports_of(events: Chain) -> list[ExportedIn]:
    """Return every hand-over that a file knows, in the order in which it came to know them."""
    found: dict[str, ExportedIn] = {}
    _add_exports(events, found, set())
    return list(found.values())


def _add_exports(events: Chain, found: dict[str, ExportedIn], seen: set[str]) -> None:
    for place, event in enumerate(events):
        if event.kind == "exported" and event.hash not in found:
            found[event.hash] = ExportedIn(event, events[:place])
        elif event.kind == MERGED_KIND and event.hash not in seen:
            seen.add(event.hash)
            _add_exports(their_chain(events[:place], event), found, seen)
