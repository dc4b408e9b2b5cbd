"""Something that takes long: it runs in a thread, and the screen says how far it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Generic, TypeVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import ProgressBar, Static
from textual.worker import Worker, WorkerState

from recordpick.errors import UserError
from recordpick.progress import Progress
from recordpick.tui.box import Box
from recordpick.tui.visible import content

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

    def __init__(self, title: str, job: Callable[[Progress], T], *, can_stop: bool = True) -> None:
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
        if not self.query("#doing"):
            return  # the app is being left, and the box is empty already
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
