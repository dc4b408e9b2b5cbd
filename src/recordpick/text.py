"""Words of the messages that people see."""

from __future__ import annotations


def plural(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun: `1 row`, `2,000 rows`, `0 patients are`.

    `many` is the plural where it is not `one` with an s: `plural(n, "criterion", "criteria")`.
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def word_for(number: int, one: str, many: str = "") -> str:
    """Return the form of a word that goes with a number, such as "was" or "were"."""
    return one if number == 1 else many or f"{one}s"
