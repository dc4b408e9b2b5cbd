"""What each of two copies of a working file has changed since they were last the same, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from recordpick.selection.chains import exports_of
from recordpick.selection.history import history_of
from recordpick.selection.kinds.registry import KEPT
from recordpick.selection.merging import state_before
from recordpick.selection.three_way import MergeState
from recordpick.selection.working_file import WorkingFile


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `says` names criterion and patient; `text` is what a person wrote, or "".

    `text` may say anything about a patient.
    """

    says: str
    text: str = ""


def changes_of_each(
    ours: WorkingFile, theirs: WorkingFile
) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    """Return what the first and the second copy have changed since their last shared event."""
    before = state_before(ours.events, theirs.events, ours.pack)
    found = []
    for mine, other in ((ours, theirs), (theirs, ours)):
        after = MergeState.of(history_of(mine.events).decisions)
        known = {one.event.hash for one in exports_of(other.events)}
        handed = [one for one in exports_of(mine.events) if one.event.hash not in known]
        lists = [Change(f"Handed over: {one.list_id or 'a list'}") for one in handed]
        found.append((*_changes(before, after), *lists))
    return found[0], found[1]


def patient_numbers(*copies: WorkingFile) -> frozenset[str]:
    """Return the numbers of all patients that these copies name, so that they can be masked."""
    found: set[str] = set()
    for copy in copies:
        decisions = history_of(copy.events).decisions
        found |= {pick.patient_id for pick in decisions.picks}
        for kept in KEPT.values():
            patients = (kept.patient(key) for key in kept.rows(decisions))
            found |= {patient for patient in patients if patient is not None}
        found |= {removed.patient_id for removed in decisions.removed}
    return frozenset(found | _numbers_in_events(copies))


def _numbers_in_events(copies: tuple[WorkingFile, ...]) -> set[str]:
    """Return the numbers in events, also in those that were undone since."""
    found: set[str] = set()
    for copy in copies:
        for event in copy.events:
            ids = event.body.get("patient_ids", [])
            found |= {one for one in (ids if isinstance(ids, list) else []) if isinstance(one, str)}
    return found


def _changes(before: MergeState, after: MergeState) -> Iterator[Change]:
    yield from _picks(before, after)
    for name, kept in KEPT.items():
        for key, value in _changed(name, before, after):
            title, words = kept.title(key), kept.in_words(value)
            yield Change(title, words) if kept.is_free_text else Change(f"{title}: {words}")
    if before.random != after.random:
        yield Change(f"Random records: {after.random.says}")


def _picks(before: MergeState, after: MergeState) -> Iterator[Change]:
    """Yield the patients who were picked and removed, a criterion at a time."""
    by_criterion: dict[str, list[str]] = {}
    for (criterion, patient), pick in _changed("picks", before, after):
        change = (
            f"removed {patient}" if pick is None else f"picked {patient} ({pick.chosen_by_name})"
        )
        by_criterion.setdefault(criterion, []).append(change)
    for criterion, changes in by_criterion.items():
        yield Change(f"{criterion}: {', '.join(changes)}")


def _changed(part: str, before: MergeState, after: MergeState) -> Iterator[tuple[Any, Any]]:
    """Yield each key whose value changed, with its value now (None: it has none any more)."""
    values, now = before.parts[part], after.parts[part]
    for key in sorted(values.keys() | now.keys(), key=repr):
        if values.get(key) != now.get(key):
            yield key, now.get(key)
