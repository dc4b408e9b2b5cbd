"""The criteria by area, each with how many records are picked and how many patients meet it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from recordpick.tui.actions import CRITERION, HelpPage, key
from recordpick.tui.text import amount, fit, visible
from recordpick.tui.view_models import SIGNS, CriterionLine

_BAR = 6
_SPACE_FOR_A_BAR = 12
"""Cells beyond the longest title from which the progress bar is shown."""
_GUTTER = 3
"""Cells before the id: the cursor, the sign, a space."""
_EDGE = 2
"""Cells for the scrollbar and the rule."""
_FOUND = 5
"""Cells for how many patients were found."""


class CriteriaList(ScrollView, can_focus=True):
    """A line for each criterion under its area. The cursor is always on a criterion."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("up", "cursor(-1)", "Another criterion"),
        key("down", "cursor(1)", "Another criterion"),
        key("pageup", "page(-1)"),
        key("pagedown", "page(1)"),
        key("home", "jump(0)"),
        key("end", "jump(-1)"),
        key("left", "area(-1)", "Area before: or the start of this one", CRITERION),
        key("right", "area(1)", "Next area: its first criterion", CRITERION),
        key("enter,space", "choose", "Go to its patients", label="Patients"),
    ]
    HELP_PAGE = HelpPage(
        "The criteria",
        "Each line is one of the supplier's tests: how many records are picked of those that can "
        "be, and how many patients were found. The sign before the name: √ it has its records, "
        "! fewer patients were found than are wanted, – closed: no more are to be found, ? these "
        "records cannot answer it, H it has no rules and is picked for by hand. A click on the "
        "name of an area shows the patients of all its criteria.",
    )
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "criteria--area",
        "criteria--open",
        "criteria--done",
        "criteria--attention",
        "criteria--cursor",
        "criteria--cursor-blurred",
    }

    class CriterionHighlighted(Message):
        """The cursor moved to another criterion (None: the random records)."""

        def __init__(self, criterion_id: str | None) -> None:
            super().__init__()
            self.criterion_id = criterion_id

    class CriterionChosen(Message):
        """Enter was pressed: go to its patients."""

        def __init__(self, criterion_id: str | None) -> None:
            super().__init__()
            self.criterion_id = criterion_id

    class AreaChosen(Message):
        """The heading of an area was clicked: show all its patients."""

    def __init__(self, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        """Start empty; `show` fills it."""
        super().__init__(id=id)
        self._rows: list[str | CriterionLine] = []
        self._cursor = 0
        self._id_width = 6
        self._fraction_width = 5

    @property
    def short_width(self) -> int:
        """The cells for what is shown while another part has the focus: id and progress."""
        return _GUTTER + self._id_width + 1 + self._fraction_width + 1

    @property
    def full_width(self) -> int:
        """The cells for every title whole, with how many patients were found."""
        rows = (row for row in self._rows if isinstance(row, CriterionLine))
        titles = max((cell_len(visible(row.title)) for row in rows), default=0)
        return self._title_column + titles + 1

    @property
    def _title_column(self) -> int:
        return self.short_width + _FOUND + 2

    @property
    def current(self) -> CriterionLine | None:
        """The criterion under the cursor."""
        row = self._rows[self._cursor] if self._cursor < len(self._rows) else None
        return row if isinstance(row, CriterionLine) else None

    def set_width(self, cells: int | None) -> None:
        """Take up so many cells beside the scrollbar and the rule; None: all there are."""
        self.styles.width = "1fr" if cells is None else cells + _EDGE

    def show(self, criteria: Sequence[CriterionLine]) -> None:
        """Show these; the cursor stays with its criterion."""
        before = self.current
        self._rows = []
        for line in criteria:
            if not self._rows or self._area_above() != line.area:
                self._rows.append(line.area)
            self._rows.append(line)
        self._id_width = max((cell_len(visible(line.short_name)) for line in criteria), default=6)
        self._fraction_width = max((len(line.fraction) for line in criteria), default=5)
        self.virtual_size = Size(self.size.width, len(self._rows))
        if before is None or not self._go(before.id, is_all_picked=before.is_all_picked):
            self._cursor = min(1, max(0, len(self._rows) - 1))
        self.refresh()

    def _area_above(self) -> str:
        last = self._rows[-1]
        return last.area if isinstance(last, CriterionLine) else last

    def go_to(self, criterion_id: str | None) -> bool:
        """Move the cursor to that criterion; False if it is not in the list."""
        if not self._go(criterion_id):
            return False
        self._report_moved()
        return True

    def start_at(self, criterion_id: str | None) -> None:
        """Put the cursor on that criterion, if it is in the list, before the first picture."""
        self._go(criterion_id)

    def _go(self, criterion_id: str | None, *, is_all_picked: bool = False) -> bool:
        for place, row in enumerate(self._rows):
            if not isinstance(row, CriterionLine) or row.is_all_picked != is_all_picked:
                continue
            if row.id == criterion_id:
                self._cursor = place
                return True
        return False

    def _report_moved(self) -> None:
        """Post that another criterion is under the cursor, and scroll to it."""
        self._scroll_to_cursor()
        if self.current is not None:
            self.post_message(self.CriterionHighlighted(self.current.id))

    def _scroll_to_cursor(self) -> None:
        height = max(1, self.scrollable_content_region.height)
        top = self.scroll_offset.y
        # The area's heading is shown as well when the cursor goes up to its first criterion.
        is_first = self._cursor > 0 and isinstance(self._rows[self._cursor - 1], str)
        first = self._cursor - is_first
        wanted = max(min(top, first), self._cursor - height + 1)
        if wanted != top:
            self.scroll_to(y=wanted, animate=False, force=True)
        self.refresh()

    def _step(self, to: int, direction: int) -> None:
        place = max(0, min(to, len(self._rows) - 1))
        while 0 <= place < len(self._rows) and isinstance(self._rows[place], str):
            place += direction
        if 0 <= place < len(self._rows) and place != self._cursor:
            self._cursor = place
            self._report_moved()

    def action_cursor(self, by: int) -> None:
        """Move up or down, past the headings."""
        self._step(self._cursor + by, by)

    def action_page(self, by: int) -> None:
        """Move by a screenful."""
        self._step(self._cursor + by * max(1, self.scrollable_content_region.height - 1), by)

    def action_jump(self, to: int) -> None:
        """Move to the first or the last."""
        self._step(0 if to == 0 else len(self._rows) - 1, 1 if to == 0 else -1)

    def action_area(self, by: int) -> None:
        """Move to the first criterion of the next area, of this one, or of the one before."""
        first = [place + 1 for place, row in enumerate(self._rows) if isinstance(row, str)]
        ahead = [
            place for place in first if (place > self._cursor if by > 0 else place < self._cursor)
        ]
        if ahead:
            self._step(ahead[0] if by > 0 else ahead[-1], by)

    def action_choose(self) -> None:
        """Go to the patients."""
        if self.current is not None:
            self.post_message(self.CriterionChosen(self.current.id))

    def next_unfilled(self) -> bool:
        """Move to the next criterion that needs records and has patients; False without one."""
        places = [*range(self._cursor + 1, len(self._rows)), *range(self._cursor)]
        for place in places:
            row = self._rows[place]
            if isinstance(row, CriterionLine) and row.state in {"open", "short", "by_hand"}:
                if row.is_all_picked or (row.state == "short" and row.picked >= row.possible):
                    continue
                self._cursor = place
                self._report_moved()
                return True
        return False

    def on_click(self, event: events.Click) -> None:
        """Move to the criterion under the mouse."""
        event.stop()
        at = event.get_content_offset(self)
        if at is None:
            return
        place = at.y + self.scroll_offset.y
        if place >= len(self._rows):
            return
        is_area = isinstance(self._rows[place], str)
        self._cursor = place + is_area
        self._report_moved()
        if is_area and self.current is not None and self.current.id is not None:
            self.post_message(self.AreaChosen())

    def on_resize(self) -> None:
        """Use the new width, and keep the cursor in sight."""
        self.virtual_size = Size(self.size.width, len(self._rows))
        if self.current is not None:
            self._scroll_to_cursor()

    def watch_has_focus(self, has_focus: bool) -> None:  # noqa: FBT001 - Textual's watcher
        """Paint the cursor as one that keys act on, or as one that they do not."""
        super().watch_has_focus(has_focus)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Paint one line."""
        width = self.scrollable_content_region.width
        place = y + self.scroll_offset.y
        if place >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        row = self._rows[place]
        if isinstance(row, str):
            style = self.get_component_rich_style("criteria--area")
            return Strip([Segment(fit(self._area(row, width), width), style)], width)
        name = {
            "open": "criteria--open",
            "full": "criteria--done",
            "closed": "criteria--done",
        }.get(row.state, "criteria--attention")
        if place == self._cursor:
            name = "criteria--cursor" if self.has_focus else "criteria--cursor-blurred"
        text = self._line(row, width, is_cursor=place == self._cursor)
        return Strip([Segment(text, self.get_component_rich_style(name))], width)

    def _area(self, area: str, width: int) -> str:
        """Return the heading of an area: above the titles, where they are shown."""
        if width <= self._title_column or not area:
            return " " * _GUTTER + area
        return fit("found", self._title_column - 2, right=True) + "  " + visible(area)

    def _line(self, row: CriterionLine, width: int, *, is_cursor: bool) -> str:
        cursor = " " if not is_cursor else "►" if self.has_focus else ">"
        name = fit(row.short_name, self._id_width)
        start = f"{cursor}{SIGNS[row.state]} {name} {row.fraction:>{self._fraction_width}} "
        if width <= self._title_column:
            return start
        start += f"{_short(row.matches):>{_FOUND}}  "
        bar = ""
        if row.picked and width >= self.full_width + _SPACE_FOR_A_BAR:
            bar = f" {_bar(row.picked, row.possible)} "
        return start + fit(row.title, width - cell_len(start) - len(bar)) + bar


def _short(number: int | None) -> str:
    """Return a number of patients in at most five cells."""
    if number is None:
        return ""
    return amount(number) if number < 10_000 else f"{number // 1000}k"


def _bar(picked: int, possible: int) -> str:
    """Return a share as full blocks among light ones: no colour is needed."""
    full = _BAR if picked >= possible else picked * _BAR // max(1, possible)
    if picked and not full:
        full = 1
    return "█" * full + "░" * (_BAR - full)
