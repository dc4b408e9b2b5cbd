"""What each of two copies has where they conflict, in words: who, what, when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from recordpick.selection.events import Person
from recordpick.selection.state import (
    SYSTEM_WORDS,
    Chosen,
    Closed,
    FigureKey,
    OwnFigure,
    Pick,
    Result,
)
from recordpick.selection.work import Work

_MOST = 6
"""Patients that are named; of more it is said how many there are."""


def picks_in_words(picks: Iterable[Pick], closed: Closed | None) -> str:
    """Say whom a copy has for a criterion, and whether that is closed."""
    there = list(picks)
    said = [f"{pick.patient_id} ({pick.chosen_by_name})" for pick in there[:_MOST]]
    said += [f"{len(there) - _MOST:,} more"] * (len(there) > _MOST)
    picked = ", ".join(said) or "nobody picked"
    return picked if closed is None else f"{picked}; {closed_in_words(closed)}"


def closed_in_words(closed: Closed | None) -> str:
    """Say who closed a criterion, and why."""
    return "open" if closed is None else f"closed: {closed.reason} ({_by(closed.by, closed.on)})"


def note_in_words(text: str | None) -> str:
    """Give a note."""
    return "no note" if text is None else text


def result_in_words(result: Result | None) -> str:
    """Say what was found, by whom."""
    if result is None:
        return "no result"
    entry = result.entry
    severity = f", {entry.severity}" if entry.severity else ""
    differs = f": {entry.differs}" if entry.differs else ""
    initials = f" [{entry.initials}]" if entry.initials else ""
    return f"{entry.outcome}{severity}{differs}{initials} ({_by(result.by, result.on)})"


def figure_in_words(figure: OwnFigure | None) -> str:
    """Give a figure, and who gave it."""
    return "no figure" if figure is None else f"{figure.value} ({_by(figure.by, figure.on)})"


def name_of_figure(key: FigureKey) -> str:
    """Name a figure of a system's report."""
    return f"{' '.join(key[1])} of {SYSTEM_WORDS[key[0]]}"


def reports_in_words(chosen: Chosen | None) -> str:
    """Say what the reports are counted by."""
    return "as shipped" if chosen is None else f"{chosen.name} ({_by(chosen.by, chosen.on)})"


def random_in_words(work: Work) -> str:
    """Say which seed is fixed and who is drawn."""
    seed = work.seed
    if seed is None:
        return "no seed fixed"
    drawn = [f"{pick.patient_id}" for pick in work.picks if pick.criterion_id is None]
    said = ", ".join([*drawn[:_MOST], *([f"{len(drawn) - _MOST:,} more"] * (len(drawn) > _MOST))])
    return f"seed {seed.seed} ({_by(seed.by, seed.on)}); drawn: {said or 'nobody'}"


def _by(person: Person, on: datetime) -> str:
    return f"{person.name}, {on:%Y-%m-%d %H:%M} UTC"
