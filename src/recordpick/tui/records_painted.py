"""The records table as it is painted: only the lines that are seen, each kept until it changes."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from textual.reactive import reactive
from textual.strip import Strip

from recordpick.tui import records_painting as painting
from recordpick.tui.records_painting import GUTTER
from recordpick.tui.records_shown import HEADING, RecordsShown
from recordpick.tui.visible import fit, lines


class RecordsPainted(RecordsShown):
    """Paints a line when it is asked for; a row that was painted under the cursor is seen."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "records--heading",
        "records--row",
        "records--picked",
        "records--cursor",
        "records--cursor-blurred",
        "records--empty",
    }

    masks: reactive[bool] = reactive(default=False)
    """Whether private columns are hidden."""

    def watch_masks(self) -> None:
        """Hide or show private columns at once."""
        self._repaint()

    def watch_has_focus(self, has_focus: bool) -> None:  # noqa: FBT001 - Textual's watcher
        """Paint the cursor as what keys act on, or not."""
        super().watch_has_focus(has_focus)
        self._repaint()

    def notify_style_update(self) -> None:
        """Paint anew in other colours."""
        super().notify_style_update()
        self._repaint()

    def render_line(self, y: int) -> Strip:
        """Paint one line of the widget."""
        width = self.scrollable_content_region.width
        if width != self._placed_in and width > GUTTER + 4:
            # The scrollbar came or went: the columns share what is left.
            self._lay_out()
            self._painted.clear()
        if y < HEADING:
            return self._heading(width)
        row = self.scroll_offset.y + y - HEADING
        if row >= self._view.height:
            return self._below(width, y - HEADING)
        if row == self._row:
            self._unseen = False
        key = (row, width, row == self._row)
        if (strip := self._painted.get(key)) is None:
            if len(self._painted) > 500:
                self._painted.clear()
            strip = self._painted[key] = self._record(row, width)
        return strip

    def _heading(self, width: int) -> Strip:
        text = painting.heading(self._placed, self.sort)
        return Strip([Segment(fit(text, width), self.get_component_rich_style("records--heading"))])

    def _below(self, width: int, line: int) -> Strip:
        """Paint below the last row; where there is none, the words that say what to do."""
        style = self.get_component_rich_style("records--empty")
        said: list[str] = []
        if self._view.height == 0 and self._view.order is not None:
            self._unseen = False
            text = self.empty
            if self.query_text and self._view.frame is not None and self._view.frame.height:
                text = f"No patient here matches “{self.query_text}”. Esc clears the filter."
            said = lines(text, width - 2)
        words = f" {said[line]}" if line < len(said) else ""
        return Strip([Segment(fit(words, width), style)])

    def _record(self, row: int, width: int) -> Strip:
        frame = self._view.frame
        assert frame is not None
        values = dict(zip(frame.columns, self._view.values(row), strict=True))
        patient = str(values["patient_id"])
        is_cursor = row == self._row
        cursor = " " if not is_cursor else "▸" if self.has_focus else ">"
        gutter = painting.gutter(
            self.marks.of(patient), cursor=cursor, is_selected=patient in self.selected
        )
        name = "records--row"
        if is_cursor:
            name = "records--cursor" if self.has_focus else "records--cursor-blurred"
        elif patient in self.marks.here:
            name = "records--picked"
        text = gutter + painting.cells(self._placed, values, masks=self.masks)
        return Strip([Segment(fit(text, width), self.get_component_rich_style(name))], width)
