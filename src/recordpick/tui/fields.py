"""Fields for a line of text: what stands in them reaches the terminal visible, and has an end.

A path, or a note in a file from elsewhere, may hold characters that a terminal obeys. The field
keeps the text as it is, and shows one harmless character for each of its characters, so that the
cursor is where it seems to be.
"""

from __future__ import annotations

import unicodedata
from typing import Any

from rich.cells import cell_len
from rich.text import Text
from textual.widgets import Input

from recordpick.sanitize import visible

LONGEST = 4_000
"""Characters of a field: more than any path, reason or note has."""
LONGEST_FILTER = 500
LONGEST_NUMBER = 9
CANNOT_BE_SEEN = "\N{REPLACEMENT CHARACTER}"
_MOST_MARKS = 3


def shown_in_field(text: str) -> str:
    """Return the text with one visible character for each of its characters."""
    shown: list[str] = []
    marks = _MOST_MARKS  # at the start there is no letter to carry one
    for character in text:
        is_mark = unicodedata.category(character).startswith("M")
        marks = marks + 1 if is_mark else 0
        one = visible("a" + character)[1:] if is_mark else visible(character)
        if len(one) != 1 or (is_mark and marks > _MOST_MARKS):
            one = CANNOT_BE_SEEN
        shown.append(one)
    return "".join(shown)


class Field(Input):
    """A field for a line of text of at most `longest` characters."""

    def __init__(self, value: str | None = None, *, longest: int = LONGEST, **more: Any) -> None:
        """Take what stands in it; the rest is Textual's. What is longer than allowed is cut."""
        self._longest = longest
        value = None if value is None else value[:longest]
        super().__init__(value, max_length=longest, **more)

    @property
    def _value(self) -> Text:
        """The value as it is shown."""
        if self.password:
            return super()._value
        return Text(shown_in_field(self.value), no_wrap=True, overflow="ignore", end="")

    def _position_to_cell(self, position: int) -> int:
        """Return how many cells are before a character."""
        return cell_len(self._value.plain[:position])

    def validate_value(self, value: str) -> str:
        """Cut what is set to what a field takes."""
        return value[: self._longest]

    def restricted(self) -> None:
        """Say why what was typed or pasted is not there."""
        if len(self.value) < self._longest and self.type != "text":
            super().restricted()
            return
        self.app.notify(
            f"A field takes at most {self._longest:,} characters, so that was not put in.",
            severity="warning",
            markup=False,
        )
