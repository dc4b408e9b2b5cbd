"""What an event of the kind `merged` does: another copy's picks, notes and results are taken over.

The event holds all that the other copy had done (chains.py), and names what of it counts from now
on: the picks, notes, closings, results and figures that are as the other copy has them, and whether
the random records are. Which these are was found, and decided by a person, before (merging.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, TypeAlias, TypeVar

from recordpick.selection.events import BrokenEventError, Event, Json
from recordpick.selection.ledger import Log, Table, take_back
from recordpick.selection.state import Pick, ResultKey
from recordpick.selection.work import ResultsOfLine, Work, add_pick, drop_picks

_Shared = TypeVar("_Shared")
FIRST_KEY = 2**32
"""Draws and seeds of another copy are kept under numbers from here on: no event has them."""

Keys: TypeAlias = "Mapping[int, int]"
"""The number that a draw or seed has in this file, by the one that it has in the other copy."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What counts as the other copy has it; also that it has none of it."""

    picks: tuple[tuple[str, str], ...] = ()
    """Criterion and patient."""
    notes: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    results: tuple[tuple[str, str | None, str], ...] = ()
    """Phase, criterion (None: at random) and patient."""
    figures: tuple[tuple[str, tuple[str, ...]], ...] = ()
    reports_by: tuple[str, ...] = ()
    random: bool = False
    """The seed, the draws and the random records, as a whole."""

    def as_body(self) -> dict[str, Json]:
        """Write it as the parts of an event's body."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: _json(value) for name, value in values.items()}


def _json(value: Any) -> Json:
    if isinstance(value, bool):
        return int(value)
    return [_json(one) for one in value] if isinstance(value, tuple) else value


def taken_of(event: Event) -> Taken:
    """Read it from the body; BrokenEventError where that is not as recordpick writes it."""
    if event.number("random") not in {0, 1}:
        raise BrokenEventError(event.seq, "does not say whose random records count")
    taken = Taken(
        picks=tuple(_parts(event, row, 2) for row in event.rows("picks")),  # type: ignore[misc]
        notes=tuple(event.texts("notes")),
        closed=tuple(event.texts("closed")),
        results=tuple(_parts(event, row, 3, none_at=1) for row in event.rows("results")),  # type: ignore[misc]
        figures=tuple(_figure(event, row) for row in event.rows("figures")),
        reports_by=tuple(event.texts("reports_by")),
        random=event.number("random") == 1,
    )
    for one in fields(taken):
        keys = getattr(taken, one.name)
        if isinstance(keys, tuple) and len(set(keys)) != len(keys):
            raise BrokenEventError(event.seq, "takes something over twice")
    return taken


def _parts(event: Event, row: list[Json], size: int, none_at: int = -1) -> tuple[Json, ...]:
    texts = all(
        isinstance(one, str) or (one is None and at == none_at) for at, one in enumerate(row)
    )
    if len(row) != size or not texts:
        raise BrokenEventError(event.seq, "takes something over that is none")
    return tuple(row)


def _figure(event: Event, row: list[Json]) -> tuple[str, tuple[str, ...]]:
    match row:
        case [str(system), list(name)] if all(isinstance(part, str) for part in name):
            return system, tuple(str(part) for part in name)
    raise BrokenEventError(event.seq, "takes a figure over that is none")


def apply_merged(work: Work, event: Event, theirs: Work, keys: Keys) -> Log:
    """Change the work as the event says, and return what takes that back.

    `keys` are the numbers of the other copy's draws here (`shared_keys`).
    """
    log: Log = []
    try:
        taken = taken_of(event)
        _take_picks(work, theirs, taken, log)
        _take(work.note_rows, theirs.note_rows, taken.notes, log)
        _take(work.closed_rows, theirs.closed_rows, taken.closed, log)
        _take_results(work, theirs, taken, log)
        _take(work.figure_rows, theirs.figure_rows, taken.figures, log)
        _take(work.choice_rows, theirs.choice_rows, taken.reports_by, log)
        if taken.random:
            _take_random(work, theirs, keys, log)
    except BaseException:
        take_back(log)
        raise
    return log


def pick_of(work: Work, criterion_id: str | None, patient_id: str) -> Pick | None:
    """Return the pick of a patient for a criterion, or None."""
    keys = work.picked.get((criterion_id, patient_id))
    return work.pick_rows.get(keys[-1]) if keys else None


def _take_picks(work: Work, theirs: Work, taken: Taken, log: Log) -> None:
    for criterion_id, patient_id in taken.picks:
        drop_picks(work, criterion_id, [patient_id], log)
        pick = pick_of(theirs, criterion_id, patient_id)
        if pick is not None:
            add_pick(work, pick, log)


def _take(mine: Table[Any, Any], theirs: Table[Any, Any], keys: tuple[Any, ...], log: Log) -> None:
    for key in keys:
        value = theirs.get(key)
        if value is None:
            mine.drop(key, log)
        else:
            mine.put(key, value, log)


def _take_results(work: Work, theirs: Work, taken: Taken, log: Log) -> None:
    """Take results over; one of this copy that says otherwise stays among the earlier ones."""
    for phase, criterion_id, patient_id in taken.results:
        key: ResultKey = (phase, criterion_id, patient_id)  # type: ignore[assignment]
        mine, other = work.result_rows.get(key), theirs.result_rows.get(key)
        if other is None:
            work.result_rows.drop(key, log)
        elif mine is None or _is_known(mine, other):
            work.result_rows.put(key, other, log)
        else:
            work.result_rows.put(key, ResultsOfLine(other.last, mine), log)
    known = {(one.phase, one.sha256) for one in work.import_rows.values()}
    for one in theirs.import_rows.values():
        if (one.phase, one.sha256) not in known:
            work.import_rows.append(one, log)


def _is_known(one: ResultsOfLine, line: ResultsOfLine) -> bool:
    at: ResultsOfLine | None = line
    while at is not None:
        if at.last.entry.says_the_same_as(one.last.entry):
            return True
        at = at.before
    return False


def _take_random(work: Work, theirs: Work, keys: Keys, log: Log) -> None:
    seed = theirs.seed
    work.seeds.clear(log)
    if seed is not None:
        work.seeds.put("", seed, log)
    for key in list(work.draws_that_count):
        work.draws.drop(key, log)
    work.draws_that_count.clear(log)
    work.seeds_that_count.clear(log)
    for key, draw in theirs.draws.items():
        work.draws.put(keys[key], draw, log)
    for key, drawn_with in theirs.draws_that_count.items():
        work.draws_that_count.put(keys[key], drawn_with, log)
    for text in theirs.seeds_that_count:
        work.seeds_that_count.put(text, value=True, log=log)
    drop_picks(work, None, list(work.at_random), log)
    for pick in theirs.picks:
        if pick.criterion_id is None:
            add_pick(work, pick, log)
    work.removed_rows.clear(log)
    for removed in theirs.removed_rows.values():
        work.removed_rows.append(removed, log)


def shared_keys(
    mine: Mapping[int, _Shared], theirs: Mapping[int, _Shared], first: int
) -> dict[int, int]:
    """Number another copy's draws or seeds: as here where they are here, others from `first` on."""
    there = {_as_made(value): key for key, value in mine.items()}
    keys: dict[int, int] = {}
    for key, value in theirs.items():
        known = there.get(_as_made(value))
        keys[key] = first if known is None else known
        first += known is None
    return keys


def _as_made(value: Any) -> Any:
    return replace(value, withdrawn=None)
