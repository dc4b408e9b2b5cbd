"""Which rows the records table shows, in which order, and on whom its cursor stands.

The cursor is a patient, not a line: it stays with that patient when rows are filtered, sorted or
replaced. Where its patient is gone from the rows it moves to another, and is unseen until that one
was painted.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from textual import on
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from recordpick.tui import records_messages as messages
from recordpick.tui import rows
from recordpick.tui.arrangement import Answer, Arranger, Question, View, place_of
from recordpick.tui.columns import Column, Placed, place
from recordpick.tui.records_painting import GUTTER, Marks
from recordpick.tui.rows import Sort

if TYPE_CHECKING:
    import polars as pl

HEADING = 1
"""Lines above the first row."""
_PAINTED_FIRST = 0.2
"""Seconds that painting has before anything is worked out ahead."""


class RecordsShown(ScrollView):
    """Patients in rows. `load` gives it a frame in which each patient_id stands once."""

    def __init__(
        self,
        columns: Iterable[Column] = (),
        *,
        empty: str = "No patients.",
        many: int = 20_000,
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        """Take the columns to show; from `many` rows on, sorting runs in a thread."""
        super().__init__(id=id)
        self.columns = tuple(columns)
        self.empty = empty
        self.marks = Marks()
        self.query_text = ""
        self.sort: Sort | None = None
        self.selected: frozenset[str] = frozenset()
        self._arranger = Arranger(many)
        self._view = View()
        self._row = 0
        self._place: int | None = None
        self._unseen = False
        self._told: str | None = None
        self._longest: dict[str, int] = {}
        self._placed: tuple[Placed, ...] = ()
        self._placed_in = 0
        self._painted: dict[tuple[int, int, bool], Strip] = {}

    # ------------------------------------------------------------------ what is shown

    @property
    def frame(self) -> pl.DataFrame | None:
        """The frame, unfiltered, in its own order."""
        return self._view.frame

    @property
    def shown(self) -> int:
        """How many rows there are after filtering."""
        return self._view.height

    @property
    def patient_id(self) -> str | None:
        """The patient under the cursor, or None where there is no row."""
        return self._view.patient(self._row)

    def load(
        self,
        frame: pl.DataFrame,
        columns: Iterable[Column] | None = None,
        marks: Marks | None = None,
        patient_id: str | None = None,
    ) -> None:
        """Show another frame; the cursor goes to `patient_id`, or stays with its patient.

        The sort and the filter stay. Rows that take long to put in order are shown when they are.
        """
        stays = patient_id or self.patient_id
        self.columns = self.columns if columns is None else tuple(columns)
        self.marks = self.marks if marks is None else marks
        if self.sort and self.sort.column not in frame.columns:
            self.sort = None
        self._longest = rows.natural_widths(frame, tuple(c.name for c in self.columns))
        self._place = place_of(frame, stays)
        self._show(frame, None)
        self._arrange()

    def show_marks(self, marks: Marks) -> None:
        """Show other marks on the same rows."""
        if marks != self.marks:
            self.marks = marks
            self._repaint()

    def filter(self, query: str) -> None:
        """Show only the rows that hold all words of the query in any column."""
        if query != self.query_text:
            self.query_text = query
            self._arrange()

    def sort_by(self, column: str) -> None:
        """Sort by that column; again for the other way round; a third time for no sort."""
        if self.sort is None or self.sort.column != column:
            self.sort = Sort(column)
        else:
            self.sort = None if self.sort.descending else Sort(column, descending=True)
        self._arrange()

    def go_to(self, patient_id: str) -> bool:
        """Move the cursor to that patient; False where the row is not shown."""
        frame = self._view.frame
        row = None if frame is None else self._view.row(place_of(frame, patient_id))
        if row is None:
            return False
        self._move_to(row)
        return True

    # ------------------------------------------------------------------ putting rows in order

    def _arrange(self) -> None:
        frame = self._view.frame
        if frame is None:
            return
        question = self._arranger.ask(frame, self.sort, self.query_text)
        if self._arranger.busy:
            return  # what is under way asks again when it is done
        if question.is_quick(self._arranger.many):
            self._take(question.answer())
            self.set_timer(_PAINTED_FIRST, partial(self._look_ahead, question))
        else:
            self._work_out(question)

    def _look_ahead(self, question: Question) -> None:
        """Before the first letter of a filter is typed, make what it looks in."""
        if (ahead := self._arranger.ahead(question)) is not None:
            self._work_out(ahead)

    def _work_out(self, question: Question) -> None:
        self._arranger.busy = True

        def aside() -> None:
            self.post_message(messages.Arranged(question.answer()))

        self.run_worker(aside, thread=True, group="aside", name="putting rows in order")

    @on(messages.Arranged)
    def _rows_arranged(self, message: messages.Arranged) -> None:
        message.stop()
        self._arranger.busy = False
        self._take(message.answer)

    def _take(self, answer: Answer) -> None:
        if not self._arranger.take(answer):
            self._arrange()
        elif not answer.question.ahead:
            self._show(answer.question.frame, answer.order)

    def _show(self, frame: pl.DataFrame, order: pl.Series | None) -> None:
        """Show these rows, the cursor on its patient or, where that one is gone, at the top."""
        before, offset = self.patient_id, self._row - self.scroll_offset.y
        self._view = View(frame, order)
        found = self._view.row(self._place)
        self._row = found or 0
        if order is not None:
            self._place = self._view.place(self._row)
        if self.selected:
            self.selected &= frozenset(self._view.patients(0, self._view.height))
        self._unseen = self._unseen or self.patient_id != before
        self._lay_out()
        if found is not None:
            self.scroll_to(y=max(0, found - offset), animate=False, force=True)
        self._see_cursor()
        self._repaint()
        if order is not None:
            self.post_message(messages.RowsChanged(self, order.len(), frame.height))
            self._tell()

    def _tell(self) -> None:
        """Say who is under the cursor, if it is somebody else than was said last."""
        if self.patient_id != self._told or self.patient_id is None:
            self._told = self.patient_id
            self.post_message(messages.PatientHighlighted(self, self.patient_id))

    def _lay_out(self) -> None:
        width = max(self.scrollable_content_region.width, GUTTER + 4)
        self._placed_in = width
        self._placed = place(self.columns, self._longest, width - GUTTER)
        self.virtual_size = Size(width, self._view.height + HEADING)

    def on_resize(self) -> None:
        """Let the columns share the new width."""
        self._lay_out()
        self._see_cursor()
        self._repaint()

    # ------------------------------------------------------------------ the cursor

    def _move_to(self, row: int) -> None:
        before = self._row
        self._row = max(0, min(row, self._view.height - 1))
        if self._row == before:
            return
        self._place = self._view.place(self._row)
        self.refresh_line(before + HEADING)
        self.refresh_line(self._row + HEADING)
        self._see_cursor()
        self._tell()

    def _see_cursor(self) -> None:
        height = max(1, self.scrollable_content_region.height - HEADING)
        top = self.scroll_offset.y
        wanted = min(max(top, self._row - height + 1), self._row)
        if wanted != top:
            self.scroll_to(y=wanted, animate=False, force=True)

    def _repaint(self) -> None:
        self._painted.clear()
        self.refresh()
