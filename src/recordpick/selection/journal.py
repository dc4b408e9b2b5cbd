"""The journal replayed: from the events to the selection they lead to. Nothing here does I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from recordpick.selection.checking import results_of
from recordpick.selection.effects import Work, apply, can_be_undone, draw_of, fixed_seed
from recordpick.selection.events import BrokenEventError, Event
from recordpick.selection.ledger import Log, take_back
from recordpick.selection.results import Issue, Key, Result, issues_of
from recordpick.selection.state import (
    Draw,
    Exported,
    FixedSeed,
    IndexUsed,
    Selection,
    Withdrawn,
)
from recordpick.selection.wording import describe


@dataclass(frozen=True, slots=True)
class Header:
    """What a working file is about, as its first event says."""

    practice: str
    synthetic: bool
    pack_fingerprint: str
    pack_files: tuple[tuple[str, str], ...]
    """Name and SHA-256 (hex, of the UTF-8) of each file of the pack, in order."""
    meta: tuple[tuple[str, str], ...]
    """What the table meta says, but for the last event."""
    suggestion_seed: str
    index: IndexUsed


class History:
    """The events so far and what they lead to. It grows by `add` only."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.header: Header | None = None
        self.index: IndexUsed | None = None
        self.index_before: IndexUsed | None = None
        """The last index of another fingerprint than `index`, if there was one."""
        self.work = Work()
        self._done: list[tuple[Event, Log]] = []
        self._undone: list[Event] = []
        self._draws: dict[int, Draw] = {}
        self._seeds: dict[int, FixedSeed] = {}
        # Numbers of issues are given once, also if what was found is taken back: the supplier may
        # have been told of them.
        self._issues: dict[tuple[str | None, str], tuple[int, Result]] = {}
        self._issues_made: tuple[Mapping[Key, Result], int, tuple[Issue, ...]] | None = None
        self._taken_back: dict[int, Withdrawn] = {}
        self._exports: list[Exported] = []

    @property
    def last(self) -> Event | None:
        """The last event, or None."""
        return self.events[-1] if self.events else None

    @property
    def next_undo(self) -> Event | None:
        """The event that undo would take back, or None."""
        return self._done[-1][0] if self._done else None

    @property
    def next_redo(self) -> Event | None:
        """The event that redo would do again, or None."""
        return self._undone[-1] if self._undone else None

    def check(self, event: Event) -> None:
        """Raise BrokenEventError if a decision could not be taken in; asked before writing."""
        if can_be_undone(event.kind):
            take_back(apply(self.work, event))

    def add(self, event: Event) -> None:
        """Take in the next event. BrokenEventError, and nothing changed, if it cannot be one."""
        if (event.kind == "created") != (self.header is None):
            raise BrokenEventError(event.seq, "is not where the event that made the file belongs")
        if can_be_undone(event.kind):
            self._do(event)
            self._undone.clear()
        elif event.kind == "undone":
            self._undo(event)
        elif event.kind == "redone":
            self._redo(event)
        else:
            self._record(event)
        self.events.append(event)

    def selection(self) -> Selection:
        """Give the selection as it stands after the last event."""
        work = self.work
        return Selection(
            picks=work.picks,
            closed=work.closed,
            notes=work.notes,
            seed=work.seed,
            seeds=tuple(
                replace(seed, withdrawn=self._taken_back[seq]) if seq in self._taken_back else seed
                for seq, seed in self._seeds.items()
            ),
            draws=tuple(
                work.draws.get(seq) or replace(draw, withdrawn=self._taken_back.get(seq))
                for seq, draw in self._draws.items()
            ),
            removed_at_random=work.removed,
            exports=tuple(self._exports),
            results=work.results,
            issues=self._issues_now(),
            imports=work.imports,
            figures=work.figures,
            reports_by=work.reports_by,
            can_undo=None if self.next_undo is None else describe(self.next_undo),
            can_redo=None if self.next_redo is None else describe(self.next_redo),
        )

    def _issues_now(self) -> tuple[Issue, ...]:
        """Return the issues; they are made again only where results changed."""
        results, numbered = self.work.results, len(self._issues)
        made = self._issues_made
        if made is None or made[0] is not results or made[1] != numbered:
            made = (results, numbered, issues_of(self._issues, results))
            self._issues_made = made
        return made[2]

    def _do(self, event: Event) -> None:
        log = apply(self.work, event)
        if event.kind == "seed_fixed":
            self._seeds.setdefault(event.seq, fixed_seed(event))
        elif event.kind in {"drawn", "replaced"}:
            self._draws.setdefault(event.seq, draw_of(event))
        elif event.kind == "checked":
            self._number_issues(event)
        self._done.append((event, log))

    def _number_issues(self, event: Event) -> None:
        for result in results_of(event):
            if result.is_fault:
                line = (result.entry.criterion_id, result.entry.patient_id)
                self._issues.setdefault(line, (len(self._issues) + 1, result))

    def _undo(self, event: Event) -> None:
        if not self._done or self._done[-1][0].seq != event.number("of"):
            raise BrokenEventError(event.seq, "undoes what was not the last thing done")
        taken_back = Withdrawn("taken back (undo)", event.by, event.on)
        undone, log = self._done.pop()
        take_back(log)
        self._undone.append(undone)
        self._taken_back[undone.seq] = taken_back

    def _redo(self, event: Event) -> None:
        if not self._undone or self._undone[-1].seq != event.number("of"):
            raise BrokenEventError(event.seq, "does again what was not the last thing undone")
        self._do(self._undone[-1])
        self._taken_back.pop(self._undone.pop().seq)

    def _record(self, event: Event) -> None:
        match event.kind:
            case "created":
                self.header = _header(event)
                self.index = self.header.index
            case "index_used":
                used = _index_used(event, event.text("practice_index"))
                if self.index is not None and used.fingerprint != self.index.fingerprint:
                    self.index_before = self.index
                self.index = used
            case "exported":
                self._exports.append(
                    Exported(
                        event.text("path"),
                        event.text("sha256"),
                        event.by,
                        event.on,
                        event.text("list_id") if "list_id" in event.body else "",
                    )
                )
            case _:
                raise BrokenEventError(event.seq, f"is of an unknown kind {event.kind!r}")


def _header(event: Event) -> Header:
    return Header(
        practice=event.text("practice"),
        synthetic=event.body.get("synthetic") is True,
        pack_fingerprint=event.text("pack"),
        pack_files=_pairs(event, "pack_files"),
        meta=_pairs(event, "meta"),
        suggestion_seed=event.text("suggestion_seed"),
        index=_index_used(event, event.text("practice_index")),
    )


def _pairs(event: Event, key: str) -> tuple[tuple[str, str], ...]:
    pairs: list[tuple[str, str]] = []
    for row in event.rows(key):
        match row:
            case [str(name), str(value)]:
                pairs.append((name, value))
            case _:
                raise BrokenEventError(event.seq, f"has something in {key!r} that is no pair")
    return tuple(pairs)


def _index_used(event: Event, fingerprint: str) -> IndexUsed:
    return IndexUsed(
        fingerprint=fingerprint,
        as_at=event.day("as_at"),
        folder=event.text("folder"),
        by=event.by,
        on=event.on,
        people=event.text("people") if "people" in event.body else "",
    )


def replay(events: Iterable[Event]) -> Selection:
    """Give the selection that events lead to.

    The events' hashes are not looked at (`events.check_chain` does that). BrokenEventError where an
    event could not have been written after those before it.
    """
    return history_of(events).selection()


def history_of(events: Iterable[Event]) -> History:
    """Return the history that events make; as `replay`."""
    history = History()
    for event in events:
        history.add(event)
    return history
