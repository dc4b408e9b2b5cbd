"""The patients right of the criteria: what is looked for, a filter, and the table of patients."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual import getters, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from recordpick.errors import UserError
from recordpick.tui.actions import HelpPage
from recordpick.tui.masking import is_masking, watch_masking
from recordpick.tui.patient_columns import (
    all_picked_columns,
    area_columns,
    columns,
    most_useful_columns,
)
from recordpick.tui.patient_scopes import LABELS, ONLY_SOME, OWN_ORDER, Scope
from recordpick.tui.text import amount, masked
from recordpick.tui.view_models import (
    ALL_ARE_PICKED,
    MOST_USEFUL_HEAD,
    NOBODY_IN_AREA,
    NOBODY_USEFUL,
    NONE_PICKED,
    NOTHING_PICKED,
    all_picked_head,
    area_head,
    criterion_head,
    no_patients_text,
)
from recordpick.tui.widgets.filter_field import FilterField
from recordpick.tui.widgets.lines import TextLine
from recordpick.tui.widgets.record_view import is_private
from recordpick.tui.widgets.records_render import Marks
from recordpick.tui.widgets.records_table import RecordsTable

if TYPE_CHECKING:
    import polars as pl

    from recordpick.tui.session import Session
    from recordpick.tui.view_models import CriterionLine
    from recordpick.tui.widgets.records_query import Sort
    from recordpick.tui.widgets.records_render import Column


class PatientList(Vertical):
    """Lists the patients of a criterion, of its area, of the whole list, or the most useful."""

    HELP_PAGE = HelpPage(
        "The patients",
        "These patients meet the criterion; the evidence says why. Also: how many other criteria "
        "each meets. Before the name: ● picked for this criterion, ○ picked for another, R drawn "
        "at random, S marked sensitive, x selected. The filter (/) finds words from any column, "
        "a number or a date of birth.",
    )

    class EvidenceFound(Message):
        """A thread has found the evidence lines of a criterion, or reports an error."""

        def __init__(self, criterion_id: str, error: str = "") -> None:
            super().__init__()
            self.criterion_id = criterion_id
            self.error = error

    class EvidenceFailed(Message):
        """The evidence lines could not be found, and why."""

        def __init__(self, error: str) -> None:
            super().__init__()
            self.error = error

    class Summarised(Message):
        """How many patients are shown and selected, and how they are sorted."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    table = getters.query_one(RecordsTable)
    filter_field = getters.query_one(FilterField)

    def __init__(self, session: Session, id: str) -> None:  # noqa: A002 - Textual's own name
        """Take the open session; start with those who meet the criterion."""
        super().__init__(id=id)
        self._session = session
        self.criterion: CriterionLine = session.criterion(None)
        self.scope: Scope = "matches"
        self._criterion_sort: Sort | None = None
        """How the patients of criteria are sorted, while a list with its own order is shown."""
        self._finding_evidence = False

    def compose(self) -> ComposeResult:
        """Put what is looked for above the filter and the table."""
        yield TextLine("head")
        yield FilterField()
        yield RecordsTable(id="candidates")

    def on_mount(self) -> None:
        """Hide and show names with the rest of the app."""
        watch_masking(self, self._apply_masking)

    def on_resize(self) -> None:
        """Wrap the text above the patients to the new width."""
        self.show_head()

    @property
    def area(self) -> tuple[CriterionLine, ...]:
        """The criteria of the area shown; none for the random records."""
        area = self.criterion.area
        return tuple(
            line for line in self._session.criteria() if line.id is not None and line.area == area
        )

    # ------------------------------------------------------------------ what is listed

    def show_criterion(self, criterion: CriterionLine) -> None:
        """Show this criterion and its patients."""
        self.criterion = criterion
        if (self.scope == "area" and criterion.id is None) or criterion.is_all_picked:
            self._set_scope("matches")  # the random records are not an area of criteria
        elif self.scope in ONLY_SOME:
            self._set_scope("matches")
        self.show_head()
        self.show_patients()
        if criterion.is_all_picked:
            self.table.action_jump(0)  # those with the most lines

    def show_scope(self, scope: Scope) -> None:
        """Show another list."""
        self._set_scope(scope)
        self.show_head()
        self.show_patients()
        if scope in OWN_ORDER:
            self.table.action_jump(0)

    def show_changes(self, criterion: CriterionLine) -> None:
        """Show this criterion after the working file has changed."""
        self.criterion = criterion
        self.show_head()
        if self.scope in OWN_ORDER or (criterion.id is None and self.scope != "whole"):
            self.show_patients()  # others may be listed now
        else:
            self.table.show_marks(self._marks())

    def _set_scope(self, scope: Scope) -> None:
        """Change who is listed, for `show_patients` to show.

        Lists with an order of their own begin in it, whatever the others are sorted by; going back
        to these, they are sorted as they were.
        """
        if scope in OWN_ORDER and self.scope not in OWN_ORDER:
            self._criterion_sort = self.table.sort
        if scope in OWN_ORDER and scope != self.scope:
            self.table.sort = None
        elif scope not in OWN_ORDER and self.scope in OWN_ORDER:
            self.table.sort = self._criterion_sort
        self.scope = scope

    def show_head(self) -> None:
        """Say what is looked for, and how many records are picked."""
        width = max(20, self.size.width - 2)
        if self.scope == "most":
            text = MOST_USEFUL_HEAD
        elif self.criterion.is_all_picked:
            text = all_picked_head(self._session.selection)
        elif self.scope == "area":
            text = area_head(self.criterion.area, len(self.area), width)
        else:
            line = self.criterion
            if line.state == "closed" and is_masking(self.app):
                line = replace(line, reason=masked(line.reason))  # it may concern a patient
            kinds = self._session.kinds(line.id)
            text = criterion_head(line, width, self.screen.size.height, kinds)
        self.query_one("#head", TextLine).show(text)

    def show_patients(self) -> None:
        """Show the patients; evidence that is not known yet is found in a thread."""
        frame, shown, empty = self._rows()
        self.table.empty = empty
        self.table.load(frame, shown, self._marks())
        criterion_id = self.criterion.id
        if self._session.knows(criterion_id) and not self._session.has_evidence(criterion_id):
            self.call_after_refresh(self._find_evidence)  # the patients are painted first

    def _rows(self) -> tuple[pl.DataFrame, tuple[Column, ...], str]:
        """Return the frame to show, its columns, and the text where it is empty."""
        line, session = self.criterion, self._session
        if self.scope == "most":
            return session.most_useful(), most_useful_columns(), NOBODY_USEFUL
        if self.scope == "area":
            ids = [one.id for one in self.area if one.id is not None]
            return session.of_area(ids), area_columns(), NOBODY_IN_AREA
        if line.is_all_picked:
            return session.all_picked(), all_picked_columns(), NOTHING_PICKED
        is_whole = self.scope == "whole"
        private = any(is_private(table) for table in session.evidence_tables(line.id))
        shown = columns(evidence_is_private=private, whole=is_whole)
        frame = session.candidates(line.id, whole=is_whole)
        if self.scope in ONLY_SOME:
            picked = [pick.patient_id for pick in session.selection.of(line.id)]
            is_picked = frame["patient_id"].is_in(picked)
            if self.scope == "picked":
                return frame.filter(is_picked), shown, NONE_PICKED
            return frame.filter(~is_picked), shown, ALL_ARE_PICKED
        return frame, shown, no_patients_text(line)

    def _marks(self) -> Marks:
        """Return who is picked for what is listed, for others, and at random."""
        here = {line.id for line in self.area} if self.scope == "area" else {self.criterion.id}
        if self.criterion.is_all_picked:
            here = set()
        mine, others, drawn = set(), set(), set()
        for pick in self._session.selection.picks:
            if pick.criterion_id in here:
                mine.add(pick.patient_id)
            elif pick.criterion_id is None:
                drawn.add(pick.patient_id)
            else:
                others.add(pick.patient_id)
        drawn |= mine if None in here else set()
        if self.criterion.is_all_picked:
            others.clear()  # everybody who is listed is picked for something
        sensitive = self._session.sensitive()
        return Marks(frozenset(mine), frozenset(others), frozenset(drawn), sensitive)

    def _apply_masking(self) -> None:
        self.table.masks = is_masking(self.app)
        self.show_head()

    # ------------------------------------------------------------------ evidence

    def _find_evidence(self) -> None:
        wanted = self.criterion.id
        if self._finding_evidence or wanted is None or self._session.has_evidence(wanted):
            return
        self._finding_evidence = True

        def find() -> None:
            error = ""
            try:
                self._session.find_evidence(wanted)
            except UserError as found:
                error = str(found)
            self.post_message(self.EvidenceFound(wanted, error))

        self.run_worker(find, thread=True, group="background", name="finding the evidence")

    @on(EvidenceFound)
    def _evidence_found(self, message: EvidenceFound) -> None:
        message.stop()
        self._finding_evidence = False
        shown = self.criterion.id
        if message.error:
            self.post_message(self.EvidenceFailed(message.error))
        elif message.criterion_id == shown or not self._session.has_evidence(shown):
            self.show_patients()

    # ------------------------------------------------------------------ counts

    @on(RecordsTable.RowsChanged)
    def _rows_changed(self, message: RecordsTable.RowsChanged) -> None:
        message.stop()
        text = f"{amount(message.shown)} shown"
        if message.shown != message.total:
            text = f"{amount(message.shown)} of {amount(message.total)} shown"
        text += LABELS[self.scope]
        sort = self.table.sort
        for column in self.table.columns:
            if sort and column.name == sort.column:
                text += f" · by {column.title} {sort.arrow}"
        if self.table.selected:
            text = f"{len(self.table.selected)} selected · {text}"
        self.post_message(self.Summarised(text))
