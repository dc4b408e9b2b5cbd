"""F5: read a shared file again, and open it to pick once nobody else has it open.

The lock is taken only here, when the person says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from recordpick.errors import UserError
from recordpick.selection.working_file import WorkingFile
from recordpick.tui.background import run_in_background
from recordpick.tui.dialogs import Confirm, Notice
from recordpick.tui.widgets.shared_file_banner import OTHER_RECORDS, check_file

if TYPE_CHECKING:
    from recordpick.tui.screens.picking import PickingScreen
    from recordpick.tui.session import Session


async def refresh(screen: PickingScreen, session: Session) -> None:
    """Read the file again; where nobody else has it open any more, offer to open it."""
    file = session.file
    if not file.read_only:
        if not await run_in_background(screen, lambda: _is_still_ours(file)):
            return
        screen.show_message("You have this file open: what you see is what is on the disk.")
        return
    if file.damage:
        screen.show_message(file.why_read_only, warns=True)
        return
    status = await run_in_background(screen, lambda: check_file(file.path))
    screen.banner.check_now()
    if status is None or status.holder:
        screen.show_message("Checked: what you see is what is on the disk.")
        return
    wants = await screen.app.push_screen_wait(
        Confirm(
            "Open this file to pick?",
            ["Nobody else has it open now. While you have it open, others can only read it."],
            "Open it",
            "Keep reading",
        )
    )
    if not wants or await run_in_background(screen, lambda: open_to_write(session)) is None:
        return
    screen.banner.display = False
    screen.show_changes("The file is open for you: every pick is saved at once.")
    if session.file.warnings:
        await screen.app.push_screen_wait(Notice("About this working file", session.file.warnings))


def _is_still_ours(file: WorkingFile) -> bool:
    """Return True; UserError, which is shown, where somebody has taken the file over."""
    file.check_still_ours()
    return True


def open_to_write(session: Session) -> WorkingFile:
    """Open the file to write to it, now that nobody else has it. UserError where that fails."""
    mine = WorkingFile.open(session.file.path, session.file.person)
    reason = mine.why_read_only
    if not reason and (mine.id, mine.index_fingerprint, mine.as_at) != (
        session.file.id,
        session.index.fingerprint,
        session.file.as_at,
    ):
        reason = OTHER_RECORDS
    if reason:
        mine.close()
        raise UserError(reason)
    session.file.close()
    session.file = mine
    return mine
