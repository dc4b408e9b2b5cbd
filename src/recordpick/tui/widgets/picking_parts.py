"""The criteria, their patients and the record: which part has the focus, and with it the room.

What is under the cursor of one part is shown in the next: the patients of the criterion, the record
of the patient. The parts know nothing of each other: they post messages, which are handled here or
by the screen, where something is picked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from textual import events, getters, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Input

from recordpick.tui.patient_scopes import MESSAGES, Scope, why_not_listed
from recordpick.tui.view_models import CriterionLine, all_picked_line
from recordpick.tui.widgets.criteria_list import CriteriaList
from recordpick.tui.widgets.filter_field import FilterField
from recordpick.tui.widgets.patient_list import PatientList
from recordpick.tui.widgets.record_pane import RecordPane
from recordpick.tui.widgets.record_picks import RecordPicks
from recordpick.tui.widgets.records_table import RecordsTable

if TYPE_CHECKING:
    from recordpick.tui.session import Session

Part = Literal["criteria", "patients", "record"]
PARTS: tuple[Part, ...] = get_args(Part)
"""The parts, in the order in which Tab goes through them."""
_LEFT_FOR_PATIENTS = 40
"""Cells that the patients keep beside the criteria while these have the focus."""
_ENOUGH_FOR_PATIENTS = 110
"""Cells beside which the criteria keep their titles whatever has the focus."""


class PickingParts(Horizontal):
    """The criteria on the left, their patients on the right, below them the record."""

    criteria = getters.query_one(CriteriaList)
    patients = getters.query_one(PatientList)
    record = getters.query_one(RecordPane)
    picks = getters.query_one(RecordPicks)
    filter_field = getters.query_one(FilterField)

    def __init__(self, session: Session) -> None:
        """Take the open session; the criteria have the focus."""
        super().__init__(id="body", classes="-on-criteria")
        self._session = session
        self.part: Part = "criteria"
        """The part that has the focus, and with it the room."""

    def compose(self) -> ComposeResult:
        """Show the three parts; for what is picked in all, a record's picks in place of it."""
        yield CriteriaList(id="criteria")
        with Vertical(id="right"):
            yield PatientList(self._session, id="patients")
            yield RecordPane(self._session, id="record-pane")
            yield RecordPicks(id="record-picks")

    @property
    def table(self) -> RecordsTable:
        """The table of patients."""
        return self.patients.table

    @property
    def criterion(self) -> CriterionLine:
        """The criterion under the cursor."""
        return self.criteria.current or self._session.criterion(None)

    # ------------------------------------------------------------------ what is shown

    def show_progress(self) -> None:
        """Show how many records each criterion has now."""
        self.criteria.show([*self._session.criteria(), all_picked_line(self._session.selection)])

    def show_criterion(self) -> None:
        """Show the criterion that the cursor went to."""
        self._session.last_criterion = self.criterion.id
        self.update_classes({"-all-picked": self.criterion.is_all_picked, "-reading": False})
        self.show_patients()

    def show_patients(self) -> None:
        """Show who meets the criterion, as far as that is known."""
        self.patients.show_criterion(self.criterion)
        self._show_record()

    def show_changes(self) -> None:
        """Show the patients and the record as they are after a change."""
        self.patients.show_changes(self.criterion)
        self._show_record()

    def _show_record(self) -> None:
        patient_id = self.table.patient_id
        self.record.show_patient(self.criterion.id, patient_id)
        if self.criterion.is_all_picked:
            who = "" if patient_id is None else self._session.name_of(patient_id)
            picks = () if patient_id is None else self._session.picks_of(patient_id)
            self.picks.show(who, picks, self._session.titles)

    def change_scope(self, scope: Scope) -> str:
        """Show another list of patients; from that list, go back to those of the criterion.

        Return what to say: about the list, or why it is not shown.
        """
        is_matched = self._session.matches is not None
        if why_not := why_not_listed(scope, self.criterion, is_matched=is_matched):
            return why_not
        new: Scope = "matches" if self.patients.scope == scope else scope
        self.patients.show_scope(new)
        self._show_record()
        self.go_to("patients")
        return MESSAGES[new]

    @on(CriteriaList.CriterionHighlighted)
    def _criterion_highlighted(self) -> None:
        self.close_filter()
        self.show_criterion()

    @on(CriteriaList.CriterionChosen)
    def _criterion_chosen(self) -> None:
        if not self._is_typing:  # the person may have begun to type meanwhile
            self.go_to("patients")

    @on(RecordsTable.PatientHighlighted)
    def _patient_highlighted(self, message: RecordsTable.PatientHighlighted) -> None:
        patient_id = message.patient_id
        if patient_id == self.table.patient_id:
            if patient_id is not None:
                self.record.show_identity(self.criterion.id, patient_id)
            self._show_record()

    @on(RecordsTable.PatientOpened)
    def _patient_opened(self) -> None:
        if not self._is_typing:  # the person may have begun to type meanwhile
            self.set_class(self.criterion.is_all_picked, "-reading")
            self.go_to("record")

    # ------------------------------------------------------------------ the focus and the room

    def go_to(self, part: Part) -> None:
        """Give a part the focus, and with it the room."""
        self._show_part(part)
        self.screen.set_focus(self._widget_of(part))

    def go_to_next(self, by: int) -> None:
        """Go to the next part, or the one before."""
        self.go_to(PARTS[(PARTS.index(self.part) + by) % len(PARTS)])

    def go_out(self) -> None:
        """Go from the record to the patients, from these to the criteria."""
        if self.record.view.has_focus or self.picks.lines.has_focus:
            self.remove_class("-reading")
            self.go_to("patients")
        else:
            self.go_to("criteria")

    def zoom(self) -> bool:
        """Show the part that has the focus alone, or all parts again; return whether it is."""
        self.toggle_class("-zoomed")
        self.share_width()
        return self.has_class("-zoomed")

    def _widget_of(self, part: Part) -> Widget:
        match part:
            case "criteria":
                return self.criteria
            case "patients":
                return self.table
            case "record":
                shows_picks = self.criterion.is_all_picked and not self.has_class("-reading")
                return self.picks.lines if shows_picks else self.record.view

    def _show_part(self, part: Part) -> None:
        """Make room for the part that has the focus: alone, where the screen is narrow."""
        self.part = part
        self.update_classes({f"-on-{one}": one == part for one in PARTS})
        self.share_width()

    def share_width(self) -> None:
        """Show the titles of the criteria whole while they have the focus, else only their ids."""
        listed, width = self.criteria, self.screen.size.width
        if self.screen.has_class("-narrow") or self.has_class("-zoomed"):
            listed.set_width(None)
        elif width - listed.full_width >= _ENOUGH_FOR_PATIENTS:
            listed.set_width(listed.full_width)
        elif self.part == "criteria":
            listed.set_width(min(listed.full_width, width - _LEFT_FOR_PATIENTS))
        else:
            listed.set_width(listed.short_width)

    @on(events.DescendantFocus)
    def _part_focused(self, event: events.DescendantFocus) -> None:
        """Follow a click into another part."""
        for part in PARTS:
            if event.widget is self._widget_of(part) and part != self.part:
                self._show_part(part)

    # ------------------------------------------------------------------ filter and search

    @property
    def _is_typing(self) -> bool:
        """Whether the filter has the focus, so that letters are letters."""
        return isinstance(self.screen.focused, Input)

    def open_filter(self) -> None:
        """Filter the patients, or search the record if that has the focus."""
        in_record = self.record.view.has_focus
        self.filter_field.open("" if in_record else self.table.filter_text, in_record=in_record)
        if self.part == "criteria":
            self._show_part("patients")
        self.screen.set_focus(self.filter_field)  # at once: `focus()` would come too late

    @on(Input.Changed, "#filter")
    def _filter_changed(self, event: Input.Changed) -> None:
        if self.filter_field.in_record:
            self.record.view.search(event.value)
        elif self.filter_field.display:
            self.table.filter(event.value)

    @on(Input.Submitted, "#filter")
    def leave_filter(self) -> None:
        """Go from the filter to the rows, or to the record that is searched."""
        self.go_to("record" if self.filter_field.in_record else "patients")

    def close_filter(self) -> None:
        """Show all patients and the whole record again."""
        self.filter_field.close()
        self.table.filter("")
        if self.record.view.is_searching:
            self.record.view.search("")
