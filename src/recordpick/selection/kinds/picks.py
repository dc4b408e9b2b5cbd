"""Records picked for a criterion: by hand, or as suggested; and picks that are removed.

The functions `decide_…` look at the selection and return the body of an event; nothing is changed.
A UserError says why something may not be done, and what to do instead.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from recordpick.criteria.pack import Criterion, Pack
from recordpick.errors import UserError
from recordpick.selection.decisions import Decisions, add_pick, drop_picks
from recordpick.selection.events import Body, BrokenEventError, Event
from recordpick.selection.kinds.event_kind import Before, EventKind, check_patient_id
from recordpick.selection.ledger import Log
from recordpick.selection.state import ChosenBy, Pick, Removed, Selection
from recordpick.selection.tally import Change, Pair, Tally
from recordpick.selection.typed_text import clean_reason
from recordpick.text import plural

_CHOSEN_BY: dict[str, ChosenBy] = {"rule": "rule", "staff": "staff", "supplier": "supplier"}


def decide_pick(
    pack: Pack,
    selection: Selection,
    criterion_id: str,
    patient_ids: Iterable[str],
    chosen_by: ChosenBy,
) -> Body:
    """Pick patients for a criterion; those who are picked for it already are left out."""
    criterion = pack.criterion(criterion_id)
    given = list(dict.fromkeys(patient_ids))
    if not given:
        raise UserError(f"Nobody was given to pick for {criterion_id}: choose a patient first.")
    picked = {pick.patient_id for pick in selection.of(criterion_id)}
    new = [patient_id for patient_id in given if patient_id not in picked]
    if not new:
        who = given[0] if len(given) == 1 else "Everybody given"
        raise UserError(f"{who} is already picked for {criterion_id}.")
    _check_room(criterion, selection, len(new))
    return {"criterion_id": criterion_id, "patient_ids": [*new], "chosen_by": chosen_by}


def decide_suggestion(
    pack: Pack, selection: Selection, picks: Iterable[tuple[str, str]], how: str
) -> Body:
    """Pick what was suggested, all of it or nothing."""
    pairs = list(dict.fromkeys(picks))
    if not pairs:
        raise UserError(
            "There is nobody to suggest: every criterion has its records, is closed, or nobody "
            "else meets it."
        )
    for criterion_id, patient_id in pairs:
        if criterion_id in selection.criteria_of(patient_id):
            raise UserError(f"{patient_id} is already picked for {criterion_id}: suggest again.")
    for criterion_id, number in Counter(criterion_id for criterion_id, _ in pairs).items():
        _check_room(pack.criterion(criterion_id), selection, number)
    return {
        "picks": [[criterion_id, patient_id] for criterion_id, patient_id in pairs],
        "how": clean_reason(how, "the suggestion"),
    }


def _check_room(criterion: Criterion, selection: Selection, number: int) -> None:
    if criterion.id in selection.closed:
        raise UserError(f"{criterion.id} is closed: reopen it first.")
    room = criterion.records - selection.count(criterion.id)
    if number <= room:
        return
    if room > 0:
        raise UserError(
            f"{criterion.id} has room for {plural(room, 'more record')}, and {number:,} were "
            "given: choose fewer."
        )
    raise UserError(
        f"{criterion.id} already has its {plural(criterion.records, 'record')}: remove one first."
    )


def decide_removal(
    pack: Pack,
    selection: Selection,
    criterion_id: str | None,
    patient_ids: Iterable[str],
    reason: str,
) -> Body:
    """Remove picks of a criterion, or random records (None), which needs a reason."""
    if criterion_id is not None:
        pack.criterion(criterion_id)
    given = list(dict.fromkeys(patient_ids))
    if not given:
        raise UserError("Nobody was given to remove: choose a picked patient first.")
    picked = {pick.patient_id for pick in selection.of(criterion_id)}
    where = "a random record" if criterion_id is None else f"picked for {criterion_id}"
    for patient_id in given:
        if patient_id not in picked:
            raise UserError(f"{patient_id} is not {where}.")
    reason = clean_reason(
        reason, "removing a record drawn at random", required=criterion_id is None
    )
    return {"criterion_id": criterion_id, "patient_ids": [*given], "reason": reason}


def decide_record_removal(selection: Selection, patient_id: str) -> Body:
    """Remove a patient from every criterion they are picked for: one decision, undone as one.

    A random record stays: it is replaced, for a reason.
    """
    criteria = [one for one in selection.criteria_of(patient_id) if one is not None]
    if not criteria:
        raise UserError(f"{patient_id} is not picked for a criterion.")
    return {"patient_id": patient_id, "criteria": [*criteria]}


def _picked(event: Event) -> list[Pair]:
    criterion_id = event.text("criterion_id")
    return [(criterion_id, patient_id) for patient_id in event.texts("patient_ids")]


def _suggested(event: Event) -> list[Pair]:
    pairs: list[Pair] = []
    for row in event.rows("picks"):
        match row:
            case [str(criterion_id), str(patient_id)]:
                pairs.append((criterion_id, patient_id))
            case _:
                raise BrokenEventError(
                    event.seq, "has a suggested record without criterion and patient"
                )
    return pairs


def _removed(event: Event) -> list[Pair]:
    criterion_id = event.text_or_none("criterion_id")
    return [(criterion_id, patient_id) for patient_id in event.texts("patient_ids")]


def _record_removed(event: Event) -> list[Pair]:
    patient_id = event.text("patient_id")
    return [(criterion_id, patient_id) for criterion_id in event.texts("criteria")]


def _apply_picked(decisions: Decisions, event: Event, log: Log) -> None:
    chosen_by = _CHOSEN_BY.get(event.text("chosen_by"))
    if chosen_by is None:
        raise BrokenEventError(event.seq, "does not say who chose")
    by, on = event.by, event.on
    for criterion_id, patient_id in _picked(event):
        pick = Pick(patient_id, criterion_id, chosen_by, by.name, by.role, on)
        add_pick(decisions, pick, log)


def _apply_suggested(decisions: Decisions, event: Event, log: Log) -> None:
    by, on, note = event.by, event.on, f"suggested: {event.text('how')}"
    for criterion_id, patient_id in _suggested(event):
        pick = Pick(patient_id, criterion_id, "rule", by.name, by.role, on, note=note)
        add_pick(decisions, pick, log)


def _apply_removed(decisions: Decisions, event: Event, log: Log) -> None:
    criterion_id, patient_ids = event.text_or_none("criterion_id"), event.texts("patient_ids")
    drop_picks(decisions, criterion_id, patient_ids, log)
    if criterion_id is None:
        by, on, reason = event.by, event.on, event.text("reason")
        for patient_id in patient_ids:
            decisions.removed_rows.append(Removed(patient_id, reason, by, on), log)


def _apply_record_removed(decisions: Decisions, event: Event, log: Log) -> None:
    for criterion_id, patient_id in _record_removed(event):
        drop_picks(decisions, criterion_id, [patient_id], log)


def _check_picked(event: Event, before: Before) -> None:
    _check_pairs(event, _picked(event), before)


def _check_suggested(event: Event, before: Before) -> None:
    _check_pairs(event, _suggested(event), before)


def _check_pairs(event: Event, pairs: list[Pair], before: Before) -> None:
    if not pairs:
        raise BrokenEventError(event.seq, "picks nobody")
    for criterion_id, patient_id in pairs:
        before.check_criterion(event, criterion_id)
        check_patient_id(event, patient_id)
        if before.tally.is_picked((criterion_id, patient_id)):
            raise BrokenEventError(
                event.seq, f"picks somebody who is picked for {criterion_id} already"
            )
    if len(set(pairs)) != len(pairs):
        raise BrokenEventError(event.seq, "picks somebody twice")
    for criterion_id, number in Counter(criterion_id for criterion_id, _ in pairs).items():
        if number > before.room[criterion_id or ""] - before.tally.count(criterion_id):
            raise BrokenEventError(
                event.seq, f"picks more records for {criterion_id} than it asks for"
            )


def _check_record_removed(event: Event, before: Before) -> None:
    pairs = _record_removed(event)
    for criterion_id, _ in pairs:
        before.check_criterion(event, criterion_id)
    _check_all_picked(event, pairs, before)


def _check_removed(event: Event, before: Before) -> None:
    before.check_criterion(event, event.text_or_none("criterion_id"))
    _check_all_picked(event, _removed(event), before)


def _check_all_picked(event: Event, pairs: list[Pair], before: Before) -> None:
    all_picked = all(before.tally.is_picked(pair) for pair in pairs)
    if not all_picked or not pairs or len(set(pairs)) != len(pairs):
        raise BrokenEventError(event.seq, "removes somebody who is not picked")


def _describe_picked(event: Event) -> str:
    return f"picked {_who(event)} for {event.text('criterion_id')}"


def _describe_suggested(event: Event) -> str:
    picks = event.rows("picks")
    criteria = len({str(pick[0]) for pick in picks if pick})
    over = plural(criteria, "criterion", "criteria")
    return f"suggested {plural(len(picks), 'record')} for {over}"


def _describe_removed(event: Event) -> str:
    criterion_id = event.text_or_none("criterion_id")
    where = "the random records" if criterion_id is None else criterion_id
    return f"removed {_who(event)} from {where}"


def _describe_record_removed(event: Event) -> str:
    number = plural(len(event.texts("criteria")), "criterion", "criteria")
    return f"removed {event.text('patient_id')} from {number}"


def _who(event: Event) -> str:
    patient_ids = event.texts("patient_ids")
    return patient_ids[0] if len(patient_ids) == 1 else plural(len(patient_ids), "record")


def _count_picked(event: Event, tally: Tally) -> Change:
    return Change(picked=_picked(event))


def _count_suggested(event: Event, tally: Tally) -> Change:
    return Change(picked=_suggested(event))


def _count_removed(event: Event, tally: Tally) -> Change:
    return Change(removed=_removed(event))


def _count_record_removed(event: Event, tally: Tally) -> Change:
    return Change(removed=_record_removed(event))


PICKED = EventKind(
    "picked",
    _describe_picked,
    undoable=True,
    apply=_apply_picked,
    check=_check_picked,
    count=_count_picked,
    one_line=frozenset({"chosen_by"}),
)
SUGGESTED = EventKind(
    "suggested",
    _describe_suggested,
    undoable=True,
    apply=_apply_suggested,
    check=_check_suggested,
    count=_count_suggested,
    one_line=frozenset({"how"}),
)
REMOVED = EventKind(
    "removed",
    _describe_removed,
    undoable=True,
    apply=_apply_removed,
    check=_check_removed,
    count=_count_removed,
    one_line=frozenset({"reason"}),
)
RECORD_REMOVED = EventKind(
    "record_removed",
    _describe_record_removed,
    undoable=True,
    apply=_apply_record_removed,
    check=_check_record_removed,
    count=_count_record_removed,
    version=5,
)
