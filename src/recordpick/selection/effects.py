"""What each event that can be undone does to the work, which remembers how to take it back."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TypeAlias, TypeVar

from recordpick.selection.chains import MERGED
from recordpick.selection.checking import imported, results_of
from recordpick.selection.events import BrokenEventError, Event, Json
from recordpick.selection.ledger import Log, Table, take_back
from recordpick.selection.own_figures import (
    Chosen,
    FigureKey,
    OwnFigure,
    What,
    choice_of,
    figures_of,
)
from recordpick.selection.results import Imported, Result, ResultKey
from recordpick.selection.state import (
    ChosenBy,
    Closed,
    Draw,
    Drawn,
    FixedSeed,
    Pick,
    Removed,
    SeedSource,
    Stratum,
    Withdrawn,
)

_CHOSEN_BY: dict[str, ChosenBy] = {"rule": "rule", "staff": "staff", "supplier": "supplier"}
_SOURCES: dict[str, SeedSource] = {"entered": "entered", "made": "made"}
_K = TypeVar("_K", bound=Hashable)
_V = TypeVar("_V")
_Made = TypeVar("_Made")
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


class Work:
    """What undo takes back: everything that people decided, as it is after the last event.

    It is changed by `apply` only. The tables are for this package; `picks` and the other properties
    give values that do not change afterwards, and are made again only where something changed.
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
        self.note_rows: Table[str, str] = Table()
        self.removed_rows: Table[int, Removed] = Table()
        self.result_rows: Table[ResultKey, ResultsOfLine] = Table()
        self.import_rows: Table[int, Imported] = Table()
        self.figure_rows: Table[FigureKey, OwnFigure] = Table()
        self.choice_rows: Table[What, Chosen] = Table()
        self._made: dict[str, tuple[int, object]] = {}
        self._results: dict[ResultKey, tuple[ResultsOfLine, Result]] = {}

    @property
    def seed(self) -> FixedSeed | None:
        """The seed that is fixed now."""
        return self.seeds.get(_SEED)

    @property
    def picks(self) -> tuple[Pick, ...]:
        """The picks, in the order in which they were made."""
        return self._once("picks", self.pick_rows, lambda rows: tuple(rows.values()))

    @property
    def closed(self) -> Mapping[str, Closed]:
        """The criteria that are closed."""
        return self._once("closed", self.closed_rows, _as_mapping)

    @property
    def notes(self) -> Mapping[str, str]:
        """The notes, by patient."""
        return self._once("notes", self.note_rows, _as_mapping)

    @property
    def removed(self) -> tuple[Removed, ...]:
        """The random records that were taken out."""
        return self._once("removed", self.removed_rows, lambda rows: tuple(rows.values()))

    @property
    def results(self) -> Mapping[ResultKey, Result]:
        """The results of data checking that count, with those that each replaced."""
        return self._once("results", self.result_rows, self._as_results)

    @property
    def imports(self) -> tuple[Imported, ...]:
        """The workbooks that were imported."""
        return self._once("imports", self.import_rows, lambda rows: tuple(rows.values()))

    @property
    def figures(self) -> Mapping[FigureKey, OwnFigure]:
        """The figures of the systems' own reports."""
        return self._once("figures", self.figure_rows, _as_mapping)

    @property
    def reports_by(self) -> Mapping[What, Chosen]:
        """What the reports are counted by, where that is not what ships."""
        return self._once("reports_by", self.choice_rows, _as_mapping)

    def is_picked(self, criterion_id: str | None, patient_id: str) -> bool:
        """Tell whether a patient is picked for a criterion (None: drawn at random)."""
        return (criterion_id, patient_id) in self.picked

    def drawn_with(self, seed: str) -> set[str]:
        """Return everybody drawn with this seed, also those replaced or taken out since."""
        return {
            drawn.patient_id
            for draw in self.draws.values()
            if draw.seed == seed
            for drawn in draw.drawn
        }

    def _once(
        self, name: str, rows: Table[_K, _V], make: Callable[[Table[_K, _V]], _Made]
    ) -> _Made:
        made = self._made.get(name)
        if made is None or made[0] != rows.changes:
            made = (rows.changes, make(rows))
            self._made[name] = made
        return made[1]  # type: ignore[return-value] # each name has one kind of value

    def _as_results(self, rows: Table[ResultKey, ResultsOfLine]) -> Mapping[ResultKey, Result]:
        """Make results of the lines that changed since the last time."""
        before, self._results = self._results, {}
        for key, line in rows.items():
            known = before.get(key)
            if known is None or known[0] is not line:
                known = (line, line.result())
            self._results[key] = known
        return MappingProxyType({key: result for key, (_, result) in self._results.items()})


_SEED = ""
"""The only key of the table of the seed."""


def _as_mapping(rows: Table[_K, _V]) -> Mapping[_K, _V]:
    return MappingProxyType(dict(rows.items()))


def can_be_undone(kind: str) -> bool:
    """Tell whether an event of this kind is somebody's decision about the work."""
    return kind in _EFFECTS or kind == MERGED


def apply(work: Work, event: Event) -> Log:
    """Change the work as an event does, and return what takes that back.

    BrokenEventError, and nothing changed, if the event is not what recordpick writes.
    """
    log: Log = []
    try:
        _EFFECTS[event.kind](work, event, log)
    except BaseException:
        take_back(log)
        raise
    return log


def fixed_seed(event: Event) -> FixedSeed:
    """Read the seed that an event fixed."""
    source = _SOURCES.get(event.text("source"))
    if source is None:
        raise BrokenEventError(event.seq, "has an unknown source of its seed")
    return FixedSeed(event.text("seed"), source, event.by, event.on, event.text("reason"))


def draw_of(event: Event) -> Draw:
    """Read the draw that an event records."""
    replaces = event.text("patient_id") if event.kind == "replaced" else None
    if not event.rows("drawn"):
        raise BrokenEventError(event.seq, "has nobody drawn")
    return Draw(
        seed=event.text("seed"),
        eligible=event.number("eligible"),
        eligible_sha256=event.text("eligible_sha256"),
        asked=event.number("asked"),
        drawn=tuple(_drawn(event, row) for row in event.rows("drawn")),
        drawn_on=event.on,
        by=event.by,
        replaces=replaces,
        reason=event.text("reason") if replaces is not None else "",
        strata=tuple(_stratum(event, row) for row in _rows_if_any(event, "strata")),
        strata_sha256=event.text("strata_sha256") if "strata" in event.body else "",
    )


def _rows_if_any(event: Event, key: str) -> list[list[Json]]:
    return event.rows(key) if key in event.body else []


def _stratum(event: Event, row: list[Json]) -> Stratum:
    match row:
        case [str(name), int(eligible), int(drawn)]:
            return Stratum(name, eligible, drawn)
    raise BrokenEventError(event.seq, "has a stratum that is none")


def _drawn(event: Event, row: list[Json]) -> Drawn:
    match row:
        case [str(patient_id), int(place), str(ticket_number)]:
            return Drawn(patient_id, place, ticket_number)
    raise BrokenEventError(event.seq, "has a drawn record that is none")


def _picked(work: Work, event: Event, log: Log) -> None:
    chosen_by = _CHOSEN_BY.get(event.text("chosen_by"))
    if chosen_by is None:
        raise BrokenEventError(event.seq, "does not say who chose")
    criterion_id, by, on = event.text("criterion_id"), event.by, event.on
    for patient_id in event.texts("patient_ids"):
        pick = Pick(patient_id, criterion_id, chosen_by, by.name, by.role, on)
        add_pick(work, pick, log)


def _suggested(work: Work, event: Event, log: Log) -> None:
    by, on, note = event.by, event.on, f"suggested: {event.text('how')}"
    for row in event.rows("picks"):
        match row:
            case [str(criterion_id), str(patient_id)]:
                pick = Pick(patient_id, criterion_id, "rule", by.name, by.role, on, note=note)
                add_pick(work, pick, log)
            case _:
                raise BrokenEventError(event.seq, "has a suggested record that is none")


def add_pick(work: Work, pick: Pick, log: Log) -> None:
    """Add a pick."""
    of = (pick.criterion_id, pick.patient_id)
    key = work.pick_rows.append(pick, log)
    work.picked.put(of, (*(work.picked.get(of) or ()), key), log)
    if pick.criterion_id is None:
        work.at_random.put(pick.patient_id, value=True, log=log)


def drop_picks(work: Work, criterion_id: str | None, patients: Iterable[str], log: Log) -> None:
    """Take picks of patients for a criterion (None: at random) away, as far as there are any."""
    for patient_id in patients:
        for key in work.picked.get((criterion_id, patient_id)) or ():
            work.pick_rows.drop(key, log)
        work.picked.drop((criterion_id, patient_id), log)
        if criterion_id is None:
            work.at_random.drop(patient_id, log)


def _removed(work: Work, event: Event, log: Log) -> None:
    criterion_id, gone = event.text_or_none("criterion_id"), event.texts("patient_ids")
    drop_picks(work, criterion_id, gone, log)
    if criterion_id is None:
        by, on, reason = event.by, event.on, event.text("reason")
        for patient_id in gone:
            work.removed_rows.append(Removed(patient_id, reason, by, on), log)


def _noted(work: Work, event: Event, log: Log) -> None:
    patient_id, text = event.text("patient_id"), event.text("text")
    if text:
        work.note_rows.put(patient_id, text, log)
    else:
        work.note_rows.drop(patient_id, log)


def _closed(work: Work, event: Event, log: Log) -> None:
    closed = Closed(event.text("reason"), event.by, event.on)
    work.closed_rows.put(event.text("criterion_id"), closed, log)


def _reopened(work: Work, event: Event, log: Log) -> None:
    work.closed_rows.drop(event.text("criterion_id"), log)


def _seed_fixed(work: Work, event: Event, log: Log) -> None:
    work.seeds.put(_SEED, fixed_seed(event), log)


def _drawn_at_random(work: Work, event: Event, log: Log) -> None:
    draw = draw_of(event)
    if any(seed != draw.seed for seed in work.seeds_that_count):
        _withdraw_draws(work, event, log)
    _add_draw(work, event, draw, log)


def _withdraw_draws(work: Work, event: Event, log: Log) -> None:
    """Take back all draws that count: this event draws with another seed."""
    reason = work.seed.reason if work.seed is not None else ""
    withdrawn = Withdrawn(f"drawn again with another seed: {reason}", event.by, event.on)
    for seq in list(work.draws_that_count):
        before = work.draws.get(seq)
        if before is not None:
            work.draws.put(seq, replace(before, withdrawn=withdrawn), log)
    work.draws_that_count.clear(log)
    work.seeds_that_count.clear(log)
    drop_picks(work, None, list(work.at_random), log)
    work.removed_rows.clear(log)


def _add_draw(work: Work, event: Event, draw: Draw, log: Log) -> None:
    work.draws.put(event.seq, draw, log)
    work.draws_that_count.put(event.seq, draw.seed, log)
    work.seeds_that_count.put(draw.seed, value=True, log=log)
    for pick in _random_picks(draw):
        add_pick(work, pick, log)


def _replaced(work: Work, event: Event, log: Log) -> None:
    draw = draw_of(event)
    replaced, instead = event.text("patient_id"), draw.drawn[0].patient_id
    drop_picks(work, None, [replaced], log)
    _add_draw(work, event, draw, log)
    work.removed_rows.append(Removed(replaced, draw.reason, draw.by, draw.drawn_on, instead), log)


def _random_picks(draw: Draw) -> tuple[Pick, ...]:
    note = f"in place of {draw.replaces}: {draw.reason}" if draw.replaces is not None else ""
    return tuple(
        Pick(
            drawn.patient_id,
            None,
            "random",
            draw.by.name,
            draw.by.role,
            draw.drawn_on,
            drawn.place,
            note,
        )
        for drawn in draw.drawn
    )


def _checked(work: Work, event: Event, log: Log) -> None:
    """Import results: a later one takes the place of an earlier one, and keeps it.

    Where an event has two of one line, the last counts, as if they had come one after the other.
    """
    for result in results_of(event):
        line = ResultsOfLine(result, work.result_rows.get(result.key))
        work.result_rows.put(result.key, line, log)
    work.import_rows.append(imported(event), log)


def _figures(work: Work, event: Event, log: Log) -> None:
    for key, figure in figures_of(event):
        if figure is None:
            work.figure_rows.drop(key, log)
        else:
            work.figure_rows.put(key, figure, log)


def _reports_by(work: Work, event: Event, log: Log) -> None:
    what, chosen = choice_of(event)
    work.choice_rows.drop(what, log)
    if chosen is not None:
        work.choice_rows.put(what, chosen, log)


_EFFECTS: dict[str, Callable[[Work, Event, Log], None]] = {
    "picked": _picked,
    "suggested": _suggested,
    "removed": _removed,
    "noted": _noted,
    "closed": _closed,
    "reopened": _reopened,
    "seed_fixed": _seed_fixed,
    "drawn": _drawn_at_random,
    "replaced": _replaced,
    "checked": _checked,
    "figures": _figures,
    "reports_by": _reports_by,
}
