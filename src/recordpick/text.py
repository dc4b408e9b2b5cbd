"""Words of the messages that people see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from recordpick.local_time import local_time


def plural(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun: `1 row`, `2,000 rows`, `0 patients are`.

    `many` is the plural where it is not `one` with an s: `plural(n, "criterion", "criteria")`.
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)


def day(date: dt.date | None) -> str:
    """Return a date as it is written in England, 05 Apr 1951, whatever the machine's language."""
    return f"{date.day:02d} {_MONTHS[date.month - 1][:3]} {date.year}" if date else ""


def day_in_full(date: dt.date) -> str:
    """Return a date with the whole name of its month: 5 April 1951."""
    return f"{date.day} {_MONTHS[date.month - 1]} {date.year}"


def moment(when: dt.datetime) -> str:
    """Return a moment in the time of this computer: 12 Nov 2026 10:41."""
    local = local_time(when)
    return f"{day(local)} {local:%H:%M}"


_LONGEST = 80
"""Characters of a word that are compared: no name of ours is longer."""


def similar(word: str, known: Iterable[str], most: int) -> list[str]:
    """Return the known words that are similar to a word in any case, the most similar first."""
    from difflib import get_close_matches  # late: only where something is wrong

    by_key = {name.casefold(): name for name in known}
    return [
        by_key[key] for key in get_close_matches(word.strip().casefold()[:_LONGEST], by_key, most)
    ]


def similar_hint(word: str, known: Iterable[str]) -> str:
    """Return ` Did you mean MED-04?` for the known words that are similar; "" where none is."""
    names = similar(word, known, 3)
    if not names:
        return ""
    *others, last = names
    return f" Did you mean {', '.join(others)} or {last}?" if others else f" Did you mean {last}?"


def word_for(number: int, one: str, many: str = "") -> str:
    """Return the form of a word that goes with a number, such as "was" or "were"."""
    return one if number == 1 else many or f"{one}s"
