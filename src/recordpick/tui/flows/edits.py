"""Changes that need one answer: close a criterion, note something, replace a random record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recordpick.tui.background import run_in_background
from recordpick.tui.dialogs import SortDialog, TextPrompt

if TYPE_CHECKING:
    from recordpick.tui.screens.picking import PickingScreen
    from recordpick.tui.session import Session

_ABOUT_NOTES = (
    "It is kept in the working file. An empty note hides the old one; the file still contains it."
)


async def close_or_reopen(screen: PickingScreen, session: Session) -> None:
    """Close the criterion, with a reason, or open a closed one again."""
    line = screen.criterion
    if line.id is None:
        return
    criterion_id = line.id
    if line.state == "closed":
        screen.change(lambda: session.reopen(criterion_id))
        return
    likely = ""
    if line.matches is not None and line.picked >= line.matches:
        likely = "Every patient who meets it is picked."
    reason = await screen.app.push_screen_wait(
        TextPrompt(
            f"No more records to be found for {criterion_id}?",
            [f"{line.picked} of {line.wanted} are picked. Your reason is kept in the file."],
            value=likely,
            placeholder="Why there are no more",
            yes="No more",
            private=True,
        )
    )
    if reason is not None:
        screen.change(lambda: session.close_criterion(criterion_id, reason))


async def note(screen: PickingScreen, session: Session) -> None:
    """Note something about the patient under the cursor."""
    patient_id = screen.table.patient_id
    if patient_id is None:
        return
    before = session.selection.notes.get(patient_id, "").replace("\n", " ")
    text = await screen.app.push_screen_wait(
        TextPrompt(
            "Note on this patient",
            [_ABOUT_NOTES],
            value=before,
            yes="Keep",
            required=False,
            private=True,
        )
    )
    if text is not None and text != before.strip():  # a note that was not edited stays as it is
        screen.change(lambda: session.note(patient_id, text))


async def replace_random(screen: PickingScreen, session: Session, patient_id: str) -> None:
    """Replace a random record by the next ticket of the draw: only with a reason."""
    if patient_id not in {pick.patient_id for pick in session.selection.random()}:
        return
    reason = await screen.app.push_screen_wait(
        TextPrompt(
            "Replace this random record?",
            ["The next ticket of the draw takes its place. Your reason is kept in the file."],
            placeholder="Why this record cannot be checked",
            yes="Replace",
            private=True,
        )
    )
    if reason is None:
        return
    eligible = await run_in_background(screen, session.eligible)
    if eligible is not None:
        screen.change(lambda: session.replace_random(patient_id, reason, eligible))


async def sort_patients(screen: PickingScreen, _: Session) -> None:
    """Sort the patients by any column, or not at all."""
    table = screen.table
    name = await screen.app.push_screen_wait(SortDialog(table.columns, table.sort))
    if name:
        table.sort_by(name)
    while name == "" and table.sort is not None:
        table.sort_by(table.sort.column)
    screen.set_focus(table)
