"""What each of two copies of a working file has changed since they were last the same, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from recordpick.selection.chains import exports_of
from recordpick.selection.history import history_of
from recordpick.selection.merge_words import (
    closed_in_words,
    figure_in_words,
    name_of_figure,
    reports_in_words,
    result_in_words,
)
from recordpick.selection.merging import state_before
from recordpick.selection.three_way import State
from recordpick.selection.working_file import Facts


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `says` names criterion and patient; `text` is what a person wrote, or "".

    `text` may say anything about a patient.
    """

    says: str
    text: str = ""


def changes_of_each(ours: Facts, theirs: Facts) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    """Return what the first and the second copy have changed since their last shared event."""
    before = state_before(ours.events, theirs.events, ours.pack)
    found = []
    for mine, other in ((ours, theirs), (theirs, ours)):
        after = State.of(history_of(mine.events).work)
        known = {one.event.hash for one in exports_of(other.events)}
        handed = [one for one in exports_of(mine.events) if one.event.hash not in known]
        lists = [Change(f"Handed over: {one.list_id or 'a list'}") for one in handed]
        found.append((*_changes(before, after), *lists))
    return found[0], found[1]


def patient_numbers(*copies: Facts) -> frozenset[str]:
    """Return the numbers of all patients whom these copies name, so that they can be hidden."""
    found: set[str] = set()
    for copy in copies:
        work = history_of(copy.events).work
        found |= {pick.patient_id for pick in work.picks} | set(work.notes)
        found |= {key[2] for key in work.result_rows} | {one.patient_id for one in work.removed}
    return frozenset(found | _numbers_in_events(copies))


def _numbers_in_events(copies: tuple[Facts, ...]) -> set[str]:
    """Return the numbers in events whose work was taken back since."""
    found: set[str] = set()
    for copy in copies:
        for event in copy.events:
            ids = event.body.get("patient_ids", [])
            found |= {one for one in (ids if isinstance(ids, list) else []) if isinstance(one, str)}
    return found


def _changes(before: State, after: State) -> Iterator[Change]:
    yield from _picks(before, after)
    for patient, text in _changed("notes", before, after):
        yield Change(f"Note on patient {patient}", text or "taken away")
    for criterion, closed in _changed("closed", before, after):
        yield Change(f"{criterion}", closed_in_words(closed))
    for (phase, criterion, patient), result in _changed("results", before, after):
        named = f"{criterion or 'Random'}, patient {patient}"
        yield Change(f"{phase.capitalize()} of {named}", result_in_words(result))
    for key, figure in _changed("figures", before, after):
        yield Change(f"Figure {name_of_figure(key)}: {figure_in_words(figure)}")
    for key, chosen in _changed("reports_by", before, after):
        yield Change(f"Reports counted by ({key}): {reports_in_words(chosen)}")
    if before.random != after.random:
        yield Change(f"Random records: {after.random.says}")


def _picks(before: State, after: State) -> Iterator[Change]:
    """Give the patients who were picked and taken out, a criterion at a time."""
    by_criterion: dict[str, list[str]] = {}
    for (criterion, patient), pick in _changed("picks", before, after):
        said = (
            f"took out {patient}" if pick is None else f"picked {patient} ({pick.chosen_by_name})"
        )
        by_criterion.setdefault(criterion, []).append(said)
    for criterion, changes in by_criterion.items():
        yield Change(f"{criterion}: {', '.join(changes)}")


def _changed(part: str, before: State, after: State) -> Iterator[tuple[Any, Any]]:
    """Give each key whose value is another, with the value now (None: none any more)."""
    values, now = before.parts[part], after.parts[part]
    for key in sorted(values.keys() | now.keys(), key=repr):
        if values.get(key) != now.get(key):
            yield key, now.get(key)
