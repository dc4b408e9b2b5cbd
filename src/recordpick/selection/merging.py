"""Two copies of a working file brought together: what each changed, and where they conflict.

Both are compared with the last state that they shared (a three-way merge). What only one of them
changed is taken over. What both changed to the same is kept as the one that did it first has it.
What they changed to something else is a conflict, which a person decides. Nothing is written here:
`Plan.body` gives the body of the event that merges, which holds all that the other copy did.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from recordpick.criteria.pack import Pack
from recordpick.errors import UserError
from recordpick.selection.chains import Chain, all_hashes, chains, rows_of
from recordpick.selection.events import Body, Json
from recordpick.selection.history import history_of
from recordpick.selection.merged import Taken
from recordpick.selection.three_way import Comparison, Conflict, Key, State
from recordpick.selection.working_file import Facts

__all__ = ["Choice", "Conflict", "Plan", "plan_merge", "state_before"]

Choice = Literal["A", "B"]
"""Whose version counts: that of the first file (A) or of the second (B)."""


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
    states = [State.of(history_of(events).work) for events in (mine, other)]
    found = Comparison(state_before(mine, other, ours.pack), states[0], states[1], ours.pack)
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


def state_before(mine: Chain, other: Chain, pack: Pack) -> State:
    """Return what counted when two copies were last the same.

    Where they were merged crosswise before (each with the other), there is no one such moment: what
    led to both is then merged in turn, and of what conflicts in it nobody knows what it was.
    """
    first, *rest = _shared_chains(mine, other)
    state = State.of(history_of(first).work)
    for chain in rest:
        theirs = State.of(history_of(chain).work)
        found = Comparison(state_before(first, chain, pack), state, theirs, pack)
        found.compare()
        unsure = {key for conflict in found.conflicts for key in conflict.keys}
        state = state.with_taken(found.taken, theirs).doubting(unsure)
    return state


def _shared_chains(mine: Chain, other: Chain) -> list[Chain]:
    """Return the longest chains of events that both know, of which none has all of another."""
    shared = all_hashes(mine) & all_hashes(other)
    found: dict[str, Chain] = {}
    for chain in (*chains(mine), *chains(other)):
        events = chain[: sum(event.hash in shared for event in chain)]
        found[events[-1].hash] = events
    known = {last: all_hashes(chain) for last, chain in found.items()}
    return [
        found[last]
        for last in sorted(found)
        if not any(last in known[other_last] for other_last in found if other_last != last)
    ]


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
