"""What opens over the picking screen to be looked at: charts, clean-up, reports, the tour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recordpick.tui.background import run_in_background, run_with_progress
from recordpick.tui.screens.clean_up import CleanUpScreen, check_index
from recordpick.tui.screens.reports import ReportsScreen, count
from recordpick.tui.tour import Tour

if TYPE_CHECKING:
    from recordpick.tui.screens.picking import PickingScreen
    from recordpick.tui.session import Session


async def show_charts(screen: PickingScreen, session: Session) -> None:
    """Show the selection in charts, with the numbers beside them."""
    from recordpick.tui.screens.charts import ChartsScreen

    data = await run_in_background(screen, session.chart_data)
    if data is not None:
        await screen.app.push_screen_wait(ChartsScreen(data, session.criteria()))


async def show_clean_up(screen: PickingScreen, session: Session) -> None:
    """Show what to put right before the first extract."""
    if screen.clean_up is None:
        screen.clean_up = await run_with_progress(
            screen,
            "Checking what to put right",
            lambda progress: check_index(session, progress),
        )
    if screen.clean_up is not None:
        screen.clean_up = await screen.app.push_screen_wait(CleanUpScreen(session, screen.clean_up))


async def show_reports(screen: PickingScreen, session: Session) -> None:
    """Show the reports, to load or type both systems' figures and see the differences."""
    if screen.reports is None:
        screen.reports = await run_with_progress(
            screen,
            "Counting for the reports",
            lambda progress: count(session, progress),
        )
    if screen.reports is not None:
        screen.reports = await screen.app.push_screen_wait(ReportsScreen(session, screen.reports))


async def show_what_was_read(screen: PickingScreen, session: Session) -> None:
    """Show what was read for the index, and what was not."""
    from recordpick.tui.screens.what_was_read import WhatWasReadScreen, what_was_read

    read = await run_in_background(screen, lambda: what_was_read(session.file.pack, session.index))
    if read is not None:
        folder = session.file.path.parent
        await screen.app.push_screen_wait(WhatWasReadScreen(read, folder, session.numbers))


async def show_what_to_ask(screen: PickingScreen, session: Session) -> None:
    """Show which exports would answer the criteria that the index cannot."""
    from recordpick.tui.screens.ask import AskScreen
    from recordpick.tui.screens.what_was_read import requests_for

    found = await run_in_background(screen, lambda: requests_for(session.file.pack, session.index))
    if found is not None:
        await screen.app.push_screen_wait(AskScreen(found, session.file.path.parent))


async def show_tour(screen: PickingScreen, _: Session) -> None:
    """Show the four steps again."""
    await screen.app.push_screen_wait(Tour())
