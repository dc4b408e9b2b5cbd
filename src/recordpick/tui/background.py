"""A screen that has things done aside: in a thread, with words for the person at the end.

And that opens boxes. Who types ahead of the screen means the box that was asked for: until it is
there, what is typed is no command here, where it would pick patients.

Something that takes long: it runs in a thread, and the screen says how far it is.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, ClassVar, Concatenate, Generic, ParamSpec, TypeVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.screen import Screen
from textual.widgets import ProgressBar, Static
from textual.worker import Worker, WorkerState

from recordpick.errors import UserError
from recordpick.progress import Progress
from recordpick.tui.dialogs import Box, Tell
from recordpick.tui.text import content


T = TypeVar("T")


class Stopped(Exception):  # noqa: N818 - no error: the person said stop
    """Raised inside the work when the person stopped it."""


class Done(Generic[T]):
    """What came of the work: its result, or what the person must be told."""

    def __init__(self, result: T | None = None, error: UserError | None = None) -> None:
        """Take the one or the other; neither if the person stopped it."""
        self.result = result
        self.error = error


class Waiting(Box[Done[T]]):
    """Runs one job and is dismissed with what came of it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "stop", "Stop")]

    class Moved(Message):
        """The work tells where it stands."""

        def __init__(self, doing: str, fraction: float | None) -> None:
            super().__init__()
            self.doing = doing
            self.fraction = fraction

    def __init__(
        self, title: str, job: Callable[[Progress], T], *, can_stop: bool = True
    ) -> None:
        """Take what to say above, and the job: it is given a progress to call."""
        super().__init__()
        self._title = title
        self._job = job
        self._can_stop = can_stop
        self._stopped = False

    def compose(self) -> ComposeResult:
        """A box with the title, what is being done, and a bar."""
        with Vertical(classes="box waiting"):
            yield Static(content(self._title), classes="box--title")
            yield Static("", id="doing", markup=False)
            yield ProgressBar(total=None, show_eta=False, show_percentage=False)
            if self._can_stop:
                yield Static("Esc stops it; nothing half-done is left.", classes="quiet")

    def on_mount(self) -> None:
        """Start."""
        self._run()

    @work(thread=True, group="aside", name="waiting")
    def _run(self) -> Done[T]:
        def tell(doing: str, fraction: float | None = None) -> None:
            if self._stopped:
                raise Stopped
            self.post_message(self.Moved(doing, fraction))

        try:
            return Done(self._job(tell))
        except UserError as error:
            return Done(error=error)
        except Stopped:
            return Done()

    @on(Moved)
    def _show(self, message: Moved) -> None:
        self.query_one("#doing", Static).update(
            content(message.doing[:1].upper() + message.doing[1:])
        )
        bar = self.query_one(ProgressBar)
        if message.fraction is None:
            bar.update(total=None)
        else:
            bar.update(total=1.0, progress=message.fraction)

    @on(Worker.StateChanged)
    def _finish(self, event: Worker.StateChanged) -> None:
        """Close once the thread is through: closing earlier cancels a worker about to end."""
        if event.state is WorkerState.SUCCESS:
            self.dismiss(event.worker.result)

    def action_stop(self) -> None:
        """Stop at the next step of the work."""
        if self._can_stop:
            self._stopped = True
            self.query_one("#doing", Static).update("Stopping…")


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
