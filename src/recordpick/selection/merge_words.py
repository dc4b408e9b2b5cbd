"""What a copy has, in words, for conflicts between copies: who, what, when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from recordpick.selection.decisions import Decisions
from recordpick.selection.events import Person
from recordpick.selection.figures import SYSTEM_WORDS, ChosenFiles, FigureKey, SystemFigure
from recordpick.selection.results import Result
from recordpick.selection.state import Closed, Pick

_MOST = 6
"""How many patients are named; of more than these, only their number is given."""


def picks_in_words(picks: Iterable[Pick], closed: Closed | None) -> str:
    """Return who is picked for a criterion, and whether it is closed."""
    names = [f"{pick.patient_id} ({pick.chosen_by_name})" for pick in picks]
    picked = _first(names) or "nobody picked"
    return picked if closed is None else f"{picked}; {closed_in_words(closed)}"


def closed_in_words(closed: Closed | None) -> str:
    """Return who closed a criterion, and why."""
    return "open" if closed is None else f"closed: {closed.reason} ({_by(closed.by, closed.on)})"


def note_in_words(text: str | None) -> str:
    """Return a note."""
    return "no note" if text is None else text


def result_in_words(result: Result | None) -> str:
    """Return what was found, and who found it."""
    if result is None:
        return "no result"
    entry = result.entry
    severity = f", {entry.severity}" if entry.severity else ""
    differs = f": {entry.differs}" if entry.differs else ""
    initials = f" [{entry.initials}]" if entry.initials else ""
    return f"{entry.outcome}{severity}{differs}{initials} ({_by(result.by, result.on)})"


def figure_in_words(figure: SystemFigure | None) -> str:
    """Return a figure, and who gave it."""
    return "no figure" if figure is None else f"{figure.value} ({_by(figure.by, figure.on)})"


def name_of_figure(key: FigureKey) -> str:
    """Return the name of a figure of a system's report."""
    return f"{' '.join(key[1])} of {SYSTEM_WORDS[key[0]]}"


def reports_in_words(chosen: ChosenFiles | None) -> str:
    """Return what the reports are counted by."""
    return (
        "those of recordpick" if chosen is None else f"{chosen.name} ({_by(chosen.by, chosen.on)})"
    )


def random_in_words(decisions: Decisions) -> str:
    """Return which seed is fixed and who is drawn."""
    seed = decisions.seed
    if seed is None:
        return "no seed fixed"
    drawn = [pick.patient_id for pick in decisions.picks if pick.criterion_id is None]
    return f"seed {seed.seed} ({_by(seed.by, seed.on)}); drawn: {_first(drawn) or 'nobody'}"


def _first(names: list[str]) -> str:
    more = [f"{len(names) - _MOST:,} more"] if len(names) > _MOST else []
    return ", ".join([*names[:_MOST], *more])


def _by(person: Person, on: datetime) -> str:
    return f"{person.name}, {on:%Y-%m-%d %H:%M} UTC"
