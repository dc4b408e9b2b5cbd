"""What of another copy's decisions counts from a merge on, and how that changes the decisions.

An event that merges a copy names it: the picks, closings, kept values (`kept.py`) that are as the
other copy has them, and whether the random records are. Which these are was found, and decided by
a person, before (`merging.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias, TypeVar

from recordpick.selection.decisions import Decisions, add_pick, drop_picks
from recordpick.selection.events import Body, BrokenEventError, Event, Json
from recordpick.selection.kinds.registry import KEPT
from recordpick.selection.ledger import Log, revert
from recordpick.selection.state import Pick

_Shared = TypeVar("_Shared")
FIRST_KEY = 2**32
"""Draws and seeds of another copy are kept under numbers from here on: no event has them."""

_ALWAYS_NAMED = frozenset({"notes", "closed", "results", "figures", "reports_by"})
"""What every merge names. One written before something else was kept does not name that."""

Keys: TypeAlias = "Mapping[int, int]"
"""The number that a draw or seed has in this file, by the one that it has in the other copy."""


@dataclass(frozen=True, slots=True)
class Adopted:
    """What counts as the other copy has it, also where it has nothing."""

    picks: tuple[tuple[str, str], ...] = ()
    """Criterion and patient."""
    kept: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    """Keys of what kinds of events keep, by the name of their `Kept`."""
    random: bool = False
    """The seed, the draws and the random records, as a whole."""

    def as_body(self) -> Body:
        """Return it as the parts of an event's body."""
        kept = {name: _json(self.kept.get(name, ())) for name in KEPT}
        return {"picks": _json(self.picks), **kept, "random": int(self.random)}


def _json(value: Any) -> Json:
    return [_json(one) for one in value] if isinstance(value, tuple) else value


def adopted_by(event: Event) -> Adopted:
    """Read what a merge adopts; BrokenEventError where that is not as recordpick writes it."""
    if event.number("random") not in {0, 1}:
        raise BrokenEventError(event.seq, "does not say whose random records count")
    picks = _keys(event, "picks", _pick_key)
    kept = {
        name: _keys(event, name, one.read_key)
        for name, one in KEPT.items()
        if name in event.body or name in _ALWAYS_NAMED
    }
    return Adopted(picks, kept, event.number("random") == 1)


def _keys(event: Event, name: str, read: Callable[[Json], Any]) -> tuple[Any, ...]:
    values = event.body.get(name)
    if not isinstance(values, list):
        raise BrokenEventError(event.seq, f"has no list of what it takes over: {name!r}")
    try:
        keys = tuple(read(value) for value in values)
    except ValueError as error:
        raise BrokenEventError(event.seq, "takes something over that cannot be read") from error
    if len(set(keys)) != len(keys):
        raise BrokenEventError(event.seq, "takes something over twice")
    return keys


def _pick_key(value: Json) -> tuple[str, str]:
    match value:
        case [str(criterion_id), str(patient_id)]:
            return criterion_id, patient_id
    raise ValueError


def apply_merged(decisions: Decisions, event: Event, theirs: Decisions, keys: Keys) -> Log:
    """Change the work as the event says, and return what takes that back.

    `keys` are the numbers of the other copy's draws here (`shared_keys`).
    """
    log: Log = []
    try:
        adopted = adopted_by(event)
        _adopt_picks(decisions, theirs, adopted, log)
        for name, keys_of_kept in adopted.kept.items():
            KEPT[name].adopt(decisions, theirs, keys_of_kept, log)
        _adopt_imports(decisions, theirs, log)
        if adopted.random:
            _adopt_random(decisions, theirs, keys, log)
    except BaseException:
        revert(log)
        raise
    return log


def pick_of(decisions: Decisions, criterion_id: str | None, patient_id: str) -> Pick | None:
    """Return the pick of a patient for a criterion, or None."""
    keys = decisions.picked.get((criterion_id, patient_id))
    return decisions.pick_rows.get(keys[-1]) if keys else None


def _adopt_picks(decisions: Decisions, theirs: Decisions, adopted: Adopted, log: Log) -> None:
    for criterion_id, patient_id in adopted.picks:
        drop_picks(decisions, criterion_id, [patient_id], log)
        pick = pick_of(theirs, criterion_id, patient_id)
        if pick is not None:
            add_pick(decisions, pick, log)


def _adopt_imports(decisions: Decisions, theirs: Decisions, log: Log) -> None:
    known = {(one.phase, one.sha256) for one in decisions.import_rows.values()}
    for one in theirs.import_rows.values():
        if (one.phase, one.sha256) not in known:
            decisions.import_rows.append(one, log)


def _adopt_random(decisions: Decisions, theirs: Decisions, keys: Keys, log: Log) -> None:
    decisions.fix_seed(theirs.seed, log)
    for key in list(decisions.draws_that_count):
        decisions.draws.drop(key, log)
    decisions.draws_that_count.clear(log)
    decisions.seeds_that_count.clear(log)
    for key, draw in theirs.draws.items():
        decisions.draws.put(keys[key], draw, log)
    for key, drawn_with in theirs.draws_that_count.items():
        decisions.draws_that_count.put(keys[key], drawn_with, log)
    for text in theirs.seeds_that_count:
        decisions.seeds_that_count.put(text, value=True, log=log)
    drop_picks(decisions, None, list(decisions.at_random), log)
    for pick in theirs.picks:
        if pick.criterion_id is None:
            add_pick(decisions, pick, log)
    decisions.removed_rows.clear(log)
    for removed in theirs.removed_rows.values():
        decisions.removed_rows.append(removed, log)


def shared_keys(
    mine: Mapping[int, _Shared], theirs: Mapping[int, _Shared], first: int
) -> dict[int, int]:
    """Number another copy's draws or seeds: as here where they are here, others from `first` on."""
    known_keys = {_as_first_recorded(value): key for key, value in mine.items()}
    keys: dict[int, int] = {}
    for key, value in theirs.items():
        known = known_keys.get(_as_first_recorded(value))
        keys[key] = first if known is None else known
        first += known is None
    return keys


def _as_first_recorded(value: Any) -> Any:
    return replace(value, withdrawn=None)
