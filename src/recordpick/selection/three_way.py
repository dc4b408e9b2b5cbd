"""Two states of a working file compared with the one before both (a three-way merge).

What only one of them changed is adopted. What both changed to the same is kept from the one that
did it first. What they changed to different things is a conflict.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeAlias

from recordpick.criteria.pack import Pack
from recordpick.selection.decisions import Decisions
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

Key: TypeAlias = Any
PartKeys: TypeAlias = "set[tuple[str, Key]]"
"""Keys with the part that they belong to, as in `Adopted`."""
_PickKey: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class RandomRecords:
    """Seed, draws and random records, and when and by whom they were made."""

    content: Hashable
    times: tuple[str, ...]
    says: str = field(compare=False)


@dataclass(frozen=True, slots=True)
class MergeState:
    """What counts at one moment, by part: picks, closed, notes, results, figures, reports_by.

    `undecided` are keys of a state before two others whose value nobody can know: the copies that
    led to both had decided differently.
    """

    parts: Mapping[str, Mapping[Key, Any]]
    random: RandomRecords
    undecided: frozenset[tuple[str, Key]] = frozenset()

    @classmethod
    def of(cls, decisions: Decisions) -> MergeState:
        """Return what counts in a working file."""
        picks = {
            (pick.criterion_id, pick.patient_id): pick
            for pick in decisions.picks
            if pick.criterion_id
        }
        results = {key: line.last for key, line in decisions.result_rows.items()}
        parts: dict[str, Mapping[Key, Any]] = {
            "picks": picks,
            "closed": dict(decisions.closed_rows.items()),
            "notes": decisions.notes,
            "results": results,
            "figures": decisions.figures,
            "reports_by": decisions.reports_by,
        }
        return cls(parts, _random_records(decisions))

    def with_values_of(self, keys: PartKeys, theirs: MergeState) -> MergeState:
        """Return this state with the values of some keys as another state has them."""
        parts = {name: dict(values) for name, values in self.parts.items()}
        for part, key in keys:
            if part == "random":
                continue
            value = theirs.parts[part].get(key)
            if value is None:
                parts[part].pop(key, None)
            else:
                parts[part][key] = value
        random = theirs.random if ("random", True) in keys else self.random
        return MergeState(parts, random, self.undecided | theirs.undecided)

    def with_undecided(self, keys: PartKeys) -> MergeState:
        """Return this state with more keys that are undecided."""
        return replace(self, undecided=self.undecided | keys)


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
    """The parts of `Adopted` and the keys in them that B's version takes."""


@dataclass(slots=True)
class Comparison:
    """What each of two copies changed since they were last the same."""

    base: MergeState
    ours: MergeState
    theirs: MergeState
    pack: Pack
    adopted: PartKeys = field(default_factory=set)
    conflicts: list[Conflict] = field(default_factory=list)

    def compare(self) -> None:
        """Find what is adopted from B, and the conflicts."""
        for criterion in self.pack.criteria:
            self._compare_criterion(criterion.id, criterion.records)
        for patient in self._adopt_part("notes", _same_value, None):
            self._add_conflict(
                f"note:{patient}",
                f"The note about patient {patient} was changed in both.",
                [note_in_words(one.parts["notes"].get(patient)) for one in self._copies],
                ("notes", patient),
            )
        self._compare_random()
        for key in self._adopt_part("results", _same_result, _on):
            phase, criterion_id, patient = key
            named = f"{criterion_id or 'Random'}:{patient}"
            self._add_conflict(
                f"result:{phase.replace(' ', '-')}:{named}",
                f"The {phase} of {criterion_id or 'Random'}, patient {patient}, has two results.",
                [result_in_words(one.parts["results"].get(key)) for one in self._copies],
                ("results", key),
            )
        for key in self._adopt_part("figures", _same_figure, _on):
            self._add_conflict(
                f"figure:{key[0]}:{'/'.join(key[1])}",
                f"The figure {name_of_figure(key)} was given differently.",
                [figure_in_words(one.parts["figures"].get(key)) for one in self._copies],
                ("figures", key),
            )
        for key in self._adopt_part("reports_by", _same_files, _on):
            self._add_conflict(
                f"reports:{key}",
                f"What the reports are counted by ({key}) was chosen differently.",
                [reports_in_words(one.parts["reports_by"].get(key)) for one in self._copies],
                ("reports_by", key),
            )

    @property
    def _copies(self) -> tuple[MergeState, MergeState]:
        return self.ours, self.theirs

    def _add_conflict(self, name: str, says: str, each: list[str], *keys: tuple[str, Key]) -> None:
        self.conflicts.append(Conflict(name, says, each[0], each[1], keys))

    def _adopt_part(
        self,
        part: str,
        same: Callable[[Any, Any], bool],
        when: Callable[[Any], tuple[datetime, str]] | None,
    ) -> list[Key]:
        """Adopt what B alone changed; return the keys of what conflicts."""
        each = (self.base.parts[part], self.ours.parts[part], self.theirs.parts[part])
        adopted, conflicts = self._three_way(part, each, same, when)
        self.adopted |= {(part, key) for key in adopted}
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
        adopted: list[Key] = []
        conflicts: list[Key] = []
        for key in sorted(base.keys() | ours.keys() | theirs.keys(), key=repr):
            before, mine, other = base.get(key), ours.get(key), theirs.get(key)
            is_undecided = (part, key) in self.base.undecided
            if other == mine or (other == before and not is_undecided):
                continue
            if mine == before and not is_undecided:
                adopted.append(key)
            elif mine is None or other is None or not same(mine, other):
                conflicts.append(key)
            elif when is not None and when(other) < when(mine):
                adopted.append(key)
        return adopted, conflicts

    def _compare_criterion(self, criterion_id: str, room: int) -> None:
        """Compare the picks of a criterion and whether it is closed: these go together."""
        base, ours, theirs = (_picks(one, criterion_id) for one in (self.base, *self._copies))
        each = (base, ours, theirs)
        adopted, contested = self._three_way("picks", each, lambda _, __: True, _chosen)
        closed = [one.parts["closed"].get(criterion_id) for one in (self.base, *self._copies)]
        together = _merged_keys(ours, theirs, adopted) | set(contested)
        why = ""
        if len(together) > room:
            why = f"would have {len(together):,} records and has room for {room:,}"
        elif contested:
            why = f"has patient {contested[0][1]} picked in one copy and removed in the other"
        elif _closed_against(closed, base, ours, theirs):
            why = "was closed in one copy, and records were picked for it in the other"
        if why:
            differing = [
                key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key)
            ]
            keys = [("picks", key) for key in sorted(differing)]
            self._add_conflict(
                f"criterion:{criterion_id}",
                f"{criterion_id} {why}.",
                [
                    picks_in_words(picks.values(), one.parts["closed"].get(criterion_id))
                    for picks, one in zip((ours, theirs), self._copies, strict=True)
                ],
                *keys,
                ("closed", criterion_id),
            )
            return
        self.adopted |= {("picks", key) for key in adopted}
        closing = [{} if value is None else {criterion_id: value} for value in closed]
        closings, contested_closings = self._three_way(
            "closed", (closing[0], closing[1], closing[2]), _same_reason, _on
        )
        self.adopted |= {("closed", key) for key in closings}
        if contested_closings:
            self._add_conflict(
                f"closing:{criterion_id}",
                f"Whether and why {criterion_id} is closed was changed in both.",
                [closed_in_words(value) for value in closed[1:]],
                ("closed", criterion_id),
            )

    def _compare_random(self) -> None:
        """Compare seed, draws and random records as a whole: a draw depends on those before it."""
        base, ours, theirs = (one.random for one in (self.base, *self._copies))
        is_undecided = ("random", True) in self.base.undecided
        if theirs == ours or (theirs == base and not is_undecided):
            return
        if ours == base and not is_undecided:
            self.adopted.add(("random", True))
        elif ours.content == theirs.content:
            if theirs.times < ours.times:
                self.adopted.add(("random", True))
        else:
            self._add_conflict(
                "random",
                "The seed, the draws or the random records were changed in both.",
                [one.says for one in (ours, theirs)],
                ("random", True),
            )


def _merged_keys(
    ours: Mapping[_PickKey, Pick], theirs: Mapping[_PickKey, Pick], adopted: list[_PickKey]
) -> set[_PickKey]:
    return {
        key for key in ours.keys() | theirs.keys() if key in (theirs if key in adopted else ours)
    }


def _closed_against(
    closed: list[Closed | None],
    base: Mapping[_PickKey, Pick],
    ours: Mapping[_PickKey, Pick],
    theirs: Mapping[_PickKey, Pick],
) -> bool:
    """Return whether one copy closed a criterion for which the other one picked records."""
    before, mine, other = closed
    by_us = mine is not None and mine != before and other is None and theirs.keys() - base.keys()
    by_them = other is not None and other != before and mine is None and ours.keys() - base.keys()
    return bool(by_us or by_them)


def _picks(state: MergeState, criterion_id: str) -> dict[_PickKey, Pick]:
    return {key: pick for key, pick in state.parts["picks"].items() if key[0] == criterion_id}


def _random_records(decisions: Decisions) -> RandomRecords:
    draws = [decisions.draws.get(key) for key in decisions.draws_that_count]
    counting = [draw for draw in draws if draw is not None]
    removed = sorted((one.patient_id, one.replaced_by or "") for one in decisions.removed)
    return RandomRecords(
        content=(
            None if decisions.seed is None else decisions.seed.seed,
            tuple((one.seed, one.replaces, one.drawn, one.eligible_sha256) for one in counting),
            tuple(sorted(decisions.at_random)),
            tuple(removed),
        ),
        times=(
            *(
                []
                if decisions.seed is None
                else [decisions.seed.on.isoformat(), decisions.seed.by.name]
            ),
            *(f"{one.drawn_on.isoformat()} {one.by.name}" for one in counting),
            *(f"{one.on.isoformat()} {one.by.name}" for one in decisions.removed),
        ),
        says=random_in_words(decisions),
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
