"""The screens that open over the work screen: pictures, what to put right, figures, the tour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recordpick.tui.asides import opens_box
from recordpick.tui.clean_up_screen import CleanUpScreen
from recordpick.tui.reports_screen import ReportsScreen
from recordpick.tui.tour import Tour
from recordpick.tui.work_watching import WorkWatching

if TYPE_CHECKING:
    from recordpick.tui.clean_up_session import CleanUp
    from recordpick.tui.reports_session import Reports
    from recordpick.tui.session import Session


class WorkScreens(WorkWatching):
    """Opens them, and keeps what was found for the next time."""

    def __init__(self, session: Session, start_at: str | None = None) -> None:
        """Take what the work screen takes."""
        super().__init__(session, start_at)
        self._clean_up: CleanUp | None = None
        self.reports: Reports | None = None

    @opens_box
    async def action_pictures(self) -> None:
        """Show the selection in pictures, with the numbers beside them."""
        from recordpick.tui.pictures_screen import Pictures

        shown = await self.aside(self.session.pictures)
        if shown is not None:
            await self.app.push_screen_wait(Pictures(shown, self.session.criteria()))

    @opens_box
    async def action_tour(self) -> None:
        """Show the four steps again."""
        await self.app.push_screen_wait(Tour())

    @opens_box
    async def action_clean_up(self) -> None:
        """Show what to put right before the first extract."""
        from recordpick.tui.clean_up_session import look

        if self._clean_up is None:
            self._clean_up = await self.waited(
                "Looking for what to put right", lambda progress: look(self.session, progress)
            )
        if self._clean_up is not None:
            self._clean_up = await self.app.push_screen_wait(
                CleanUpScreen(self.session, self._clean_up)
            )

    @opens_box
    async def action_reports(self) -> None:
        """Show the reports, to load or type both systems' figures and see the differences."""
        from recordpick.tui.reports_session import count

        if self.reports is None:
            self.reports = await self.waited(
                "Counting for the reports", lambda progress: count(self.session, progress)
            )
        if self.reports is not None:
            self.reports = await self.app.push_screen_wait(
                ReportsScreen(self.session, self.reports)
            )
