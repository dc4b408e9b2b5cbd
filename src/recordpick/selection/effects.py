"""What each event that can be undone does to the work: old state and event in, new state out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TypeVar

from recordpick.selection.checking import imported, with_results
from recordpick.selection.events import BrokenEventError, Event, Json
from recordpick.selection.own_figures import (
    Chosen,
    OwnFigure,
    What,
    with_choice,
    with_figures,
)
from recordpick.selection.own_figures import Key as FigureKey
from recordpick.selection.results import Imported, Key, Result
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
_Value = TypeVar("_Value")


def _empty() -> Mapping[str, str]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Work:
    """What undo takes back: everything that people decided. Draws go by their event's number."""

    picks: tuple[Pick, ...] = ()
    closed: Mapping[str, Closed] = field(default_factory=lambda: MappingProxyType({}))
    notes: Mapping[str, str] = field(default_factory=_empty)
    seed: FixedSeed | None = None
    draws: Mapping[int, Draw] = field(default_factory=lambda: MappingProxyType({}))
    removed: tuple[Removed, ...] = ()
    results: Mapping[Key, Result] = field(default_factory=lambda: MappingProxyType({}))
    imports: tuple[Imported, ...] = ()
    figures: Mapping[FigureKey, OwnFigure] = field(default_factory=lambda: MappingProxyType({}))
    reports_by: Mapping[What, Chosen] = field(default_factory=lambda: MappingProxyType({}))

    def drawn_with(self, seed: str) -> set[str]:
        """Give everybody drawn with this seed, also those replaced or taken out since."""
        return {
            drawn.patient_id
            for draw in self.draws.values()
            if draw.seed == seed
            for drawn in draw.drawn
        }


def can_be_undone(kind: str) -> bool:
    """Tell whether an event of this kind is somebody's decision about the work."""
    return kind in _EFFECTS


def apply(work: Work, event: Event) -> Work:
    """Give the work after an event; BrokenEventError if the event is not what recordpick writes."""
    return _EFFECTS[event.kind](work, event)


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


def _picked(work: Work, event: Event) -> Work:
    chosen_by = _CHOSEN_BY.get(event.text("chosen_by"))
    if chosen_by is None:
        raise BrokenEventError(event.seq, "does not say who chose")
    pairs = [(event.text("criterion_id"), patient_id) for patient_id in event.texts("patient_ids")]
    return replace(work, picks=work.picks + _picks(event, pairs, chosen_by))


def _suggested(work: Work, event: Event) -> Work:
    pairs: list[tuple[str, str]] = []
    for row in event.rows("picks"):
        match row:
            case [str(criterion_id), str(patient_id)]:
                pairs.append((criterion_id, patient_id))
            case _:
                raise BrokenEventError(event.seq, "has a suggested record that is none")
    note = f"suggested: {event.text('how')}"
    return replace(work, picks=work.picks + _picks(event, pairs, "rule", note))


def _picks(
    event: Event, pairs: list[tuple[str, str]], chosen_by: ChosenBy, note: str = ""
) -> tuple[Pick, ...]:
    by, on = event.by, event.on
    return tuple(
        Pick(patient_id, criterion_id, chosen_by, by.name, by.role, on, note=note)
        for criterion_id, patient_id in pairs
    )


def _removed(work: Work, event: Event) -> Work:
    criterion_id, gone = event.text_or_none("criterion_id"), set(event.texts("patient_ids"))
    picks = tuple(
        pick
        for pick in work.picks
        if pick.criterion_id != criterion_id or pick.patient_id not in gone
    )
    if criterion_id is not None:
        return replace(work, picks=picks)
    removed = tuple(
        Removed(patient_id, event.text("reason"), event.by, event.on)
        for patient_id in event.texts("patient_ids")
    )
    return replace(work, picks=picks, removed=work.removed + removed)


def _noted(work: Work, event: Event) -> Work:
    patient_id, text = event.text("patient_id"), event.text("text")
    notes = _with(work.notes, patient_id, text) if text else _without(work.notes, patient_id)
    return replace(work, notes=notes)


def _closed(work: Work, event: Event) -> Work:
    closed = Closed(event.text("reason"), event.by, event.on)
    return replace(work, closed=_with(work.closed, event.text("criterion_id"), closed))


def _reopened(work: Work, event: Event) -> Work:
    return replace(work, closed=_without(work.closed, event.text("criterion_id")))


def _seed_fixed(work: Work, event: Event) -> Work:
    return replace(work, seed=fixed_seed(event))


def _drawn_at_random(work: Work, event: Event) -> Work:
    draw = draw_of(event)
    draws = dict(work.draws)
    picks, removed = work.picks, work.removed
    if any(before.seed != draw.seed and before.withdrawn is None for before in draws.values()):
        reason = work.seed.reason if work.seed is not None else ""
        withdrawn = Withdrawn(f"drawn again with another seed: {reason}", event.by, event.on)
        for seq, before in draws.items():
            draws[seq] = replace(before, withdrawn=before.withdrawn or withdrawn)
        picks = tuple(pick for pick in picks if pick.criterion_id is not None)
        removed = ()
    draws[event.seq] = draw
    return replace(
        work,
        picks=picks + _random_picks(draw),
        draws=MappingProxyType(draws),
        removed=removed,
    )


def _replaced(work: Work, event: Event) -> Work:
    draw = draw_of(event)
    removed = Removed(
        event.text("patient_id"), draw.reason, draw.by, draw.drawn_on, draw.drawn[0].patient_id
    )
    return replace(
        work,
        picks=tuple(
            pick
            for pick in work.picks
            if pick.criterion_id is not None or pick.patient_id != removed.patient_id
        )
        + _random_picks(draw),
        draws=_with(work.draws, event.seq, draw),
        removed=(*work.removed, removed),
    )


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


def _checked(work: Work, event: Event) -> Work:
    results = with_results(work.results, event)
    return replace(work, results=results, imports=(*work.imports, imported(event)))


def _figures(work: Work, event: Event) -> Work:
    return replace(work, figures=with_figures(work.figures, event))


def _reports_by(work: Work, event: Event) -> Work:
    return replace(work, reports_by=with_choice(work.reports_by, event))


_Key = TypeVar("_Key", str, int)


def _with(mapping: Mapping[_Key, _Value], key: _Key, value: _Value) -> Mapping[_Key, _Value]:
    return MappingProxyType({**mapping, key: value})


def _without(mapping: Mapping[_Key, _Value], key: _Key) -> Mapping[_Key, _Value]:
    return MappingProxyType({known: value for known, value in mapping.items() if known != key})


_EFFECTS: dict[str, Callable[[Work, Event], Work]] = {
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
