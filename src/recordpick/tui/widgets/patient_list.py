"""Who is listed on the screen where records are picked, and what is said of them.

Finding one's way on the screen where records are picked: to a criterion, by a filter, back.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from textual import events, on
from textual.widgets import Input

from recordpick.tui.dialogs import Tell, arrow
from recordpick.tui.masking import is_hiding
from recordpick.tui.patient_frames import area_columns, columns, most_useful_columns
from recordpick.tui.screens.picking import WorkParts
from recordpick.tui.text import amount, content, masked
from recordpick.tui.view_models import (
    MOST,
    NOBODY_IN_THE_AREA,
    NOBODY_USEFUL,
    area_head,
    criterion_head,
    nobody,
)
from recordpick.tui.widgets.criteria_list import CriteriaList
from recordpick.tui.widgets.record_pane import WorkReading
from recordpick.tui.widgets.record_view import RecordView, is_private
from recordpick.tui.widgets.records_render import Marks
from recordpick.tui.widgets.records_table import RowsChanged

if TYPE_CHECKING:
    import polars as pl

    from recordpick.tui.session import Session
    from recordpick.tui.view_models import CriterionLine
    from recordpick.tui.widgets.records_query import Sort
    from recordpick.tui.widgets.records_render import Column

Shows = Literal["matches", "whole", "area", "most"]
"""Who is listed: those who meet the criterion, everybody, those who meet any criterion of the
area, those who meet the most unfilled criteria."""

_ROWS_OF: dict[Shows, str] = {
    "matches": "",
    "whole": " · whole list",
    "area": " · whole area",
    "most": " · most useful",
}


class WorkLists(WorkParts):
    """The patients right of the criteria."""

    def __init__(self, session: Session) -> None:
        """Begin with those who meet the criterion."""
        super().__init__(session)
        self.shows: Shows = "matches"
        self._sort_of_criteria: Sort | None = None
        """How the patients of criteria are sorted, while another list is shown."""

    @property
    def whole(self) -> bool:
        """Whether everybody is listed."""
        return self.shows == "whole"

    @property
    def area(self) -> tuple[CriterionLine, ...]:
        """The criteria of the area at hand; none for the random records."""
        area = self.criterion.area
        return tuple(
            line for line in self.session.criteria() if line.id is not None and line.area == area
        )

    def on_resize(self) -> None:
        """The top line and the words above the patients are shorter on a small screen."""
        if self.is_mounted:
            self.show_progress()
            self.call_after_refresh(self.show_head)

    def show_criterion(self) -> None:
        """Show the criterion under the cursor and its patients."""
        self.session.looked_at = self.criterion.id
        if self.shows == "area" and self.criterion.id is None:
            self.change_list("matches")  # the random records are no area of criteria
        self.show_head()
        self.show_candidates()

    def change_list(self, shows: Shows) -> None:
        """Change who is listed, for `show_candidates` to show.

        Those of an area and those who meet the most criteria begin in their own order, whatever
        the others are sorted by; these are then sorted as they were.
        """
        own = {"most", "area"}
        if shows in own and self.shows not in own:
            self._sort_of_criteria = self.table.sort
        if shows in own and shows != self.shows:
            self.table.sort = None
        elif shows not in own and self.shows in own:
            self.table.sort = self._sort_of_criteria
        self.shows = shows

    def show_head(self) -> None:
        """Say what is looked for, and where that stands."""
        width = max(20, self.query_one("#right").size.width - 2)
        if self.shows == "most":
            self.words("#head", MOST)
        elif self.shows == "area":
            self.words("#head", area_head(self.criterion.area, len(self.area), width))
        else:
            line = self.criterion
            if line.state == "closed" and is_hiding(self.app):
                line = replace(line, why=masked(line.why))  # the reason may speak of a patient
            self.words("#head", criterion_head(line, width, self.size.height))

    def hide_or_show(self) -> None:
        """Hide names and numbers, or show them; in the words above the patients as well."""
        super().hide_or_show()
        self.show_head()

    def show_candidates(self, patient_id: str | None = None) -> None:
        """Show the patients of the criterion, or of the list that was asked for instead."""
        frame, shown, empty = self._listed()
        self.table.empty = empty
        self.table.load(frame, shown, self.marks(), patient_id)

    def _listed(self) -> tuple[pl.DataFrame, tuple[Column, ...], str]:
        """Give the frame to show, its columns, and what to say where it is empty."""
        line, session = self.criterion, self.session
        if self.shows == "most":
            return session.most_useful(), most_useful_columns(), NOBODY_USEFUL
        if self.shows == "area":
            ids = [one.id for one in self.area if one.id is not None]
            return session.of_area(ids), area_columns(), NOBODY_IN_THE_AREA
        private = any(is_private(table) for table in session.evidence_tables(line.id))
        shown = columns(evidence_is_private=private, whole=self.whole)
        return session.candidates(line.id, whole=self.whole), shown, nobody(line)

    def marks(self) -> Marks:
        """Who is picked where."""
        here = {self.criterion.id}
        if self.shows == "area":
            here = {line.id for line in self.area}
        mine, others, drawn = set(), set(), set()
        for pick in self.session.selection.picks:
            if pick.criterion_id in here:
                mine.add(pick.patient_id)
            elif pick.criterion_id is None:
                drawn.add(pick.patient_id)
            else:
                others.add(pick.patient_id)
        drawn |= mine if None in here else set()
        return Marks(frozenset(mine), frozenset(others), frozenset(drawn), self.session.sensitive())

    @on(CriteriaList.CriterionChosen)
    def _criterion_chosen(self) -> None:
        if not isinstance(self.focused, Input):  # a search was begun meanwhile
            self.set_focus(self.table)

    @on(RowsChanged)
    def _rows_changed(self, message: RowsChanged) -> None:
        words = f"{amount(message.shown)} shown"
        if message.shown != message.of:
            words = f"{amount(message.shown)} of {amount(message.of)} shown"
        words += _ROWS_OF[self.shows]
        sort = self.table.sort
        titles = [
            column.title for column in self.table.columns if sort and column.name == sort.column
        ]
        if sort and titles:
            words += f" · by {titles[0]} {arrow(sort)}"
        if self.table.selected:
            words = f"{len(self.table.selected)} selected · {words}"
        self.words("#rows", content(f"{words} "))


class WorkView(WorkReading):
    """Starts at a criterion; filters the patients, or searches the record."""

    def __init__(self, session: Session, start_at: str | None = None) -> None:
        """Take the open session; the cursor starts at the criterion `start_at`."""
        super().__init__(session)
        self._start_at = start_at

    def on_mount(self) -> None:
        """Show where the work stands."""
        self.begin()
        criteria = self.query_one(CriteriaList)
        self.set_focus(criteria)
        if self._start_at is None or not criteria.go_to(self._start_at):
            self.show_criterion()
        if self.session.file.damage:
            self.say(self.session.file.why_read_only, warns=True)
        if self.session.file.taken_over:
            self.say(self.session.file.taken_over)

    def boxes_at_opening(self) -> list[Tell]:
        """Return what a person has to read before the work begins, a box each, in order."""
        boxes = []
        if self.session.file.warnings:
            boxes.append(Tell("Of this working file", self.session.file.warnings))
        notes = self.session.file.pack.notes
        if notes and not self.session.selection.picks:  # later it is known, and only in the way
            boxes.append(Tell("Of the criteria, this was not used or understood", notes))
        return boxes

    @on(CriteriaList.CriterionHighlighted)
    def _criterion_highlighted(self) -> None:
        self.close_filter()
        self.show_criterion()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let letters be letters in a field.

        The keys of the two searches come before what has the focus, so that a quick typist's next
        letters, typed ahead of the screen, go into the field and are no commands.
        """
        if action in {"filter", "find"} and isinstance(self.focused, Input):
            return False
        return super().check_action(action, parameters)

    def action_filter(self) -> None:
        """Filter the patients, or search the record if that is where the person is."""
        field = self.query_one("#filter", Input)
        in_record = self.query_one(RecordView).has_focus
        field.set_class(in_record, "-record")
        field.placeholder = (
            "Search in this record" if in_record else "Filter: any words, a number, a date of birth"
        )
        field.value = "" if in_record else self.table.query_text
        field.display = True
        self.set_focus(field)  # at once: `focus()` would come too late
        self.say("Enter goes to the rows, Esc shows all again.")

    @on(Input.Changed, "#filter")
    def _filter_changed(self, event: Input.Changed) -> None:
        if event.input.has_class("-record"):
            self.query_one(RecordView).search(event.value)
        elif event.input.display:
            self.table.filter(event.value)

    @on(Input.Submitted, "#filter")
    def _filter_submitted(self, event: Input.Submitted) -> None:
        in_record = event.input.has_class("-record")
        self.set_focus(self.query_one(RecordView) if in_record else self.table)

    def close_filter(self) -> None:
        """Show everything again."""
        field = self.query_one("#filter", Input)
        if field.display:
            field.display = False
            field.remove_class("-record")
            field.value = ""
        self.table.filter("")
        if self.query_one(RecordView).searching:
            self.query_one(RecordView).search("")

    def action_back(self) -> None:
        """One step back: from the filter, the selected rows, the record, the patients."""
        field = self.query_one("#filter", Input)
        if field.display:
            in_record = field.has_class("-record")
            self.close_filter()
            self.set_focus(self.query_one(RecordView) if in_record else self.table)
        elif self.table.selected:
            self.table.select_none()
        elif self.query_one(RecordView).has_focus:
            self.set_focus(self.table)
        else:
            self.set_focus(self.query_one(CriteriaList))

    def on_key(self, event: events.Key) -> None:
        """Down leaves the filter for the rows below it."""
        if event.key == "down":
            field = self.query_one("#filter", Input)
            if field.has_focus:
                event.stop()
                in_record = field.has_class("-record")
                self.set_focus(self.query_one(RecordView) if in_record else self.table)
