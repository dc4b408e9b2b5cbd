"""What a hand-made list leaves open is asked in the app before anything is made of it."""

from datetime import date

from driving import using

from recordpick.index.practice_index import open_index
from recordpick.selection.working_file import WorkingFile
from recordpick.tui.app import RecordpickApp
from recordpick.tui.screens.picking import PickingScreen
from recordpick.tui.settings import Settings

from systmone_extracts import patient, write_extract, write_manifest

LIST = "NHS Number,Family Name,Date of Birth\n9434765919,O'Neil,01/02/1980\n"


async def filled_in(user, tmp_path, records=None):
    """Fill in the form, for a list if no other records are given, and go on."""
    if records is None:
        records = tmp_path / "list.csv"
        records.write_text(LIST, encoding="utf-8")
    await user.press("n")
    await user.fill("#path", tmp_path / "new.recordpick")
    await user.fill("#records", records)
    await user.fill("#name", "Ann Other")
    await user.press("f3")


def words(user):
    """Give the words on the screen, without the lines they stand on."""
    return " ".join(user.text.replace("│", " ").split())


def app(tmp_path):
    return RecordpickApp(settings=Settings(path=tmp_path / "settings.json", tour_seen=True))


async def test_each_question_is_a_box_and_its_answer_holds(tmp_path):
    """Days first is a key away; who is registered is asked of a list that does not say it."""
    async with using(app(tmp_path)) as user:
        await filled_in(user, tmp_path)
        assert "Is 01/02/1980 1 February 1980, or 2 January 1980?" in words(user)
        assert "2 January 1980  " in user.text
        await user.press("tab", "enter")
        assert "All of them" in user.text
        assert "Not all, or unknown" in user.text
        assert "Is everyone on this list registered" in words(user)
        await user.press("enter")
        assert "On which day was this export made?" in words(user)
        await user.fill("#answer", "1/10/26")
        await user.press("enter")
        assert "a year needs four digits" in words(user)
        assert "Write the day as in 01/10/2026" in words(user)
        await user.fill("#answer", "01/10/1970")
        await user.press("enter")
        assert "records cannot be as at 1970-10-01" in words(user)
        await user.fill("#answer", "01/10/2026")
        await user.press("enter")
        await user.press("escape")  # what was read
        assert isinstance(user.screen, PickingScreen)
    with WorkingFile.open(tmp_path / "new.recordpick", read_only=True) as file:
        assert file.practice == ""
        assert file.as_at == date(2026, 10, 1)
    index = tmp_path / "new-index" / "index.json"
    notes = index.read_text(encoding="utf-8")
    assert "Date of Birth was read as month/day/year, as answered" in notes
    assert "everyone was read as registered, as answered" in notes


async def test_a_list_and_reports_beside_it_are_several_files(tmp_path):
    """Rows that name no patient are asked about: nobody is guessed to be the one above."""
    listed = tmp_path / "list.csv"
    listed.write_text(LIST.replace("01/02/1980", "31/01/1980"), encoding="utf-8")
    report = tmp_path / "problems.csv"
    rows = "NHS Number,Problem,Problem Date\n9434765919,Gout,31/05/2026\n,Asthma,31/05/2026\n"
    report.write_text(rows, encoding="utf-8")
    async with using(app(tmp_path)) as user:
        await filled_in(user, tmp_path, f"{listed}; {report}")
        assert "Is everyone on this list registered" in words(user)
        await user.press("enter")
        assert "problems.csv: 1 row names no patient" in words(user)
        await user.press("enter")
        await user.fill("#answer", "01/10/2026")
        await user.press("enter")
        await user.press("enter")
        await user.press("escape")  # what was read
        assert isinstance(user.screen, PickingScreen)
    index = open_index(tmp_path / "new-index")
    assert index.scan("events").collect()["term"].to_list() == ["Gout", "Asthma"]


async def test_a_warning_is_read_before_the_file_opens(tmp_path):
    """Such as that the export holds changes only."""
    extract = write_extract(tmp_path / "extract", SRPatient=[patient(1)])
    write_manifest(extract, is_delta="Y")
    async with using(app(tmp_path)) as user:
        await filled_in(user, tmp_path, extract)
        assert user.title == "Before you begin"
        assert "extract holds changes only, not the whole practice" in words(user)
        await user.press("enter")
        await user.press("escape")  # what was read
        assert isinstance(user.screen, PickingScreen)


async def test_turning_back_leaves_the_form_as_it_was_filled_in(tmp_path):
    """Nothing is made."""
    async with using(app(tmp_path)) as user:
        await filled_in(user, tmp_path)
        await user.press("escape")
        assert user.screen.query_one("#records").value == str(tmp_path / "list.csv")
    assert not (tmp_path / "new.recordpick").exists()
    assert not (tmp_path / "new-index").exists()
