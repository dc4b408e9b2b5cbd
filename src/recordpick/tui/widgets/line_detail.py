"""Below the lines of a record that is checked: what to look at, read in a thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import Static

from recordpick.errors import UserError
from recordpick.tui.checking_words import detail_of
from recordpick.tui.masking import is_masking
from recordpick.tui.text import content

if TYPE_CHECKING:
    from recordpick.data_checking.phase_lines import CheckedRecord
    from recordpick.tui.checking_state import Checking, RecordToCheck, Row

_RECORDS_KEPT = 20
_LEAST_CELLS = 20
_EDGES = 4
"""Cells that the text does not have of the screen."""


class LineDetail(VerticalScroll):
    """What to compare on a line, and the entries to look at; keeps what was read of records."""

    class RecordRead(Message):
        """What to look at in a record is known now, or why it cannot be read."""

        def __init__(self, patient_id: str, read: RecordToCheck | None, error: str) -> None:
            super().__init__()
            self.patient_id = patient_id
            self.read = read
            self.error = error

    def __init__(self, checking: Checking) -> None:
        """Take what is checked; nothing is read yet."""
        super().__init__(id="check-detail-room")
        self._checking = checking
        self._read: dict[str, RecordToCheck] = {}
        self._errors: dict[str, str] = {}

    def compose(self) -> ComposeResult:
        """Hold one text."""
        yield Static("", id="check-detail", markup=False)

    def known(self, record: CheckedRecord | None) -> RecordToCheck | None:
        """Return what was read of a record; None where nothing was, yet."""
        return None if record is None else self._read.get(record.patient_id)

    def forget(self) -> None:
        """Read every record again, when it is shown next."""
        self._read.clear()

    def show(self, record: CheckedRecord | None, row: Row | None) -> None:
        """Show what to look at on a row of a record, which is read in a thread at first."""
        detail = self.query_one("#check-detail", Static)
        read = self.known(record)
        if record is None or row is None:
            detail.update(content(self._nothing_here()))
        elif record.patient_id in self._errors:
            detail.update(content(self._errors[record.patient_id], "$warning"))
        elif read is None:
            detail.update(content("Reading what to look at …", "$quiet"))
            self._read_record(record)
        else:
            width = max(self.screen.size.width - _EDGES, _LEAST_CELLS)
            hides = is_masking(self.app)
            detail.update(detail_of(row, self._checking, read, width=width, hides=hides))

    def _nothing_here(self) -> str:
        if self._checking.filter.words:
            return f"No record is shown ({self._checking.filter.words}). t shows others."
        return f"Nothing has to be checked in the {self._checking.phase}."

    def _read_record(self, record: CheckedRecord) -> None:
        def read() -> None:
            try:
                found, error = self._checking.read(record), ""
            except UserError as problem:
                found, error = None, " ".join(problem.messages)
            self.post_message(self.RecordRead(record.patient_id, found, error))

        self.run_worker(
            read, thread=True, group="background", name="reading evidence", exclusive=False
        )

    @on(RecordRead)
    def _keep_read(self, message: RecordRead) -> None:
        if len(self._read) >= _RECORDS_KEPT:
            self._read.clear()
        if message.read is None:
            self._errors[message.patient_id] = message.error
        else:
            self._read[message.patient_id] = message.read
