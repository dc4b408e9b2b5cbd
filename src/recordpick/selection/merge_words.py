"""What a copy has, in words, for conflicts between copies: who, what, when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from recordpick.selection.decisions import Decisions
from recordpick.selection.events import Person
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
    return (
        "open" if closed is None else f"closed: {closed.reason} ({by_whom(closed.by, closed.on)})"
    )


def random_in_words(decisions: Decisions) -> str:
    """Return which seed is fixed and who is drawn."""
    seed = decisions.seed
    if seed is None:
        return "no seed fixed"
    drawn = [pick.patient_id for pick in decisions.picks if pick.criterion_id is None]
    return f"seed {seed.seed} ({by_whom(seed.by, seed.on)}); drawn: {_first(drawn) or 'nobody'}"


def _first(names: list[str]) -> str:
    more = [f"{len(names) - _MOST:,} more"] if len(names) > _MOST else []
    return ", ".join([*names[:_MOST], *more])


def by_whom(person: Person, on: datetime) -> str:
    """Return who did something, and when."""
    return f"{person.name}, {on:%Y-%m-%d %H:%M} UTC"
