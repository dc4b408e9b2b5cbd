"""Whom a list of numbers that staff exported would pick for a criterion."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recordpick.tui.session import Session


@dataclass(frozen=True, slots=True)
class ListPlan:
    """Whom a list would pick, and sentences about the rest.

    `not_found` has a sentence for each line that is nobody; they quote numbers of the list.
    """

    patient_ids: tuple[str, ...]
    says: tuple[str, ...]
    not_found: tuple[str, ...]


def plan_from_list(session: Session, criterion_id: str, path: Path) -> ListPlan:
    """Say whom a list of numbers would pick for a criterion: for a thread."""
    from recordpick.index.patient_lookup import patients_of_list

    listed = patients_of_list(session.index, path)
    there = {pick.patient_id for pick in session.selection.of(criterion_id)}
    fresh = [patient for patient in listed.patient_ids if patient not in there]
    room = session.file.pack.criterion(criterion_id).records - len(there)
    says = [f"{len(listed.patient_ids):,} of {_lines(listed.read)} are patients of the index."]
    if len(fresh) < len(listed.patient_ids):
        says.append(f"{len(listed.patient_ids) - len(fresh):,} are picked already.")
    if len(fresh) > room:
        says.append(f"There is room for {room:,}: the first {room:,} of the list are taken.")
    return ListPlan(tuple(fresh[:room]), tuple(says), tuple(listed.not_found))


def _lines(number: int) -> str:
    return "1 line" if number == 1 else f"{number:,} lines"
