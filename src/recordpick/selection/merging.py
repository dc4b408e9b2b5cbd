"""Two copies of a working file brought together: what each changed, and where they conflict.

Both are compared with the last state that they shared (a three-way merge). What only one of them
changed is taken over. What both changed to the same is kept as the one that did it first has it.
What they changed to something else is a conflict, which a person decides. Nothing is written here:
`Plan.body` gives the body of the event that merges, which holds all that the other copy did.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeAlias

from recordpick.criteria.pack import Pack
from recordpick.errors import UserError
from recordpick.selection.chains import Chain, all_hashes, chain_to, rows_of
from recordpick.selection.events import Body, Json
from recordpick.selection.history import history_of
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
from recordpick.selection.merged import Taken
from recordpick.selection.state import Closed, Pick
from recordpick.selection.work import Work
from recordpick.selection.working_file import Facts

Choice = Literal["A", "B"]
"""Whose version counts: that of the first file (A) or of the second (B)."""

Key: TypeAlias = Any
_PickKey: TypeAlias = tuple[str, str]


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


@dataclass(frozen=True, slots=True)
class Plan:
    """How a copy can be brought into a file.

    `nothing_to_do` is a sentence where one of the two has all that the other has; nothing is to
    be written then. `notes` are sentences on what people should know.
    """

    nothing_to_do: str
    conflicts: tuple[Conflict, ...]
    notes: tuple[str, ...]
    _taken: frozenset[tuple[str, Key]]
    _source: str
    _events: Chain
    """The events of the copy that the file lacks."""

    def body(self, choices: Mapping[str, Choice]) -> Body:
        """Return the body of the event that merges; UserError where a conflict is not decided."""
        unknown = sorted(choices.keys() - {one.name for one in self.conflicts})
        if unknown:
            raise UserError(f"{unknown[0]!r} is not the name of a conflict between these copies.")
        left = [one.name for one in self.conflicts if one.name not in choices]
        if left:
            raise UserError(f"Decide {len(left):,} conflicts first, {left[0]} among them.")
        taken = set(self._taken)
        for one in self.conflicts:
            if choices[one.name] == "B":
                taken |= set(one.keys)
        decided: list[Json] = [[one.name, choices[one.name]] for one in self.conflicts]
        return {
            "source": self._source,
            "base": self._events[0].previous_hash,
            "head": self._events[-1].hash,
            "events": rows_of(self._events),
            "decisions": decided,
            **_as_taken(taken).as_body(),
        }


def _as_taken(taken: Iterable[tuple[str, Key]]) -> Taken:
    parts: dict[str, list[Key]] = {}
    for part, key in taken:
        parts.setdefault(part, []).append(key)
    random = parts.pop("random", [])
    ordered = {part: tuple(sorted(keys, key=repr)) for part, keys in parts.items()}
    return Taken(**ordered, random=bool(random))


def plan_merge(ours: Facts, theirs: Facts) -> Plan:
    """Compare two copies of one working file. `ours` is A, `theirs` is B.

    UserError where they are not copies of one file, or use different practice indexes.
    """
    _check_alike(ours, theirs)
    mine, other = ours.events, theirs.events
    known, known_there = all_hashes(mine), all_hashes(other)
    source = theirs.path.name
    if theirs.head in known:
        same = ours.head == theirs.head
        says = (
            f"{ours.path.name} and {source} are the same: there is nothing to merge."
            if same
            else f"{ours.path.name} has everything of {source} already: go on with the first."
        )
        return Plan(says, (), (), frozenset(), source, ())
    if ours.head in known_there:
        says = f"{source} has everything of {ours.path.name} already: go on with {source}."
        return Plan(says, (), (), frozenset(), source, ())
    place = next(at for at in reversed(range(len(other))) if other[at].hash in known)
    base = _last_shared(mine, other, known, known_there)
    found = _Comparison(
        history_of(base).work, history_of(mine).work, history_of(other).work, ours.pack
    )
    found.compare()
    return Plan(
        "",
        tuple(found.conflicts),
        _renumbered(ours, theirs),
        frozenset(found.taken),
        source,
        other[place + 1 :],
    )


def _check_alike(ours: Facts, theirs: Facts) -> None:
    a, b = ours.path.name, theirs.path.name
    if ours.id != theirs.id:
        raise UserError(
            f"{a} and {b} are not copies of one working file"
            f"{_of(ours.practice, theirs.practice)}: each was made anew, so they share no event. "
            "Only copies of one file can be merged."
        )
    used, other = ours.index_used, theirs.index_used
    if (used.fingerprint, used.as_at) != (other.fingerprint, other.as_at):
        raise UserError(
            f"{a} was last used with another practice index, or for another day, than {b}: patient "
            "numbers could be other people's. Use the same index with both first "
            "(recordpick match FILE --index DIR), then merge them."
        )


def _of(practice: str, other: str) -> str:
    return "" if practice == other else f" ({practice or 'no name'}, {other or 'no name'})"


def _last_shared(mine: Chain, other: Chain, known: set[str], known_there: set[str]) -> Chain:
    """Return the events up to the last that both know, also where one was merged before."""
    first = next(one.hash for one in reversed(other) if one.hash in known)
    second = next(one.hash for one in reversed(mine) if one.hash in known_there)
    chains = [chain_to(mine, first), chain_to(mine, second)]
    found = [chain for chain in chains if chain is not None]
    return max(found, key=lambda chain: len(all_hashes(chain)))


def _renumbered(ours: Facts, theirs: Facts) -> tuple[str, ...]:
    """Say which issues of B have other numbers afterwards: the supplier may know the old ones."""
    lines = {
        (one.first.entry.criterion_id, one.first.entry.patient_id): one.number
        for one in ours.selection.issues
    }
    notes = []
    for issue in theirs.selection.issues:
        entry = issue.first.entry
        number = lines.setdefault((entry.criterion_id, entry.patient_id), len(lines) + 1)
        if number != issue.number:
            notes.append(
                f"Issue {issue.number} of {theirs.path.name} ({entry.criterion_id or 'Random'}, "
                f"patient {entry.patient_id}) is issue {number} after the merge: tell the supplier "
                "if its number was sent."
            )
    return tuple(notes)


@dataclass(slots=True)
class _Comparison:
    """What each of two copies changed since they were last the same."""

    base: Work
    ours: Work
    theirs: Work
    pack: Pack
    taken: set[tuple[str, Key]] = field(default_factory=set)
    conflicts: list[Conflict] = field(default_factory=list)

    def compare(self) -> None:
        """Find what is taken over, and the conflicts."""
        for criterion in self.pack.criteria:
            self._criterion(criterion.id, criterion.records)
        for patient in self._three("notes", _notes, _same_value, None):
            self._conflict(
                f"note:{patient}",
                f"The note about patient {patient} was changed in both.",
                [note_in_words(one.note_rows.get(patient)) for one in self._two],
                ("notes", patient),
            )
        self._random()
        for key in self._three("results", _results, _same_result, _on):
            phase, criterion_id, patient = key
            named = f"{criterion_id or 'Random'}:{patient}"
            self._conflict(
                f"result:{phase.replace(' ', '-')}:{named}",
                f"The {phase} of {criterion_id or 'Random'}, patient {patient}, has two results.",
                [result_in_words(_results(one).get(key)) for one in self._two],
                ("results", key),
            )
        for key in self._three("figures", _figures, _same_figure, _on):
            self._conflict(
                f"figure:{key[0]}:{'/'.join(key[1])}",
                f"The figure {name_of_figure(key)} was given differently.",
                [figure_in_words(_figures(one).get(key)) for one in self._two],
                ("figures", key),
            )
        for key in self._three("reports_by", _choices, _same_files, _on):
            self._conflict(
                f"reports:{key}",
                f"What the reports are counted by ({key}) was chosen differently.",
                [reports_in_words(_choices(one).get(key)) for one in self._two],
                ("reports_by", key),
            )

    @property
    def _two(self) -> tuple[Work, Work]:
        return self.ours, self.theirs

    def _conflict(self, name: str, says: str, each: list[str], *keys: tuple[str, Key]) -> None:
        self.conflicts.append(Conflict(name, says, each[0], each[1], keys))

    def _three(
        self,
        part: str,
        values: Callable[[Work], Mapping[Any, Any]],
        same: Callable[[Any, Any], bool],
        when: Callable[[Any], tuple[datetime, str]] | None,
    ) -> list[Key]:
        """Take over what B alone changed; return the keys of what conflicts."""
        taken, conflicts = _three_way(
            values(self.base), values(self.ours), values(self.theirs), same, when
        )
        self.taken |= {(part, key) for key in taken}
        return conflicts

    def _criterion(self, criterion_id: str, room: int) -> None:
        """Compare the picks of a criterion and whether it is closed: these go together."""
        base, ours, theirs = (_picks(one, criterion_id) for one in (self.base, *self._two))
        taken, torn = _three_way(base, ours, theirs, lambda _, __: True, _chosen)
        closed = [one.closed_rows.get(criterion_id) for one in (self.base, *self._two)]
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
                    picks_in_words(picks.values(), one.closed_rows.get(criterion_id))
                    for picks, one in zip((ours, theirs), self._two, strict=True)
                ],
                *keys,
                ("closed", criterion_id),
            )
            return
        self.taken |= {("picks", key) for key in taken}
        each = [{} if value is None else {criterion_id: value} for value in closed]
        moved, torn_closing = _three_way(each[0], each[1], each[2], _same_reason, _on)
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
        base, ours, theirs = (_drawing(one) for one in (self.base, *self._two))
        if theirs == base:
            return
        if ours == base:
            self.taken.add(("random", True))
        elif ours.content == theirs.content:
            if theirs.times < ours.times:
                self.taken.add(("random", True))
        else:
            self._conflict(
                "random",
                "The seed, the draws or the random records were changed in both.",
                [random_in_words(one) for one in self._two],
                ("random", True),
            )


def _three_way(
    base: Mapping[Any, Any],
    ours: Mapping[Any, Any],
    theirs: Mapping[Any, Any],
    same: Callable[[Any, Any], bool],
    when: Callable[[Any], tuple[datetime, str]] | None,
) -> tuple[list[Key], list[Key]]:
    """Return the keys whose value is B's, and those that both changed to different things."""
    taken: list[Key] = []
    conflicts: list[Key] = []
    for key in sorted(base.keys() | ours.keys() | theirs.keys(), key=repr):
        before, mine, other = base.get(key), ours.get(key), theirs.get(key)
        if other in (before, mine):
            continue
        if mine == before:
            taken.append(key)
        elif mine is None or other is None or not same(mine, other):
            conflicts.append(key)
        elif when is not None and when(other) < when(mine):
            taken.append(key)
    return taken, conflicts


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


def _picks(work: Work, criterion_id: str) -> dict[_PickKey, Pick]:
    return {
        (criterion_id, pick.patient_id): pick
        for pick in work.picks
        if pick.criterion_id == criterion_id
    }


@dataclass(frozen=True, slots=True)
class _Drawing:
    content: Hashable
    times: tuple[str, ...]


def _drawing(work: Work) -> _Drawing:
    draws = [work.draws.get(key) for key in work.draws_that_count]
    there = [draw for draw in draws if draw is not None]
    removed = sorted((one.patient_id, one.replaced_by or "") for one in work.removed)
    return _Drawing(
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
    )


def _notes(work: Work) -> Mapping[str, str]:
    return work.notes


def _results(work: Work) -> Mapping[Any, Any]:
    return {key: line.last for key, line in work.result_rows.items()}


def _figures(work: Work) -> Mapping[Any, Any]:
    return work.figures


def _choices(work: Work) -> Mapping[Any, Any]:
    return work.reports_by


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
