"""Jobs that run in a thread, short or long; a long one shows its progress and can be stopped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Generic, TypeVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.dom import DOMNode
from textual.message import Message
from textual.screen import Screen
from textual.widgets import ProgressBar, Static
from textual.worker import Worker, WorkerState

from recordpick.errors import UserError
from recordpick.progress import Progress
from recordpick.tui.actions import key
from recordpick.tui.dialogs import FAILED, Modal, ModalFrame, Notice
from recordpick.tui.text import content

GROUP = "background"
"""The group of all workers that are threads."""

_SHOWN_AFTER = 0.6
"""Seconds for which nothing is shown: what flashes up and is gone only distracts."""

T = TypeVar("T")


class Stopped(Exception):  # noqa: N818 - not an error: the person stopped the job
    """Raised inside a job when the person stopped it."""


class Outcome(Generic[T]):
    """How a job ended: with a result, with an error for the person, or stopped (neither)."""

    def __init__(self, result: T | None = None, error: UserError | None = None) -> None:
        """Take the result or the error."""
        self.result = result
        self.error = error


class ProgressModal(Modal[Outcome[T]]):
    """Runs one job in a thread, shows its progress, and is dismissed with its outcome."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("escape", "stop", "Stop; nothing half-done is left", label="Stop"),
    ]

    class Progressed(Message):
        """The job reports what it is doing, and which fraction is done (None: not known)."""

        def __init__(self, doing: str, fraction: float | None) -> None:
            super().__init__()
            self.doing = doing
            self.fraction = fraction

    def __init__(self, title: str, job: Callable[[Progress], T], *, can_stop: bool = True) -> None:
        """Take the title, and the job, which is given a progress to call."""
        super().__init__(classes="-unseen")
        self._title = title
        self._job = job
        self._can_stop = can_stop
        self._stopped = False
        self._doing = ""
        self._fraction: float | None = None

    def compose(self) -> ComposeResult:
        """Show the title, what is being done, and a bar; nothing before anybody has to wait."""
        if self.has_class("-unseen"):
            return
        with ModalFrame(self._title, classes="progress"):
            yield Static("", id="doing", markup=False)
            yield ProgressBar(total=None, show_eta=False, show_percentage=False)
            if self._can_stop:
                yield Static("Esc stops it; nothing half-done is left.", classes="quiet")

    def on_mount(self) -> None:
        """Start the job."""
        self.set_timer(_SHOWN_AFTER, self._appear)
        self._run()

    async def _appear(self) -> None:
        self.remove_class("-unseen")
        await self.recompose()
        self._show()

    @work(thread=True, group=GROUP, name="a job with progress")
    def _run(self) -> Outcome[T]:
        def report(doing: str, fraction: float | None = None) -> None:
            if self._stopped:
                raise Stopped
            self.post_message(self.Progressed(doing, fraction))

        try:
            return Outcome(self._job(report))
        except UserError as error:
            return Outcome(error=error)
        except Stopped:
            return Outcome()

    @on(Progressed)
    def _progressed(self, message: Progressed) -> None:
        self._doing, self._fraction = message.doing, message.fraction
        self._show()

    def _show(self) -> None:
        """Show what is being done, once the modal is seen; it is empty where the app is ending."""
        if not self.query("#doing"):
            return
        doing = self._doing[:1].upper() + self._doing[1:]
        self.query_one("#doing", Static).update(content("Stopping…" if self._stopped else doing))
        bar = self.query_one(ProgressBar)
        if self._fraction is None:
            bar.update(total=None)
        else:
            bar.update(total=1.0, progress=self._fraction)

    @on(Worker.StateChanged)
    def _finish(self, event: Worker.StateChanged) -> None:
        """Close once the thread has ended: closing earlier cancels a worker about to end."""
        if event.state is WorkerState.SUCCESS:
            self.dismiss(event.worker.result)

    def action_stop(self) -> None:
        """Stop at the next step of the job."""
        if self._can_stop:
            self._stopped = True
            self._show()


async def run_in_background(screen: Screen[Any], job: Callable[[], T]) -> T | None:
    """Run a short job in a thread; None where it raised a UserError, which is shown."""

    def run() -> Outcome[T]:
        try:
            return Outcome(job())
        except UserError as error:
            return Outcome(error=error)

    outcome = await screen.run_worker(run, thread=True, group=GROUP).wait()
    if outcome.error is not None:
        await screen.app.push_screen_wait(Notice.of_error(outcome.error))
    return outcome.result


async def run_with_progress(
    node: DOMNode,
    title: str,
    job: Callable[[Progress], T],
    *,
    failed: str = FAILED,
    can_stop: bool = True,
) -> T | None:
    """Run a long job with its progress shown; None where it was stopped or failed.

    `node` is the app or any part of it. A UserError is shown under the heading `failed`.
    """
    outcome = await node.app.push_screen_wait(ProgressModal(title, job, can_stop=can_stop))
    if outcome.error is not None:
        await node.app.push_screen_wait(Notice.of_error(outcome.error, failed))
    return outcome.result
