"""What may be decided: each function looks at the selection and gives the body of an event.

Nothing is changed here. A UserError says why something may not be done, and what to do instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from recordpick.criteria.pack import Criterion, Pack
from recordpick.errors import UserError
from recordpick.selection.events import Body, BrokenEventError, Event, Json
from recordpick.selection.ledger import Log
from recordpick.selection.state import (
    ChosenBy,
    Closed,
    Pick,
    Removed,
    SeedSource,
    Selection,
)
from recordpick.selection.validation import checked_note, checked_reason, checked_seed
from recordpick.selection.work import Work, add_pick, drop_picks

_CHOSEN_BY: dict[str, ChosenBy] = {"rule": "rule", "staff": "staff", "supplier": "supplier"}


def _picked(work: Work, event: Event, log: Log) -> None:
    chosen_by = _CHOSEN_BY.get(event.text("chosen_by"))
    if chosen_by is None:
        raise BrokenEventError(event.seq, "does not say who chose")
    criterion_id, by, on = event.text("criterion_id"), event.by, event.on
    for patient_id in event.texts("patient_ids"):
        pick = Pick(patient_id, criterion_id, chosen_by, by.name, by.role, on)
        add_pick(work, pick, log)


def _suggested(work: Work, event: Event, log: Log) -> None:
    by, on, note = event.by, event.on, f"suggested: {event.text('how')}"
    for row in event.rows("picks"):
        match row:
            case [str(criterion_id), str(patient_id)]:
                pick = Pick(patient_id, criterion_id, "rule", by.name, by.role, on, note=note)
                add_pick(work, pick, log)
            case _:
                raise BrokenEventError(event.seq, "has a suggested record that is none")


def _removed(work: Work, event: Event, log: Log) -> None:
    criterion_id, gone = event.text_or_none("criterion_id"), event.texts("patient_ids")
    drop_picks(work, criterion_id, gone, log)
    if criterion_id is None:
        by, on, reason = event.by, event.on, event.text("reason")
        for patient_id in gone:
            work.removed_rows.append(Removed(patient_id, reason, by, on), log)


def _noted(work: Work, event: Event, log: Log) -> None:
    patient_id, text = event.text("patient_id"), event.text("text")
    if text:
        work.note_rows.put(patient_id, text, log)
    else:
        work.note_rows.drop(patient_id, log)


def _closed(work: Work, event: Event, log: Log) -> None:
    closed = Closed(event.text("reason"), event.by, event.on)
    work.closed_rows.put(event.text("criterion_id"), closed, log)


def _reopened(work: Work, event: Event, log: Log) -> None:
    work.closed_rows.drop(event.text("criterion_id"), log)


def to_pick(
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
    there = {pick.patient_id for pick in selection.of(criterion_id)}
    new = [patient_id for patient_id in given if patient_id not in there]
    if not new:
        who = given[0] if len(given) == 1 else "Everybody given"
        raise UserError(f"{who} is already picked for {criterion_id}.")
    _check_room(criterion, selection, len(new))
    return {"criterion_id": criterion_id, "patient_ids": _json(new), "chosen_by": chosen_by}


def to_suggest(
    pack: Pack, selection: Selection, picks: Iterable[tuple[str, str]], how: str
) -> Body:
    """Pick what was suggested, all of it or nothing."""
    pairs = list(dict.fromkeys(picks))
    if not pairs:
        raise UserError(
            "There is nobody to suggest: every criterion has its records, is closed, or nobody "
            "else meets it."
        )
    new: dict[str, int] = {}
    for criterion_id, patient_id in pairs:
        if criterion_id in selection.criteria_of(patient_id):
            raise UserError(f"{patient_id} is already picked for {criterion_id}: suggest again.")
        new[criterion_id] = new.get(criterion_id, 0) + 1
    for criterion_id, number in new.items():
        _check_room(pack.criterion(criterion_id), selection, number)
    return {
        "picks": [[criterion_id, patient_id] for criterion_id, patient_id in pairs],
        "how": checked_reason(how, "the suggestion"),
    }


def _check_room(criterion: Criterion, selection: Selection, number: int) -> None:
    if criterion.id in selection.closed:
        raise UserError(f"{criterion.id} is closed: reopen it first.")
    room = criterion.records - selection.count(criterion.id)
    if number <= room:
        return
    if room > 0:
        raise UserError(
            f"{criterion.id} has room for {_records(room, 'more ')}, and {number:,} were given: "
            "choose fewer."
        )
    raise UserError(
        f"{criterion.id} already has its {_records(criterion.records)}: remove one first."
    )


def to_remove(
    pack: Pack,
    selection: Selection,
    criterion_id: str | None,
    patient_ids: Iterable[str],
    reason: str,
) -> Body:
    """Take picks of a criterion away, or random records (None), which needs a reason."""
    if criterion_id is not None:
        pack.criterion(criterion_id)
    given = list(dict.fromkeys(patient_ids))
    where = "a random record" if criterion_id is None else f"picked for {criterion_id}"
    if not given:
        raise UserError("Nobody was given to remove: choose a picked patient first.")
    there = {pick.patient_id for pick in selection.of(criterion_id)}
    for patient_id in given:
        if patient_id not in there:
            raise UserError(f"{patient_id} is not {where}.")
    reason = checked_reason(
        reason, "taking out a record drawn at random", required=criterion_id is None
    )
    return {"criterion_id": criterion_id, "patient_ids": _json(given), "reason": reason}


def to_note(notes: Mapping[str, str], patient_id: str, text: str) -> Body | None:
    """Note something about a patient; an empty text takes the note away. None: as it was."""
    note = checked_note(text)
    if notes.get(patient_id, "") == note:
        return None
    return {"patient_id": patient_id, "text": note}


def to_close(pack: Pack, selection: Selection, criterion_id: str, reason: str) -> Body:
    """Say that no more records are to be found for a criterion, and why."""
    pack.criterion(criterion_id)
    if criterion_id in selection.closed:
        raise UserError(
            f"{criterion_id} is closed already: reopen it first to give another reason."
        )
    reason = checked_reason(reason, f"closing {criterion_id}")
    return {"criterion_id": criterion_id, "reason": reason}


def to_reopen(pack: Pack, selection: Selection, criterion_id: str) -> Body:
    """Say that records are looked for again."""
    pack.criterion(criterion_id)
    if criterion_id not in selection.closed:
        raise UserError(f"{criterion_id} is not closed.")
    return {"criterion_id": criterion_id}


def to_fix_seed(selection: Selection, seed: str, source: SeedSource, reason: str) -> Body | None:
    """Fix the seed of the random draw. None: it is fixed already.

    Any seed but the first needs a reason, also where the one before was undone: nobody can choose
    between draws without saying why. A seed that was given up for another is not taken again.
    """
    seed = checked_seed(seed)
    if selection.seed is not None and selection.seed.seed == seed:
        return None
    before = [fixed.seed for fixed in selection.seeds]
    given_up = [fixed.seed for fixed in selection.seeds if fixed.withdrawn is None]
    if seed in given_up:
        raise UserError("That seed was used before and given up: give another one.")
    others = [fixed for fixed in before if fixed != seed]
    reason = checked_reason(reason, "a new seed (one was fixed before)", required=bool(others))
    return {"seed": seed, "source": source, "reason": reason}


def _json(texts: Sequence[str]) -> list[Json]:
    return list(texts)


def _records(number: int, more: str = "") -> str:
    return f"1 {more}record" if number == 1 else f"{number:,} {more}records"
