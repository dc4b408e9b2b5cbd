"""Screens whose keys open modals, and which keys are ignored until the modal is there.

Somebody who types ahead of the screen means the modal that they have just called up. Until it is
open, what they type is no command on the screen below, where it would pick patients.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from textual.screen import Screen

R = TypeVar("R")
P = ParamSpec("P")
S = TypeVar("S", bound="FlowScreen[Any]")


class FlowScreen(Screen[R]):
    """A screen that ignores its keys while a modal is opening over it."""

    is_opening_modal = False
    """Whether a modal was called up that is not there yet."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Disable all actions while a modal is opening."""
        return None if self.is_opening_modal else super().check_action(action, parameters)

    def on_screen_suspend(self) -> None:
        """Note that the modal is there and has the keys."""
        self.is_opening_modal = False


def is_opening_modal(screen: Screen[Any]) -> bool:
    """Return whether a modal is opening over this screen."""
    return isinstance(screen, FlowScreen) and screen.is_opening_modal


def opens_modal(
    action: Callable[Concatenate[S, P], Coroutine[Any, Any, None]],
) -> Callable[Concatenate[S, P], None]:
    """Run an action that opens modals as a worker; until the first is there, ignore keys."""

    @wraps(action)
    def begin(screen: S, /, *args: P.args, **named: P.kwargs) -> None:
        async def run() -> None:
            try:
                await action(screen, *args, **named)
            finally:
                screen.is_opening_modal = False

        screen.is_opening_modal = True
        screen.run_worker(run(), name=action.__name__)

    return begin
