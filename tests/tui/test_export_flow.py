"""The export in the app: a folder, or one encrypted file; names only when asked for twice."""

import pytest
from driving import app_on, using

from recordpick.handover.warnings import PickWarning
from recordpick.selection.working_file import WorkingFile
from recordpick.tui.flows.export import free_pack_path

FILE = "demonstration.recordpick"


async def test_the_pack_is_one_encrypted_file_with_a_passphrase_shown_once(demo):
    """Before it is written. It opens the file, and is nowhere else: nor on the screen after."""
    import pyzipper

    async with using(app_on(demo / FILE)) as user:
        await user.press("enter", "space", "e", "tab", "space")
        place = user.screen.query_one("#answer").value
        assert place.endswith("demonstration-hand-over.zip")
        await user.press("tab", "tab", "enter")
        assert user.title == "Note the passphrase now"
        passphrase = user.part("#passphrase")
        await user.fill("#answer", passphrase[-5:].lower())
        await user.press("enter")
        assert user.title == "Exported"
        assert passphrase not in user.text
        await user.press("enter")
        assert "Exported to" in user.part("#message")
    with pyzipper.AESZipFile(place) as pack:
        pack.setpassword(passphrase.encode())
        rows = pack.read("demonstration-hand-over/selection_list.csv").decode().splitlines()
    assert len(rows) == 2
    assert passphrase.encode() not in (demo / FILE).read_bytes()


async def test_nothing_is_encrypted_before_the_passphrase_was_noted(demo):
    """Neither a key pressed in passing nor a terminal that goes leaves a file nobody can open."""
    async with using(app_on(demo / FILE)) as user:
        await user.press("enter", "space", "e", "tab", "space", "tab", "tab", "enter")
        assert user.title == "Note the passphrase now"
        await user.press("enter")
        assert "before you have typed it" in user.text
        await user.fill("#answer", "ABCDE")
        await user.press("enter")
        assert "not its last group" in user.text
        await user.press("escape")
        assert user.title == ""
        await user.press("e", "tab", "space", "tab", "tab", "enter")
        assert user.title == "Note the passphrase now"
        user.app._exit_now(129)
    assert list(demo.glob("*.zip*")) == []
    with WorkingFile.open(demo / FILE, read_only=True) as file:
        assert file.selection.exports == ()


async def test_names_stand_in_the_workbook_only_if_they_are_wanted_twice(demo):
    """A tick, and a yes; otherwise nothing is written."""
    import openpyxl

    async with using(app_on(demo / FILE)) as user:
        await user.press("enter", "space")
        family = user.app._session.listed(user.screen.table.patient_id).patient["family_name"]
        await user.press("e", "tab", "tab", "space", "tab", "enter")
        assert user.title == "Write patients' names?"
        await user.press("tab", "enter")
        assert not (demo / "demonstration-hand-over").exists()
        await user.press("e", "tab", "tab", "space", "tab", "enter", "enter")
        assert user.title == "Exported"
        assert "Patients' names are in tick_sheets.xlsx" in " ".join(user.text.split())
    out = demo / "demonstration-hand-over"
    book = openpyxl.load_workbook(out / "tick_sheets.xlsx", read_only=True)
    cells = {
        str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row
    }
    assert any(family in cell for cell in cells)
    for name in ("selection_list.csv", "tick_sheets.txt", "README.txt"):
        assert family not in (out / name).read_text("utf-8")


async def test_the_place_that_is_offered_is_free_for_a_folder_and_a_file(demo):
    """The ending comes and goes with the tick."""
    (demo / "demonstration-hand-over.zip").write_bytes(b"")
    async with using(app_on(demo / FILE)) as user:
        assert free_pack_path(user.app._session).name == "demonstration-hand-over-2"
        await user.press("e", "tab", "space")
        assert user.screen.query_one("#answer").value.endswith("hand-over-2.zip")
        assert "one encrypted file" in user.text
        await user.press("space")
        assert user.screen.query_one("#answer").value.endswith("hand-over-2")
        await user.fill("#answer", "")
        await user.press("tab", "tab", "enter")
        assert "Say where to write it." in user.text


async def test_what_is_doubtful_about_the_list_is_shown(demo, monkeypatch):
    """With the patients' numbers, which are hidden with the names."""
    warning = PickWarning("not in the practice index any more", ("424242",))
    monkeypatch.setattr("recordpick.handover.warnings.pick_warnings", lambda *_: (warning,))
    async with using(app_on(demo / FILE)) as user:
        await user.press("e", "enter")
        assert user.title == "Exported"
        assert "1 picked patient: not in the practice index any more. 424242" in " ".join(
            user.text.split()
        )
        await user.press("p")
        assert "1 picked patient: not in the practice index any more." in user.text
        assert "424242" not in user.text


@pytest.mark.parametrize("encrypted", [False, True])
async def test_a_place_that_is_taken_is_said_and_nothing_is_written(demo, encrypted):
    """Whatever stands there stays."""
    taken = demo / ("taken.zip" if encrypted else "taken")
    if encrypted:
        taken.write_bytes(b"mine")
    else:
        taken.mkdir()
        (taken / "mine.txt").write_text("mine", encoding="utf-8")
    async with using(app_on(demo / FILE)) as user:
        await user.press("e", "tab", *(["space"] if encrypted else []))
        await user.fill("#answer", taken)
        user.screen.query_one("#answer").focus()
        await user.press("enter")
        assert user.title == "Nothing was exported"
    assert (taken if encrypted else taken / "mine.txt").read_bytes() == b"mine"
