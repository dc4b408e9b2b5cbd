"""The pane below the patients: the record of the patient under the cursor, read in a thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import getters, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from recordpick.errors import UserError
from recordpick.tui.masking import is_masking, watch_masking
from recordpick.tui.widgets.record_view import EvidenceRow, RecordView, ShownRecord

if TYPE_CHECKING:
    from recordpick.matching.explain import RuleForPatient
    from recordpick.tui.session import Session

_RECORDS_KEPT = 50


class RecordPane(Vertical):
    """Reads one record at a time; at the end always that of the patient shown last."""

    class RecordRead(Message):
        """A thread has read a record."""

        def __init__(self, key: tuple[str | None, str], record: ShownRecord) -> None:
            super().__init__()
            self.key = key
            self.record = record

    view = getters.query_one(RecordView)

    def __init__(self, session: Session, id: str) -> None:  # noqa: A002 - Textual's own name
        """Take the open session; nothing is read yet."""
        super().__init__(id=id)
        self._session = session
        self._wanted: tuple[str | None, str] | None = None
        """The criterion and the patient to show."""
        self._is_reading = False
        self._records: dict[tuple[str | None, str], ShownRecord] = {}

    def compose(self) -> ComposeResult:
        """Hold one view."""
        yield RecordView(id="record")

    def on_mount(self) -> None:
        """Hide and show what identifies the patient with the rest of the app."""
        watch_masking(self, self._apply_masking)

    def _apply_masking(self) -> None:
        self.view.masks = is_masking(self.app)

    def show_patient(self, criterion_id: str | None, patient_id: str | None) -> None:
        """Show a patient's record, with why they meet the criterion; None: no patient."""
        if patient_id is None:
            self._wanted = None
            self.view.show(None)
            return
        self._wanted = key = (criterion_id, patient_id)
        if key in self._records:
            self._show_record(patient_id, self._records[key])
        elif not self._is_reading:
            self._is_reading = True
            self.call_after_refresh(self._read)  # the row of the patient is painted first

    def show_identity(self, criterion_id: str | None, patient_id: str) -> None:
        """Show at once who the patient is, while the record is still to be read."""
        if (criterion_id, patient_id) not in self._records:
            listed = self._session.listed(patient_id)
            self.view.show(ShownRecord(listed, "", is_being_read=True))

    def _read(self) -> None:
        key = self._wanted
        if key is None:
            self._is_reading = False
            return

        def read() -> None:
            self.post_message(self.RecordRead(key, read_record_of(self._session, *key)))

        self.run_worker(read, thread=True, group="background", name="reading a record")

    @on(RecordRead)
    def _record_read(self, message: RecordRead) -> None:
        message.stop()
        self._is_reading = False
        if len(self._records) >= _RECORDS_KEPT:
            self._records.clear()
        self._records[message.key] = message.record
        if self._wanted is not None:
            self.show_patient(*self._wanted)

    def _show_record(self, patient_id: str, record: ShownRecord) -> None:
        """Show what was read, with the picks and the note of now."""
        selection, titles = self._session.selection, self._session.titles
        picked = selection.criteria_of(patient_id)
        met = self._session.met_by(patient_id)
        self.view.show(
            replace(
                record,
                note=selection.notes.get(patient_id, ""),
                picked_for=tuple((name or "random", titles[name]) for name in picked),
                is_matched=self._session.matches is not None,
                also_meets=tuple((name, titles[name]) for name in met if name not in picked),
            )
        )


def read_record_of(session: Session, criterion_id: str | None, patient_id: str) -> ShownRecord:
    """Read a record with why (or why not) the patient meets the criterion: for a thread.

    What cannot be read (the patient is not in the index, the index cannot be reached) is said in
    place of the record.
    """
    try:
        return _read(session, criterion_id, patient_id)
    except UserError as error:
        listed = session.listed(patient_id)
        return ShownRecord(listed, criterion_id or "", error=" ".join(error.messages))


def _read(session: Session, criterion_id: str | None, patient_id: str) -> ShownRecord:
    evidence: tuple[EvidenceRow, ...] = ()
    missing = ""
    if criterion_id is not None and session.file.pack.criterion(criterion_id).steps:
        explained = session.explain(criterion_id, patient_id)
        held = {(rule.step, rule.says) for rule in explained.rules if rule.holds}
        evidence = tuple(
            EvidenceRow(
                row["says"],
                row["table"],
                row["row_id"] or "",
                row["date"],
                row["summary"],
                holds=(row["step"], row["says"]) in held,
            )
            for row in explained.rows.to_dicts()
        )
        if not explained.meets and not explained.why_not_answered:
            reasons = _failed_steps(explained.rules)
            if not explained.in_population:
                reasons.insert(0, "not among the patients this criterion is about")
            missing = "Does not hold: " + "; ".join(reasons)
    return ShownRecord(
        record=session.record(patient_id),
        criterion=criterion_id or "",
        evidence=evidence,
        missing=missing,
    )


def _failed_steps(rules: Sequence[RuleForPatient]) -> list[str]:
    """Return the steps of which no rule holds, in words: one of several rules is enough."""
    texts: dict[int, list[str]] = {}
    for rule in rules:
        texts.setdefault(rule.step, []).append(rule.says)
    held = {rule.step for rule in rules if rule.holds}
    return [" or ".join(words) for step, words in texts.items() if step not in held]
