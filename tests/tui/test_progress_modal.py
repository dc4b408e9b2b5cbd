"""The modal that shows a thread's progress closes when the thread has ended, and not before."""

from threading import Event, current_thread, main_thread

import pytest
from driving import app_on, using

from recordpick.errors import UserError
from recordpick.tui.background import ProgressModal


@pytest.fixture
def working(monkeypatch):
    """Workers of the modal that still run when it closes; a thread that posts something waits."""
    found = []
    closing = Event()
    post, dismiss = ProgressModal.post_message, ProgressModal.dismiss

    def post_message(modal, message):
        posted = post(modal, message)
        if current_thread() is not main_thread():
            closing.wait(timeout=5)
        return posted

    def closed(modal, result=None):
        found.extend(one for one in modal.workers if one.node is modal and not one.is_finished)
        closing.set()
        return dismiss(modal, result)

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


async def test_what_the_job_returned_comes_out_of_the_modal(working):
    """Its worker has ended by then: a modal that closes earlier cancels it on its last steps."""
    done = await _come_of(lambda _: "result")
    assert (done.result, done.error) == ("result", None)
    assert not working


async def test_an_error_for_the_person_comes_out_of_it(working):
    """As an error, not as a traceback."""

    def job(_):
        raise UserError("No such file.")

    done = await _come_of(job)
    assert done.result is None
    assert str(done.error) == "No such file."
    assert not working
