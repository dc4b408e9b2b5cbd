"""The lines of a record that is checked, one of them under the cursor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from recordpick.tui.actions import key
from recordpick.tui.checking_words import row_line
from recordpick.tui.masking import is_masking

if TYPE_CHECKING:
    from recordpick.tui.checking_state import Checking, RecordToCheck, Row

GO_ON = "Next record; or both results of a line"
_LEAST_CELLS = 20
_EDGES = 3
"""Cells that a line does not have of the screen."""


class LinesToCheck(OptionList):
    """The lines of a record. Enter is a key like the others: it waits for what was typed before."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("enter", "screen.go_on", GO_ON, label="Next record", display="Enter")
    ]

    def __init__(self, checking: Checking) -> None:
        """Take what is checked; `show` fills the list."""
        super().__init__(id="check-lines", markup=False, compact=True)
        self._checking = checking
        self._read: RecordToCheck | None = None
        self._cursor_at = 0
        self.rows: tuple[Row, ...] = ()
        """The rows that are shown."""

    @property
    def row(self) -> Row | None:
        """The row under the cursor."""
        at = self.highlighted
        return self.rows[at] if at is not None and at < len(self.rows) else None

    def show(self, rows: Sequence[Row], read: RecordToCheck | None, at: int | None) -> None:
        """Show these rows, with what was `read` of the record; the cursor `at` one (None: stays).

        No message is posted.
        """
        before = self.highlighted if at is None else at
        self.rows, self._read = tuple(rows), read
        place = min(before or 0, max(len(self.rows) - 1, 0))
        options = [Option(self._line(row, at == place)) for at, row in enumerate(self.rows)]
        with self.prevent(OptionList.OptionHighlighted):
            self.clear_options()
            self.add_options(options)
            self.highlighted = place if options else None
        self._cursor_at = place

    @on(OptionList.OptionHighlighted)
    def _cursor_moved(self, event: OptionList.OptionHighlighted) -> None:
        """Write the two lines again between which the cursor moved."""
        for at in {self._cursor_at, event.option_index}:
            if at < min(len(self.rows), self.option_count):
                line = self._line(self.rows[at], at == event.option_index)
                self.replace_option_prompt_at_index(at, line)
        self._cursor_at = event.option_index

    def _line(self, row: Row, has_cursor: bool) -> Content:  # noqa: FBT001 - of one line
        return row_line(
            row,
            self._checking.state(row),
            max(self.screen.size.width - _EDGES, _LEAST_CELLS),
            hides=is_masking(self.app),
            read=self._read,
            has_cursor=has_cursor,
        )
