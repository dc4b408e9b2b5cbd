"""Finding one's way on the screen where records are picked: to a criterion, by a filter, back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events, on
from textual.widgets import Input

from recordpick.tui.criteria_list import CriteriaList
from recordpick.tui.dialogs import Tell
from recordpick.tui.record_view import RecordView
from recordpick.tui.work_reading import WorkReading

if TYPE_CHECKING:
    from recordpick.tui.session import Session


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
