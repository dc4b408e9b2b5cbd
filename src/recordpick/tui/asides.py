"""A screen that has things done aside: in a thread, with words for the person at the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from textual.screen import Screen

from recordpick.errors import UserError
from recordpick.progress import Progress
from recordpick.tui.dialogs import Tell
from recordpick.tui.waiting import Done, Waiting

T = TypeVar("T")
R = TypeVar("R")


class Asides(Screen[R]):
    """Runs a job in a thread, short or long."""

    async def aside(self, job: Callable[[], T]) -> T | None:
        """Run a short job in a thread; None where it ended in words for the person, now told."""

        def run() -> Done[T]:
            try:
                return Done(job())
            except UserError as error:
                return Done(error=error)

        done = await self.run_worker(run, thread=True, group="aside").wait()
        if done.error is not None:
            await self.app.push_screen_wait(Tell.error(done.error))
        return done.result

    async def waited(
        self, title: str, job: Callable[[Progress], T], trouble: str = "That did not work"
    ) -> T | None:
        """Run a long job with its progress shown; None where it was stopped, or did not work."""
        done = await self.app.push_screen_wait(Waiting(title, job))
        if done.error is not None:
            await self.app.push_screen_wait(Tell.error(done.error, trouble))
        return done.result
