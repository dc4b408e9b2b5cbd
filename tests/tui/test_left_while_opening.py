"""The app is left, or a signal ends it, while a thread opens the working file."""

import threading

from driving import app_on, using

from recordpick.tui.background import ProgressModal
from recordpick.tui.session import Session

FILE = "demonstration.recordpick"


async def test_a_file_that_is_being_opened_when_the_app_ends_is_not_left_locked(demo, monkeypatch):
    """Nobody will ever have it, and whoever opens it next is not asked to take it over."""
    opened, go_on, closed = (threading.Event() for _ in range(3))
    open_session, close_session = Session.open, Session.close

    def slowly(*args, **named):
        session = open_session(*args, **named)
        opened.set()
        go_on.wait(30)
        return session

    def close(session):
        close_session(session)
        closed.set()

    monkeypatch.setattr(Session, "open", slowly)
    monkeypatch.setattr(Session, "close", close)
    app = app_on()
    async with using(app) as user:
        app.open_file(demo / FILE)
        while not opened.is_set():
            await user.pilot.pause(0.01)
        assert (demo / f"{FILE}.lock").exists()
        app._exit_now(143)
        go_on.set()
    assert app.return_code == 143
    assert closed.wait(30), "the thread closed the session"
    assert not (demo / f"{FILE}.lock").exists()


async def test_progress_that_comes_after_the_modal_was_emptied_is_not_an_error():
    """Its message may be on the way when the app is left."""
    async with using(app_on()) as user:
        modal = ProgressModal("Opening", lambda _: threading.Event().wait(0.1))
        user.app.push_screen(modal)
        await user.pilot.pause()
        await modal.query("*").remove()
        modal.post_message(ProgressModal.Progressed("matching", 0.5))
        await user.settled()
        assert user.app.return_code is None
