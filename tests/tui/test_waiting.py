"""The box that waits for a thread closes when the thread is through, and not before."""

from threading import Event, current_thread, main_thread

import pytest
from driving import app_on, using

from recordpick.errors import UserError
from recordpick.tui.background import ProgressModal


@pytest.fixture
def working(monkeypatch):
    """Workers of the box that still work when it closes; a thread that tells something waits."""
    found = []
    closing = Event()
    tell, dismiss = ProgressModal.post_message, ProgressModal.dismiss

    def post_message(box, message):
        posted = tell(box, message)
        if current_thread() is not main_thread():
            closing.wait(timeout=5)
        return posted

    def closed(box, result=None):
        found.extend(one for one in box.workers if one.node is box and not one.is_finished)
        closing.set()
        return dismiss(box, result)

    monkeypatch.setattr(ProgressModal, "post_message", post_message)
    monkeypatch.setattr(ProgressModal, "dismiss", closed)
    return found


async def _come_of(job):
    """What came of a job."""
    came = []
    async with using(app_on()) as user:
        user.app.push_screen(ProgressModal("Working", job), came.append)
        await user.settled()
    (done,) = came
    return done


async def test_what_the_job_gave_comes_out_of_the_box(working):
    """Its worker has ended by then: a box that closes earlier cancels it on its last steps."""
    done = await _come_of(lambda _: "result")
    assert (done.result, done.error) == ("result", None)
    assert not working


async def test_what_the_person_must_be_told_comes_out_of_it(working):
    """As an error, not as a traceback."""

    def job(_):
        raise UserError("No such file.")

    done = await _come_of(job)
    assert done.result is None
    assert str(done.error) == "No such file."
    assert not working
