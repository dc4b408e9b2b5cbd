"""What the record view shows of one patient, read from the index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from recordpick.errors import UserError
from recordpick.tui.record_view import Shown, Why

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
