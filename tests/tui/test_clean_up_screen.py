"""What to put right before the first extract, in the app."""

import csv

from driving import app_on, using
from tiny import make_tiny

FILE = "demonstration.recordpick"


async def test_the_findings_are_listed_with_what_they_mean_and_their_rows(demo):
    """Found, none or cannot be checked; beside it what to do; below it the rows."""
    async with using(app_on(demo / FILE)) as user:
        await user.press("t")
        assert "To put right before the first extract" in user.part("#clean-up-title")
        findings = user.screen._checked.findings
        listed = user.screen.query_one("#findings")
        assert listed.option_count == len(findings)
        at = next(place for place, one in enumerate(findings) if one.number)
        assert listed.highlighted == at
        assert findings[at].to_do in user.part("#finding")
        assert str(findings[at].number) in user.part("#finding").replace(",", "")
        rows = str(user.screen.query_one("#finding-rows").visual).splitlines()
        assert len(rows) >= min(findings[at].number, 200) + 1


async def test_what_cannot_be_checked_says_why(tmp_path):
    """A question mark is no zero."""
    async with using(app_on(make_tiny(tmp_path / "made"))) as user:
        await user.press("t")
        assert "Cannot be told." in user.part("#finding")
        assert "is_local_code" in user.part("#finding")


async def test_the_folder_is_written_and_nothing_is_written_over(demo):
    """w asks where to; a folder that is not free is refused in words."""
    async with using(app_on(demo / FILE)) as user:
        await user.press("t", "w")
        await user.fill("#answer", demo / "clean-up")
        await user.press("enter")
        assert user.title == "Written"
        assert (demo / "clean-up" / "README.txt").is_file()
        await user.press("enter", "w")
        await user.fill("#answer", demo / "clean-up")
        await user.press("enter")
        assert user.title == "Nothing was written"


async def test_the_list_of_pcse_is_set_beside_the_practice_s_own(demo):
    """l reads it; its findings stand below the others and are written with them."""
    with (demo / "pcse.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["NHS Number", "Surname", "Forenames", "Date of birth"])
        rows.writerow(["9990000018", "Nobody", "Known", "05/04/1951"])
    async with using(app_on(demo / FILE)) as user:
        await user.press("t")
        before = user.screen.query_one("#findings").option_count
        await user.press("l")
        names = [path.name for path in user.screen._here]
        user.screen.query_one("#paths").highlighted = names.index("pcse.csv")
        await user.press("enter")
        listed = user.screen.query_one("#findings")
        assert listed.option_count > before
        assert listed.highlighted == before
        assert "only here" in user.part("#finding")
        await user.press("escape", "t")
        assert user.screen.query_one("#findings").option_count > before


async def test_names_are_hidden_here_too(demo):
    """What was hidden on the work screen stays hidden; p shows it."""
    async with using(app_on(demo / FILE)) as user:
        await user.press("p", "t")
        findings = user.screen._checked.findings
        at = next(
            n for n, one in enumerate(findings) if one.number and "patient_id" in one.rows.columns
        )
        patient = findings[at].rows["patient_id"][0]
        user.screen.query_one("#findings").highlighted = at
        await user.settled()
        assert patient not in user.part("#finding-rows")
        await user.press("p")
        assert patient in user.part("#finding-rows")


async def test_the_way_there_is_in_the_palette_and_its_help(demo):
    """Every key is in the palette; F1 says what is seen."""
    async with using(app_on(demo / FILE)) as user:
        titles = [one.title for one in user.app.get_system_commands(user.screen)]
        assert "View: To put right" in titles
        await user.press("t", "f1")
        assert user.title == "To put right before the first extract"
        await user.press("escape", "escape")
        assert type(user.screen).__name__ == "PickingScreen"
