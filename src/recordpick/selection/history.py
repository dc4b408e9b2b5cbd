"""The journal replayed: from the events to the selection they lead to. Nothing here does I/O."""

# ruff: noqa: SLF001 - a history brings in what another one has

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from recordpick.selection.chains import MERGED, their_chain
from recordpick.selection.describe import describe
from recordpick.selection.events import BrokenEventError, Event
from recordpick.selection.kinds.draws import draw_of, fixed_seed
from recordpick.selection.kinds.registry import apply, can_be_undone
from recordpick.selection.kinds.results import results_of
from recordpick.selection.ledger import Log, take_back
from recordpick.selection.merged import FIRST_KEY, apply_merged, shared_keys, taken_of
from recordpick.selection.state import (
    Draw,
    Exported,
    FixedSeed,
    IndexUsed,
    Issue,
    Result,
    ResultKey,
    Selection,
    Withdrawn,
    issues_of,
)
from recordpick.selection.work import Work


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

    def __init__(self, merged: dict[str, History] | None = None) -> None:
        """Begin without events. `merged`: what each copy that was merged led to, if known."""
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
        self._issues_made: tuple[Mapping[ResultKey, Result], int, tuple[Issue, ...]] | None = None
        self._taken_back: dict[int, Withdrawn] = {}
        self._exports: list[Exported] = []
        self._merged: dict[str, History] = {} if merged is None else merged
        """The history of each copy that was merged, by the hash of the event that did it."""
        self._set_aside: dict[int, tuple[tuple[int, ...], tuple[int, ...]]] = {}
        """Draws and seeds that a merge brought and set aside, by the number of its event."""

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
            take_back(self._apply(event))

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

    def _apply(self, event: Event) -> Log:
        if event.kind != MERGED:
            return apply(self.work, event)
        theirs = self._their_history(event)
        return apply_merged(self.work, event, theirs.work, self._draw_keys(theirs))

    def _their_history(self, event: Event) -> History:
        """Return the history of the copy that an event merges; made once for all who ask."""
        theirs = self._merged.get(event.hash)
        if theirs is None:
            theirs = History(self._merged)
            for one in their_chain(tuple(self.events), event):
                theirs.add(one)
            self._merged[event.hash] = theirs
        return theirs

    def _draw_keys(self, theirs: History) -> dict[int, int]:
        first = max([FIRST_KEY, *(key + 1 for key in (*self._draws, *self._seeds))])
        return shared_keys(self._draws, theirs._draws, first)

    def _bring_in(self, event: Event) -> None:
        """Keep what another copy has and undo leaves: its draws, seeds, issues and hand-overs."""
        theirs, count = self._their_history(event), taken_of(event).random
        aside = Withdrawn("set aside when two copies were merged", event.by, event.on)
        draws = self._draw_keys(theirs)
        new = {key: theirs._draws[old] for old, key in draws.items() if key not in self._draws}
        mine = [key for key in self._draws if key not in draws.values()]
        self._draws |= new
        first = max([FIRST_KEY, *(key + 1 for key in (*self._draws, *self._seeds))])
        seeds = shared_keys(self._seeds, theirs._seeds, first)
        brought = {key: old for old, key in seeds.items() if key not in self._seeds}
        self._seeds |= {key: theirs._seeds[old] for key, old in brought.items()}
        brought |= {key: old for old, key in draws.items() if key in new}
        for key, old in brought.items():
            withdrawn = theirs._taken_back.get(old) or (None if count else aside)
            if withdrawn is not None:
                self._taken_back[key] = withdrawn
        gone = [key for key in mine if count and key not in self._taken_back]
        self._taken_back |= dict.fromkeys(gone, aside)
        self._set_aside[event.seq] = tuple(brought), tuple(gone)
        for line, (_, result) in theirs._issues.items():
            self._issues.setdefault(line, (len(self._issues) + 1, result))
        self._exports += [one for one in theirs._exports if one not in self._exports]

    def _do(self, event: Event) -> None:
        log = self._apply(event)
        if event.kind == "seed_fixed":
            self._seeds.setdefault(event.seq, fixed_seed(event))
        elif event.kind in {"drawn", "replaced"}:
            self._draws.setdefault(event.seq, draw_of(event))
        elif event.kind == MERGED:
            self._bring_in(event)
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
        brought, gone = self._set_aside.get(undone.seq, ((), ()))
        self._taken_back |= dict.fromkeys(brought, taken_back)
        for key in gone:
            self._taken_back.pop(key, None)

    def _redo(self, event: Event) -> None:
        if not self._undone or self._undone[-1].seq != event.number("of"):
            raise BrokenEventError(event.seq, "does again what was not the last thing undone")
        brought, _ = self._set_aside.get(self._undone[-1].seq, ((), ()))
        for key in brought:
            self._taken_back.pop(key, None)
            self._draws.pop(key, None)
            self._seeds.pop(key, None)
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
