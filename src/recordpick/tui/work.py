"""What the keys of the work screen do. Each change is on the disk before the screen says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType

from recordpick.tui.asides import opens_box
from recordpick.tui.criteria_list import CriteriaList
from recordpick.tui.dialogs import Ask
from recordpick.tui.patient_dialog import PatientDialog
from recordpick.tui.records_messages import PatientChosen
from recordpick.tui.sort_dialog import SortDialog
from recordpick.tui.words import Words
from recordpick.tui.work_lists import Shows
from recordpick.tui.work_many import WorkMany

_ABOUT_NOTES = (
    "It stays in the working file. An empty note hides the old one; the file still holds it."
)


class WorkScreen(WorkMany):
    """Left the criteria, right the patients, below the record; and what the keys do."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Find", key_display="/", priority=True),
        Binding("u", "undo", "Undo"),
        Binding("w", "whole", "All"),
        Binding("s", "suggest", "Suggest"),
        Binding("r", "draw", "Draw", show=False),
        Binding("n", "no_more", "No more"),
        Binding("e", "export", "Export"),
        # Textual's own Ctrl+P is never on the line of keys: this one is, and can be clicked
        Binding("colon", "app.command_palette", "More", key_display=":"),
        Binding("question_mark", "app.help", "Help", key_display="?"),
        Binding("f1", "app.help", "Help", show=False),
        Binding("q", "app.quit", "Quit"),
        Binding("U", "redo", "Redo", show=False),
        Binding("l", "from_list", "Pick from a list", show=False),
        Binding("p", "app.mask", "Hide names", show=False),
        Binding("a", "note", "Note on the patient", show=False),
        Binding("c", "copy", "Copy the patient's number", show=False),
        Binding("f", "find", "Find a patient", show=False, priority=True),
        Binding("o", "patient", "This patient's criteria", show=False),
        Binding("m", "most", "Most useful patients", show=False),
        Binding("A", "area", "The whole area", show=False),
        Binding("b", "sort", "Sort by", show=False),
        Binding("f5", "refresh", "Read the file again", show=False),
        Binding("v", "pictures", "Pictures", show=False),
        Binding("t", "clean_up", "To put right", show=False),
        Binding("i", "reports", "Reports", show=False),
        Binding("ctrl+o", "close_file", "Another file", show=False),
        Binding("g", "next_unfilled", "Next criterion to fill", show=False),
        Binding("escape", "back", "Back", show=False),
        Binding("tab", "app.focus_next", "Next part", show=False),
        Binding("shift+tab", "app.focus_previous", "Part before", show=False),
    ]

    # ------------------------------------------------------------------ picking

    @on(PatientChosen)
    def _patient_chosen(self, message: PatientChosen) -> None:
        if self.is_active and not self.awaits_box:
            self.toggle(message.patient_ids)

    def toggle(self, patient_ids: Sequence[str]) -> None:
        """Pick these patients, or take them out if all of them are picked."""
        line = self.criterion
        if self.shows in {"most", "area"}:
            self.action_patient()
        elif line.id is None:
            if self.whole:
                self.say("Random records are drawn, not picked: press r.")
            else:
                self.take_out_random(patient_ids[0])
        elif self.toggled(line.id, patient_ids):
            self.table.select_none()

    def toggled(self, criterion_id: str, patient_ids: Sequence[str]) -> bool:
        """Pick or take out for one criterion; False where that was not done, now said."""
        return self.change(lambda: self.session.toggle(criterion_id, patient_ids))

    @opens_box
    async def take_out_random(self, patient_id: str) -> None:
        """Replace a random record by the next ticket: only with a reason."""
        if patient_id not in {pick.patient_id for pick in self.session.selection.random()}:
            return
        reason = await self.app.push_screen_wait(
            Ask(
                "Replace this random record?",
                ["The next ticket of the draw takes its place. Your reason stays in the file."],
                placeholder="Why this record cannot be checked",
                yes="Replace",
                private=True,
            )
        )
        if reason is None:
            return
        eligible = await self.aside(self.session.eligible)
        if eligible is not None:
            self.change(lambda: self.session.replace_random(patient_id, reason, eligible))

    def action_undo(self) -> None:
        """Take back the last thing that was done."""
        words = self.session.selection.can_undo
        if words is None:
            self.say("There is nothing to undo.")
            return
        self.change(self.session.undo)

    def action_redo(self) -> None:
        """Do again what was undone."""
        if self.session.selection.can_redo is None:
            self.say("There is nothing to do again.")
            return
        self.change(self.session.redo)

    @opens_box
    async def action_no_more(self) -> None:
        """Say that no more records are to be found, or that they are looked for again."""
        line = self.criterion
        if line.id is None:
            return
        criterion_id = line.id
        if line.state == "closed":
            self.change(lambda: self.session.reopen(criterion_id))
            return
        known = ""
        if line.matches is not None and line.picked >= line.matches:
            known = "Every patient who meets it is picked."
        reason = await self.app.push_screen_wait(
            Ask(
                f"No more records to be found for {criterion_id}?",
                [f"{line.picked} of {line.wanted} are picked. Your reason stays in the file."],
                value=known,
                placeholder="Why there are no more",
                yes="No more",
                private=True,
            )
        )
        if reason is not None:
            self.change(lambda: self.session.close_criterion(criterion_id, reason))

    @opens_box
    async def action_note(self) -> None:
        """Note something about the patient under the cursor."""
        patient_id = self.table.patient_id
        if patient_id is None:
            return
        offered = self.session.selection.notes.get(patient_id, "").replace("\n", " ")
        text = await self.app.push_screen_wait(
            Ask(
                "Note on this patient",
                [_ABOUT_NOTES],
                value=offered,
                yes="Keep",
                required=False,
                private=True,
            )
        )
        if text is not None and text != offered.strip():  # what was not touched stays as it is
            self.change(lambda: self.session.note(patient_id, text))

    # ------------------------------------------------------------------ looking

    def action_whole(self) -> None:
        """The whole list, or those who meet the criterion."""
        self._list("matches" if self.whole else "whole")
        self.say("Whole list: space picks here too." if self.whole else "")

    def action_most(self) -> None:
        """Those who meet the most criteria that still want records, or those of the criterion."""
        self._list("matches" if self.shows == "most" else "most")
        self.say("Space shows which criteria a patient meets." if self.shows == "most" else "")

    def action_area(self) -> None:
        """Those who meet any criterion of the area, or those of the criterion."""
        if self.criterion.id is None:
            self.say("The random records are of no area: choose a criterion.")
            return
        self._list("matches" if self.shows == "area" else "area")
        self.say("Space shows which criteria a patient meets." if self.shows == "area" else "")

    @on(CriteriaList.AreaChosen)
    def _area_chosen(self) -> None:
        if self.shows != "area":
            self.action_area()

    def _list(self, shows: Shows) -> None:
        self.change_list(shows)
        self.show_head()
        self.show_candidates()
        if shows in {"most", "area"}:
            self.table.action_jump(0)
        self.set_focus(self.table)

    def action_find(self) -> None:
        """Look for a patient in the whole list."""
        if not self.whole:
            self.action_whole()
        self.action_filter()

    @opens_box
    async def action_patient(self) -> None:
        """Show the criteria that the patient under the cursor meets, to pick for several."""
        patient_id = self.table.patient_id
        if patient_id is None:
            return

        def toggle(criterion_id: str) -> str:
            self.toggled(criterion_id, [patient_id])
            return str(self.query_one("#says", Words).visual)

        name = self.session.name_of(patient_id)
        await self.app.push_screen_wait(
            PatientDialog(name, lambda: self.session.criteria_of_patient(patient_id), toggle)
        )

    def action_close_file(self) -> None:
        """Back to the first screen."""
        self.dismiss(None)

    def action_next_unfilled(self) -> None:
        """Go to the next criterion that wants records."""
        if not self.query_one(CriteriaList).next_unfilled():
            self.say("No other criterion has patients left to pick.")

    @opens_box
    async def action_sort(self) -> None:
        """Sort the patients by any column, or not at all."""
        table = self.table
        name = await self.app.push_screen_wait(SortDialog(table.columns, table.sort))
        if name:
            table.sort_by(name)
        while name == "" and table.sort is not None:
            table.sort_by(table.sort.column)
        self.set_focus(table)

    def action_copy(self) -> None:
        """Copy the NHS number, or the patient number where there is none."""
        patient_id = self.table.patient_id
        if patient_id is not None:
            what, number = self.session.number_to_copy(patient_id)
            self.app.copy_to_clipboard(number)
            self.say(f"{what} copied.")
