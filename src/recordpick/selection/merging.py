"""Merging two copies of a working file: what each changed, and where they conflict.

Both are compared with the last state that they shared (`three_way.py`). A person decides conflicts.
Nothing is written here: `Plan.body` returns the body of the event that merges, which holds all that
the other copy did.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from recordpick.criteria.pack import Pack
from recordpick.errors import UserError
from recordpick.selection.adoption import Adopted
from recordpick.selection.chains import Chain, all_hashes, chains, rows_of
from recordpick.selection.events import Body, Json
from recordpick.selection.history import history_of
from recordpick.selection.three_way import Comparison, Conflict, Key, MergeState
from recordpick.selection.working_file import WorkingFile

__all__ = ["Choice", "Conflict", "Plan", "plan_merge", "state_before"]

Choice = Literal["A", "B"]
"""Whose version counts: that of the first file (A) or of the second (B)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a copy can be merged into a file.

    `nothing_to_do` is a sentence where one of the two has all that the other has; nothing needs to
    be written then. `notes` are sentences on what people should know.
    """

    nothing_to_do: str
    conflicts: tuple[Conflict, ...]
    notes: tuple[str, ...]
    adopted: frozenset[tuple[str, Key]]
    """What counts as B has it without a conflict: parts and keys."""
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
        adopted = set(self.adopted)
        for one in self.conflicts:
            if choices[one.name] == "B":
                adopted |= set(one.keys)
        decided: list[Json] = [[one.name, choices[one.name]] for one in self.conflicts]
        return {
            "source": self._source,
            "base": self._events[0].previous_hash,
            "head": self._events[-1].hash,
            "events": rows_of(self._events),
            "decisions": decided,
            **_as_adopted(adopted).as_body(),
        }


def _as_adopted(keys: Iterable[tuple[str, Key]]) -> Adopted:
    parts: dict[str, list[Key]] = {}
    for part, key in keys:
        parts.setdefault(part, []).append(key)
    random = parts.pop("random", [])
    ordered = {part: tuple(sorted(values, key=repr)) for part, values in parts.items()}
    return Adopted(ordered.pop("picks", ()), ordered, bool(random))


def plan_merge(
    ours: WorkingFile, theirs: WorkingFile, *, into_ours: bool = False, only_results: bool = False
) -> Plan:
    """Compare two copies of one working file. `ours` is A, `theirs` is B.

    `into_ours`: A is gone on with, also where B has everything of A already; so it is where B is a
    checking copy of A. `only_results`: nothing else is adopted from B; results are about lines of a
    list that A has handed over, so B may use the extract of before. UserError where they are not
    copies of one file, use different practice indexes, or A is a checking copy of B.
    """
    _check_copies(ours, theirs)
    if not only_results:
        _check_index(ours, theirs)
    into_ours = into_ours or theirs.checking_copy is not None
    mine, other = ours.events, theirs.events
    known = all_hashes(mine, only_counting=True)
    source = theirs.path.name
    nothing_to_do = ""
    if theirs.head == ours.head:
        nothing_to_do = f"{ours.path.name} and {source} are the same: there is nothing to merge."
    elif theirs.head in known:
        nothing_to_do = (
            f"{ours.path.name} has everything of {source} already: go on with the first."
        )
    elif ours.head in all_hashes(other, only_counting=True) and not into_ours:
        nothing_to_do = f"{source} has everything of {ours.path.name} already: go on with {source}."
    if nothing_to_do:
        return Plan(nothing_to_do, (), (), frozenset(), source, ())
    place = next(at for at in reversed(range(len(other))) if other[at].hash in known)
    states = [MergeState.of(history_of(events).decisions) for events in (mine, other)]
    found = Comparison(state_before(mine, other, ours.pack), states[0], states[1], ours.pack)
    found.compare()
    return Plan(
        "",
        tuple(found.conflicts),
        _renumbered(ours, theirs),
        frozenset(found.adopted),
        source,
        other[place + 1 :],
    )


def _check_copies(ours: WorkingFile, theirs: WorkingFile) -> None:
    a, b = ours.path.name, theirs.path.name
    if ours.id != theirs.id:
        raise UserError(
            f"{a} and {b} are not copies of one working file"
            f"{_practices(ours.practice, theirs.practice)}: each was created by itself, so they "
            "share no event. Only copies of one file can be merged."
        )
    if ours.checking_copy is not None and theirs.checking_copy is None:
        raise UserError(
            f"{a} is {ours.checking_copy.initials}'s checking copy, and the merged file would be "
            f"one, too: import it into the practice's own working file (recordpick issues import "
            f"{b} {a}), or name that one first."
        )


def _check_index(ours: WorkingFile, theirs: WorkingFile) -> None:
    a, b = ours.path.name, theirs.path.name
    used, other = ours.index_used, theirs.index_used
    if (used.fingerprint, used.as_at) != (other.fingerprint, other.as_at):
        raise UserError(
            f"{a} was last used with another practice index, or for another day, than {b}: patient "
            "numbers could be other people's. Use the same index with both first "
            "(recordpick rematch FILE --index DIR), then do this again."
        )


def _practices(practice: str, other: str) -> str:
    return "" if practice == other else f" ({practice or 'no name'}, {other or 'no name'})"


def state_before(mine: Chain, other: Chain, pack: Pack) -> MergeState:
    """Return what counted when two copies were last the same.

    Where each was merged with the other before, there is more than one such moment: what led to
    both is then merged in turn, and what conflicts in it is undecided.
    """
    first, *rest = _shared_chains(mine, other)
    state = MergeState.of(history_of(first).decisions)
    for chain in rest:
        theirs = MergeState.of(history_of(chain).decisions)
        found = Comparison(state_before(first, chain, pack), state, theirs, pack)
        found.compare()
        undecided = {key for conflict in found.conflicts for key in conflict.keys}
        state = state.with_values_of(found.adopted, theirs).with_undecided(undecided)
    return state


def _shared_chains(mine: Chain, other: Chain) -> list[Chain]:
    """Return the longest chains of events that both know, none of which contains another.

    A copy whose merge was undone is not known: merged again, it brings all that it has.
    """
    shared = all_hashes(mine, only_counting=True) & all_hashes(other, only_counting=True)
    found: dict[str, Chain] = {}
    for chain in (*chains(mine, only_counting=True), *chains(other, only_counting=True)):
        events = chain[: sum(event.hash in shared for event in chain)]
        found[events[-1].hash] = events
    known = {last: all_hashes(chain, only_counting=True) for last, chain in found.items()}
    return [
        found[last]
        for last in sorted(found)
        if not any(last in known[other_last] for other_last in found if other_last != last)
    ]


def _renumbered(ours: WorkingFile, theirs: WorkingFile) -> tuple[str, ...]:
    """Return notes on issues of B that get other numbers: the supplier may know the old ones."""
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
