"""The box that waits for a thread closes when the thread is through, and not before."""

from threading import Event

from driving import app_on, using
from textual.worker import WorkerState

from recordpick.errors import UserError
from recordpick.tui.waiting import Waiting


async def _come_of(job):
    """What came of a job, and how its worker ended."""
    go = Event()

    def held(progress):
        go.wait()
        return job(progress)

    came = []
    app = app_on()
    async with using(app) as user:
        box = Waiting("Working", held)
        app.push_screen(box, came.append)
        try:
            await user.pilot.pause()
            (worker,) = (worker for worker in app.workers if worker.name == "waiting")
            assert user.screen is box
        finally:
            go.set()
        await user.settled()
    (done,) = came
    return done, worker.state


async def test_what_the_job_gave_comes_out_of_the_box():
    """And its worker ended by itself: the box that closes does not cancel it on its last steps."""
    done, state = await _come_of(lambda progress: progress("half", 0.5) or "result")
    assert (done.result, done.error) == ("result", None)
    assert state is WorkerState.SUCCESS


async def test_what_the_person_must_be_told_comes_out_of_it():
    """As an error, not as a traceback."""

    def job(_):
        raise UserError("No such file.")

    done, state = await _come_of(job)
    assert done.result is None
    assert str(done.error) == "No such file."
    assert state is WorkerState.SUCCESS
