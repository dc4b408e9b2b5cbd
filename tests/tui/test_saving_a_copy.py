"""A file that is damaged or gone while the app has it open: reported, and saved elsewhere."""

import os
from pathlib import Path

import pytest
from driving import app_on, using

from recordpick.selection.working_file import WorkingFile
from recordpick.tui.screens.picking import PickingScreen
from recordpick.tui.screens.start import StartScreen

FILE = "demonstration.recordpick"


def damage(path):
    """Overwrite a page of it, as a failing disk or another program does."""
    content = bytearray(path.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 4096] = b"\x5a" * 4096
    path.write_bytes(content)


async def test_damage_is_reported_and_what_is_held_is_saved_as_a_new_file(demo):
    """Everything up to the last change that was shown is in the copy, and work goes on there."""
    copy = demo / "saved.recordpick"
    async with using(app_on(demo / FILE)) as user:
        await user.press("enter", "space")
        held = user.screen.session.file.events
        damage(demo / FILE)
        await user.press("down", "space")
        assert user.title == "Save a copy as"
        assert "damaged while it was open" in user.text
        assert user.screen.query_one("#answer").value == str(demo / "demonstration-copy.recordpick")
        await user.fill("#answer", copy.with_suffix(""))
        await user.press("enter")
        assert user.title == "A copy was saved"
        await user.press("enter")
        assert isinstance(user.screen, PickingScreen)
        assert user.screen.session.file.path == copy
        assert user.screen.session.file.events == held
        await user.press("enter", "down", "space")
        assert len(user.screen.session.file.events) == len(held) + 1
    with WorkingFile.open(copy, read_only=True) as file:
        assert file.events[: len(held)] == held


@pytest.mark.skipif(os.name == "nt", reason="Windows does not let open files be deleted")
async def test_a_file_that_was_deleted_is_saved_elsewhere(demo):
    """A name that is taken is refused, and asked for again; nothing is written over."""
    taken = demo / "taken.recordpick"
    taken.write_text("mine", encoding="utf-8")
    async with using(app_on(demo / FILE)) as user:
        await user.press("enter", "space")
        held = user.screen.session.file.events
        (demo / FILE).unlink()
        await user.press("down", "space")
        assert user.title == "Save a copy as"
        assert "not there any more" in user.text
        await user.fill("#answer", taken)
        await user.press("enter")
        assert "already exists" in user.text
        await user.press("enter")
        assert user.title == "Save a copy as"
        await user.fill("#answer", demo / "other.recordpick")
        await user.press("enter", "tab", "enter")
        assert isinstance(user.screen, PickingScreen)
    assert taken.read_text(encoding="utf-8") == "mine"
    with WorkingFile.open(demo / "other.recordpick", read_only=True) as file:
        assert file.events == held


async def test_a_copy_can_be_saved_at_any_time(demo):
    """By the palette; the folder can be looked for, and nothing is saved where it is left."""
    async with using(app_on(demo / FILE)) as user:
        await user.press("enter")
        await user.screen.run_action("flow('save_copy')")
        await user.settled()
        await user.press("tab", "tab", "enter")
        assert user.title == "The folder for the copy"
        user.screen._folder = demo / "practice"
        await user.pilot.click("#choose")
        await user.settled()
        chosen = Path(user.screen.query_one("#answer").value)
        assert chosen == demo / "practice" / "demonstration-copy.recordpick"
        await user.press("escape")
    assert list((demo / "practice").glob("*.recordpick")) == []


async def test_a_folder_that_the_file_names_is_not_looked_at_without_asking(demo):
    """Another computer's, for one: only if the person says so."""
    elsewhere = demo.with_name("elsewhere")
    (demo / "index").rename(elsewhere)
    path = demo / FILE
    from small_journals import rewritten

    rewritten(path, lambda event: {"folder": str(elsewhere)} if event.seq == 1 else {})
    async with using(app_on(path)) as user:
        assert user.title == "Open this folder?"
        assert str(elsewhere) in user.text.replace("\n", "").replace("│", "").replace(" ", "")
        await user.press("escape")
        assert isinstance(user.screen, StartScreen)
    async with using(app_on(path)) as user:
        await user.press("tab", "enter")
        assert isinstance(user.screen, PickingScreen)
    async with using(app_on(path)) as user:
        assert isinstance(user.screen, PickingScreen), "it is known now"


async def test_what_was_found_beside_the_file_is_said_when_it_is_opened(demo):
    """What was done with it, and under which names it is kept; the file opens to pick."""
    (demo / f"{FILE}-journal").write_bytes(b"something from elsewhere")
    async with using(app_on(demo / FILE)) as user:
        assert user.title == "About this working file"
        said = " ".join(str(one.visual) for one in user.screen.query(".modal--message"))
        assert "is sound to its last event without it" in said
        await user.press("enter", "enter", "space")
        assert len(user.screen.session.file.events) == 2
    assert len(list(demo.glob("*.kept"))) == 2
