"""Changes that are made on the picking screen: pick, take out, replace, undo, redo.

They are functions of the screen and its session, as flows are. What has to ask first is a flow
(`recordpick.tui.flows`), which is imported when somebody first wants it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from recordpick.errors import UserError
from recordpick.selection.database_errors import NotSavedError
from recordpick.tui.flow_screen import opens_modal
from recordpick.tui.masking import is_masking

if TYPE_CHECKING:
    from recordpick.selection.state import Pick
    from recordpick.tui.screens.picking import PickingScreen
    from recordpick.tui.session import Session


def change(screen: PickingScreen, session: Session, make_change: Callable[[], str]) -> bool:
    """Change the working file and show the result; or show why it was not changed.

    `make_change` returns what it did, in words. False where a UserError prevented it.
    """
    warnings = session.file.warnings
    try:
        text = make_change()
    except UserError as error:
        screen.show_message(" ".join(error.messages), warns=True)
        if isinstance(error, NotSavedError) and error.at_risk:
            _offer_copy(screen, session, error.messages)
        return False
    screen.show_changes(text)
    if session.file.warnings != warnings:
        for warning in session.file.warnings:
            screen.show_message(warning, warns=True)
    return True


def toggle(screen: PickingScreen, session: Session, patient_ids: Sequence[str]) -> None:
    """Pick these patients for what is listed, or take them out if all of them are picked."""
    criterion, scope = screen.criterion, screen.patients.scope
    if criterion.is_all_picked:
        _take_out(screen, session, patient_ids[0])
    elif scope in {"most", "area"}:
        screen.action_flow("patient_criteria")
    elif criterion.id is not None:
        _toggle_for(screen, session, criterion.id, patient_ids)
    elif scope == "whole":
        screen.show_message("Random records are drawn, not picked: press r.")
    else:
        _replace_random(screen, session, patient_ids[0])


def take_out_pick(screen: PickingScreen, session: Session, pick: Pick) -> None:
    """Take out one pick of a record; a random record is replaced."""
    if pick.criterion_id is None:
        _replace_random(screen, session, pick.patient_id)
    else:
        _toggle_for(screen, session, pick.criterion_id, [pick.patient_id])


def _toggle_for(
    screen: PickingScreen, session: Session, criterion_id: str, patient_ids: Sequence[str]
) -> None:
    """Pick for a criterion, or take out; after one patient was picked, go to the next."""
    before = session.selection.count(criterion_id)

    def make_change() -> str:
        text = session.toggle(criterion_id, patient_ids)
        if len(patient_ids) != 1 or is_masking(screen.app):
            return text
        name = session.listed_name(patient_ids[0])
        if session.selection.count(criterion_id) > before:
            return f"Picked {name} for {criterion_id}. Ctrl+Z undoes it."
        return f"Took {name} out of {criterion_id}. Ctrl+Z undoes it."

    if not change(screen, session, make_change):
        return
    has_picked = session.selection.count(criterion_id) > before
    if screen.table.selected:
        screen.table.select_none()
    elif has_picked and getattr(screen.app, "moves_on", True):
        screen.table.action_cursor(1)


def undo(screen: PickingScreen, session: Session) -> None:
    """Undo the last change."""
    if session.selection.can_undo is None:
        screen.show_message("There is nothing to undo.")
    else:
        change(screen, session, session.undo)


def redo(screen: PickingScreen, session: Session) -> None:
    """Redo what was undone."""
    if session.selection.can_redo is None:
        screen.show_message("There is nothing to redo.")
    else:
        change(screen, session, session.redo)


@opens_modal
async def _take_out(screen: PickingScreen, session: Session, patient_id: str) -> None:
    from recordpick.tui.flows.all_picked import take_out_of_all

    await take_out_of_all(screen, session, patient_id)


@opens_modal
async def _replace_random(screen: PickingScreen, session: Session, patient_id: str) -> None:
    from recordpick.tui.flows.edits import replace_random

    await replace_random(screen, session, patient_id)


@opens_modal
async def _offer_copy(screen: PickingScreen, session: Session, reasons: Sequence[str]) -> None:
    from recordpick.tui.flows.save_copy import save_copy

    await save_copy(screen, session, reasons)
