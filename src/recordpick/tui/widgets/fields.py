"""Fields for a line of text: what they hold is shown in harmless characters, and has a limit.

A path, or a note in a file from elsewhere, may hold characters that control a terminal. The field
keeps the text unchanged, and shows one harmless character for each of its characters, so that the
cursor is where it seems to be.
"""

from __future__ import annotations

import unicodedata
from typing import Any

from rich.cells import cell_len
from rich.text import Text
from textual.widgets import Checkbox, Input

from recordpick.sanitize import visible
from recordpick.tui.masking import is_masking, watch_masking

LONGEST = 4_000
"""Characters of a field: more than any path, reason or note has."""
LONGEST_FILTER = 500
LONGEST_NUMBER = 9
CANNOT_BE_SEEN = "\N{REPLACEMENT CHARACTER}"
_MOST_MARKS = 3


def shown_in_field(text: str) -> str:
    """Return the text with one visible character for each of its characters."""
    shown: list[str] = []
    marks = _MOST_MARKS  # at the start there is no letter to carry a combining mark
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
        """Take the value, cut to `longest` characters; the other arguments are Textual's."""
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
        """Cut what is set to the length of the field."""
        return value[: self._longest]

    def restricted(self) -> None:
        """Explain why what was typed or pasted is not in the field."""
        if len(self.value) < self._longest and self.type != "text":
            super().restricted()
            return
        self.app.notify(
            f"A field takes at most {self._longest:,} characters, so that was not put in.",
            severity="warning",
            markup=False,
        )


class PrivateInput(Field):
    """A field that shows dots while names are hidden."""

    def on_mount(self) -> None:
        """Follow the switch."""
        watch_masking(self, self._update_password)

    def _update_password(self) -> None:
        self.password = is_masking(self.app)


class TickBox(Checkbox):
    """A tick box that shows in characters whether it is ticked, not in colours alone."""

    BUTTON_LEFT = ""
    BUTTON_INNER = "[ ]"
    BUTTON_RIGHT = ""

    def __init__(
        self,
        label: str,
        id: str,  # noqa: A002 - Textual's own name
        *,
        value: bool = False,
    ) -> None:
        """Take what is ticked, and whether it is at first."""
        super().__init__(label, value, id=id, compact=True, classes="tick")
        self._show_tick()

    def watch_value(self) -> None:
        """Show the tick."""
        self._show_tick()
        super().watch_value()

    def _show_tick(self) -> None:
        self.BUTTON_INNER = "[√]" if self.value else "[ ]"
