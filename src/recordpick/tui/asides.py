"""A screen that has things done aside: in a thread, with words for the person at the end.

And that opens boxes. Who types ahead of the screen means the box that was asked for: until it is
there, what is typed is no command here, where it would pick patients.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from textual.screen import Screen

from recordpick.errors import UserError
from recordpick.progress import Progress
from recordpick.tui.dialogs import Tell
from recordpick.tui.waiting import Done, Waiting

T = TypeVar("T")
R = TypeVar("R")
P = ParamSpec("P")
S = TypeVar("S", bound="Asides[Any]")


class Asides(Screen[R]):
    """Runs a job in a thread, short or long."""

    awaits_box = False
    """Whether a box was asked for that is not there yet."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let no key be a command while a box is on its way."""
        return None if self.awaits_box else super().check_action(action, parameters)

    def on_screen_suspend(self) -> None:
        """The box is there, and has the keys."""
        self.awaits_box = False

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


def awaits_box(screen: Screen[Any]) -> bool:
    """Tell whether a box was asked for on a screen that is not there yet."""
    return isinstance(screen, Asides) and screen.awaits_box


def opens_box(
    action: Callable[Concatenate[S, P], Coroutine[Any, Any, None]],
) -> Callable[Concatenate[S, P], None]:
    """Make a worker of what opens a box; until the box is there, keys are no commands."""

    @wraps(action)
    def begin(screen: S, /, *args: P.args, **named: P.kwargs) -> None:
        async def run() -> None:
            try:
                await action(screen, *args, **named)
            finally:
                screen.awaits_box = False

        screen.awaits_box = True
        screen.run_worker(run(), name=action.__name__)

    return begin
