"""From the start screen to the exported list, by hand, in an 80×24 terminal."""

import csv

from driving import app_on, using

from recordpick.selection.working_file import WorkingFile
from recordpick.tui.app import RecordpickApp
from recordpick.tui.screens.picking import PickingScreen
from recordpick.tui.settings import Settings


async def test_from_an_export_to_a_hand_over_pack(demo, tmp_path):
    """New working file from a folder of tables, a pick, a draw, no more, export: all by keys."""
    settings = Settings(path=tmp_path / "settings.json", tour_seen=True)
    path = tmp_path / "our practice.recordpick"
    async with using(RecordpickApp(settings=settings)) as user:
        await user.press("n")
        await user.fill("#path", path)
        await user.fill("#records", demo / "practice")
        await user.fill("#practice", "Our Practice")
        await user.fill("#as_at", "01/10/2026")
        await user.fill("#name", "Ann Other")
        await user.press("f3")
        assert "What was read" in user.text
        await user.press("escape")
        assert isinstance(user.screen, PickingScreen)
        assert "Our Practice" in user.text
        await user.press("enter", "space", "down", "space")
        await user.press("r")
        await user.fill("#seed", "20261001")
        await user.press("enter")
        await user.press("escape", "home", "down", "n")
        await user.fill("#answer", "Nobody else.")
        await user.press("enter", "e")
        await user.fill("#answer", tmp_path / "hand-over")
        await user.press("enter", "enter", "q")
    with (tmp_path / "hand-over/selection_list.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["criterion_id"] for line in lines if line["chosen_by"] == "staff"] == [
        "DEM-01"
    ] * 2
    assert sum(line["chosen_by"] == "random" for line in lines) == 20
    with WorkingFile.open(path, read_only=True) as file:
        assert file.practice == "Our Practice"
        assert file.as_at.isoformat() == "2026-10-01"
        assert file.selection.closed["DEM-02"].reason == "Nobody else."
    assert Settings.load(tmp_path / "settings.json").recent == [str(path)]


async def test_what_is_wrong_in_the_form_is_said_and_nothing_is_made(demo, tmp_path):
    """The form stays filled in, so that only what was wrong is to be put right."""
    path = tmp_path / "new.recordpick"
    async with using(app_on()) as user:
        await user.press("n")
        await user.fill("#path", path)
        await user.press("f3")
        assert "× Say where the practice's records are." in user.text
        await user.fill("#as_at", "31/02/2026")
        await user.press("f3")
        assert "× Say where the practice's records are." in user.text  # all faults at once
        assert "not a day of the calendar" in user.text
        assert user.screen.focused.id == "records"
        await user.fill("#records", tmp_path / "nowhere")
        await user.press("escape", "n")  # what was typed stays
        assert user.screen.query_one("#as_at").value == "31/02/2026"
        assert user.screen.query_one("#records").value == str(tmp_path / "nowhere")
        await user.press("f3")
        assert "× Say where" not in user.text
        assert "There is no such file or folder" in user.text
        assert "not a day of the calendar" in user.text
        await user.fill("#as_at", "")
        (tmp_path / "nowhere").write_text("here", encoding="utf-8")  # which is no list of patients
        await user.press("f3")
        assert user.title == "Nothing was created"
        await user.press("enter")
        assert user.screen.query_one("#records").value == str(tmp_path / "nowhere")
        await user.fill("#records", demo / "index")
        await user.press("f3")
        assert isinstance(user.screen, PickingScreen)
    assert path.exists()


async def test_a_recent_file_is_one_key_away(demo, tmp_path):
    """And who works is asked once, then known."""
    file = demo / "demonstration.recordpick"
    settings = Settings(path=tmp_path / "s.json", recent=[str(file)], tour_seen=True)
    async with using(RecordpickApp(settings=settings)) as user:
        await user.press("enter")
        assert user.title == "Who is working?"
        await user.press("enter")
        assert "Write your name." in user.text
        await user.fill("#name", "Bea Other")
        await user.press("enter")
        assert isinstance(user.screen, PickingScreen)
    again = Settings.load(tmp_path / "s.json")
    async with using(RecordpickApp(settings=again)) as user:
        await user.press("enter")
        assert isinstance(user.screen, PickingScreen)


async def test_the_demonstration_opens_on_its_criteria(tmp_path):
    """Each with how many are picked of those that can be, marked as made up."""
    app = app_on(demo=True, demo_folder=tmp_path / "demo", demo_patients=60)
    async with using(app) as user:
        assert isinstance(user.screen, PickingScreen)
        assert "MADE UP" in user.text
        assert user.text.count(" 0/") > 15


async def test_a_file_that_cannot_be_opened_is_reported_in_a_modal(tmp_path):
    """No traceback, and the way back is the start screen."""
    (tmp_path / "no.recordpick").write_text("not a database", encoding="utf-8")
    async with using(app_on(tmp_path / "no.recordpick")) as user:
        assert user.title == "The file cannot be opened"
        assert "not a working file" in user.text
        await user.press("escape")
        assert "A practice's records" in user.text


async def test_recent_files_have_digits_and_can_be_forgotten(demo, tmp_path):
    """Del forgets the line and not the file; a digit opens the one of that number."""
    kept = demo / "demonstration.recordpick"
    gone = tmp_path / "gone.recordpick"
    gone.write_text("here", encoding="utf-8")
    settings = Settings(
        path=tmp_path / "s.json", name="Ann", recent=[str(gone), str(kept)], tour_seen=True
    )
    async with using(RecordpickApp(settings=settings)) as user:
        assert " 2  demonstration" in user.text
        await user.press("delete")
        assert "gone" not in user.text
        assert gone.exists()
        assert Settings.load(tmp_path / "s.json").recent == [str(kept)]
        await user.press("2")  # there is none
        await user.press("1")
        assert isinstance(user.screen, PickingScreen)
