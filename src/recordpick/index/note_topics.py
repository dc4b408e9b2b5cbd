"""What the notes of an index are about: guesses, what was not used, emptied values, or others.

The phrases are those with which the readers write such notes: each is used there and here, so that
a note cannot be worded in a way that nobody recognises.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

Topic: TypeAlias = Literal["guess", "unused", "emptied", "note"]

UNPROVEN_ORDER = "which no date in it proves"
"""Dates such as 01/02/2020 were read with the day, or the month, first."""
UNKNOWN_STATUS = "no column says who is registered"
"""A list without a status; nobody said that everyone on it is registered."""
AS_ANSWERED = "as answered"
"""What a person answered, or gave as an option, and no file proves."""
CENTURY = "the century of"
"""Years of two digits, by the patients' dates of birth."""
ONE_DAY = "is used for both"
"""Of two sources with different as-at dates, the first one's holds."""
LEFT_EMPTY = "left empty:"
"""Values that cannot be read."""

_GUESSES = (UNPROVEN_ORDER, UNKNOWN_STATUS, AS_ANSWERED, CENTURY, ONE_DAY)
_UNUSED = (
    *("not used", "Not used", "left out", "Not in this extract", "these were not used"),
    *("its sheets are",),
)


def topic_of(note: str) -> Topic:
    """Return what a note is about."""
    if LEFT_EMPTY in note:
        return "emptied"
    if any(phrase in note for phrase in _GUESSES):
        return "guess"
    if any(phrase in note for phrase in _UNUSED):
        return "unused"
    return "note"
