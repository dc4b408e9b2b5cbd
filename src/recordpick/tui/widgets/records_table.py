"""The records table: one widget over a polars frame that draws only the rows that are seen.

What is painted and what a key acts on is the same patient: keys act on the row under the cursor
only after it was painted (records_shown.py, records_painted.py).

What the records table tells its screen.

The records table as it is painted: only the lines that are seen, each kept until it changes.

Which rows the records table shows, in which order, and on whom its cursor stands.

The cursor is a patient, not a line: it stays with that patient when rows are filtered, sorted or
replaced. Where its patient is gone from the rows it moves to another, and is unseen until that one
was painted.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual import events, on
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from recordpick.tui.background import awaits_box
from recordpick.tui.text import fit, lines
from recordpick.tui.widgets import records_query as rows
from recordpick.tui.widgets import records_render as painting
from recordpick.tui.widgets.records_query import Answer, Arranger, Question, Sort, View, place_of
from recordpick.tui.widgets.records_render import GAP, GUTTER, Column, Marks, Placed, place

if TYPE_CHECKING:
    import polars as pl


class PatientHighlighted(Message, namespace="records_table"):
    """The cursor moved to another patient (None: there is no row)."""

    def __init__(self, table: RecordsShown, patient_id: str | None) -> None:
        super().__init__()
        self.table = table
        self.patient_id = patient_id


class PatientChosen(Message, namespace="records_table"):
    """Space was pressed on these patients, or one of them was double-clicked."""

    def __init__(self, table: RecordsShown, patient_ids: tuple[str, ...]) -> None:
        super().__init__()
        self.table = table
        self.patient_ids = patient_ids


class PatientOpened(Message, namespace="records_table"):
    """Enter was pressed: let me read this record."""

    def __init__(self, table: RecordsShown, patient_id: str) -> None:
        super().__init__()
        self.table = table
        self.patient_id = patient_id


class RowsChanged(Message, namespace="records_table"):
    """Other rows are shown (`shown` of `of`), or others are selected."""

    def __init__(self, table: RecordsShown, shown: int, of: int) -> None:
        super().__init__()
        self.table = table
        self.shown = shown
        self.of = of


class Arranged(Message, namespace="records_table"):
    """A thread has put the rows in order."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


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
            self.post_message(Arranged(question.answer()))

        self.run_worker(aside, thread=True, group="aside", name="putting rows in order")

    @on(Arranged)
    def _rows_arranged(self, message: Arranged) -> None:
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
            self.post_message(RowsChanged(self, order.len(), frame.height))
            self._tell()

    def _tell(self) -> None:
        """Say who is under the cursor, if it is somebody else than was said last."""
        if self.patient_id != self._told or self.patient_id is None:
            self._told = self.patient_id
            self.post_message(PatientHighlighted(self, self.patient_id))

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
            self.post_message(PatientChosen(self, patients))

    def action_open(self) -> None:
        """Say that this record is to be read."""
        if self._is_seen() and self.patient_id is not None:
            self.post_message(PatientOpened(self, self.patient_id))

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
            self.post_message(RowsChanged(self, self._view.height, height))

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
