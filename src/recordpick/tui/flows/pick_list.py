"""Picking for a criterion from a list of NHS or patient numbers that staff exported."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from recordpick.text import plural
from recordpick.tui.background import run_in_background
from recordpick.tui.dialogs import Confirm, Notice
from recordpick.tui.file_picker import FilePicker
from recordpick.tui.masking import PrivateText

if TYPE_CHECKING:
    from recordpick.tui.screens.picking import PickingScreen
    from recordpick.tui.session import Session

_NOT_FOUND = "The lines of the list that are not patients are hidden with the names. p shows them."


@dataclass(frozen=True, slots=True)
class ListPlan:
    """Which patients a list would pick, and sentences about the rest.

    `not_found` has a sentence for each line that is not a patient; they quote numbers of the list.
    """

    patient_ids: tuple[str, ...]
    messages: tuple[str, ...]
    not_found: tuple[str, ...]


async def pick_from_list(screen: PickingScreen, session: Session) -> None:
    """Show which patients a list would pick for the criterion, and pick them on a yes."""
    criterion_id = screen.criterion.id
    if criterion_id is None:
        screen.show_message("Choose a criterion first: random records are drawn, not picked.")
        return
    app = screen.app
    path = await app.push_screen_wait(
        FilePicker(
            f"A list of NHS or patient numbers for {criterion_id}",
            session.file.path.parent,
            endings=(".csv", ".txt", ".tsv", ".xlsx"),
        )
    )
    if path is None:
        return
    plan = await run_in_background(screen, lambda: plan_from_list(session, criterion_id, path))
    if plan is None:
        return
    messages: list[str | PrivateText] = [*plan.messages]
    if plan.not_found:
        messages.append(PrivateText("\n".join(plan.not_found), _NOT_FOUND))
    if not plan.patient_ids:
        await app.push_screen_wait(Notice("Nobody to pick from this list", messages))
        return
    number = plural(len(plan.patient_ids), "record")
    title = f"Pick {number} for {criterion_id}?"
    if await app.push_screen_wait(Confirm(title, messages, f"Pick {number}")):
        screen.change(lambda: session.pick(criterion_id, plan.patient_ids))


def plan_from_list(session: Session, criterion_id: str, path: Path) -> ListPlan:
    """Return which patients a list of numbers would pick for a criterion: for a thread."""
    from recordpick.index.patient_lookup import patients_of_list

    listed = patients_of_list(session.index, path)
    picked = {pick.patient_id for pick in session.selection.of(criterion_id)}
    new = [patient for patient in listed.patient_ids if patient not in picked]
    room = session.file.pack.criterion(criterion_id).records - len(picked)
    lines = plural(listed.read, "line")
    messages = [f"{len(listed.patient_ids):,} of {lines} are patients of the index."]
    if len(new) < len(listed.patient_ids):
        messages.append(f"{len(listed.patient_ids) - len(new):,} are picked already.")
    if len(new) > room:
        messages.append(f"There is room for {room:,}: the first {room:,} of the list are picked.")
    return ListPlan(tuple(new[:room]), tuple(messages), tuple(listed.not_found))
