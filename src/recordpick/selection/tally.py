"""Who is picked and drawn after each event, in sets: to check the next event at once.

The selection itself (`decisions.py`) keeps picks in order, and everything that was said of them.
Here is only what the checks of events need, in a form that takes the same time for any number of
events. Undo reverts the last change.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

Pair: TypeAlias = "tuple[str | None, str]"
"""Criterion (None: at random) and patient."""


@dataclass(frozen=True, slots=True)
class Change:
    """What an event does: whom it picks, removes and draws, and which seed it fixes."""

    picked: Sequence[Pair] = ()
    removed: Sequence[Pair] = ()
    drawn: Sequence[str] = ()
    seed: str | None = None
    """The seed that the event fixes."""
    drawn_with: str | None = None
    """The seed that the event draws with."""


@dataclass(frozen=True, slots=True)
class _Step:
    """A change that was made, with what it replaced."""

    change: Change
    seeds: tuple[str | None, str | None]
    """The seed that was fixed before, and after."""
    drawing_seeds: tuple[str | None, str | None]
    """The seed whose draws count before, and after."""


@dataclass(frozen=True, slots=True)
class _Merge:
    """A copy that was merged: everything before, and after."""

    before: Tally
    after: Tally


class Tally:
    """The picks and draws after the events so far, all of which must have been checked."""

    def __init__(self) -> None:
        self.seed: str | None = None
        """The seed that is fixed."""
        self.drawing_seed: str | None = None
        """The seed whose draws count."""
        self._picked: dict[str | None, dict[str, None]] = {}
        self._drawn: dict[str, set[str]] = {}
        self._ever: set[Pair] = set()
        self._done: list[_Step | _Merge | None] = []
        self._undone: list[_Step | _Merge | None] = []

    def is_picked(self, pair: Pair) -> bool:
        """Return whether a patient is picked for a criterion."""
        return pair[1] in self._picked.get(pair[0], ())

    def was_ever_picked(self, pair: Pair) -> bool:
        """Return whether a patient ever was picked for a criterion, also if that was undone."""
        return pair in self._ever

    def count(self, criterion_id: str | None) -> int:
        """Return how many records are picked for a criterion."""
        return len(self._picked.get(criterion_id, ()))

    def drawn_records(self) -> list[Pair]:
        """Return the records that are picked at random now."""
        return [(None, patient_id) for patient_id in self._picked.get(None, ())]

    def is_any_drawn(self, seed: str, patients: Iterable[str]) -> bool:
        """Return whether any of these was drawn with the seed before, and still counts."""
        return not self._drawn.get(seed, set()).isdisjoint(patients)

    def merged_with(self, theirs: Tally, pairs: Iterable[Pair], *, random: bool) -> Tally:
        """Return this tally with picks of another copy, and its random records if `random`."""
        merged = Tally()
        merged._copy(self)
        for criterion_id, patient_id in pairs:
            picked = merged._picked.setdefault(criterion_id, {})
            if theirs.is_picked((criterion_id, patient_id)):
                picked[patient_id] = None
            else:
                picked.pop(patient_id, None)
        if random:
            merged._picked[None] = dict(theirs._picked.get(None, {}))
            merged._drawn |= {seed: set(drawn) for seed, drawn in theirs._drawn.items()}
            merged.seed, merged.drawing_seed = theirs.seed, theirs.drawing_seed
        return merged

    def merge(self, theirs: Tally, pairs: Iterable[Pair], *, random: bool) -> None:
        """Make the change of an event that merges another copy (see `merged_with`)."""
        before = Tally()
        before._copy(self)
        after = self.merged_with(theirs, pairs, random=random)
        self._ever |= theirs._ever
        self._do(_Merge(before, after))
        self._undone.clear()

    def change(self, change: Change | None) -> None:
        """Make the change of an event that can be undone; None: it changes nothing here."""
        step = None
        if change is not None:
            step = _Step(
                change,
                (self.seed, self.seed if change.seed is None else change.seed),
                (
                    self.drawing_seed,
                    self.drawing_seed if change.drawn_with is None else change.drawn_with,
                ),
            )
        self._do(step)
        self._undone.clear()

    def undo(self) -> None:
        """Revert the last change, if there is one."""
        if not self._done:
            return
        step = self._done.pop()
        self._undone.append(step)
        if isinstance(step, _Merge):
            self._copy(step.before)
        elif step is not None:
            change = step.change
            self._remove(change.picked)
            self._add(change.removed)
            if change.drawn and step.drawing_seeds[1] is not None:
                self._drawn[step.drawing_seeds[1]].difference_update(change.drawn)
            self.seed, self.drawing_seed = step.seeds[0], step.drawing_seeds[0]

    def redo(self) -> None:
        """Make the last change again that was undone, if there is one."""
        if self._undone:
            self._do(self._undone.pop())

    def _do(self, step: _Step | _Merge | None) -> None:
        self._done.append(step)
        if isinstance(step, _Merge):
            self._copy(step.after)
        elif step is not None:
            change = step.change
            self._remove(change.removed)
            self._add(change.picked)
            self._ever.update(change.picked)
            self.seed, self.drawing_seed = step.seeds[1], step.drawing_seeds[1]
            if change.drawn and self.drawing_seed is not None:
                self._drawn.setdefault(self.drawing_seed, set()).update(change.drawn)

    def _add(self, pairs: Iterable[Pair]) -> None:
        for criterion_id, patient_id in pairs:
            self._picked.setdefault(criterion_id, {})[patient_id] = None

    def _remove(self, pairs: Iterable[Pair]) -> None:
        for criterion_id, patient_id in pairs:
            self._picked.get(criterion_id, {}).pop(patient_id, None)

    def _copy(self, other: Tally) -> None:
        self._picked = {key: dict(picked) for key, picked in other._picked.items()}
        self._drawn = {seed: set(drawn) for seed, drawn in other._drawn.items()}
        self.seed, self.drawing_seed = other.seed, other.drawing_seed
