"""A list to choose from, whose cursor is a character: it is seen without any colour."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from textual.binding import BindingType
from textual.strip import Strip
from textual.widgets import OptionList

from recordpick.tui.actions import key


class ChoiceList(OptionList):
    """Textual's list of options, with ► before the one under the cursor; > without the focus."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("enter", "select", "Choose the line under the cursor", label="Choose"),
    ]

    def render_line(self, y: int) -> Strip:
        """Paint one line; the first cell of each is blank but for the cursor."""
        strip = super().render_line(y)
        line = self.scroll_offset.y + y
        if line >= len(self._lines) or self._lines[line] != (self.highlighted, 0):
            return strip
        style = next((segment.style for segment in strip), None)
        mark = Segment("►" if self.has_focus else ">", style)
        return Strip([mark, *strip.crop(1)], strip.cell_length)
