"""A tick box that can be read without colours."""

from __future__ import annotations

from textual.widgets import Checkbox


class TickBox(Checkbox):
    """A tick box that says in characters whether it is ticked, not in colours alone."""

    BUTTON_LEFT = ""
    BUTTON_INNER = "[ ]"
    BUTTON_RIGHT = ""

    def __init__(self, label: str, id: str) -> None:  # noqa: A002 - Textual's own name
        """Take what is ticked."""
        super().__init__(label, id=id, compact=True, classes="tick")

    def watch_value(self) -> None:
        """Show the tick."""
        self.BUTTON_INNER = "[✓]" if self.value else "[ ]"
        super().watch_value()
