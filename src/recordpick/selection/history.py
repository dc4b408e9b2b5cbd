"""The journal replayed: from the events to the selection they lead to. Nothing here does I/O."""

# ruff: noqa: SLF001 - a history merges what another one has

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from recordpick.selection.adoption import FIRST_KEY, adopted_by, apply_merged, shared_keys
from recordpick.selection.chains import MERGED_KIND, their_chain
from recordpick.selection.decisions import Decisions
from recordpick.selection.events import BrokenEventError, Event
from recordpick.selection.kinds.figures import REPORT_BASES, SYSTEM_FIGURES
from recordpick.selection.kinds.notes import NOTES
from recordpick.selection.kinds.registry import KINDS, apply, describe, is_undoable
from recordpick.selection.ledger import Log, revert
from recordpick.selection.permanent import PermanentState
from recordpick.selection.results import Issue, issues_of
from recordpick.selection.settled import Settled
from recordpick.selection.state import Selection, Withdrawn


class History:
    """The events so far and what they lead to. It grows by `add` only."""

    def __init__(self, merged: dict[str, History] | None = None) -> None:
        """Begin without events. `merged`: what each copy that was merged led to, if known."""
        self.events: list[Event] = []
        self.permanent = PermanentState()
        self.decisions = Decisions()
        self._done: list[tuple[Event, Log]] = []
        self._undone: list[Event] = []
        self._issues: tuple[Settled, int, tuple[Issue, ...]] | None = None
        self._withdrawn: dict[int, Withdrawn] = {}
        """Draws and seeds that no longer count since they were undone, by number."""
        self._merged: dict[str, History] = {} if merged is None else merged
        """The history of each copy that was merged, by the hash of the event that did it."""
        self._brought: dict[int, tuple[tuple[int, ...], tuple[int, ...]]] = {}
        """Draws and seeds that a merge brought, and those that it withdrew, by its event."""

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
        """Raise BrokenEventError if a decision could not be added; called before it is written."""
        if is_undoable(event.kind):
            revert(self._apply(event))

    def add(self, event: Event) -> None:
        """Add the next event. BrokenEventError, and nothing changed, if it cannot be the next."""
        if (event.kind == "created") != (self.permanent.header is None):
            raise BrokenEventError(event.seq, "is not where the event that made the file belongs")
        if is_undoable(event.kind):
            self._do(event)
            self._undone.clear()
        elif event.kind == "undone":
            self._undo(event)
        elif event.kind == "redone":
            self._redo(event)
        elif event.kind in KINDS:
            self._record(event)
        else:
            raise BrokenEventError(event.seq, f"is of an unknown kind {event.kind!r}")
        self.events.append(event)

    def selection(self) -> Selection:
        """Return the selection after the last event."""
        decisions, permanent = self.decisions, self.permanent
        kept = decisions.kept
        return Selection(
            picks=decisions.picks,
            closed=decisions.closed,
            notes=NOTES.values_in(kept),
            seed=decisions.seed,
            seeds=tuple(
                replace(seed, withdrawn=self._withdrawn[seq]) if seq in self._withdrawn else seed
                for seq, seed in permanent.seeds.items()
            ),
            draws=tuple(
                decisions.draws.get(seq) or replace(draw, withdrawn=self._withdrawn.get(seq))
                for seq, draw in permanent.draws.items()
            ),
            removed_random=decisions.removed,
            exports=tuple(permanent.exports),
            handed_over=tuple(permanent.handed_over),
            results=decisions.settled.results,
            settled=decisions.settled,
            issues=self._current_issues(),
            imports=decisions.imports,
            figures=SYSTEM_FIGURES.values_in(kept),
            reports_by=REPORT_BASES.values_in(kept),
            kept=kept,
            can_undo=None if self.next_undo is None else describe(self.next_undo),
            can_redo=None if self.next_redo is None else describe(self.next_redo),
        )

    def _current_issues(self) -> tuple[Issue, ...]:
        """Return the issues; they are computed again only where results changed."""
        settled, numbered = self.decisions.settled, len(self.permanent.issues)
        known = self._issues
        if known is None or known[0] is not settled or known[1] != numbered:
            known = (settled, numbered, issues_of(self.permanent.issues, settled))
            self._issues = known
        return known[2]

    def _do(self, event: Event) -> None:
        log = self._apply(event)
        if event.kind == MERGED_KIND:
            self._record_merge(event)
        else:
            self._record(event)
        self._done.append((event, log))

    def _apply(self, event: Event) -> Log:
        if event.kind != MERGED_KIND:
            return apply(self.decisions, event)
        theirs = self._their_history(event)
        return apply_merged(self.decisions, event, theirs.decisions, self._draw_keys(theirs))

    def _record(self, event: Event) -> None:
        record = KINDS[event.kind].record
        if record is not None:
            record(self.permanent, event)

    def _undo(self, event: Event) -> None:
        if not self._done or self._done[-1][0].seq != event.number("of"):
            raise BrokenEventError(event.seq, "undoes what was not the last thing done")
        withdrawn = Withdrawn("taken back (undo)", event.by, event.on)
        undone, log = self._done.pop()
        revert(log)
        self._undone.append(undone)
        self._withdrawn[undone.seq] = withdrawn
        brought, gone = self._brought.get(undone.seq, ((), ()))
        self._withdrawn |= dict.fromkeys(brought, withdrawn)
        for key in gone:
            self._withdrawn.pop(key, None)

    def _redo(self, event: Event) -> None:
        if not self._undone or self._undone[-1].seq != event.number("of"):
            raise BrokenEventError(event.seq, "does again what was not the last thing undone")
        brought, _ = self._brought.get(self._undone[-1].seq, ((), ()))
        for key in brought:
            self._withdrawn.pop(key, None)
            self.permanent.draws.pop(key, None)
            self.permanent.seeds.pop(key, None)
        self._do(self._undone[-1])
        self._withdrawn.pop(self._undone.pop().seq)

    # Merging

    def _their_history(self, event: Event) -> History:
        """Return the history of the copy that an event merges; replayed once for all callers."""
        theirs = self._merged.get(event.hash)
        if theirs is None:
            theirs = History(self._merged)
            for one in their_chain(tuple(self.events), event):
                theirs.add(one)
            self._merged[event.hash] = theirs
        return theirs

    def _draw_keys(self, theirs: History) -> dict[int, int]:
        draws = self.permanent.draws
        return shared_keys(draws, theirs.permanent.draws, self._first_free_key())

    def _first_free_key(self) -> int:
        used = (*self.permanent.draws, *self.permanent.seeds)
        return max([FIRST_KEY, *(key + 1 for key in used)])

    def _record_merge(self, event: Event) -> None:
        """Keep what another copy has and undo leaves: its draws, seeds, issues and hand-overs."""
        theirs, random = self._their_history(event), adopted_by(event).random
        mine, other = self.permanent, theirs.permanent
        withdrawn = Withdrawn("set aside when two copies were merged", event.by, event.on)
        draws = self._draw_keys(theirs)
        new = {key: other.draws[old] for old, key in draws.items() if key not in mine.draws}
        only_mine = [key for key in mine.draws if key not in draws.values()]
        mine.draws |= new
        seeds = shared_keys(mine.seeds, other.seeds, self._first_free_key())
        brought = {key: old for old, key in seeds.items() if key not in mine.seeds}
        mine.seeds |= {key: other.seeds[old] for key, old in brought.items()}
        brought |= {key: old for old, key in draws.items() if key in new}
        for key, old in brought.items():
            reason = theirs._withdrawn.get(old) or (None if random else withdrawn)
            if reason is not None:
                self._withdrawn[key] = reason
        gone = [key for key in only_mine if random and key not in self._withdrawn]
        self._withdrawn |= dict.fromkeys(gone, withdrawn)
        self._brought[event.seq] = tuple(brought), tuple(gone)
        for _, result in other.issues.values():
            mine.number_issue(result)
        mine.exports += [one for one in other.exports if one not in mine.exports]
        new_ones = [one for one in other.handed_over if one not in mine.handed_over]
        mine.handed_over += new_ones


def replay(events: Iterable[Event]) -> Selection:
    """Return the selection that events lead to.

    The events' hashes are not checked (`events.check_chain` does that). BrokenEventError where an
    event could not have been written after those before it.
    """
    return history_of(events).selection()


def history_of(events: Iterable[Event]) -> History:
    """Return the history that events make; as `replay`."""
    history = History()
    for event in events:
        history.add(event)
    return history
