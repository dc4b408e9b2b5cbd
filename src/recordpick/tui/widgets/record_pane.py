"""What threads read for the screen where records are picked: evidence, and the record at hand.

What the record view shows of one patient, read from the index.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on
from textual.message import Message
from textual.widgets import Input

from recordpick.errors import UserError
from recordpick.tui.widgets.patient_list import WorkLists
from recordpick.tui.widgets.record_view import RecordView, Shown, Why
from recordpick.tui.widgets.records_table import PatientHighlighted, PatientOpened

if TYPE_CHECKING:
    from recordpick.matching.explain import RuleForPatient
    from recordpick.tui.session import Session


def read_shown(session: Session, criterion_id: str | None, patient_id: str) -> Shown:
    """Read a record with why (or why not) the patient meets the criterion: for a thread.

    What cannot be read (the patient is not in the index, the index is out of reach) is said in
    the place of the record.
    """
    try:
        return _read(session, criterion_id, patient_id)
    except UserError as error:
        listed = session.listed(patient_id)
        return Shown(listed, criterion_id or "", trouble=" ".join(error.messages))


def _read(session: Session, criterion_id: str | None, patient_id: str) -> Shown:
    why: tuple[Why, ...] = ()
    missing = ""
    if criterion_id is not None and session.file.pack.criterion(criterion_id).steps:
        explained = session.explain(criterion_id, patient_id)
        held = {(rule.step, rule.says) for rule in explained.rules if rule.holds}
        why = tuple(
            Why(
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
            said = _steps_that_fail(explained.rules)
            if not explained.in_population:
                said.insert(0, "not among the patients this criterion asks about")
            missing = "Does not hold: " + "; ".join(said)
    return Shown(
        record=session.record(patient_id),
        criterion=criterion_id or "",
        why=why,
        missing=missing,
        meets=session.met_by(patient_id),
    )


def _steps_that_fail(rules: Sequence[RuleForPatient]) -> list[str]:
    """Return the steps of which no rule holds, in words: one of several rules is enough."""
    says: dict[int, list[str]] = {}
    for rule in rules:
        says.setdefault(rule.step, []).append(rule.says)
    held = {rule.step for rule in rules if rule.holds}
    return [" or ".join(words) for step, words in says.items() if step not in held]


_RECORDS_KEPT = 50


class WorkReading(WorkLists):
    """Reads one record at a time, always that of the patient under the cursor at the end."""

    class RecordRead(Message):
        """A thread has read a record."""

        def __init__(self, key: tuple[str | None, str], shown: Shown) -> None:
            super().__init__()
            self.key = key
            self.shown = shown

    class EvidenceFound(Message):
        """A thread has found the evidence lines of a criterion, or says why it could not."""

        def __init__(self, criterion_id: str, trouble: str = "") -> None:
            super().__init__()
            self.criterion_id = criterion_id
            self.trouble = trouble

    def __init__(self, session: Session) -> None:
        """Start with nothing read."""
        super().__init__(session)
        self._reading: tuple[str | None, str] | None = None
        self._records: dict[tuple[str | None, str], Shown] = {}
        self._finding: str | None = None

    def show_criterion(self) -> None:
        """Show the criterion under the cursor, its patients, and the record of the first."""
        super().show_criterion()
        self.show_record()

    def show_candidates(self, patient_id: str | None = None) -> None:
        """Show the patients; what evidence is not known yet is looked for."""
        super().show_candidates(patient_id)
        if not self.session.has_evidence(self.criterion.id):
            self._find_evidence()

    def show_changes(self, says: str) -> None:
        """Paint anew after the working file has changed."""
        self.show_progress()
        self.show_head()
        may_list_others = self.shows in {"most", "area"} or self.criterion.id is None
        if may_list_others and not self.whole:
            self.show_candidates()
        else:
            self.table.show_marks(self.marks())
        self.show_record()
        self.say(says)

    def _find_evidence(self) -> None:
        wanted = self.criterion.id
        if self._finding is not None or wanted is None:
            return
        self._finding = wanted

        def aside() -> None:
            trouble = ""
            try:
                self.session.find_evidence(wanted)
            except UserError as error:
                trouble = str(error)
            self.post_message(self.EvidenceFound(wanted, trouble))

        self.run_worker(aside, thread=True, group="aside", name="finding the evidence")

    @on(EvidenceFound)
    def _evidence_found(self, message: EvidenceFound) -> None:
        self._finding = None
        if message.trouble:
            self.say(message.trouble, warns=True)
            return
        if message.criterion_id == self.criterion.id or not self.session.has_evidence(
            self.criterion.id
        ):
            self.show_candidates()

    def show_record(self) -> None:
        """Show the record of the patient under the cursor: it is read in a thread, once."""
        patient_id = self.table.patient_id
        if patient_id is None:
            self.query_one(RecordView).show(None, "")
            return
        key = (self.criterion.id, patient_id)
        if key in self._records:
            self._paint_record(patient_id, self._records[key])
        elif self._reading is None:
            self._read(key)

    def _read(self, key: tuple[str | None, str]) -> None:
        self._reading = key

        def aside() -> None:
            self.post_message(self.RecordRead(key, read_shown(self.session, *key)))

        self.run_worker(aside, thread=True, group="aside", name="reading a record")

    @on(RecordRead)
    def _record_read(self, message: RecordRead) -> None:
        self._reading = None
        if len(self._records) >= _RECORDS_KEPT:
            self._records.clear()
        self._records[message.key] = message.shown
        self.show_record()

    def _paint_record(self, patient_id: str, shown: Shown) -> None:
        """Paint what was read, with what is picked and noted now."""
        selection = self.session.selection
        picked = tuple(name or "random" for name in selection.criteria_of(patient_id))
        note = selection.notes.get(patient_id, "")
        self.query_one(RecordView).show(replace(shown, note=note, picked_for=picked))

    @on(PatientHighlighted)
    def _patient_highlighted(self, message: PatientHighlighted) -> None:
        if message.patient_id == self.table.patient_id:
            key = (self.criterion.id, message.patient_id)
            if message.patient_id is not None and key not in self._records:
                # Who it is stands there with the cursor; what is recorded, when it is read.
                listed = self.session.listed(message.patient_id)
                self.query_one(RecordView).show(Shown(listed, "", is_being_read=True))
            self.show_record()

    @on(PatientOpened)
    def _patient_opened(self) -> None:
        if not isinstance(self.focused, Input):  # a search was begun meanwhile
            self.set_focus(self.query_one(RecordView))
