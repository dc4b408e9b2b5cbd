"""The screen where records are picked: its keys, and the wiring between its parts.

The parts are widgets that know nothing of each other: they post messages, which this screen or the
widget around them (`widgets/picking_parts.py`) handles, and it calls their methods. Changes of the
selection are functions of this screen and its session (`selection_changes.py`); so are the flows,
which take more than one step (`recordpick.tui.flows`). Every change is on the disk before the
screen shows it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from recordpick.errors import UserError
from recordpick.tui import selection_changes
from recordpick.tui.flow_screen import FlowScreen, opens_modal
from recordpick.tui.flows.registry import NEED_ALL_MATCHES, load_flow
from recordpick.tui.patient_scopes import ONLY_SOME, STILL_MATCHING, Scope
from recordpick.tui.screens.picking_keys import COMMANDS_WITHOUT_KEY, KEYS
from recordpick.tui.screens.start import StartScreen
from recordpick.tui.view_models import CriterionLine
from recordpick.tui.widgets.criteria_list import CriteriaList
from recordpick.tui.widgets.lines import KeysLine
from recordpick.tui.widgets.patient_list import PatientList
from recordpick.tui.widgets.picking_parts import PickingParts
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

_WIDTHS = [(0, "-narrow"), (90, "-middle"), (150, "-wide")]
_HEIGHTS = [(0, "-low"), (22, "-high")]
"""The least width and height in cells of each class of the screen: one pane if it is narrow."""
_LEAST_SIZE = (60, 20)


class PickingScreen(FlowScreen[None]):
    """Progress, the criteria with their patients and records, what was done, and the keys."""

    CSS_PATH = "../styles/picking.tcss"
    HORIZONTAL_BREAKPOINTS = _WIDTHS
    VERTICAL_BREAKPOINTS = _HEIGHTS
    HELP_PAGE = PatientList.HELP_PAGE
    BINDINGS: ClassVar[list[BindingType]] = KEYS
    COMMANDS_WITHOUT_KEY: ClassVar[tuple[Binding, ...]] = COMMANDS_WITHOUT_KEY

    parts = getters.query_one(PickingParts)
    criteria = getters.query_one(CriteriaList)
    patients = getters.query_one(PatientList)
    record = getters.query_one(RecordPane)
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
        self.seen_warnings: set[str] = set()
        """The warnings about picks that were looked at since the file was opened."""
        self.clean_up: CleanUp | None = None
        """What was found to put right, kept for the next time."""
        self.comparison: ComparisonReport | None = None
        """The comparison of both systems that was shown last."""
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
        yield PickingParts(self.session)
        yield StatusLine(self.session)
        yield KeysLine()

    def on_mount(self) -> None:
        """Show the progress, and the criterion to start at."""
        self._show_progress()
        self.parts.go_to("criteria")
        if self._start_at is not None:
            self.criteria.start_at(self._start_at)
        self.parts.show_criterion()
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
        self.parts.show_patients()

    @property
    def table(self) -> RecordsTable:
        """The table of patients."""
        return self.parts.table

    @property
    def criterion(self) -> CriterionLine:
        """The criterion under the cursor."""
        return self.parts.criterion

    # ------------------------------------------------------------------ showing

    def show_message(self, text: str, *, warns: bool = False) -> None:
        """Show what was done, or (`warns`) why it was not."""
        self.status.show_message(text, warns=warns)

    def show_changes(self, text: str) -> None:
        """Show the working file as it is after a change, and what was done."""
        self._show_progress()
        self.parts.show_changes()
        self.show_message(text)

    def _show_progress(self) -> None:
        self.query_one(TopLine).show(self.session.overview())
        self.parts.show_progress()

    def on_resize(self) -> None:
        """Shorten the top line and the text above the patients on a small screen."""
        if self.is_mounted:
            self._show_progress()
            self.call_after_refresh(self.parts.share_width)
            if self.size.width < _LEAST_SIZE[0] or self.size.height < _LEAST_SIZE[1]:
                self.show_message("Make the window larger: recordpick needs 60 × 20.", warns=True)

    def label_of(self, action: str, label: str) -> str:
        """Return what a key is called in the line of keys; "" where it does nothing here."""
        if not self.criterion.is_all_picked:
            return label
        if action == "choose":
            return "Take out" if self.parts.part != "criteria" else label
        return "" if action.startswith(("scope(", "only_picked")) else label

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
        return selection_changes.change(self, self.session, make_change)

    @on(RecordsTable.PatientChosen)
    def _patient_chosen(self, message: RecordsTable.PatientChosen) -> None:
        if self.is_active and not self.is_opening_modal:
            selection_changes.toggle(self, self.session, message.patient_ids)

    @on(RecordPicks.PickChosen)
    def _pick_chosen(self, message: RecordPicks.PickChosen) -> None:
        selection_changes.take_out_pick(self, self.session, message.pick)

    def action_undo(self) -> None:
        """Undo the last change."""
        selection_changes.undo(self, self.session)

    def action_redo(self) -> None:
        """Redo what was undone."""
        selection_changes.redo(self, self.session)

    @opens_modal
    async def action_flow(self, name: str) -> None:
        """Start a flow: what takes more than one step."""
        if name in NEED_ALL_MATCHES and self.session.matches is None:
            self.show_message(STILL_MATCHING)
            return
        await load_flow(name)(self, self.session)

    @work
    async def action_refresh(self) -> None:
        """Read a shared file again; where nobody else has it open, offer to open it."""
        from recordpick.tui.flows.shared_file import refresh

        await refresh(self, self.session)

    def action_moving_on(self) -> None:
        """Let Space go to the next patient after it picks, or stay; that is remembered."""
        app = cast("RecordpickApp", self.app)
        app.moves_on = not app.moves_on
        goes = "goes to the next patient" if app.moves_on else "stays on the patient"
        self.show_message(f"Space picks and {goes}.")

    def action_saved(self) -> None:
        """Say that there is nothing to save."""
        self.show_message("Everything is saved already.")

    # ------------------------------------------------------------------ finding the way

    def action_scope(self, scope: Scope) -> None:
        """Show another list of patients; from that list, go back to those of the criterion."""
        self.show_message(self.parts.change_scope(scope))

    def action_only_picked(self) -> None:
        """Show only the picked of the criterion; then only the others; then everybody."""
        self.action_scope("not_picked" if self.patients.scope in ONLY_SOME else "picked")

    @on(CriteriaList.AreaChosen)
    def _area_chosen(self) -> None:
        if self.patients.scope != "area":
            self.action_scope("area")

    def action_find(self) -> None:
        """Filter the whole list."""
        if self.patients.scope != "whole":
            self.action_scope("whole")
        self.action_filter()

    def action_filter(self) -> None:
        """Filter the patients, or search the record if that has the focus."""
        self.parts.open_filter()
        self.show_message("Enter goes to the rows, Esc shows all again.")

    def action_leave_filter(self) -> None:
        """Go from the filter to the rows, or to the record that is searched."""
        self.parts.leave_filter()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let letters be letters in a field.

        The keys that open the filter have priority over what has the focus, so that what a fast
        typist types next, ahead of the screen, goes into the field.
        """
        if action in {"filter", "find", "undo", "redo"} and isinstance(self.focused, Input):
            return False  # what is undone would not be what is looked at
        return super().check_action(action, parameters)

    def action_next_part(self, by: int) -> None:
        """Go to the next part, or the one before; from the filter, to the rows."""
        if isinstance(self.focused, Input):
            self.parts.leave_filter()
        else:
            self.parts.go_to_next(by)

    def action_zoom(self) -> None:
        """Show the part that has the focus alone, or all parts again."""
        self.show_message("z shows the other parts again." if self.parts.zoom() else "")

    def action_back(self) -> None:
        """Go one step back: from the filter, the selected rows, the record, the patients."""
        if self.patients.filter_field.display:
            self.parts.leave_filter()
            self.parts.close_filter()
        elif self.table.selected:
            self.table.select_none()
        elif self.table.has_focus and self.patients.scope in ONLY_SOME:
            self.action_scope("matches")
        else:
            self.parts.go_out()

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
