"""What each of two copies of a working file has changed since they were last the same, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from recordpick.selection.chains import exports_of
from recordpick.selection.history import history_of
from recordpick.selection.merge_words import (
    closed_in_words,
    figure_in_words,
    name_of_figure,
    random_in_words,
    reports_in_words,
    result_in_words,
)
from recordpick.selection.merging import shared_chain
from recordpick.selection.work import Work
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
    base = shared_chain(ours.events, theirs.events)
    before = history_of(base).work
    found = []
    for mine, other in ((ours, theirs), (theirs, ours)):
        after = history_of(mine.events).work
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


def _changes(before: Work, after: Work) -> Iterator[Change]:
    yield from _picks(before, after)
    for patient, text in _changed(before.notes, after.notes):
        yield Change(f"Note on patient {patient}", text or "taken away")
    for criterion, closed in _changed(_table(before.closed_rows), _table(after.closed_rows)):
        yield Change(f"{criterion}", closed_in_words(closed))
    results = [{key: row.last for key, row in work.result_rows.items()} for work in (before, after)]
    for (phase, criterion, patient), result in _changed(*results):
        named = f"{criterion or 'Random'}, patient {patient}"
        yield Change(f"{phase.capitalize()} of {named}", result_in_words(result))
    for key, figure in _changed(before.figures, after.figures):
        yield Change(f"Figure {name_of_figure(key)}: {figure_in_words(figure)}")
    for key, chosen in _changed(before.reports_by, after.reports_by):
        yield Change(f"Reports counted by ({key}): {reports_in_words(chosen)}")
    drawn = [(random_in_words(work), work.seed, tuple(work.at_random)) for work in (before, after)]
    if drawn[0] != drawn[1]:
        yield Change(f"Random records: {drawn[1][0]}")


def _picks(before: Work, after: Work) -> Iterator[Change]:
    """Give the patients who were picked and taken out, a criterion at a time."""
    each = [
        {(pick.criterion_id, pick.patient_id): pick for pick in work.picks if pick.criterion_id}
        for work in (before, after)
    ]
    by_criterion: dict[str, list[str]] = {}
    for key in each[1].keys() - each[0].keys():
        pick = each[1][key]
        said = f"picked {pick.patient_id} ({pick.chosen_by_name})"
        by_criterion.setdefault(str(pick.criterion_id), []).append(said)
    for key in each[0].keys() - each[1].keys():
        by_criterion.setdefault(str(key[0]), []).append(f"took out {key[1]}")
    for criterion, changes in sorted(by_criterion.items()):
        yield Change(f"{criterion}: {', '.join(sorted(changes))}")


def _table(rows: Any) -> dict[Any, Any]:
    return dict(rows.items())


def _changed(before: Mapping[Any, Any], after: Mapping[Any, Any]) -> Iterator[tuple[Any, Any]]:
    """Give each key whose value is another, with the value now (None: none any more)."""
    for key in sorted(before.keys() | after.keys(), key=repr):
        if before.get(key) != after.get(key):
            yield key, after.get(key)
