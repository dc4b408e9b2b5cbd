"""The records table: one widget over a polars frame that draws only the rows that are seen.

The patient that is painted under the cursor and the patient that a key acts on are always the
same. The cursor is a patient, not a line: it stays with that patient when rows are filtered,
sorted or replaced. Where its patient is no longer among the rows it moves to another, and keys do
nothing until that one has been painted.

Which rows are shown is worked out in `records_query`, how a row is written in `records_render`.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual import events, on
from textual.binding import BindingType
from textual.geometry import Offset, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from recordpick.tui.actions import PICK, VIEW, key
from recordpick.tui.flow_screen import is_opening_modal
from recordpick.tui.text import fit, lines
from recordpick.tui.widgets import records_query as query
from recordpick.tui.widgets import records_render as render
from recordpick.tui.widgets.records_query import QueryCache, RowsQuery, RowsResult, RowView, Sort
from recordpick.tui.widgets.records_render import GAP, GUTTER, Column, Marks, PlacedColumn

if TYPE_CHECKING:
    import polars as pl

HEADING = 1
"""Lines above the first row."""
_PREFETCH_AFTER = 0.2
"""Seconds that painting has before anything is calculated in advance."""
_STRIPS_KEPT = 500
_SELECT_ROWS = "Select rows: to pick several at once"


class RecordsTable(ScrollView, can_focus=True):
    """Patients in rows. `load` takes a frame in which each patient_id occurs once."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("up", "cursor(-1)"),
        key("down", "cursor(1)"),
        key("pageup", "page(-1)"),
        key("pagedown", "page(1)"),
        key("home", "jump(0)"),
        key("end", "jump(-1)"),
        key(
            "space",
            "choose",
            "Pick or take out: the patient, or those selected",
            PICK,
            label="Pick",
        ),
        key("enter", "open", "Read the record: of the patient under the cursor", VIEW),
        key("x", "select", _SELECT_ROWS, PICK),
        key("shift+down", "extend(1)", _SELECT_ROWS),
        key("shift+up", "extend(-1)", _SELECT_ROWS),
        key("shift+pagedown", "extend_page(1)", _SELECT_ROWS),
        key("shift+pageup", "extend_page(-1)", _SELECT_ROWS),
        key("shift+end", "extend_to(-1)", _SELECT_ROWS),
        key("shift+home", "extend_to(0)", _SELECT_ROWS),
        key("ctrl+a", "select_all", "Select all: every row that is shown", PICK),
        key("right", "screen.criterion(1)", "Next criterion, or the one before"),
        key("left", "screen.criterion(-1)", "Next criterion, or the one before"),
    ]
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

    class PatientHighlighted(Message):
        """The cursor moved to another patient (None: there is no row)."""

        def __init__(self, patient_id: str | None) -> None:
            super().__init__()
            self.patient_id = patient_id

    class PatientChosen(Message):
        """Space was pressed on these patients, or the marks of one were clicked."""

        def __init__(self, patient_ids: tuple[str, ...]) -> None:
            super().__init__()
            self.patient_ids = patient_ids

    class PatientOpened(Message):
        """Enter was pressed: the record of the patient under the cursor is to be read."""

    class RowsChanged(Message):
        """Other rows are shown (`shown` of `total`), or others are selected."""

        def __init__(self, shown: int, total: int) -> None:
            super().__init__()
            self.shown = shown
            self.total = total

    class QueryFinished(Message):
        """A thread has run a query."""

        def __init__(self, result: RowsResult) -> None:
            super().__init__()
            self.result = result

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
        self.filter_text = ""
        self.sort: Sort | None = None
        self.selected: frozenset[str] = frozenset()
        self._queries = QueryCache(many)
        self._view = RowView()
        self._row = 0
        self._place: int | None = None
        self._is_unseen = False
        """Whether the patient under the cursor has not been painted yet."""
        self._last_highlighted: str | None = None
        self._longest: dict[str, int] = {}
        self._placed: tuple[PlacedColumn, ...] = ()
        self._placed_width = 0
        self._pressed: tuple[Offset, str | None] | None = None
        """Where the mouse button was pressed, and on whom."""
        self._strips: dict[tuple[int, int, bool], Strip] = {}

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

        The sort and the filter stay. Rows that take long to put in order are shown later.
        """
        at_cursor = patient_id or self.patient_id
        self.columns = self.columns if columns is None else tuple(columns)
        self.marks = self.marks if marks is None else marks
        if self.sort and self.sort.column not in frame.columns:
            self.sort = None
        self._longest = query.natural_widths(frame, tuple(c.name for c in self.columns))
        self._place = query.place_of_patient(frame, at_cursor)
        self._show_rows(frame, None)
        self._run_query()

    def show_marks(self, marks: Marks) -> None:
        """Show other marks on the same rows."""
        if marks != self.marks:
            self.marks = marks
            self._repaint()

    def filter(self, text: str) -> None:
        """Show only the rows that contain all words of the text in any column."""
        if text != self.filter_text:
            self.filter_text = text
            self._run_query()

    def sort_by(self, column: str) -> None:
        """Sort by that column; the second time in reverse; the third time not at all."""
        if self.sort is None or self.sort.column != column:
            self.sort = Sort(column)
        else:
            self.sort = None if self.sort.descending else Sort(column, descending=True)
        self._run_query()

    def go_to(self, patient_id: str) -> bool:
        """Move the cursor to that patient; False where the row is not shown."""
        frame = self._view.frame
        row = None
        if frame is not None:
            row = self._view.row(query.place_of_patient(frame, patient_id))
        if row is None:
            return False
        self._move_to(row)
        return True

    # ------------------------------------------------------------------ running queries

    def _run_query(self) -> None:
        frame = self._view.frame
        if frame is None:
            return
        new = self._queries.new_query(frame, self.sort, self.filter_text)
        if self._queries.is_busy:
            return  # the newest query is run when the thread has finished
        if new.is_fast(self._queries.many):
            self._accept(new.run())
            self.set_timer(_PREFETCH_AFTER, partial(self._prefetch, new))
        else:
            self._run_in_thread(new)

    def _prefetch(self, last: RowsQuery) -> None:
        """Prepare the search text before the first letter of a filter is typed."""
        if (prefetch := self._queries.prefetch_query(last)) is not None:
            self._run_in_thread(prefetch)

    def _run_in_thread(self, new: RowsQuery) -> None:
        self._queries.is_busy = True

        def run() -> None:
            self.post_message(self.QueryFinished(new.run()))

        self.run_worker(run, thread=True, group="background", name="putting rows in order")

    @on(QueryFinished)
    def _query_finished(self, message: QueryFinished) -> None:
        message.stop()
        self._queries.is_busy = False
        self._accept(message.result)

    def _accept(self, result: RowsResult) -> None:
        if not self._queries.keep(result):
            self._run_query()
        elif not result.query.is_prefetch:
            self._show_rows(result.query.frame, result.order)

    def _show_rows(self, frame: pl.DataFrame, order: pl.Series | None) -> None:
        """Show these rows, the cursor on its patient or, where that one is gone, at the top."""
        before, offset = self.patient_id, self._row - self.scroll_offset.y
        self._view = RowView(frame, order)
        found = self._view.row(self._place)
        self._row = found or 0
        if order is not None:
            self._place = self._view.place(self._row)
        if self.selected:
            self.selected &= frozenset(self._view.patients(0, self._view.height))
        self._is_unseen = self._is_unseen or self.patient_id != before
        self._lay_out()
        if found is not None:
            self.scroll_to(y=max(0, found - offset), animate=False, force=True)
        self._scroll_to_cursor()
        self._repaint()
        if order is not None:
            self.post_message(self.RowsChanged(order.len(), frame.height))
            self._report_highlighted()

    def _report_highlighted(self) -> None:
        """Post who is under the cursor, if it is somebody else than was posted last."""
        if self.patient_id != self._last_highlighted or self.patient_id is None:
            self._last_highlighted = self.patient_id
            self.post_message(self.PatientHighlighted(self.patient_id))

    # ------------------------------------------------------------------ painting

    def _lay_out(self) -> None:
        width = max(self.scrollable_content_region.width, GUTTER + 4)
        self._placed_width = width
        self._placed = render.place_columns(self.columns, self._longest, width - GUTTER)
        self.virtual_size = Size(width, self._view.height + HEADING)

    def _repaint(self) -> None:
        self._strips.clear()
        self.refresh()

    def on_resize(self) -> None:
        """Let the columns share the new width."""
        self._lay_out()
        self._scroll_to_cursor()
        self._repaint()

    def watch_masks(self) -> None:
        """Hide or show private columns at once."""
        self._repaint()

    def watch_has_focus(self, has_focus: bool) -> None:  # noqa: FBT001 - Textual's watcher
        """Paint the cursor as one that keys act on, or as one that they do not."""
        super().watch_has_focus(has_focus)
        self._repaint()

    def notify_style_update(self) -> None:
        """Repaint in other colours."""
        super().notify_style_update()
        self._repaint()

    def render_line(self, y: int) -> Strip:
        """Paint one line of the widget; a row that is painted under the cursor counts as seen."""
        width = self.scrollable_content_region.width
        if width != self._placed_width and width > GUTTER + 4:
            # The scrollbar appeared or went: the columns share the width that is left.
            self._lay_out()
            self._strips.clear()
        if y < HEADING:
            return self._strip(render.heading(self._placed, self.sort), width, "records--heading")
        row = self.scroll_offset.y + y - HEADING
        if row >= self._view.height:
            return self._strip(self._text_below(width, y - HEADING), width, "records--empty")
        if row == self._row:
            self._is_unseen = False
        key = (row, width, row == self._row)
        if (strip := self._strips.get(key)) is None:
            if len(self._strips) > _STRIPS_KEPT:
                self._strips.clear()
            strip = self._strips[key] = self._row_strip(row, width)
        return strip

    def _strip(self, text: str, width: int, style: str) -> Strip:
        return Strip([Segment(fit(text, width), self.get_component_rich_style(style))], width)

    def _text_below(self, width: int, line: int) -> str:
        """Return a line below the last row; without any row, the sentences that say what to do."""
        if self._view.height or self._view.order is None:
            return ""
        self._is_unseen = False
        text = self.empty
        if self.filter_text and self._view.frame is not None and self._view.frame.height:
            text = f"No patient here matches “{self.filter_text}”. Esc clears the filter."
        wrapped = lines(text, width - 2)
        return f" {wrapped[line]}" if line < len(wrapped) else ""

    def _row_strip(self, row: int, width: int) -> Strip:
        frame = self._view.frame
        assert frame is not None
        values = dict(zip(frame.columns, self._view.values(row), strict=True))
        patient = str(values["patient_id"])
        is_cursor = row == self._row
        cursor = " " if not is_cursor else "►" if self.has_focus else ">"
        gutter = render.gutter(
            self.marks.of(patient), cursor=cursor, is_selected=patient in self.selected
        )
        style = "records--row"
        if is_cursor:
            style = "records--cursor" if self.has_focus else "records--cursor-blurred"
        elif patient in self.marks.here:
            style = "records--picked"
        text = gutter + render.cells(self._placed, values, masks=self.masks)
        return self._strip(text, width, style)

    # ------------------------------------------------------------------ the cursor

    def _move_to(self, row: int) -> None:
        before = self._row
        self._row = max(0, min(row, self._view.height - 1))
        if self._row == before:
            return
        self._place = self._view.place(self._row)
        self.refresh_line(before + HEADING)
        self.refresh_line(self._row + HEADING)
        self._scroll_to_cursor()
        self._report_highlighted()

    def _scroll_to_cursor(self) -> None:
        height = max(1, self.scrollable_content_region.height - HEADING)
        top = self.scroll_offset.y
        wanted = min(max(top, self._row - height + 1), self._row)
        if wanted != top:
            self.scroll_to(y=wanted, animate=False, force=True)

    def _cursor_is_seen(self) -> bool:
        """Return whether the patient under the cursor is on the screen; if not, scroll there."""
        top = self.scroll_offset.y
        if not top <= self._row < top + self.scrollable_content_region.height - HEADING:
            self._is_unseen = True
            self._scroll_to_cursor()
        return not self._is_unseen and self.patient_id is not None

    def _chosen_patients(self) -> tuple[str, ...]:
        """Return the patients a key acts on: those selected, else the one under the cursor."""
        if not self._cursor_is_seen() or self.patient_id is None:
            return ()
        if self.selected:
            shown = self._view.patients(0, self._view.height)
            return tuple(patient for patient in shown if patient in self.selected)
        return (self.patient_id,)

    # ------------------------------------------------------------------ keys and mouse

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Disable the keys while a modal is opening (see `flow_screen`)."""
        return None if is_opening_modal(self.screen) else super().check_action(action, parameters)

    def action_cursor(self, by: int) -> None:
        """Move up or down."""
        self._move_to(self._row + by)

    def action_page(self, by: int) -> None:
        """Move by a screenful."""
        self._move_to(self._row + by * self._page)

    @property
    def _page(self) -> int:
        """How many rows a screenful moves by."""
        return max(1, self.scrollable_content_region.height - HEADING - 1)

    def action_jump(self, to: int) -> None:
        """Move to the first or the last row."""
        self._move_to(0 if to == 0 else self._view.height - 1)

    def action_choose(self) -> None:
        """Post that these patients were chosen."""
        if patients := self._chosen_patients():
            self.post_message(self.PatientChosen(patients))

    def action_open(self) -> None:
        """Post that this record is to be read."""
        if self._cursor_is_seen():
            self.post_message(self.PatientOpened())

    def action_select(self) -> None:
        """Select or unselect this row, and go to the next."""
        if self._cursor_is_seen() and self.patient_id is not None:
            self._select(self.selected ^ {self.patient_id})
            self._move_to(self._row + 1)

    def action_extend(self, by: int) -> None:
        """Select this row and the next one up or down."""
        self._extend_to_row(self._row + by)

    def action_extend_page(self, by: int) -> None:
        """Select the rows from this one to a screenful further."""
        self._extend_to_row(self._row + by * self._page)

    def action_extend_to(self, to: int) -> None:
        """Select the rows from this one to the first or the last."""
        self._extend_to_row(0 if to == 0 else self._view.height - 1)

    def _extend_to_row(self, row: int) -> None:
        if self._cursor_is_seen() and self.patient_id is not None:
            first = self._row
            self._move_to(row)
            start, stop = sorted((first, self._row))
            self._select(self.selected | frozenset(self._view.patients(start, stop + 1)))

    def action_select_all(self) -> None:
        """Select every row that is shown."""
        self._select(frozenset(self._view.patients(0, self._view.height)))

    def select_none(self) -> None:
        """Unselect all rows."""
        self._select(frozenset())

    def _select(self, patients: frozenset[str]) -> None:
        if patients != self.selected:
            self.selected = patients
            self._repaint()
            total = self._view.frame.height if self._view.frame is not None else 0
            self.post_message(self.RowsChanged(self._view.height, total))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Note who is under the mouse: the focus may move the rows before the click arrives."""
        at = event.get_content_offset(self)
        if at is None:
            self._pressed = None
        else:
            self._pressed = at, self._view.patient(self.scroll_offset.y + at.y - HEADING)

    def on_click(self, event: events.Click) -> None:
        """Move to the row under the mouse; its marks choose it, a double click opens the record."""
        event.stop()
        pressed, self._pressed = self._pressed, None
        if pressed is None or self._is_unseen:
            return
        at, patient_id = pressed
        if at.y < HEADING:
            cell = at.x - GUTTER
            for item in self._placed:
                if item.left <= cell < item.left + item.width + GAP:
                    self.sort_by(item.column.name)
            return
        if patient_id is not None and self.go_to(patient_id):
            if at.x < GUTTER and event.chain == 1:
                self.action_choose()
            elif at.x >= GUTTER and event.chain == 2:
                self.action_open()
