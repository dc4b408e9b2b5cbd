"""A file opens on the criterion that is shown first; the others are matched while it is there."""

import threading

import polars as pl
import pytest
from driving import LARGE, app_on, using
from tiny import make_tiny

from recordpick.tui import session as sessions
from recordpick.tui.session import Session


@pytest.fixture
def tiny(tmp_path):
    """A small practice, with a criterion in each state."""
    return make_tiny(tmp_path / "tiny")


def test_what_is_not_matched_yet_is_not_known(tiny):
    """One criterion is answered as in all of them; of the others nothing is said, and never 0."""
    session = Session.open(tiny, None)
    session.match_first("A-2")
    first = session.criterion("A-2")
    frame = session.candidates("A-2", whole=False)
    assert frame["meets"].null_count() == frame.height == first.matches == 2
    assert {line.matches for line in session.criteria() if line.id != "A-2"} == {None}
    assert session.criterion("A-3").state == "open"  # nobody meets it, but that is not known yet
    assert session.candidates("A-3", whole=False).is_empty()
    assert not session.knows("A-3")
    assert session.overview().progress == "0 picked · finding patients"
    session.match()
    assert session.criterion("A-2") == first
    assert session.criterion("A-3").state == "short"
    both = session.candidates("A-2", whole=False)
    assert both.drop("meets").equals(frame.drop("meets"))
    assert both["meets"].to_list() == [0, 1]
    session.close()


async def test_people_can_pick_while_the_others_are_matched(tiny, monkeypatch):
    """The screen says what it does not know yet; then everything is there, the cursor unmoved."""
    go_on = threading.Event()
    real = sessions.match

    def slow(pack, *rest):
        if len(pack.criteria) > 1:
            go_on.wait(60)
        return real(pack, *rest)

    monkeypatch.setattr(sessions, "match", slow)
    app = app_on(tiny)
    async with app.run_test(size=LARGE) as pilot:
        for _ in range(400):
            await pilot.pause(0.01)
            if "finding patients" in screen_text(app):
                break
        for key in ("enter", "down", "space", "s"):
            await pilot.press(key)
            await pilot.pause()  # Space picks only in a row that has been painted
        patient = app.screen.table.patient_id
        assert "still being matched" in screen_text(app)
        await pilot.press("m", "escape", "down", "down")
        await pilot.pause()
        assert "Finding patients …" in screen_text(app)
        assert "No patient meets it" not in screen_text(app)
        await pilot.press("up", "up", "enter", "down")
        go_on.set()
        for _ in range(400):
            await pilot.pause(0.01)
            if "possible" in screen_text(app):
                break
        assert "1 picked of 18 possible" in screen_text(app)
        assert app.screen.table.patient_id == patient
        selection = app.screen.session.selection
        assert [pick.patient_id for pick in selection.picks] == [patient]
        assert isinstance(app.screen.session.matches.found, pl.DataFrame)


async def test_an_index_that_goes_away_meanwhile_is_reported(tiny, monkeypatch):
    """The screen stays, and says what can be done."""
    real = sessions.match

    def away(pack, *rest):
        if len(pack.criteria) > 1:
            raise OSError("the drive is away")
        return real(pack, *rest)

    monkeypatch.setattr(sessions, "match", away)
    async with using(app_on(tiny), LARGE) as user:
        assert "cannot be read any more" in user.part("#message")
        await user.press("enter", "space")
        assert len(user.screen.session.selection.picks) == 1


def screen_text(app):
    return "\n".join(strip.text.rstrip() for strip in app.screen._compositor.render_strips())
