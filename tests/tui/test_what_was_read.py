"""What was read, and what to ask for, in the app."""

from pathlib import Path

import pytest
from driving import app_on, using
from tiny import make_tiny

from recordpick.index.manifest import READ_REPORT

FILE = "demonstration.recordpick"
SIZES = [(80, 24), (120, 30)]


def text_of(path):
    return path.read_text(encoding="utf-8")


def page_in(folder):
    """The page of the only index in a folder."""
    (page,) = folder.glob(f"**/{READ_REPORT}")
    return page


async def opened(user, flow):
    """Open a screen as its entry in the palette does."""
    user.screen.action_flow(flow)
    await user.settled()


@pytest.mark.parametrize("size", SIZES)
async def test_what_was_read_is_shown_by_section(tmp_path, size):
    """The as-at date with its source first; then rows, criteria, and the rest."""
    async with using(app_on(make_tiny(tmp_path / "made")), size) as user:
        await opened(user, "what_was_read")
        assert "What was read · As at" in user.part("#document-title")
        await user.press("down")
        text = user.part("#section")
        assert "Rows by table" in text
        assert "not supplied" in text
        await user.press("down")
        assert "criteria can be answered" in user.part("#section")
        assert all(len(line) <= size[0] for line in user.text.splitlines())
        await user.press("enter")
        assert user.screen.focused.id == "section-room"
        await user.press("w", "enter")
        await user.press("escape")
        assert type(user.screen).__name__ == "PickingScreen"
    assert "criteria can be answered" in text_of(page_in(tmp_path / "made"))


@pytest.mark.parametrize("size", SIZES)
async def test_what_to_ask_for_is_shown_for_one_system_and_written(tmp_path, size):
    """s goes through the systems, w writes the page; nothing is written over."""
    path = make_tiny(tmp_path / "made")
    async with using(app_on(path), size) as user:
        await opened(user, "what_was_read")
        await user.press("a")
        assert "What to ask for · all systems" in user.part("#document-title")
        assert "In short" in user.text
        await user.press("s", "s")
        assert "SystmOne" in user.part("#document-title")
        await user.press("w")
        page = Path(user.screen.query_one("#answer").value)
        await user.press("enter")
        assert user.title == "Written"
        await user.press("enter", "w")
        await user.fill("#answer", page)
        await user.press("enter")
        assert "already exists" in user.text.replace("\n", " ")
        await user.press("enter", "escape", "escape")
        assert type(user.screen).__name__ == "PickingScreen"
    text = text_of(page)
    assert "In SystmOne" in text
    assert "In EMIS Web" not in text


async def test_both_are_in_the_palette_and_explain_themselves(demo):
    """Each has an entry by name, and F1 says what is seen."""
    async with using(app_on(demo / FILE)) as user:
        titles = [one.title for one in user.app.get_system_commands(user.screen)]
        assert {"View: What was read", "View: What to ask for"} <= set(titles)
        for flow, title in (("what_was_read", "What was read"), ("what_to_ask", "What to ask for")):
            await opened(user, flow)
            await user.press("f1")
            assert user.title == title
            await user.press("escape", "escape")


@pytest.mark.parametrize("size", [(60, 24), (80, 24), (120, 30)])
async def test_the_day_of_the_records_is_always_in_the_top_line(demo, size):
    """The practice's name is cut first; the day is whole at every width."""
    async with using(app_on(demo / FILE), size) as user:
        assert "01 Oct 2026" in user.text.splitlines()[0]
