"""Words for people: numbers with the right form of a noun."""

from __future__ import annotations


def plural(number: int, one: str, many: str = "") -> str:
    """Return `one` for 1, otherwise `many`; without `many`, `one` with an "s"."""
    return one if number == 1 else many or f"{one}s"


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun: "1 record", "12,345 records"."""
    return f"{number:,} {plural(number, one, many)}"
