"""The new system's records compared with these: shown, and brought back when the app is opened."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from recordpick.errors import UserError
from recordpick.local_time import local_time
from recordpick.text import day
from recordpick.tui.background import run_in_background, run_with_progress
from recordpick.tui.dialogs import Notice
from recordpick.tui.file_picker import FilePicker

if TYPE_CHECKING:
    from recordpick.comparison.report import ComparisonReport
    from recordpick.tui.screens.picking import PickingScreen
    from recordpick.tui.session import Session

NOT_SHOWN = "Nothing was compared"


async def show_comparison(screen: PickingScreen, session: Session) -> None:
    """Show the new system's records compared with these; ask first where they are.

    They are not asked for where the working file says with which they were compared before.
    """
    from recordpick.tui.screens.comparison import ComparisonScreen

    if screen.comparison is None:
        await bring_back(screen, session)
    others = screen.comparison is None
    while True:
        if others:
            found = await _compare_others(screen, session)
            screen.comparison = found or screen.comparison
        if screen.comparison is None:
            return
        shown = ComparisonScreen(session, screen.comparison)
        others = await screen.app.push_screen_wait(shown)
        if not others:
            return


async def bring_back(screen: PickingScreen, session: Session) -> None:
    """Compare again what the working file says was compared, unless that is shown already.

    Where it cannot be, a notice says why.
    """
    from recordpick.selection.find_compared import compared_folder

    if screen.comparison is not None:
        return
    try:
        path = compared_folder(session.file, session.index.fingerprint)
    except UserError as error:
        await screen.app.push_screen_wait(Notice.of_error(error, "Comparison"))
        return
    if path is None:
        return
    before = session.file.compared_with
    screen.comparison = await _compare(screen, session, path)
    compared = screen.comparison
    if compared is None or before is None:
        return
    if compared.compared.new.fingerprint != before.new:
        said = (
            f"{path} has other records than on {day(local_time(before.on))}: what you see is what "
            "it has now. Answers to what repeats were about the records before."
        )
        await screen.app.push_screen_wait(Notice("Comparison", [said]))


async def _compare_others(screen: PickingScreen, session: Session) -> ComparisonReport | None:
    """Ask where the new system's records are, and compare them; None where that was left."""
    path = await screen.app.push_screen_wait(
        FilePicker(
            "The new system's records: an index, or the folder of an extract",
            session.file.path.parent,
            folders=True,
        )
    )
    return None if path is None else await _compare(screen, session, path)


async def _compare(screen: PickingScreen, session: Session, path: Path) -> ComparisonReport | None:
    from recordpick.tui.screens.comparison import compare_with

    report = await run_with_progress(
        screen,
        "Comparing with the new system's records",
        lambda progress: compare_with(session, path, progress),
        failed=NOT_SHOWN,
    )
    if report is not None and not session.file.read_only:
        old, new = report.compared.old.fingerprint, report.compared.new.fingerprint
        await run_in_background(screen, lambda: session.file.keep_comparison(path, old, new))
    return report
