"""The field above the patients, in which people type to filter them, or to search the record."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from recordpick.tui.actions import key
from recordpick.tui.widgets.fields import LONGEST_FILTER, PrivateInput


class FilterField(PrivateInput):
    """Filters the patients as one types, or searches the record (`in_record`)."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("down", "screen.leave_filter"),
    ]

    def __init__(self) -> None:
        """Start hidden."""
        super().__init__(id="filter", longest=LONGEST_FILTER, compact=True)
        self.in_record = False
        self.display = False

    def open(self, value: str, *, in_record: bool) -> None:
        """Show the field with that text in it."""
        self.in_record = in_record
        self.placeholder = (
            "Search in this record" if in_record else "Filter: any words, a number, a date of birth"
        )
        self.value = value
        self.display = True

    def close(self) -> None:
        """Hide and empty the field."""
        if self.display:
            self.display = False
            self.in_record = False
            self.value = ""
