"""Two states of a working file compared with the one before both (a three-way merge).

What only one of them changed is taken over. What both changed to the same is kept as the one that
did it first has it. What they changed to something else is a conflict.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeAlias

from recordpick.criteria.pack import Pack
from recordpick.selection.merge_words import (
    closed_in_words,
    figure_in_words,
    name_of_figure,
    note_in_words,
    picks_in_words,
    random_in_words,
    reports_in_words,
    result_in_words,
)
from recordpick.selection.state import Closed, Pick
from recordpick.selection.work import Work

Key: TypeAlias = Any
Taken: TypeAlias = "set[tuple[str, Key]]"
_PickKey: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Drawing:
    """Seed, draws and random records, and when and by whom they were made."""

    content: Hashable
    times: tuple[str, ...]
    says: str = field(compare=False)


@dataclass(frozen=True, slots=True)
class State:
    """What counts at one moment, by part: picks, closed, notes, results, figures, reports_by.

    `unsure` are keys of a state before two others of which nobody can say what they were: the
    copies that led to both had decided differently.
    """

    parts: Mapping[str, Mapping[Key, Any]]
    random: Drawing
    unsure: frozenset[tuple[str, Key]] = frozenset()

    @classmethod
    def of(cls, work: Work) -> State:
        """Return what counts in a working file."""
        picks = {
            (pick.criterion_id, pick.patient_id): pick for pick in work.picks if pick.criterion_id
        }
        results = {key: line.last for key, line in work.result_rows.items()}
        parts: dict[str, Mapping[Key, Any]] = {
            "picks": picks,
            "closed": dict(work.closed_rows.items()),
            "notes": work.notes,
            "results": results,
            "figures": work.figures,
            "reports_by": work.reports_by,
        }
        return cls(parts, _drawing(work))

    def with_taken(self, taken: Taken, theirs: State) -> State:
        """Return this state with some of it as another has it."""
        parts = {name: dict(values) for name, values in self.parts.items()}
        for part, key in taken:
            if part == "random":
                continue
            value = theirs.parts[part].get(key)
            if value is None:
                parts[part].pop(key, None)
            else:
                parts[part][key] = value
        random = theirs.random if ("random", True) in taken else self.random
        return State(parts, random, self.unsure | theirs.unsure)

    def doubting(self, keys: Taken) -> State:
        """Return this state, unsure of more keys."""
        return replace(self, unsure=self.unsure | keys)


@dataclass(frozen=True, slots=True)
class Conflict:
    """Something that the copies have changed to different things.

    `name` names it in `--take NAME=A`; `says` is a sentence; `a` and `b` are what each copy has.
    """

    name: str
    says: str
    a: str
    b: str
    keys: tuple[tuple[str, Key], ...]
    """The parts of `Taken` and the keys in them that B's version takes."""


@dataclass(slots=True)
class Comparison:
    """What each of two copies changed since they were last the same."""

    base: State
    ours: State
    theirs: State
    pack: Pack
    taken: Taken = field(default_factory=set)
    conflicts: list[Conflict] = field(default_factory=list)

    def compare(self) -> None:
        """Find what is taken over, and the conflicts."""
        for criterion in self.pack.criteria:
            self._criterion(criterion.id, criterion.records)
        for patient in self._three("notes", _same_value, None):
            self._conflict(
                f"note:{patient}",
                f"The note about patient {patient} was changed in both.",
                [note_in_words(one.parts["notes"].get(patient)) for one in self._two],
                ("notes", patient),
            )
        self._random()
        for key in self._three("results", _same_result, _on):
            phase, criterion_id, patient = key
            named = f"{criterion_id or 'Random'}:{patient}"
            self._conflict(
                f"result:{phase.replace(' ', '-')}:{named}",
                f"The {phase} of {criterion_id or 'Random'}, patient {patient}, has two results.",
                [result_in_words(one.parts["results"].get(key)) for one in self._two],
                ("results", key),
            )
        for key in self._three("figures", _same_figure, _on):
            self._conflict(
                f"figure:{key[0]}:{'/'.join(key[1])}",
                f"The figure {name_of_figure(key)} was given differently.",
                [figure_in_words(one.parts["figures"].get(key)) for one in self._two],
                ("figures", key),
            )
        for key in self._three("reports_by", _same_files, _on):
            self._conflict(
                f"reports:{key}",
                f"What the reports are counted by ({key}) was chosen differently.",
                [reports_in_words(one.parts["reports_by"].get(key)) for one in self._two],
                ("reports_by", key),
            )

    @property
    def _two(self) -> tuple[State, State]:
        return self.ours, self.theirs

    def _conflict(self, name: str, says: str, each: list[str], *keys: tuple[str, Key]) -> None:
        self.conflicts.append(Conflict(name, says, each[0], each[1], keys))

    def _three(
        self,
        part: str,
        same: Callable[[Any, Any], bool],
        when: Callable[[Any], tuple[datetime, str]] | None,
    ) -> list[Key]:
        """Take over what B alone changed; return the keys of what conflicts."""
        each = (self.base.parts[part], self.ours.parts[part], self.theirs.parts[part])
        taken, conflicts = self._three_way(part, each, same, when)
        self.taken |= {(part, key) for key in taken}
        return conflicts

    def _three_way(
        self,
        part: str,
        each: tuple[Mapping[Any, Any], Mapping[Any, Any], Mapping[Any, Any]],
        same: Callable[[Any, Any], bool],
        when: Callable[[Any], tuple[datetime, str]] | None,
    ) -> tuple[list[Key], list[Key]]:
        """Return the keys whose value is B's, and those that both changed to different things.

        `each` has the values before, of A and of B.
        """
        base, ours, theirs = each
        taken: list[Key] = []
        conflicts: list[Key] = []
        for key in sorted(base.keys() | ours.keys() | theirs.keys(), key=repr):
            before, mine, other = base.get(key), ours.get(key), theirs.get(key)
            is_unsure = (part, key) in self.base.unsure
            if other == mine or (other == before and not is_unsure):
                continue
            if mine == before and not is_unsure:
                taken.append(key)
            elif mine is None or other is None or not same(mine, other):
                conflicts.append(key)
            elif when is not None and when(other) < when(mine):
                taken.append(key)
        return taken, conflicts

    def _criterion(self, criterion_id: str, room: int) -> None:
        """Compare the picks of a criterion and whether it is closed: these go together."""
        base, ours, theirs = (_picks(one, criterion_id) for one in (self.base, *self._two))
        each = (base, ours, theirs)
        taken, torn = self._three_way("picks", each, lambda _, __: True, _chosen)
        closed = [one.parts["closed"].get(criterion_id) for one in (self.base, *self._two)]
        together = _merged_keys(ours, theirs, taken) | set(torn)
        why = ""
        if len(together) > room:
            why = f"would have {len(together):,} records and has room for {room:,}"
        elif torn:
            why = f"has patient {torn[0][1]} picked in one copy and taken out in the other"
        elif _closed_against(closed, base, ours, theirs):
            why = "was closed in one copy, and records were picked for it in the other"
        if why:
            differing = [
                key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key)
            ]
            keys = [("picks", key) for key in sorted(differing)]
            self._conflict(
                f"criterion:{criterion_id}",
                f"{criterion_id} {why}.",
                [
                    picks_in_words(picks.values(), one.parts["closed"].get(criterion_id))
                    for picks, one in zip((ours, theirs), self._two, strict=True)
                ],
                *keys,
                ("closed", criterion_id),
            )
            return
        self.taken |= {("picks", key) for key in taken}
        closing = [{} if value is None else {criterion_id: value} for value in closed]
        moved, torn_closing = self._three_way(
            "closed", (closing[0], closing[1], closing[2]), _same_reason, _on
        )
        self.taken |= {("closed", key) for key in moved}
        if torn_closing:
            self._conflict(
                f"closing:{criterion_id}",
                f"Whether and why {criterion_id} is closed was changed in both.",
                [closed_in_words(value) for value in closed[1:]],
                ("closed", criterion_id),
            )

    def _random(self) -> None:
        """Compare seed, draws and random records as a whole: a draw depends on those before it."""
        base, ours, theirs = (one.random for one in (self.base, *self._two))
        is_unsure = ("random", True) in self.base.unsure
        if theirs == ours or (theirs == base and not is_unsure):
            return
        if ours == base and not is_unsure:
            self.taken.add(("random", True))
        elif ours.content == theirs.content:
            if theirs.times < ours.times:
                self.taken.add(("random", True))
        else:
            self._conflict(
                "random",
                "The seed, the draws or the random records were changed in both.",
                [one.says for one in (ours, theirs)],
                ("random", True),
            )


def _merged_keys(
    ours: Mapping[_PickKey, Pick], theirs: Mapping[_PickKey, Pick], taken: list[_PickKey]
) -> set[_PickKey]:
    return {key for key in ours.keys() | theirs.keys() if key in (theirs if key in taken else ours)}


def _closed_against(
    closed: list[Closed | None],
    base: Mapping[_PickKey, Pick],
    ours: Mapping[_PickKey, Pick],
    theirs: Mapping[_PickKey, Pick],
) -> bool:
    """Tell whether one copy has closed what the other, which has it open, picked records for."""
    before, mine, other = closed
    by_us = mine is not None and mine != before and other is None and theirs.keys() - base.keys()
    by_them = other is not None and other != before and mine is None and ours.keys() - base.keys()
    return bool(by_us or by_them)


def _picks(state: State, criterion_id: str) -> dict[_PickKey, Pick]:
    return {key: pick for key, pick in state.parts["picks"].items() if key[0] == criterion_id}


def _drawing(work: Work) -> Drawing:
    draws = [work.draws.get(key) for key in work.draws_that_count]
    there = [draw for draw in draws if draw is not None]
    removed = sorted((one.patient_id, one.replaced_by or "") for one in work.removed)
    return Drawing(
        content=(
            None if work.seed is None else work.seed.seed,
            tuple((one.seed, one.replaces, one.drawn, one.eligible_sha256) for one in there),
            tuple(sorted(work.at_random)),
            tuple(removed),
        ),
        times=(
            *([] if work.seed is None else [work.seed.on.isoformat(), work.seed.by.name]),
            *(f"{one.drawn_on.isoformat()} {one.by.name}" for one in there),
            *(f"{one.on.isoformat()} {one.by.name}" for one in work.removed),
        ),
        says=random_in_words(work),
    )


def _same_value(mine: Any, other: Any) -> bool:
    return bool(mine == other)


def _same_reason(mine: Any, other: Any) -> bool:
    return bool(mine.reason == other.reason)


def _same_result(mine: Any, other: Any) -> bool:
    return bool(mine.entry.says_the_same_as(other.entry))


def _same_figure(mine: Any, other: Any) -> bool:
    return bool(mine.value == other.value)


def _same_files(mine: Any, other: Any) -> bool:
    return bool(mine.files == other.files)


def _on(value: Any) -> tuple[datetime, str]:
    return value.on, value.by.name


def _chosen(pick: Pick) -> tuple[datetime, str]:
    return pick.chosen_on, pick.chosen_by_name
