"""What of a pack was not used or not understood is shown when the app opens its working file."""

from __future__ import annotations

from driving import SMALL, app_on, using
from tiny import make_tiny

from recordpick.cli.main import main
from recordpick.tui.app import RecordpickApp
from recordpick.tui.screens.picking import PickingScreen
from recordpick.tui.settings import Settings
from recordpick.tui.tour import Tour

LIST = "Ref,Find,Owner,How many\nA-1,Repeats,me,some\nA-2,Acutes,you,all\n"


def made(tmp_path, text):
    """A working file of a list in CSV."""
    make_tiny(tmp_path / "tiny")
    pack = tmp_path / "list.csv"
    pack.write_text(text, encoding="utf-8")
    file = tmp_path / "listed.recordpick"
    index = str(tmp_path / "tiny" / "index")
    words = ["new", str(file), "--index", index, "--criteria", str(pack), "--name", "Pat Smith"]
    assert main(words) == 0
    return file


async def test_columns_that_are_not_used_are_shown(tmp_path, capsys):
    """Until something is picked; the command line says it when the file is made."""
    file = made(tmp_path, LIST)
    said = capsys.readouterr()
    assert 'A column is not used: "Owner".' in said.err
    assert f"{file}: 2 criteria of list," in said.out
    async with using(app_on(file), SMALL) as user:
        assert user.title == "Not used or not understood in the criteria"
        shown = "".join(character for character in user.text if character.isalnum())
        assert "Acolumnisnotused" in shown
        assert "howmanyis" in shown
        await user.press("enter")
        assert isinstance(user.screen, PickingScreen)
        assert [line.wanted for line in user.app._session.criteria()][:2] == [20, 1000]
        await user.press("enter", "w", "space")
        assert user.app._session.selection.picks
    async with using(app_on(file), SMALL) as user:
        assert isinstance(user.screen, PickingScreen)


async def test_the_first_tour_begins_when_the_notes_were_read(tmp_path, capsys):
    """A modal at a time: what has to be read comes first, then what is where."""
    settings = Settings(tmp_path / "settings.json", name="Ann Other")
    app = RecordpickApp(made(tmp_path, LIST), settings=settings)
    async with using(app, SMALL) as user:
        assert user.title == "Not used or not understood in the criteria"
        await user.press("enter")
        assert isinstance(user.screen, Tour)
        assert user.title == "The supplier's criteria"
        await user.press("enter", "enter", "enter", "enter")
        assert isinstance(user.screen, PickingScreen)
        assert not user.screen.query(".-highlighted")


async def test_a_pack_of_which_all_is_used_says_nothing(tmp_path):
    """Straight to the criteria."""
    async with using(app_on(made(tmp_path, "Ref,Find\nA-1,Repeats\n"))) as user:
        assert isinstance(user.screen, PickingScreen)
