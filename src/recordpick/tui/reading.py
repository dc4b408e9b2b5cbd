"""What the record view shows of one patient, read from the index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recordpick.errors import UserError
from recordpick.tui.record_view import Shown, Why

if TYPE_CHECKING:
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
        why = tuple(
            Why(row["says"], row["table"], row["row_id"] or "", row["date"], row["summary"])
            for row in explained.rows.to_dicts()
        )
        if not explained.meets and not explained.why_not_answered:
            said = [rule.says for rule in explained.rules if not rule.holds]
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
