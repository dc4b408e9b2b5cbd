"""Another copy of the working file was merged: its picks, notes and results are taken over.

The event holds all that the other copy had done (`chains.py`), and names what of it counts from now
on: the picks, notes, closings, results and figures that are as the other copy has them, and whether
the random records are. Which these are was found, and decided by a person, before (`merging.py`).
What the event does needs the history of the other copy, so `history.py` applies it, and
`event_validation.py` checks the other copy's events.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, TypeAlias, TypeVar

from recordpick.selection.chains import MERGED_KIND
from recordpick.selection.decisions import Decisions, ResultsOfLine, add_pick, drop_picks
from recordpick.selection.events import Body, BrokenEventError, Event, Json
from recordpick.selection.kinds.event_kind import EventKind
from recordpick.selection.ledger import Log, Table, revert
from recordpick.selection.results import ResultKey
from recordpick.selection.state import Pick

_Shared = TypeVar("_Shared")
FIRST_KEY = 2**32
"""Draws and seeds of another copy are kept under numbers from here on: no event has them."""

Keys: TypeAlias = "Mapping[int, int]"
"""The number that a draw or seed has in this file, by the one that it has in the other copy."""


@dataclass(frozen=True, slots=True)
class Adopted:
    """What counts as the other copy has it, also where it has nothing."""

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

    def as_body(self) -> Body:
        """Return it as the parts of an event's body."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: _json(value) for name, value in values.items()}


def _json(value: Any) -> Json:
    if isinstance(value, bool):
        return int(value)
    return [_json(one) for one in value] if isinstance(value, tuple) else value


def adopted_by(event: Event) -> Adopted:
    """Read what a merge adopts; BrokenEventError where that is not as recordpick writes it."""
    if event.number("random") not in {0, 1}:
        raise BrokenEventError(event.seq, "does not say whose random records count")
    adopted = Adopted(
        picks=tuple(_parts(event, row, 2) for row in event.rows("picks")),  # type: ignore[misc]
        notes=tuple(event.texts("notes")),
        closed=tuple(event.texts("closed")),
        results=tuple(_parts(event, row, 3, none_at=1) for row in event.rows("results")),  # type: ignore[misc]
        figures=tuple(_figure(event, row) for row in event.rows("figures")),
        reports_by=tuple(event.texts("reports_by")),
        random=event.number("random") == 1,
    )
    for one in fields(adopted):
        keys = getattr(adopted, one.name)
        if isinstance(keys, tuple) and len(set(keys)) != len(keys):
            raise BrokenEventError(event.seq, "takes something over twice")
    return adopted


def _parts(event: Event, row: list[Json], size: int, none_at: int = -1) -> tuple[Json, ...]:
    texts = all(
        isinstance(one, str) or (one is None and at == none_at) for at, one in enumerate(row)
    )
    if len(row) != size or not texts:
        raise BrokenEventError(event.seq, "takes something over that cannot be read")
    return tuple(row)


def _figure(event: Event, row: list[Json]) -> tuple[str, tuple[str, ...]]:
    match row:
        case [str(system), list(name)] if all(isinstance(part, str) for part in name):
            return system, tuple(str(part) for part in name)
    raise BrokenEventError(event.seq, "takes a figure over that cannot be read")


def apply_merged(decisions: Decisions, event: Event, theirs: Decisions, keys: Keys) -> Log:
    """Change the work as the event says, and return what takes that back.

    `keys` are the numbers of the other copy's draws here (`shared_keys`).
    """
    log: Log = []
    try:
        adopted = adopted_by(event)
        _adopt_picks(decisions, theirs, adopted, log)
        _adopt(decisions.note_rows, theirs.note_rows, adopted.notes, log)
        _adopt(decisions.closed_rows, theirs.closed_rows, adopted.closed, log)
        _adopt_results(decisions, theirs, adopted, log)
        _adopt(decisions.figure_rows, theirs.figure_rows, adopted.figures, log)
        _adopt(decisions.report_basis_rows, theirs.report_basis_rows, adopted.reports_by, log)
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


def _adopt(mine: Table[Any, Any], theirs: Table[Any, Any], keys: tuple[Any, ...], log: Log) -> None:
    for key in keys:
        value = theirs.get(key)
        if value is None:
            mine.drop(key, log)
        else:
            mine.put(key, value, log)


def _adopt_results(decisions: Decisions, theirs: Decisions, adopted: Adopted, log: Log) -> None:
    """Adopt results; one of this copy that says otherwise stays among the earlier ones."""
    for phase, criterion_id, patient_id in adopted.results:
        key: ResultKey = (phase, criterion_id, patient_id)  # type: ignore[assignment]
        mine, other = decisions.result_rows.get(key), theirs.result_rows.get(key)
        if other is None:
            decisions.result_rows.drop(key, log)
        elif mine is None or _is_known(mine, other):
            decisions.result_rows.put(key, other, log)
        else:
            decisions.result_rows.put(key, ResultsOfLine(other.last, mine), log)
    known = {(one.phase, one.sha256) for one in decisions.import_rows.values()}
    for one in theirs.import_rows.values():
        if (one.phase, one.sha256) not in known:
            decisions.import_rows.append(one, log)


def _is_known(one: ResultsOfLine, line: ResultsOfLine) -> bool:
    at: ResultsOfLine | None = line
    while at is not None:
        if at.last.entry.says_the_same_as(one.last.entry):
            return True
        at = at.before
    return False


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


def _describe(event: Event) -> str:
    return f"merged the copy {event.text('source')}"


MERGED = EventKind(MERGED_KIND, _describe, undoable=True, version=4, paths=frozenset({"source"}))
