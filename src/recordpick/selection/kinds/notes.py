"""Notes about patients, and criteria that are closed because no more records can be found."""

from __future__ import annotations

from collections.abc import Mapping

from recordpick.criteria.pack import Pack
from recordpick.errors import UserError
from recordpick.selection.decisions import Decisions
from recordpick.selection.events import Body, BrokenEventError, Event
from recordpick.selection.kept import Kept, required_text, when_given
from recordpick.selection.kinds.event_kind import Before, EventKind, check_patient_id
from recordpick.selection.ledger import Log
from recordpick.selection.merge_words import closed_in_words
from recordpick.selection.state import Closed, Selection
from recordpick.selection.typed_text import clean_note, clean_reason
from recordpick.text import plural


def decide_note(notes: Mapping[str, str], patient_id: str, text: str) -> Body | None:
    """Note something about a patient; an empty text removes the note. None: nothing changes."""
    note = clean_note(text)
    if notes.get(patient_id, "") == note:
        return None
    return {"patient_id": patient_id, "text": note}


NOTES: Kept[str, str] = Kept(
    "notes",
    read_key=required_text,
    title=lambda patient: f"Note on patient {patient}",
    in_words=lambda text: "no note" if text is None else text,
    conflict_name=lambda patient: f"note:{patient}",
    conflict=lambda patient: f"The note about patient {patient} was changed in both.",
    patient=lambda patient: patient,
    is_free_text=True,
)


def _apply_note(decisions: Decisions, event: Event, log: Log) -> None:
    patient_id, text = event.text("patient_id"), event.text("text")
    if text:
        NOTES.rows(decisions).put(patient_id, text, log)
    else:
        NOTES.rows(decisions).drop(patient_id, log)


def _describe_note(event: Event) -> str:
    did = "noted something about" if event.text("text") else "removed the note about"
    return f"{did} {event.text('patient_id')}"


def _check_note(event: Event, before: Before) -> None:
    check_patient_id(event, event.text("patient_id"))


NOTED = EventKind(
    "noted",
    _describe_note,
    undoable=True,
    apply=_apply_note,
    check=_check_note,
    kept=NOTES,
    lines=frozenset({"text"}),
)


def decide_closing(pack: Pack, selection: Selection, criterion_id: str, reason: str) -> Body:
    """Close a criterion: no more records can be found for it, for a reason."""
    pack.criterion(criterion_id)
    if criterion_id in selection.closed:
        raise UserError(
            f"{criterion_id} is closed already: reopen it first to give another reason."
        )
    reason = clean_reason(reason, f"closing {criterion_id}")
    return {"criterion_id": criterion_id, "reason": reason}


def decide_closing_several(pack: Pack, selection: Selection, reasons: Mapping[str, str]) -> Body:
    """Close several criteria, each for its reason (by id): one decision, undone as one."""
    if not reasons:
        raise UserError("No criterion was given to close.")
    bodies = [decide_closing(pack, selection, one, reason) for one, reason in reasons.items()]
    return {"criteria": [[body["criterion_id"], body["reason"]] for body in bodies]}


def decide_reopening(pack: Pack, selection: Selection, criterion_id: str) -> Body:
    """Open a closed criterion again."""
    pack.criterion(criterion_id)
    if criterion_id not in selection.closed:
        raise UserError(f"{criterion_id} is not closed.")
    return {"criterion_id": criterion_id}


CLOSINGS: Kept[str, Closed] = Kept(
    "closed",
    read_key=required_text,
    title=lambda criterion_id: criterion_id,
    in_words=closed_in_words,
    conflict_name=lambda criterion_id: f"closing:{criterion_id}",
    conflict=lambda criterion_id: f"Whether and why {criterion_id} is closed was changed in both.",
    says_the_same=lambda mine, other: bool(mine.reason == other.reason),
    when=when_given,
    is_free_text=True,
    table=lambda decisions: decisions.closed_rows,
)


def _apply_closing(decisions: Decisions, event: Event, log: Log) -> None:
    closed = Closed(event.text("reason"), event.by, event.on)
    decisions.closed_rows.put(event.text("criterion_id"), closed, log)


def _closed_several(event: Event) -> list[tuple[str, str]]:
    """Return (criterion_id, reason) of each criterion that was closed."""
    found: list[tuple[str, str]] = []
    for row in event.rows("criteria"):
        match row:
            case [str(criterion_id), str(reason)] if reason and len(reason.splitlines()) == 1:
                found.append((criterion_id, reason))
            case _:
                raise BrokenEventError(event.seq, "closes a criterion without saying why")
    return found


def _apply_closing_several(decisions: Decisions, event: Event, log: Log) -> None:
    for criterion_id, reason in _closed_several(event):
        decisions.closed_rows.put(criterion_id, Closed(reason, event.by, event.on), log)


def _describe_closing_several(event: Event) -> str:
    return f"closed {plural(len(event.rows('criteria')), 'criterion', 'criteria')}"


def _check_closing_several(event: Event, before: Before) -> None:
    ids = [criterion_id for criterion_id, _ in _closed_several(event)]
    for criterion_id in ids:
        before.check_criterion(event, criterion_id)
    if not ids or len(set(ids)) != len(ids):
        raise BrokenEventError(event.seq, "closes no criterion, or one twice")


def _apply_reopening(decisions: Decisions, event: Event, log: Log) -> None:
    decisions.closed_rows.drop(event.text("criterion_id"), log)


def _describe_closing(event: Event) -> str:
    return f"{event.kind} {event.text('criterion_id')}"


def _check_closing(event: Event, before: Before) -> None:
    before.check_criterion(event, event.text("criterion_id"))


CLOSED = EventKind(
    "closed",
    _describe_closing,
    undoable=True,
    apply=_apply_closing,
    check=_check_closing,
    kept=CLOSINGS,
    one_line=frozenset({"reason"}),
)
REOPENED = EventKind(
    "reopened", _describe_closing, undoable=True, apply=_apply_reopening, check=_check_closing
)
CLOSED_SEVERAL = EventKind(
    "closed_several",
    _describe_closing_several,
    undoable=True,
    apply=_apply_closing_several,
    check=_check_closing_several,
    version=5,
)
