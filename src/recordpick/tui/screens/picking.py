"""The screen where records are picked: its keys, and the wiring between its parts.

Its parts are widgets that know nothing of each other: they post messages, which this screen
handles, and it calls their methods. Whatever takes more than one step is a flow: an async function
of this screen and its session (`recordpick.tui.flows`). Every change is on the disk before the
screen shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, cast, get_args

from textual import events, getters, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from recordpick.errors import UserError
from recordpick.selection.database_errors import NotSavedError
from recordpick.tui.actions import (
    CHECKING,
    CRITERION,
    FILE,
    HELP_GROUP,
    HELP_KEYS,
    HIDE_NAMES,
    MERGE_COMMAND,
    NEXT_PART,
    PATIENT,
    PICK,
    QUIT,
    RANDOM,
    VIEW,
    command,
    key,
)
from recordpick.tui.flow_screen import FlowScreen, opens_modal
from recordpick.tui.flows.registry import NEED_ALL_MATCHES, load_flow
from recordpick.tui.masking import is_masking
from recordpick.tui.screens.start import StartScreen
from recordpick.tui.view_models import CriterionLine, all_picked_line
from recordpick.tui.widgets.criteria_list import CriteriaList
from recordpick.tui.widgets.lines import KeysLine
from recordpick.tui.widgets.patient_list import PatientList, Scope
from recordpick.tui.widgets.record_pane import RecordPane
from recordpick.tui.widgets.record_picks import RecordPicks
from recordpick.tui.widgets.records_table import RecordsTable
from recordpick.tui.widgets.shared_file_banner import SharedFileBanner
from recordpick.tui.widgets.status_line import StatusLine, TopLine

if TYPE_CHECKING:
    from recordpick.comparison.report import ComparisonReport
    from recordpick.tui.app import RecordpickApp
    from recordpick.tui.screens.clean_up import CleanUp
    from recordpick.tui.screens.reports import Reports
    from recordpick.tui.session import Session

Part = Literal["criteria", "patients", "record"]
PARTS: tuple[Part, ...] = get_args(Part)
"""The parts of the screen, in the order in which Tab goes through them."""
_WIDTHS = [(0, "-narrow"), (90, "-middle"), (150, "-wide")]
_HEIGHTS = [(0, "-low"), (22, "-high")]
"""The least width and height in cells of each class of the screen: one pane if it is narrow."""
_LEFT_FOR_PATIENTS = 40
"""Cells that the patients keep beside the criteria while these have the focus."""
_LEAST_SIZE = (60, 20)
_ENOUGH_FOR_PATIENTS = 110
"""Cells beside which the criteria keep their titles whatever has the focus."""
_STILL_MATCHING = "The criteria are still being matched: wait a moment."
_SPACE_SHOWS = "Space shows which criteria a patient meets."


class PickingScreen(FlowScreen[None]):
    """The criteria on the left, their patients on the right, below them the record."""

    CSS_PATH = "../styles/picking.tcss"
    HORIZONTAL_BREAKPOINTS = _WIDTHS
    VERTICAL_BREAKPOINTS = _HEIGHTS
    HELP_PAGE = PatientList.HELP_PAGE
    BINDINGS: ClassVar[list[BindingType]] = [
        key(
            "slash",
            "filter",
            "Filter or search: patients, or the record",
            VIEW,
            label="Find",
            priority=True,
        ),
        key("ctrl+f", "filter", "Filter or search: patients, or the record", priority=True),
        key("ctrl+z", "undo", "Undo: the last change", PICK, label="Undo"),
        key("u", "undo", "Undo: the last change"),
        key(
            "full_stop",
            "only_picked",
            "Only the picked: then only the others, then everybody",
            VIEW,
            label="Only picked",
        ),
        key("w", "scope('whole')", "Whole list: all patients; and back", VIEW, label="All"),
        key("d", "flow('finish')", "Finish: what is left to do", FILE, label="Finish"),
        key(
            "s",
            "flow('suggest')",
            "Suggest records: shown before anything is picked",
            PICK,
            label="Suggest",
        ),
        key(
            "n",
            "flow('close')",
            "No more records: close it, or open it again",
            CRITERION,
            label="No more",
        ),
        key("e", "flow('export')", "Export: the hand-over pack", FILE, label="Export"),
        *HELP_KEYS,
        key("q", "app.quit", QUIT, FILE, label="Quit"),
        key("k", "flow('check')", "Check records: in both systems, one at a time", CHECKING),
        key("ctrl+y", "redo", "Redo: what was undone", PICK),
        key("U", "redo", "Redo: what was undone"),
        key("ctrl+p", "flow('print_picked')", "Print all picked: a page, by record", FILE),
        key("ctrl+s", "saved", "Everything is saved already: nothing to press"),
        key("l", "flow('pick_list')", "Pick from a list: of NHS or patient numbers", PICK),
        key("o", "flow('patient_criteria')", "Criteria of the patient: to pick for several", PICK),
        key("r", "flow('draw')", "Draw records: with a seed that others can check", RANDOM),
        key("g", "next_unfilled", "Next to fill: that still needs records", CRITERION),
        key("f", "find", "Find a patient: in the whole list", VIEW, priority=True),
        key("A", "scope('area')", "Whole area: patients of all its criteria; and back", VIEW),
        key("m", "scope('most')", "Most useful patients: for unfilled criteria; and back", VIEW),
        key("b", "flow('sort')", "Sort: by any column", VIEW),
        key("v", "flow('charts')", "Charts: of the selection", VIEW),
        key("t", "flow('clean_up')", "To put right: before the first extract", VIEW),
        key("i", "flow('reports')", "Reports: both systems' figures", VIEW),
        key("p", "app.mask", HIDE_NAMES, VIEW),
        key("a", "flow('note')", "Note: kept in the working file", PATIENT),
        key("c", "copy", "Copy number: NHS number, or else patient number", PATIENT),
        key("f5", "refresh", "Read again: what others wrote, or open it to pick", FILE),
        key("ctrl+o", "close_file", "Another file: back to the first screen", FILE),
        key("z", "zoom", "Zoom: this part of the screen alone; and back", VIEW, label="Zoom"),
        key("tab", "next_part(1)", NEXT_PART),
        key("shift+tab", "next_part(-1)", NEXT_PART),
        key("escape", "back", "One step back"),
    ]
    COMMANDS_WITHOUT_KEY = (
        command("flow('save_copy')", "Save a copy: all that is held here, as a new file", FILE),
        MERGE_COMMAND,
        command(
            "flow('what_was_read')", "What was read: rows, rejected rows, guesses, criteria", VIEW
        ),
        command("flow('what_to_ask')", "What to ask for: exports that answer more criteria", VIEW),
        command("flow('comparison')", "Comparison: the new system's records beside these", VIEW),
        command("flow('tour')", "Tour: four steps", HELP_GROUP),
        command("moving_on", "Space moves on: to the next patient, or stays", PICK),
    )

    criteria = getters.query_one(CriteriaList)
    patients = getters.query_one(PatientList)
    record = getters.query_one(RecordPane)
    picks = getters.query_one(RecordPicks)
    banner = getters.query_one(SharedFileBanner)
    status = getters.query_one(StatusLine)

    class Matched(Message):
        """A thread has matched all criteria, or reports an error."""

        def __init__(self, error: str) -> None:
            super().__init__()
            self.error = error

    def __init__(self, session: Session, start_at: str | None = None) -> None:
        """Take the open session; the cursor starts at the criterion `start_at`."""
        super().__init__()
        self.session = session
        self._start_at = start_at
        self._part: Part = "criteria"
        self.add_class("-on-criteria")
        self.seen_warnings: set[str] = set()
        """The warnings about picks that were looked at since the file was opened."""
        self.clean_up: CleanUp | None = None
        self.comparison: ComparisonReport | None = None
        """What was found to put right, kept for the next time."""
        self.reports: Reports | None = None
        """The reports as they were counted last."""

    def compose(self) -> ComposeResult:
        """Show progress, who else has the file, the three parts, what was done, the keys."""
        for cells, breakpoints in zip(self.app.size, (_WIDTHS, _HEIGHTS), strict=True):
            # Textual does so only after the first picture, which would be of another layout.
            self.add_class(
                [name for least, name in breakpoints if cells >= least][-1], update=False
            )
        yield TopLine()
        yield SharedFileBanner(self.session)
        with Horizontal(id="body"):
            yield CriteriaList(id="criteria")
            with Vertical(id="right"):
                yield PatientList(self.session, id="patients")
                yield RecordPane(self.session, id="record-pane")
                yield RecordPicks(id="record-picks")
        yield StatusLine(self.session)
        yield KeysLine()

    def on_mount(self) -> None:
        """Show the progress, and the criterion to start at."""
        self._show_progress()
        self._go_to("criteria")
        if self._start_at is not None:
            self.criteria.start_at(self._start_at)
        self._show_criterion()
        if self.session.matches is None:
            self.call_after_refresh(self._match)  # it would delay the first picture
        if self.session.file.damage:
            self.show_message(self.session.file.why_read_only, warns=True)
        if self.session.file.taken_over:
            self.show_message(self.session.file.taken_over)

    def _match(self) -> None:
        """Match all criteria in a thread, while people look at the first."""

        def match() -> None:
            error = ""
            try:
                self.session.match()
            except UserError as found:
                error = " ".join(found.messages)
            self.post_message(self.Matched(error))

        self.run_worker(match, thread=True, group="background", name="matching the criteria")

    @on(Matched)
    def _matched(self, message: Matched) -> None:
        """Show who meets each criterion, the cursor where it was."""
        if message.error:
            self.show_message(message.error, warns=True)
            return
        self._show_progress()
        self.patients.show_criterion(self.criterion)
        self._show_record()

    @property
    def table(self) -> RecordsTable:
        """The table of patients."""
        return self.patients.table

    @property
    def criterion(self) -> CriterionLine:
        """The criterion under the cursor."""
        return self.criteria.current or self.session.criterion(None)

    # ------------------------------------------------------------------ showing

    def show_message(self, text: str, *, warns: bool = False) -> None:
        """Show what was done, or (`warns`) why it was not."""
        self.status.show_message(text, warns=warns)

    def show_changes(self, text: str) -> None:
        """Show the working file as it is after a change, and what was done."""
        self._show_progress()
        self.patients.show_changes(self.criterion)
        self._show_record()
        self.show_message(text)

    def _show_progress(self) -> None:
        self.query_one(TopLine).show(self.session.overview())
        selection = self.session.selection
        self.criteria.show([*self.session.criteria(), all_picked_line(selection)])

    def _show_criterion(self) -> None:
        self.session.last_criterion = self.criterion.id
        is_all_picked = self.criterion.is_all_picked
        self.update_classes({"-all-picked": is_all_picked, "-reading": False})
        self.patients.show_criterion(self.criterion)
        self._show_record()

    def _show_record(self) -> None:
        patient_id = self.table.patient_id
        self.record.show_patient(self.criterion.id, patient_id)
        if self.criterion.is_all_picked:
            who = "" if patient_id is None else self.session.name_of(patient_id)
            picks = () if patient_id is None else self.session.picks_of(patient_id)
            self.picks.show(who, picks, self.session.titles)

    def on_resize(self) -> None:
        """Shorten the top line and the text above the patients on a small screen."""
        if self.is_mounted:
            self._show_progress()
            self.call_after_refresh(self._share_width)
            if self.size.width < _LEAST_SIZE[0] or self.size.height < _LEAST_SIZE[1]:
                self.show_message("Make the window larger: recordpick needs 60 × 20.", warns=True)

    # ------------------------------------------------------------------ the parts

    def _go_to(self, part: Part) -> None:
        """Give a part of the screen the focus, and with it the room."""
        self._show_part(part)
        self.set_focus(self._widget_of(part))

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
        self._part = part
        self.update_classes({f"-on-{one}": one == part for one in PARTS})
        self._share_width()

    def _share_width(self) -> None:
        """Show the titles of the criteria whole while they have the focus, else only their ids."""
        listed = self.criteria
        if self.has_class("-narrow") or self.has_class("-zoomed"):
            listed.set_width(None)
        elif self.size.width - listed.full_width >= _ENOUGH_FOR_PATIENTS:
            listed.set_width(listed.full_width)
        elif self._part == "criteria":
            listed.set_width(min(listed.full_width, self.size.width - _LEFT_FOR_PATIENTS))
        else:
            listed.set_width(listed.short_width)

    @on(events.DescendantFocus)
    def _part_focused(self, event: events.DescendantFocus) -> None:
        """Follow a click into another part."""
        for part in PARTS:
            if event.widget is self._widget_of(part) and part != self._part:
                self._show_part(part)

    def action_next_part(self, by: int) -> None:
        """Go to the next part, or the one before."""
        if isinstance(self.focused, Input):
            self.action_leave_filter()
            return
        self._go_to(PARTS[(PARTS.index(self._part) + by) % len(PARTS)])

    def action_zoom(self) -> None:
        """Show the part that has the focus alone, or all parts again."""
        self.toggle_class("-zoomed")
        self._share_width()
        self.show_message("z shows the other parts again." if self.has_class("-zoomed") else "")

    def label_of(self, action: str, label: str) -> str:
        """Return what a key is called in the line of keys; "" where it does nothing here."""
        if not self.criterion.is_all_picked:
            return label
        if action == "choose":
            return "Take out" if self._part != "criteria" else label
        return "" if action.startswith(("scope(", "only_picked")) else label

    # ------------------------------------------------------------------ messages of the parts

    @on(CriteriaList.CriterionHighlighted)
    def _criterion_highlighted(self) -> None:
        self._close_filter()
        self._show_criterion()

    @on(CriteriaList.CriterionChosen)
    def _criterion_chosen(self) -> None:
        if not isinstance(self.focused, Input):  # the person may have begun to type meanwhile
            self._go_to("patients")

    @on(CriteriaList.AreaChosen)
    def _area_chosen(self) -> None:
        if self.patients.scope != "area":
            self.action_scope("area")

    @on(RecordsTable.PatientHighlighted)
    def _patient_highlighted(self, message: RecordsTable.PatientHighlighted) -> None:
        patient_id = message.patient_id
        if patient_id == self.table.patient_id:
            if patient_id is not None:
                self.record.show_identity(self.criterion.id, patient_id)
            self._show_record()

    @on(RecordsTable.PatientOpened)
    def _patient_opened(self) -> None:
        if not isinstance(self.focused, Input):  # the person may have begun to type meanwhile
            self.set_class(self.criterion.is_all_picked, "-reading")
            self._go_to("record")

    @on(RecordPicks.PickChosen)
    def _pick_chosen(self, message: RecordPicks.PickChosen) -> None:
        """Take out one pick of a record; a random record is replaced."""
        pick = message.pick
        criterion_id = pick.criterion_id
        if criterion_id is None:
            self._replace_random(pick.patient_id)
        else:
            self._toggle_for(criterion_id, [pick.patient_id])

    @on(RecordsTable.PatientChosen)
    def _patient_chosen(self, message: RecordsTable.PatientChosen) -> None:
        if self.is_active and not self.is_opening_modal:
            self._toggle(message.patient_ids)

    @on(PatientList.Summarised)
    def _patients_summarised(self, message: PatientList.Summarised) -> None:
        self.status.show_rows(message.text)

    @on(PatientList.EvidenceFailed)
    @on(SharedFileBanner.CheckFailed)
    def _part_failed(self, message: PatientList.EvidenceFailed) -> None:
        self.show_message(message.error, warns=True)

    @on(SharedFileBanner.FileChanged)
    def _file_changed(self, message: SharedFileBanner.FileChanged) -> None:
        self.show_changes(message.changes)

    # ------------------------------------------------------------------ changes

    def change(self, make_change: Callable[[], str]) -> bool:
        """Change the working file and show the result; or show why it was not changed.

        `make_change` returns what it did, in words. False where a UserError prevented it.
        """
        warnings = self.session.file.warnings
        try:
            text = make_change()
        except UserError as error:
            self.show_message(" ".join(error.messages), warns=True)
            if isinstance(error, NotSavedError) and error.at_risk:
                self._offer_copy(error.messages)
            return False
        self.show_changes(text)
        if self.session.file.warnings != warnings:
            for warning in self.session.file.warnings:
                self.show_message(warning, warns=True)
        return True

    def _toggle(self, patient_ids: Sequence[str]) -> None:
        """Pick these patients, or take them out if all of them are picked."""
        criterion_id = self.criterion.id
        if self.criterion.is_all_picked:
            self._take_out(patient_ids[0])
        elif self.patients.scope in {"most", "area"}:
            self.action_flow("patient_criteria")
        elif criterion_id is None:
            if self.patients.scope == "whole":
                self.show_message("Random records are drawn, not picked: press r.")
            else:
                self._replace_random(patient_ids[0])
        else:
            self._toggle_for(criterion_id, patient_ids)

    def _toggle_for(self, criterion_id: str, patient_ids: Sequence[str]) -> None:
        """Pick for a criterion, or take out; after one patient was picked, go to the next."""
        before = self.session.selection.count(criterion_id)

        def toggle() -> str:
            text = self.session.toggle(criterion_id, patient_ids)
            if len(patient_ids) != 1 or is_masking(self.app):
                return text
            name = self.session.listed_name(patient_ids[0])
            if self.session.selection.count(criterion_id) > before:
                return f"Picked {name} for {criterion_id}. Ctrl+Z undoes it."
            return f"Took {name} out of {criterion_id}. Ctrl+Z undoes it."

        if not self.change(toggle):
            return
        has_picked = self.session.selection.count(criterion_id) > before
        if self.table.selected:
            self.table.select_none()
        elif has_picked and getattr(self.app, "moves_on", True):
            self.table.action_cursor(1)

    def action_moving_on(self) -> None:
        """Let Space go to the next patient after it picks, or stay; that is remembered."""
        app = cast("RecordpickApp", self.app)
        app.moves_on = not app.moves_on
        goes = "goes to the next patient" if app.moves_on else "stays on the patient"
        self.show_message(f"Space picks and {goes}.")

    def action_saved(self) -> None:
        """Say that there is nothing to save."""
        self.show_message("Everything is saved already.")

    @opens_modal
    async def action_flow(self, name: str) -> None:
        """Start a flow: what takes more than one step."""
        if name in NEED_ALL_MATCHES and self.session.matches is None:
            self.show_message(_STILL_MATCHING)
            return
        await load_flow(name)(self, self.session)

    @opens_modal
    async def _take_out(self, patient_id: str) -> None:
        from recordpick.tui.flows.all_picked import take_out_of_all

        await take_out_of_all(self, self.session, patient_id)

    @opens_modal
    async def _replace_random(self, patient_id: str) -> None:
        from recordpick.tui.flows.edits import replace_random

        await replace_random(self, self.session, patient_id)

    @opens_modal
    async def _offer_copy(self, reasons: Sequence[str]) -> None:
        from recordpick.tui.flows.save_copy import save_copy

        await save_copy(self, self.session, reasons)

    @work
    async def action_refresh(self) -> None:
        """Read a shared file again; where nobody else has it open, offer to open it."""
        from recordpick.tui.flows.shared_file import refresh

        await refresh(self, self.session)

    def action_undo(self) -> None:
        """Undo the last change."""
        if self.session.selection.can_undo is None:
            self.show_message("There is nothing to undo.")
        else:
            self.change(self.session.undo)

    def action_redo(self) -> None:
        """Redo what was undone."""
        if self.session.selection.can_redo is None:
            self.show_message("There is nothing to redo.")
        else:
            self.change(self.session.redo)

    # ------------------------------------------------------------------ finding the way

    def action_scope(self, scope: Scope) -> None:
        """Show another list of patients; from that list, go back to those of the criterion."""
        if self.criterion.is_all_picked:
            self.show_message("Choose a criterion first: here is everything that is picked.")
            return
        if scope in {"area", "most"} and self.session.matches is None:
            self.show_message(_STILL_MATCHING)
            return
        if scope == "area" and self.criterion.id is None:
            self.show_message("The random records do not belong to an area: choose a criterion.")
            return
        new: Scope = "matches" if self.patients.scope == scope else scope
        self.patients.show_scope(new)
        self._show_record()
        self._go_to("patients")
        texts = {
            "matches": "",
            "picked": "Only the picked. The full stop shows only the others, then everybody.",
            "not_picked": "Only those who are not picked. The full stop shows everybody again.",
            "whole": "Whole list: Space picks here too.",
        }
        self.show_message(texts.get(new, _SPACE_SHOWS))

    def action_only_picked(self) -> None:
        """Show only the picked of the criterion; then only the others; then everybody."""
        scopes: dict[Scope, Scope] = {"picked": "not_picked", "not_picked": "not_picked"}
        self.action_scope(scopes.get(self.patients.scope, "picked"))

    def action_find(self) -> None:
        """Filter the whole list."""
        if self.patients.scope != "whole":
            self.action_scope("whole")
        self.action_filter()

    def action_filter(self) -> None:
        """Filter the patients, or search the record if that has the focus."""
        in_record = self.record.view.has_focus
        field = self.patients.filter_field
        field.open("" if in_record else self.table.filter_text, in_record=in_record)
        if self._part == "criteria":
            self._show_part("patients")
        self.set_focus(field)  # at once: `focus()` would come too late
        self.show_message("Enter goes to the rows, Esc shows all again.")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let letters be letters in a field.

        The keys that open the filter have priority over what has the focus, so that what a fast
        typist types next, ahead of the screen, goes into the field.
        """
        if action in {"filter", "find", "undo", "redo"} and isinstance(self.focused, Input):
            return False  # what is undone would not be what is looked at
        return super().check_action(action, parameters)

    @on(Input.Changed, "#filter")
    def _filter_changed(self, event: Input.Changed) -> None:
        field = self.patients.filter_field
        if field.in_record:
            self.record.view.search(event.value)
        elif field.display:
            self.table.filter(event.value)

    @on(Input.Submitted, "#filter")
    def action_leave_filter(self) -> None:
        """Go from the filter to the rows, or to the record that is searched."""
        in_record = self.patients.filter_field.in_record
        self._go_to("record" if in_record else "patients")

    def _close_filter(self) -> None:
        self.patients.filter_field.close()
        self.table.filter("")
        if self.record.view.is_searching:
            self.record.view.search("")

    def action_back(self) -> None:
        """Go one step back: from the filter, the selected rows, the record, the patients."""
        field = self.patients.filter_field
        if field.display:
            self.action_leave_filter()
            self._close_filter()
        elif self.table.selected:
            self.table.select_none()
        elif self.table.has_focus and self.patients.scope in {"picked", "not_picked"}:
            self.action_scope("matches")
        elif self.record.view.has_focus or self.picks.lines.has_focus:
            self.remove_class("-reading")
            self._go_to("patients")
        else:
            self._go_to("criteria")

    def action_criterion(self, by: int) -> None:
        """Go to the next criterion, or the one before, and stay among the patients."""
        self.criteria.action_cursor(by)

    def action_next_unfilled(self) -> None:
        """Go to the next criterion that needs records."""
        if not self.criteria.next_unfilled():
            self.show_message("No other criterion has patients left to pick.")

    def action_copy(self) -> None:
        """Copy the NHS number, or the patient number where there is none."""
        patient_id = self.table.patient_id
        if patient_id is not None:
            which, number = self.session.number_to_copy(patient_id)
            self.app.copy_to_clipboard(number)
            self.show_message(f"{which} copied.")

    def action_close_file(self) -> None:
        """Go back to the first screen."""
        self.dismiss(None)

    def open_instead(self, path: Path) -> None:
        """Close this file and open another."""
        app = self.app
        self.dismiss(None)
        app.post_message(StartScreen.Chosen("recent", path))
