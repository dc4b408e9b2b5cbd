"""The picks by record: each patient once, with everything that the record is to be opened for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from recordpick.selection.state import ChosenBy, Pick, Selection

HOW_CHOSEN: dict[ChosenBy, str] = {
    "staff": "by hand",
    "supplier": "by hand",
    "rule": "suggested",
    "random": "random",
}
"""How a record was chosen, in words."""


@dataclass(frozen=True, slots=True)
class PickedRecord:
    """One record to open, and its picks in the order in which they were made."""

    patient_id: str
    picks: tuple[Pick, ...]

    @property
    def criteria(self) -> tuple[str, ...]:
        """The criteria that it is picked for, "Random" for a draw."""
        return tuple(pick.criterion_id or "Random" for pick in self.picks)

    @property
    def chosen(self) -> str:
        """How it was chosen: suggested, by hand, random; mixed where its picks differ."""
        ways = {HOW_CHOSEN[pick.chosen_by] for pick in self.picks}
        return ways.pop() if len(ways) == 1 else "mixed"


def picked_records(selection: Selection, picks: Iterable[Pick] | None = None) -> list[PickedRecord]:
    """Return the records that are picked, those with the most lines first.

    `picks` are those to count (by default all); records with as many lines keep their order.
    """
    by_patient: dict[str, list[Pick]] = {}
    for pick in selection.picks if picks is None else picks:
        by_patient.setdefault(pick.patient_id, []).append(pick)
    records = [PickedRecord(patient, tuple(found)) for patient, found in by_patient.items()]
    return sorted(records, key=lambda record: -len(record.picks))
