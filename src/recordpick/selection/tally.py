"""Who is picked and drawn after each event, in sets: to check the next event at once.

The selection itself (effects.py) keeps picks in order, and everything that was said of them. Here
is only what the checks of plausible.py ask, in a form that takes the same time for any number of
events. Undo takes back the last change.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from recordpick.selection.events import Event, Json
from recordpick.selection.merged import Taken

Pair: TypeAlias = "tuple[str | None, str]"
"""Criterion (None: at random) and patient."""


@dataclass(slots=True)
class _Change:
    """What an event did: whom it picked and took out, whom it drew, which seed it fixed."""

    picked: list[Pair] = field(default_factory=list)
    removed: list[Pair] = field(default_factory=list)
    drawn: list[str] = field(default_factory=list)
    seeds: tuple[str | None, str | None] = (None, None)
    """The seed that was fixed before, and after."""
    drawing: tuple[str | None, str | None] = (None, None)
    """The seed whose draws count before, and after."""
    whole: tuple[Tally, Tally] | None = None
    """Everything before, and after, where a copy was merged."""


class Tally:
    """The picks and draws after the events so far, all of which must have been checked."""

    def __init__(self) -> None:
        self.seed: str | None = None
        """The seed that is fixed."""
        self._picked: dict[str | None, dict[str, None]] = {}
        self._drawn: dict[str, set[str]] = {}
        self._drawing: str | None = None
        self._ever: set[Pair] = set()
        self._done: list[_Change | None] = []
        self._undone: list[_Change | None] = []

    def is_picked(self, pair: Pair) -> bool:
        """Tell whether a patient is picked for a criterion."""
        return pair[1] in self._picked.get(pair[0], ())

    def was_ever_picked(self, pair: Pair) -> bool:
        """Tell whether a patient ever was picked for a criterion, also if that was taken back."""
        return pair in self._ever

    def count(self, criterion_id: str | None) -> int:
        """Count the picks of a criterion."""
        return len(self._picked.get(criterion_id, ()))

    def is_any_drawn(self, seed: str, patients: Iterable[str]) -> bool:
        """Tell whether anybody of these was drawn with the seed before, and still counts."""
        return not self._drawn.get(seed, set()).isdisjoint(patients)

    def merged_with(self, theirs: Tally, taken: Taken) -> Tally:
        """Return what it is with another copy's picks and draws, as far as these are taken over."""
        made = Tally()
        made._be(self)
        for criterion_id, patient_id in taken.picks:
            there = made._picked.setdefault(criterion_id, {})
            if theirs.is_picked((criterion_id, patient_id)):
                there[patient_id] = None
            else:
                there.pop(patient_id, None)
        if taken.random:
            made._picked[None] = dict(theirs._picked.get(None, {}))
            made._drawn |= {seed: set(drawn) for seed, drawn in theirs._drawn.items()}
            made.seed, made._drawing = theirs.seed, theirs._drawing
        return made

    def merge(self, theirs: Tally, taken: Taken) -> None:
        """Take in an event that merges another copy."""
        before = Tally()
        before._be(self)
        self._undone.clear()
        self._done.append(_Change(whole=(before, self.merged_with(theirs, taken))))
        self._ever |= theirs._ever
        self._forth(self._done[-1])

    def _be(self, other: Tally) -> None:
        self._picked = {key: dict(picked) for key, picked in other._picked.items()}
        self._drawn = {seed: set(drawn) for seed, drawn in other._drawn.items()}
        self.seed, self._drawing = other.seed, other._drawing

    def add(self, event: Event) -> None:
        """Take in the next event, but for those that merge a copy (`merge`)."""
        if event.kind == "undone" and self._done:
            self._undone.append(self._done.pop())
            self._back(self._undone[-1])
        elif event.kind == "redone" and self._undone:
            self._done.append(self._undone.pop())
            self._forth(self._done[-1])
        elif event.kind not in _NOT_UNDONE:
            self._undone.clear()
            self._done.append(self._change(event) if event.kind in _CHANGING else None)
            self._forth(self._done[-1])

    def _change(self, event: Event) -> _Change:
        change = _Change(seeds=(self.seed, self.seed), drawing=(self._drawing, self._drawing))
        body = event.body
        match event.kind:
            case "picked":
                change.picked = _pairs(body["criterion_id"], body["patient_ids"])
            case "suggested":
                change.picked = [(row[0], row[1]) for row in event.rows("picks")]  # type: ignore[misc]
            case "removed":
                change.removed = _pairs(body["criterion_id"], body["patient_ids"])
            case "seed_fixed":
                change.seeds = (self.seed, event.text("seed"))
            case "drawn" | "replaced":
                self._draw(event, change)
        return change

    def _draw(self, event: Event, change: _Change) -> None:
        seed = event.text("seed")
        change.drawn = [str(row[0]) for row in event.rows("drawn")]
        change.picked = [(None, patient_id) for patient_id in change.drawn]
        change.drawing = (self._drawing, seed)
        if event.kind == "replaced":
            change.removed = [(None, event.text("patient_id"))]
        elif self._drawing not in {None, seed}:
            change.removed = [(None, patient_id) for patient_id in self._picked.get(None, ())]

    def _forth(self, change: _Change | None) -> None:
        if change is None:
            return
        if change.whole is not None:
            self._be(change.whole[1])
            return
        for criterion_id, patient_id in change.removed:
            self._picked.get(criterion_id, {}).pop(patient_id, None)
        for criterion_id, patient_id in change.picked:
            self._picked.setdefault(criterion_id, {})[patient_id] = None
        self._ever.update(change.picked)
        self.seed, self._drawing = change.seeds[1], change.drawing[1]
        if change.drawn and self._drawing is not None:
            self._drawn.setdefault(self._drawing, set()).update(change.drawn)

    def _back(self, change: _Change | None) -> None:
        if change is None:
            return
        if change.whole is not None:
            self._be(change.whole[0])
            return
        for criterion_id, patient_id in change.picked:
            self._picked.get(criterion_id, {}).pop(patient_id, None)
        for criterion_id, patient_id in change.removed:
            self._picked.setdefault(criterion_id, {})[patient_id] = None
        if change.drawn and change.drawing[1] is not None:
            self._drawn[change.drawing[1]].difference_update(change.drawn)
        self.seed, self._drawing = change.seeds[0], change.drawing[0]


_CHANGING = {"picked", "suggested", "removed", "seed_fixed", "drawn", "replaced"}
_NOT_UNDONE = {"created", "index_used", "exported", "undone", "redone"}


def _pairs(criterion_id: Json, patients: Json) -> list[Pair]:
    assert criterion_id is None or isinstance(criterion_id, str)
    return (
        [(criterion_id, str(patient)) for patient in patients] if isinstance(patients, list) else []
    )
