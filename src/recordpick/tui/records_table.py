"""The records table: one widget over a polars frame that draws only the rows that are seen.

What is painted and what a key acts on is the same patient: keys act on the row under the cursor
only after it was painted (records_shown.py, records_painted.py).
"""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType

from recordpick.tui import records_messages as messages
from recordpick.tui.asides import awaits_box
from recordpick.tui.columns import GAP
from recordpick.tui.records_painted import RecordsPainted
from recordpick.tui.records_painting import GUTTER
from recordpick.tui.records_shown import HEADING


class RecordsTable(RecordsPainted, can_focus=True):
    """Patients in rows, and what the keys and the mouse do with them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "cursor(-1)", "Up", show=False),
        Binding("down", "cursor(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home", "jump(0)", "First row", show=False),
        Binding("end", "jump(-1)", "Last row", show=False),
        Binding("space", "choose", "Pick"),
        Binding("enter", "open", "Look at record", show=False),
        Binding("x", "select", "Select row", show=False),
        Binding("shift+down", "extend(1)", "Select downwards", show=False),
        Binding("shift+up", "extend(-1)", "Select upwards", show=False),
        *(Binding(str(n), f"sort({n})", f"Sort by column {n}", show=False) for n in range(1, 10)),
    ]

    def _is_seen(self) -> bool:
        """Tell whether the patient under the cursor is on the screen; if not, bring it there."""
        top = self.scroll_offset.y
        if not top <= self._row < top + self.scrollable_content_region.height - HEADING:
            self._unseen = True
            self._see_cursor()
        return not self._unseen and self.patient_id is not None

    def _act_on(self) -> tuple[str, ...]:
        """The patients a key acts on: those selected, else the one painted under the cursor."""
        if not self._is_seen() or self.patient_id is None:
            return ()
        if self.selected:
            shown = self._view.patients(0, self._view.height)
            return tuple(patient for patient in shown if patient in self.selected)
        return (self.patient_id,)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let no key act on rows while a box is on its way (asides.py)."""
        return None if awaits_box(self.screen) else super().check_action(action, parameters)

    def action_cursor(self, by: int) -> None:
        """Move up or down."""
        self._move_to(self._row + by)

    def action_page(self, by: int) -> None:
        """Move by a screenful."""
        self._move_to(self._row + by * max(1, self.scrollable_content_region.height - HEADING - 1))

    def action_jump(self, to: int) -> None:
        """Move to the first or the last row."""
        self._move_to(0 if to == 0 else self._view.height - 1)

    def action_choose(self) -> None:
        """Say that these patients were chosen."""
        if patients := self._act_on():
            self.post_message(messages.PatientChosen(self, patients))

    def action_open(self) -> None:
        """Say that this record is to be read."""
        if self._is_seen() and self.patient_id is not None:
            self.post_message(messages.PatientOpened(self, self.patient_id))

    def action_select(self) -> None:
        """Select or unselect this row, and go to the next."""
        if self._is_seen() and self.patient_id is not None:
            self._select(self.selected ^ {self.patient_id})
            self._move_to(self._row + 1)

    def action_extend(self, by: int) -> None:
        """Select this row and the next one up or down."""
        if self._is_seen() and self.patient_id is not None:
            first = self.patient_id
            self._move_to(self._row + by)
            self._select(self.selected | {first, self.patient_id})

    def select_none(self) -> None:
        """Unselect all rows."""
        self._select(frozenset())

    def _select(self, patients: frozenset[str]) -> None:
        if patients != self.selected:
            self.selected = patients
            self._repaint()
            height = self._view.frame.height if self._view.frame is not None else 0
            self.post_message(messages.RowsChanged(self, self._view.height, height))

    def action_sort(self, number: int) -> None:
        """Sort by the column of that number, counted from the left."""
        if number <= len(self._placed):
            self.sort_by(self._placed[number - 1].column.name)

    def on_click(self, event: events.Click) -> None:
        """Move to the row under the mouse, choose it on a double click, sort on a heading."""
        event.stop()
        at = event.get_content_offset(self)
        if at is None or self._unseen:
            return
        if at.y < HEADING:
            cell = at.x - GUTTER
            for item in self._placed:
                if item.left <= cell < item.left + item.width + GAP:
                    self.sort_by(item.column.name)
            return
        row = self.scroll_offset.y + at.y - HEADING
        if row < self._view.height:
            self._move_to(row)
            if event.chain == 2:
                self.action_choose()
