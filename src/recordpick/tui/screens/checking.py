"""The screen where records are checked: one record at a time, its lines, and what to look at.

A key is a result. It goes to the line under the cursor, is on the disk before the screen shows it,
and moves on to the next line of the same record; only Enter goes to another patient.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.suggester import SuggestFromList
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from recordpick.errors import UserError
from recordpick.tui.actions import (
    ALL_COMMANDS,
    CHECKING,
    FILE,
    HELP_KEYS,
    HIDE_NAMES,
    NEXT_PART,
    PATIENT,
    VIEW,
    HelpPage,
    command,
    key,
)
from recordpick.tui.checking_state import Checking, Place, RecordToCheck, Row
from recordpick.tui.checking_words import (
    detail_of,
    identity_line,
    row_line,
    top_line,
)
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
from recordpick.tui.text import content
from recordpick.tui.widgets.fields import Field
from recordpick.tui.widgets.lines import KeysLine

if TYPE_CHECKING:
    from recordpick.data_checking.phase_lines import CheckedRecord
    from recordpick.selection.results import Outcome, Severity
    from recordpick.tui.session import Session

Asking = Literal["", "what", "how bad"]
_RECORDS_KEPT = 20
_KEYS: dict[str, Outcome] = {
    "s": "same",
    "d": "different",
    "n": "not there",
    "a": "not applicable",
}
_SEVERITIES: dict[str, Severity] = {"l": "low", "m": "medium", "h": "high", "": ""}
_HOW_BAD = "How bad?   l low   m medium   h high   Enter: not said   Esc: no result"


_GO_ON = "Next record; or both results of a line"


class LinesList(OptionList):
    """The lines of a record. Enter is a key like the others: it waits for what was typed before."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("enter", "screen.go_on", _GO_ON, label="Next record", display="Enter")
    ]


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
    BINDINGS: ClassVar[list[BindingType]] = [
        key(
            "s",
            "result('s')",
            "Same: the new system shows what the old one does",
            CHECKING,
            label="Same",
        ),
        key("d", "result('d')", "Different: asks what, and how bad", CHECKING, label="Different"),
        key(
            "n",
            "result('n')",
            "Not there: it is missing; asks how bad",
            CHECKING,
            label="Not there",
        ),
        key("a", "result('a')", "Not applicable: to this record", CHECKING, label="N/A"),
        key("y", "confirm", "Confirm: what the comparison proposes (◊)", CHECKING),
        key("enter", "go_on", _GO_ON, CHECKING),
        key("left", "line_before", "Line before", CHECKING, label="Line before", display="←"),
        key(
            "w",
            "flow('record')",
            "Whole record: as the index has it",
            CHECKING,
            label="Whole record",
        ),
        key("colon", "app.command_palette", ALL_COMMANDS, label="More"),
        *HELP_KEYS,
        key("q", "close", "Back to picking: everything is saved", label="Back"),
        key("ctrl+z,u", "undo", "Undo: the last result", CHECKING),
        key("ctrl+y,U", "redo", "Redo: what was undone", CHECKING),
        key("g", "next_unfinished", "Next unfinished record", CHECKING),
        key("right_square_bracket", "turn(1)", "Record after: finished or not", VIEW, display="]"),
        key("left_square_bracket", "turn(-1)", "Record before: finished or not", VIEW, display="["),
        key("t", "flow('filter')", "Filter: unfinished, an area, a person's share", VIEW),
        key("ctrl+p", "flow('print')", "Print whole records: this one, or all selected", FILE),
        key("c", "copy", "Copy number: NHS number, or else patient number", PATIENT),
        key("p", "app.mask", HIDE_NAMES, VIEW),
        key("l", "how_bad('l')", "How bad: low"),
        key("m", "how_bad('m')", "How bad: medium"),
        key("h", "how_bad('h')", "How bad: high"),
        key("tab", "app.focus_next", NEXT_PART),
        key("shift+tab", "app.focus_previous", NEXT_PART),
        key("escape", "back", "One step back; to picking"),
    ]
    COMMANDS_WITHOUT_KEY = (
        command("flow('give')", "Give records to somebody: a checking copy", CHECKING),
        command("flow('import')", "Import: a copy, a workbook or a transcript", CHECKING),
        command("flow('workbook')", "Workbook: by record, to fill in elsewhere", CHECKING),
        command("flow('log')", "Issue log: write it for the supplier", FILE),
        command("flow('page')", "Page to sign: write it", FILE),
    )

    class RecordRead(Message):
        """A thread has read what to look at in a record."""

        def __init__(self, patient_id: str, read: RecordToCheck | None, error: str) -> None:
            super().__init__()
            self.patient_id = patient_id
            self.read = read
            self.error = error

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
        self._cursor_at = 0
        self._rows: tuple[Row, ...] = ()
        self._read: dict[str, RecordToCheck] = {}
        self._errors: dict[str, str] = {}
        self._asking: Asking = ""
        self._answer: tuple[Row, Outcome, str] | None = None
        """The row, the result and what differs, while it is asked how bad that is."""
        self._locked_at: int | None = None
        """The row at which the record was finished: result keys wait until the cursor moves."""
        self._message = ("", False)

    def compose(self) -> ComposeResult:
        """Show where one is, who it is, the lines, what to look at, others, and the keys."""
        yield Static("", id="check-top", markup=False)
        yield Static("", id="check-who", markup=False)
        yield LinesList(id="check-lines", markup=False, compact=True)
        with VerticalScroll(id="check-detail-room"):
            yield Static("", id="check-detail", markup=False)
        yield Field("", id="check-differs", compact=True, placeholder="What differs?")
        yield Static("", id="check-ask", markup=False)
        yield Static("", id="check-others", markup=False)
        yield Static("", id="check-message", markup=False)
        yield KeysLine()

    def on_mount(self) -> None:
        """Show the first record with something left."""
        self.query_one("#check-differs").display = False
        self.query_one(OptionList).focus()
        if self.checking.lines.notes:
            self.show_message(" ".join(self.checking.lines.notes), warns=True)
        self._go_to_first_unfinished()
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
        at = self.query_one(OptionList).highlighted
        return self._rows[at] if at is not None and at < len(self._rows) else None

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
        listing = self.query_one(OptionList)
        before = listing.highlighted if at is None else at
        self._rows = () if record is None else self.checking.rows(record)
        place = min(before or 0, max(len(self._rows) - 1, 0))
        options = [Option(self._line(at == place, row)) for at, row in enumerate(self._rows)]
        with self.prevent(OptionList.OptionHighlighted):
            listing.clear_options()
            listing.add_options(options)
            listing.highlighted = place if options else None
        self._cursor_at = place
        self._show_head()
        self._show_detail()

    def _line(self, has_cursor: bool, row: Row) -> Content:  # noqa: FBT001 - of one line
        return row_line(
            row,
            self.checking.state(row),
            max(self.size.width - 3, 20),
            hides=is_masking(self.app),
            read=self._known(),
            has_cursor=has_cursor,
        )

    def _show(self) -> None:
        self.show_again()
        self._show_message()

    def _known(self) -> RecordToCheck | None:
        record = self.record
        return None if record is None else self._read.get(record.patient_id)

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

    def _show_detail(self) -> None:
        record, row = self.record, self.row
        detail = self.query_one("#check-detail", Static)
        if record is None or row is None:
            detail.update(content(self._nothing_here()))
            return
        if record.patient_id in self._errors:
            detail.update(content(self._errors[record.patient_id], "$warning"))
            return
        read = self._read.get(record.patient_id)
        if read is None:
            detail.update(content("Reading what to look at …", "$quiet"))
            self._read_record(record)
            return
        detail.update(
            detail_of(
                row,
                self.checking,
                read,
                width=max(self.size.width - 4, 20),
                hides=is_masking(self.app),
            )
        )

    def _nothing_here(self) -> str:
        if self.checking.filter.words:
            return f"No record is shown ({self.checking.filter.words}). t shows others."
        return f"Nothing has to be checked in the {self.checking.phase}."

    def _read_record(self, record: CheckedRecord) -> None:
        def read() -> None:
            try:
                found, error = self.checking.read(record), ""
            except UserError as problem:
                found, error = None, " ".join(problem.messages)
            self.post_message(self.RecordRead(record.patient_id, found, error))

        self.run_worker(
            read, thread=True, group="background", name="reading evidence", exclusive=False
        )

    @on(RecordRead)
    def _record_read(self, message: RecordRead) -> None:
        if len(self._read) >= _RECORDS_KEPT:
            self._read.clear()
        if message.read is None:
            self._errors[message.patient_id] = message.error
        else:
            self._read[message.patient_id] = message.read
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
        listing = self.query_one(OptionList)
        for at in {self._cursor_at, event.option_index}:
            if at < min(len(self._rows), listing.option_count):
                line = self._line(at == event.option_index, self._rows[at])
                listing.replace_option_prompt_at_index(at, line)
        self._cursor_at = event.option_index
        self.query_one("#check-detail-room").scroll_home(animate=False)
        self._show_detail()

    # ------------------------------------------------------------------ results

    def action_result(self, pressed: str) -> None:
        """Give the line under the cursor a result, or ask what differs and how bad that is."""
        verdict = self._held.judge(pressed, self.clock())
        if verdict == "retract":
            self.action_undo()
            self.show_message(f"{pressed} was held down: it counted once.")
            return
        row, record = self.row, self.record
        if verdict == "ignore" or row is None or record is None:
            return
        if self._locked_at is not None:
            self.show_message(f"{self.checking.finished_words(record)} Enter: next record.")
            return
        outcome = _KEYS[pressed]
        if outcome == "different":
            self._ask_what(row)
        elif outcome == "not there":
            self._ask_how_bad(row, outcome, "")
        else:
            self._save(row, outcome)

    def action_confirm(self) -> None:
        """Make what the comparison proposes for the line under the cursor a result."""
        verdict = self._held.judge("y", self.clock())
        if verdict == "retract":
            self.action_undo()
            self.show_message("y was held down: it counted once.")
            return
        row = self.row
        if verdict == "ignore" or row is None or self.record is None:
            return
        if self._locked_at is None and self.change(lambda: self.checking.confirm(row)):
            self._move_on()

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
        record, at = self.record, self.query_one(OptionList).highlighted
        if record is None or at is None:
            return
        number = len(self._rows)
        order = [*range(at + 1, number), *range(at)]
        after = next((one for one in order if not self.checking.is_done(self._rows[one])), None)
        if after is not None:
            self.query_one(OptionList).highlighted = after
            return
        if self.checking.is_done(self._rows[at]):
            self._locked_at = at
            self.show_message(f"{self.checking.finished_words(record)} Enter: next record.")

    def _ask_what(self, row: Row) -> None:
        self._asking = "what"
        self._answer = (row, "different", "")
        field = self.query_one("#check-differs", Field)
        record = self.record
        read = RecordToCheck() if record is None else self._read.get(record.patient_id)
        compare = self.checking.compare(row, read or RecordToCheck())
        field.suggester = SuggestFromList(compare, case_sensitive=False)
        field.value = ""
        field.display = True
        field.focus()
        self._ask(f"What differs in {row.name}? Enter goes on, Esc gives no result.")

    def _ask_how_bad(self, row: Row, outcome: Outcome, differs: str) -> None:
        self._asking = "how bad"
        self._answer = (row, outcome, differs)
        self.query_one("#check-differs").display = False
        self.query_one(OptionList).focus()
        self._ask(f"{row.name} {outcome}. {_HOW_BAD}")
        self.refresh_bindings()

    def _ask(self, text: str) -> None:
        self.query_one("#check-ask", Static).update(content(text, "bold"))
        self.refresh_bindings()

    def _stop_asking(self) -> None:
        self._asking = ""
        self._answer = None
        self.query_one("#check-differs").display = False
        self.query_one(OptionList).focus()
        self._ask("")

    @on(Input.Submitted, "#check-differs")
    def _differs_given(self, event: Input.Submitted) -> None:
        if self._answer is None:
            return
        text = event.value.strip()
        if not text:
            self.show_message("Write what differs, or Esc for no result.", warns=True)
            return
        row, outcome, _ = self._answer
        self._ask_how_bad(row, outcome, text)

    def action_how_bad(self, pressed: str) -> None:
        """Keep the result with how bad it is."""
        if self._answer is None:
            return
        row, outcome, differs = self._answer
        self._held.release()
        self._stop_asking()
        self._save(row, outcome, differs, _SEVERITIES[pressed])

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
                named = [(row.line.criterion_id, row.area) for row in self._rows]
                if (place.criterion_id, place.area) in named:
                    self.show_again(named.index((place.criterion_id, place.area)))

    # ------------------------------------------------------------------ finding the way

    def action_go_on(self) -> None:
        """Go to the next record when this one is finished; show both results of a line."""
        self._held.release()
        row, record = self.row, self.record
        if self._asking == "how bad":
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
        records = self.checking.records
        order = [*range(self._record + 1, len(records)), *range(self._record + 1)]
        for number in order:
            if number < len(records) and self.checking.left_of(records[number]):
                self._go_to(number)
                self.show_message("")
                return
        self.show_message(self._all_done())

    def _all_done(self) -> str:
        number = len(self.checking.records)
        copy = self.session.file.checking_copy
        if copy is not None:
            return f"Your share is done: {number} records. Bring this copy back to be imported."
        whose = self.checking.filter.words
        return f"Everything {f'shown ({whose}) ' if whose else ''}is done: {number} records."

    def action_turn(self, by: int) -> None:
        """Go to the record after or before, finished or not."""
        number = self._record + by
        if 0 <= number < len(self.checking.records):
            self._go_to(number)
            self.show_message("")

    def action_line_before(self) -> None:
        """Go one line back; from the first to the record before."""
        listing = self.query_one(OptionList)
        if listing.highlighted:
            listing.highlighted -= 1
        elif self._record:
            self._go_to(self._record - 1)
            self.show_again(len(self._rows) - 1)

    def _go_to_first_unfinished(self) -> None:
        records = self.checking.records
        first = next((at for at, one in enumerate(records) if self.checking.left_of(one)), 0)
        self._go_to(first)

    def _go_to(self, number: int) -> None:
        self._record = number
        self._locked_at = None
        record = self.record
        self._rows = () if record is None else self.checking.rows(record)
        self.show_again(self._first_open_row())

    def _first_open_row(self) -> int:
        open_rows = [at for at, one in enumerate(self._rows) if not self.checking.is_done(one)]
        return open_rows[0] if open_rows else 0

    def show_records_again(self, message: str) -> None:
        """Show what was imported or filtered, from the first unfinished record on."""
        self._read.clear()
        self._go_to_first_unfinished()
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
        if action == "how_bad":
            return self._asking == "how bad"
        if self._asking and action in _NOT_WHILE_ASKING:
            return False
        return super().check_action(action, parameters)

    def action_back(self) -> None:
        """Give no result where something is asked; else go back to picking."""
        if self._asking:
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
        flows = {
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
        await flows[name](self, self.session)


_NOT_WHILE_ASKING = frozenset(
    {"result", "line_before", "turn", "next_unfinished", "undo", "redo", "flow", "close", "copy"}
)
