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
from recordpick.selection.kept import Kept
from recordpick.selection.kinds.notes import CLOSINGS
from recordpick.selection.kinds.registry import KEPT
from recordpick.selection.merge_words import picks_in_words, random_in_words
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
    """What counts at one moment, by part: picks, and what kinds of events keep (`KEPT`).

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
        parts: dict[str, Mapping[Key, Any]] = {"picks": picks}
        for name, kept in KEPT.items():
            rows = kept.rows(decisions).items()
            parts[name] = {key: kept.compared(value) for key, value in rows}
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
        self._compare_random()
        for name, kept in KEPT.items():
            if name != CLOSINGS.name:
                self._compare_kept(kept)

    def _compare_kept(self, kept: Kept[Any, Any]) -> None:
        """Adopt what B alone changed; what both changed to different things is a conflict."""
        name = kept.name
        before, mine, other = (one.parts[name] for one in (self.base, *self._copies))
        adopted, conflicts = self._three_way(
            name, (before, mine, other), kept.says_the_same, kept.when
        )
        self.adopted |= {(name, key) for key in adopted}
        for key in conflicts:
            each = [kept.in_words(values.get(key)) for values in (mine, other)]
            self._add_conflict(kept.conflict_name(key), kept.conflict(key), each, (name, key))

    @property
    def _copies(self) -> tuple[MergeState, MergeState]:
        return self.ours, self.theirs

    def _add_conflict(self, name: str, says: str, each: list[str], *keys: tuple[str, Key]) -> None:
        self.conflicts.append(Conflict(name, says, each[0], each[1], keys))

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
            CLOSINGS.name,
            (closing[0], closing[1], closing[2]),
            CLOSINGS.says_the_same,
            CLOSINGS.when,
        )
        self.adopted |= {("closed", key) for key in closings}
        if contested_closings:
            self._add_conflict(
                CLOSINGS.conflict_name(criterion_id),
                CLOSINGS.conflict(criterion_id),
                [CLOSINGS.in_words(value) for value in closed[1:]],
                (CLOSINGS.name, criterion_id),
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


def _chosen(pick: Pick) -> tuple[datetime, str]:
    return pick.chosen_on, pick.chosen_by_name
