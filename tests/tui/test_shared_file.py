"""A working file that somebody else has open: reported, kept up to date, opened when it is free."""

from driving import app_on, using
from tiny import make_tiny

from recordpick.index.practice_index import open_index
from recordpick.selection.events import Person
from recordpick.selection.working_file import WorkingFile
from recordpick.tui.dialogs import Notice
from recordpick.tui.widgets.shared_file_banner import SharedFileBanner

FILE = "demonstration.recordpick"
BEA = Person("Bea Other", "practice")


async def test_what_the_other_picks_is_shown(demo):
    """Who has it and since when stands at the head; F5 looks, and takes nothing from them."""
    with WorkingFile.open(demo / FILE, BEA) as theirs:
        async with using(app_on(demo / FILE)) as user:
            await user.press("enter")
            assert "Bea Other" in user.part("#shared-file")
            assert "since" in user.part("#shared-file")
            theirs.pick("DEM-02", ["10006"])
            await user.press("f5")
            assert user.part("#top--progress").startswith("1 of ")
            assert user.part("#message") == "Bea Other picked 10006 for DEM-02."
            theirs.pick("DEM-02", ["10007"])
            theirs.note("10007", "seen")
            await user.press("f5")
            assert user.part("#message").startswith(
                "2 changes were made; the last: Bea Other noted"
            )
            theirs.pick("DEM-02", ["10008"])  # the file is still theirs


async def test_it_is_looked_at_by_itself(demo, monkeypatch):
    """Nobody has to press a key to see what the other one does."""
    monkeypatch.setattr(SharedFileBanner, "CHECK_EVERY", 0.05)
    with WorkingFile.open(demo / FILE, BEA) as theirs:
        async with using(app_on(demo / FILE)) as user:
            await user.press("enter")
            theirs.pick("DEM-02", ["10006"])
            for _ in range(200):
                await user.pilot.pause(0.01)
                if user.part("#top--progress").startswith("1 of "):
                    break
            assert user.part("#top--progress").startswith("1 of ")


async def test_a_file_that_was_let_go_is_opened_only_when_asked_for(demo):
    """The app says that it is free; until the person says so it can only be read."""
    theirs = WorkingFile.open(demo / FILE, BEA)
    async with using(app_on(demo / FILE)) as user:
        await user.press("enter")
        theirs.pick("DEM-02", ["10006"])
        theirs.close()
        user.screen.banner.check_now()
        await user.settled()
        assert "Nobody else has this file open any more" in user.part("#shared-file")
        assert "READ ONLY" in user.text
        assert not (demo / f"{FILE}.lock").exists()
        await user.press("f5")
        assert user.title == "Open this file to pick?"
        await user.press("escape")
        assert "READ ONLY" in user.text
        await user.press("f5", "enter")
        assert "READ ONLY" not in user.text
        assert not user.screen.query_one("#shared-file").display
        await user.press("enter", "space")
        assert user.part("#top--progress").startswith("2 of ")
        await user.press("f5")
        assert "You have this file open" in user.part("#message")


async def test_who_is_quicker_has_the_file(demo):
    """Between the question and the answer somebody else may open it: that is said."""
    theirs = WorkingFile.open(demo / FILE, BEA)
    async with using(app_on(demo / FILE)) as user:
        await user.press("enter")
        theirs.close()
        await user.press("f5")
        with WorkingFile.open(demo / FILE, Person("Cal Third", "practice")):
            await user.press("enter")
            assert "Cal Third" in user.text
            assert user.title == "That did not work"
            await user.press("enter")
            assert "READ ONLY" in user.text


async def test_a_file_that_goes_on_with_other_records_is_said_to(demo, tmp_path):
    """What is matched here is of no use for it."""
    make_tiny(tmp_path / "other")
    index = open_index(tmp_path / "other/index")
    with WorkingFile.open(demo / FILE, BEA) as theirs:
        async with using(app_on(demo / FILE)) as user:
            await user.press("enter")
            theirs.use_index(index, theirs.as_at)
            await user.press("f5")
            assert "continues with other records" in user.part("#message")


async def test_what_cannot_be_done_while_reading_is_said(demo):
    """No key does half of it."""
    with WorkingFile.open(demo / FILE, BEA):
        async with using(app_on(demo / FILE)) as user:
            await user.press("enter", "enter", "space")
            assert "cannot be changed" in user.part("#message")
            await user.press("n")
            await user.fill("#answer", "no more")
            await user.press("enter")
            assert "cannot be changed" in user.part("#message")
            await user.press("e", "enter")
            assert user.title == "Nothing was exported"
            assert not (demo / "demonstration-hand-over").exists()


async def test_after_a_take_over_the_app_does_not_say_that_it_has_the_file(demo):
    """F5 says who took it: what is seen may no longer be what is on the disk."""
    async with using(app_on(demo / FILE)) as user:
        await user.press("enter")
        with WorkingFile.open(demo / FILE, BEA, take_over=True):
            await user.press("f5")
            assert isinstance(user.screen, Notice)
            await user.press("enter")
        await user.press("f5")
        assert isinstance(user.screen, Notice)
