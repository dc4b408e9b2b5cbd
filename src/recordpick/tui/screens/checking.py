"""The screen where records are checked: one record at a time, its lines, and what to look at.

A key is a result. It goes to the line under the cursor, is on the disk before the screen shows it,
and moves on to the next line of the same record; only Enter goes to another patient.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, OptionList, Static

from recordpick.errors import UserError
from recordpick.tui.actions import HelpPage
from recordpick.tui.checking_state import Checking, Place, RecordToCheck, Row
from recordpick.tui.checking_words import identity_line, top_line
from recordpick.tui.flow_screen import FlowScreen, opens_modal
from recordpick.tui.flows.checking import (
    choose_filter,
    export_log,
    give_records,
    import_results,
    resolve,
    show_record,
    write_page,
)
from recordpick.tui.flows.checking_prints import print_records, write_workbook
from recordpick.tui.key_repeat import HeldKeys
from recordpick.tui.masking import is_masking, mask_numbers, watch_masking
from recordpick.tui.screens.checking_keys import COMMANDS_WITHOUT_KEY, KEYS
from recordpick.tui.text import content
from recordpick.tui.widgets.line_detail import LineDetail
from recordpick.tui.widgets.lines import KeysLine
from recordpick.tui.widgets.lines_to_check import LinesToCheck
from recordpick.tui.widgets.result_question import ResultQuestion, UnfinishedResult

if TYPE_CHECKING:
    from recordpick.data_checking.phase_lines import CheckedRecord
    from recordpick.selection.results import Outcome, Severity
    from recordpick.tui.session import Session

_OUTCOMES: dict[str, Outcome] = {
    "s": "same",
    "d": "different",
    "n": "not there",
    "a": "not applicable",
}
"""The result that each key gives."""
_SEVERITIES: dict[str, Severity] = {"l": "low", "m": "medium", "h": "high", "": ""}
_NOT_WHILE_ASKING = frozenset(
    {"result", "line_before", "turn", "next_unfinished", "undo", "redo", "flow", "close", "copy"}
)
"""Actions that are no answer to what is asked."""
_FLOWS = {
    "record": show_record,
    "filter": choose_filter,
    "resolve": resolve,
    "give": give_records,
    "import": import_results,
    "log": export_log,
    "page": write_page,
    "print": print_records,
    "workbook": write_workbook,
}
"""What takes more than one step, by the name that the keys use."""


class CheckingScreen(FlowScreen[None]):
    """The record, its lines, below them what to look at on the line under the cursor."""

    HELP_PAGE = HelpPage(
        "Checking a record",
        "Open the record in both systems, compare what the line names, and press one key: s same, "
        "d different, n not there, a not applicable. It is saved at once and goes to the next line "
        "of this record. Only Enter goes on to another patient, and only when this one is "
        "finished. Below the lines is what to compare, and the entries that made the record match, "
        "as the old system shows them. ! marks a line about which people disagree: Enter shows "
        "both results, and one is chosen with a reason. ◊ is what a comparison of both systems' "
        "records proposes: only y, or a result of your own, makes it a result. Random records have "
        "no ◊.",
    )
    BINDINGS: ClassVar[list[BindingType]] = KEYS
    COMMANDS_WITHOUT_KEY: ClassVar[tuple[Binding, ...]] = COMMANDS_WITHOUT_KEY

    lines = getters.query_one(LinesToCheck)
    detail = getters.query_one(LineDetail)
    question = getters.query_one(ResultQuestion)

    def __init__(
        self,
        session: Session,
        checking: Checking,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the open session, and what is checked by whom; `clock` tells a held key."""
        super().__init__()
        self.session = session
        self.checking = checking
        self.clock = clock
        """The time in seconds, by which a key that is held down is recognised."""
        self._held = HeldKeys()
        self._record = 0
        self._locked_at: int | None = None
        """The row at which the record was finished: result keys wait until the cursor moves."""
        self._message = ("", False)

    def compose(self) -> ComposeResult:
        """Show where one is, who it is, the lines, what to look at, others, and the keys."""
        yield Static("", id="check-top", markup=False)
        yield Static("", id="check-who", markup=False)
        yield LinesToCheck(self.checking)
        yield LineDetail(self.checking)
        yield ResultQuestion()
        yield Static("", id="check-others", markup=False)
        yield Static("", id="check-message", markup=False)
        yield KeysLine()

    def on_mount(self) -> None:
        """Show the first record with something left."""
        self.lines.focus()
        if self.checking.lines.notes:
            self.show_message(" ".join(self.checking.lines.notes), warns=True)
        self._go_to(self.checking.next_unfinished() or 0)
        watch_masking(self, self._show)

    # ------------------------------------------------------------------ showing

    @property
    def record(self) -> CheckedRecord | None:
        """The record that is shown; None where no record is."""
        records = self.checking.records
        return records[self._record] if self._record < len(records) else None

    @property
    def row(self) -> Row | None:
        """The row under the cursor."""
        return self.lines.row

    @property
    def message(self) -> str:
        """What the message line says."""
        return self._message[0]

    def show_message(self, text: str, *, warns: bool = False) -> None:
        """Show what was done, or (`warns`) why it was not."""
        self._message = (text, warns)
        if self.is_mounted:
            self._show_message()

    def _show_message(self) -> None:
        text, warns = self._message
        if is_masking(self.app):
            text = "" if "is finished:" in text else mask_numbers(self.session.numbers, text)
        line = content(f"! {text}" if warns and text else text, "$warning" if warns else "")
        self.query_one("#check-message", Static).update(line)

    def show_again(self, at: int | None = None) -> None:
        """Show the record as it is now, with the cursor on a row (None: where it was)."""
        record = self.record
        rows = () if record is None else self.checking.rows(record)
        self.lines.show(rows, self.detail.known(record), at)
        self._show_head()
        self.detail.show(record, self.row)

    def _show(self) -> None:
        self.show_again()
        self._show_message()

    def _show_head(self) -> None:
        record = self.record
        number = self._record + 1 if record is not None else 0
        width, hides = max(self.size.width, 20), is_masking(self.app)
        self.query_one("#check-top", Static).update(
            top_line(self.checking, number, width, hides=hides)
        )
        who = Content("")
        if record is not None:
            who = identity_line(self.checking.who[record.patient_id], hides=hides, width=width)
        self.query_one("#check-who", Static).update(who)
        others = self.checking.others()
        line = self.query_one("#check-others", Static)
        line.display = bool(others)
        line.update(content(others, "$quiet"))

    @on(LineDetail.RecordRead)
    def _record_read(self, message: LineDetail.RecordRead) -> None:
        record = self.record
        if record is not None and record.patient_id == message.patient_id:
            self.show_again()

    def on_resize(self) -> None:
        """Fit the lines to the new width."""
        if self.is_mounted:
            self.call_after_refresh(self.show_again)

    @on(OptionList.OptionHighlighted, "#check-lines")
    def _row_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        if event.option_index != self._locked_at:
            self._locked_at = None
        self.detail.scroll_home(animate=False)
        self.detail.show(self.record, self.row)

    # ------------------------------------------------------------------ results

    def action_result(self, pressed: str) -> None:
        """Give the line under the cursor a result, or ask what differs and how bad that is."""
        row, record = self.row, self.record
        if not self._is_press(pressed) or row is None or record is None:
            return
        if self._locked_at is not None:
            self.show_message(f"{self.checking.finished_words(record)} Enter: next record.")
            return
        outcome = _OUTCOMES[pressed]
        if outcome == "different":
            known = self.detail.known(record) or RecordToCheck()
            self.question.ask_what(row, self.checking.compare(row, known))
        elif outcome == "not there":
            self.question.ask_how_bad(row, outcome)
        else:
            self._save(row, outcome)

    def action_confirm(self) -> None:
        """Make what the comparison proposes for the line under the cursor a result."""
        row = self.row
        if not self._is_press("y") or row is None or self.record is None:
            return
        if self._locked_at is None and self.change(lambda: self.checking.confirm(row)):
            self._move_on()

    def _is_press(self, pressed: str) -> bool:
        """Return whether a person pressed the key; take back what its first repetition did."""
        verdict = self._held.judge(pressed, self.clock())
        if verdict == "retract":
            self.action_undo()
            self.show_message(f"{pressed} was held down: it counted once.")
        return verdict == "accept"

    @on(Input.Submitted, "#check-differs")
    def _differs_given(self, event: Input.Submitted) -> None:
        result = self.question.result
        if result is None:
            return
        text = event.value.strip()
        if not text:
            self.show_message("Write what differs, or Esc for no result.", warns=True)
            return
        self.question.ask_how_bad(result.row, result.outcome, text)
        self.lines.focus()

    def action_how_bad(self, pressed: str) -> None:
        """Keep the result with how bad it is."""
        self._held.release()
        result = self._stop_asking()
        if result is not None:
            self._save(result.row, result.outcome, result.differs, _SEVERITIES[pressed])

    def _stop_asking(self) -> UnfinishedResult | None:
        result = self.question.stop()
        self.lines.focus()
        return result

    def _save(self, row: Row, outcome: Outcome, differs: str = "", severity: Severity = "") -> None:
        if self.change(lambda: self.checking.set(row, outcome, differs, severity)):
            self._move_on()

    def change(self, make_change: Callable[[], str]) -> bool:
        """Change the working file and show the result; or show why it was not changed."""
        try:
            text = make_change()
        except UserError as error:
            self.show_message(" ".join(error.messages), warns=True)
            return False
        self.show_again()
        self.show_message(text)
        return True

    def _move_on(self) -> None:
        """Go to the next row of this record that needs a result; else say it is finished."""
        record, row, at = self.record, self.row, self.lines.highlighted
        if record is None or row is None or at is None:
            return
        after = self.checking.next_open(self.lines.rows, at)
        if after is not None:
            self.lines.highlighted = after
        elif self.checking.is_done(row):
            self._locked_at = at
            self.show_message(f"{self.checking.finished_words(record)} Enter: next record.")

    def action_undo(self) -> None:
        """Take back the last result, and show the line that it was of."""
        self._change_and_show(self.checking.undo)

    def action_redo(self) -> None:
        """Do again what was undone, and show the line that it is of."""
        self._change_and_show(self.checking.redo)

    def _change_and_show(self, make_change: Callable[[], tuple[str, Place | None]]) -> None:
        places: list[Place | None] = []

        def change() -> str:
            words, place = make_change()
            places.append(place)
            return words

        self._locked_at = None
        if self.change(change) and places[0] is not None:
            self._show_place(places[0])

    def _show_place(self, place: Place) -> None:
        """Put the cursor on a row of whichever record it is in, if that is shown."""
        for number, record in enumerate(self.checking.records):
            if record.patient_id == place.patient_id:
                if number != self._record:
                    self._go_to(number)
                named = [(row.line.criterion_id, row.area) for row in self.lines.rows]
                if (place.criterion_id, place.area) in named:
                    self.show_again(named.index((place.criterion_id, place.area)))

    # ------------------------------------------------------------------ finding the way

    def action_go_on(self) -> None:
        """Go to the next record when this one is finished; show both results of a line."""
        self._held.release()
        row, record = self.row, self.record
        if self.question.asking == "how bad":
            self.action_how_bad("")
        elif record is None or row is None:
            self.action_next_unfinished()
        elif self.checking.state(row).disagrees:
            self.action_flow("resolve")
        elif not self.checking.left_of(record):
            self.action_next_unfinished()
        else:
            left = self.checking.left_of(record)
            self.show_message(
                f"{left} still to check in this record; g goes to the next unfinished record."
            )

    def action_next_unfinished(self) -> None:
        """Go to the next record that needs a result, after the last to the first."""
        number = self.checking.next_unfinished(self._record)
        if number is None:
            self.show_message(self.checking.all_done_words())
        else:
            self._go_to(number)
            self.show_message("")

    def action_turn(self, by: int) -> None:
        """Go to the record after or before, finished or not."""
        number = self._record + by
        if 0 <= number < len(self.checking.records):
            self._go_to(number)
            self.show_message("")

    def action_line_before(self) -> None:
        """Go one line back; from the first to the record before."""
        if self.lines.highlighted:
            self.lines.highlighted -= 1
        elif self._record:
            self._go_to(self._record - 1)
            self.show_again(len(self.lines.rows) - 1)

    def _go_to(self, number: int) -> None:
        self._record = number
        self._locked_at = None
        record = self.record
        rows = () if record is None else self.checking.rows(record)
        self.show_again(self.checking.next_open(rows) or 0)

    def show_records_again(self, message: str) -> None:
        """Show what was imported or filtered, from the first unfinished record on."""
        self.detail.forget()
        self._go_to(self.checking.next_unfinished() or 0)
        self.show_message(message)

    def action_copy(self) -> None:
        """Copy the NHS number, or the patient number where there is none."""
        record = self.record
        if record is not None:
            which, number = self.session.number_to_copy(record.patient_id)
            self.app.copy_to_clipboard(number)
            self.show_message(f"{which} copied.")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let only the answer count while something is asked."""
        asking = self.question.asking if self.is_mounted else ""
        if action == "how_bad":
            return asking == "how bad"
        if asking and action in _NOT_WHILE_ASKING:
            return False
        return super().check_action(action, parameters)

    def action_back(self) -> None:
        """Give no result where something is asked; else go back to picking."""
        if self.question.asking:
            self._stop_asking()
            self.show_message("No result was given.")
        else:
            self.action_close()

    def action_close(self) -> None:
        """Go back to picking; everything is saved."""
        self.dismiss(None)

    @opens_modal
    async def action_flow(self, name: str) -> None:
        """Start what takes more than one step."""
        await _FLOWS[name](self, self.session)
