"""What people decided (picks, draws, results, figures), in tables that remember each change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, TypeAlias, TypeVar

from recordpick.selection.ledger import Log, Table
from recordpick.selection.results import Imported, JudgementKey, Resolution, Result, ResultKey
from recordpick.selection.settled import Settled, settle
from recordpick.selection.state import Closed, Draw, FixedSeed, Pick, Removed

_K = TypeVar("_K", bound=Hashable)
_V = TypeVar("_V")
_Computed = TypeVar("_Computed")
_Picked: TypeAlias = "tuple[str | None, str]"


@dataclass(frozen=True, slots=True)
class ResultsOfLine:
    """The result that counts for a line of a phase, and, as a chain, those that it replaced."""

    last: Result
    before: ResultsOfLine | None

    def result(self) -> Result:
        """Return the result that counts, with the earlier ones in it."""
        earlier: list[Result] = []
        one = self.before
        while one is not None:
            earlier.append(one.last)
            one = one.before
        return replace(self.last, earlier=tuple(reversed(earlier))) if earlier else self.last


class Decisions:
    """What undo takes back: everything that people decided, as it is after the last event.

    Only events change it (`EventKind.apply`). The tables are for this package; `picks` and the
    other properties return values that do not change afterwards, and that are computed again only
    where something changed.
    """

    def __init__(self) -> None:
        self.seeds: Table[str, FixedSeed] = Table()
        self.draws: Table[int, Draw] = Table()
        """By the number of the event."""
        self.draws_that_count: Table[int, str] = Table()
        """The seeds of the draws that are not withdrawn, by the number of the event."""
        self.seeds_that_count: Table[str, bool] = Table()
        self.pick_rows: Table[int, Pick] = Table()
        self.picked: Table[_Picked, tuple[int, ...]] = Table()
        """The keys in `pick_rows` of each criterion and patient."""
        self.at_random: Table[str, bool] = Table()
        """The patients who are picked at random."""
        self.closed_rows: Table[str, Closed] = Table()
        self.removed_rows: Table[int, Removed] = Table()
        self.result_rows: Table[ResultKey, ResultsOfLine] = Table()
        self.import_rows: Table[int, Imported] = Table()
        self.kept_rows: defaultdict[str, Table[Any, Any]] = defaultdict(Table)
        """What other kinds of events keep by key, by the name of their `Kept` (`kept.py`)."""
        self._cache: dict[str, tuple[int, object]] = {}
        self._results: dict[ResultKey, tuple[ResultsOfLine, Result]] = {}
        self._judged: dict[JudgementKey, tuple[ResultsOfLine, Result]] = {}
        self._settled: tuple[tuple[int, ...], Settled] | None = None

    @property
    def judgement_rows(self) -> Table[JudgementKey, ResultsOfLine]:
        """The judgements on lines, each person's by itself (`kinds/judgements.py`)."""
        return self.kept_rows["judgements"]

    @property
    def resolution_rows(self) -> Table[ResultKey, Resolution]:
        """What somebody decided where judgements disagreed, by line."""
        return self.kept_rows["resolutions"]

    @property
    def seed(self) -> FixedSeed | None:
        """The seed that is fixed now."""
        return self.seeds.get(_SEED)

    @property
    def picks(self) -> tuple[Pick, ...]:
        """The picks, in the order in which they were made."""
        return self._cached("(picks)", self.pick_rows, lambda rows: tuple(rows.values()))

    @property
    def closed(self) -> Mapping[str, Closed]:
        """The criteria that are closed."""
        return self._cached("(closed)", self.closed_rows, _as_mapping)

    @property
    def removed(self) -> tuple[Removed, ...]:
        """The random records that were removed."""
        return self._cached("(removed)", self.removed_rows, lambda rows: tuple(rows.values()))

    @property
    def settled(self) -> Settled:
        """What counts of the results of data checking, with those that each replaced."""
        tables = (self.result_rows, self.judgement_rows, self.resolution_rows)
        changes = tuple(table.changes for table in tables)
        if self._settled is None or self._settled[0] != changes:
            self._results = _results_of(self.result_rows, self._results)
            self._judged = _results_of(self.judgement_rows, self._judged)
            settled = settle(
                {key: result for key, (_, result) in self._results.items()},
                ((key, result) for key, (_, result) in self._judged.items()),
                _as_mapping(self.resolution_rows),
            )
            self._settled = (changes, settled)
        return self._settled[1]

    @property
    def imports(self) -> tuple[Imported, ...]:
        """The workbooks that were imported."""
        return self._cached("(imports)", self.import_rows, lambda rows: tuple(rows.values()))

    @property
    def kept(self) -> Mapping[str, Mapping[Any, Any]]:
        """What other kinds of events keep, by the name of their `Kept` and by key."""
        values = {
            name: self._cached(name, rows, _as_mapping)
            for name, rows in self.kept_rows.items()
            if rows
        }
        return MappingProxyType(values)

    def fix_seed(self, seed: FixedSeed | None, log: Log) -> None:
        """Fix a seed in place of the one before; None leaves none fixed."""
        if seed is None:
            self.seeds.drop(_SEED, log)
        else:
            self.seeds.put(_SEED, seed, log)

    def is_picked(self, criterion_id: str | None, patient_id: str) -> bool:
        """Return whether a patient is picked for a criterion (None: drawn at random)."""
        return (criterion_id, patient_id) in self.picked

    def has_drawn_with(self, seed: str) -> bool:
        """Return whether anybody was drawn with this seed."""
        return any(draw.seed == seed for draw in self.draws.values())

    def drawn_with(self, seed: str) -> set[str]:
        """Return everybody drawn with this seed, also those replaced or removed since."""
        return {
            drawn.patient_id
            for draw in self.draws.values()
            if draw.seed == seed
            for drawn in draw.drawn
        }

    def _cached(
        self, name: str, rows: Table[_K, _V], compute: Callable[[Table[_K, _V]], _Computed]
    ) -> _Computed:
        cached = self._cache.get(name)
        if cached is None or cached[0] != rows.changes:
            cached = (rows.changes, compute(rows))
            self._cache[name] = cached
        return cached[1]  # type: ignore[return-value] # each name has one kind of value


_SEED = ""
"""The only key of the table of the seed."""


def _results_of(
    rows: Table[_K, ResultsOfLine], before: Mapping[_K, tuple[ResultsOfLine, Result]]
) -> dict[_K, tuple[ResultsOfLine, Result]]:
    """Return the results of a table; only those of lines that changed since `before` are new."""
    found: dict[_K, tuple[ResultsOfLine, Result]] = {}
    for key, line in rows.items():
        known = before.get(key)
        if known is None or known[0] is not line:
            known = (line, line.result())
        found[key] = known
    return found


def _as_mapping(rows: Table[_K, _V]) -> Mapping[_K, _V]:
    return MappingProxyType(dict(rows.items()))


def add_pick(decisions: Decisions, pick: Pick, log: Log) -> None:
    """Add a pick."""
    pair = (pick.criterion_id, pick.patient_id)
    key = decisions.pick_rows.append(pick, log)
    decisions.picked.put(pair, (*(decisions.picked.get(pair) or ()), key), log)
    if pick.criterion_id is None:
        decisions.at_random.put(pick.patient_id, value=True, log=log)


def drop_picks(
    decisions: Decisions, criterion_id: str | None, patients: Iterable[str], log: Log
) -> None:
    """Remove picks of patients for a criterion (None: at random), as far as there are any."""
    for patient_id in patients:
        for key in decisions.picked.get((criterion_id, patient_id)) or ():
            decisions.pick_rows.drop(key, log)
        decisions.picked.drop((criterion_id, patient_id), log)
        if criterion_id is None:
            decisions.at_random.drop(patient_id, log)
