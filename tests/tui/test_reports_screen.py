"""The reports in the app: both systems' figures, the differences, and the pack they go into."""

import csv
import shutil

from driving import app_on, using

from recordpick.handover.export import export
from recordpick.matching import match
from recordpick.reports.qof import shipped_qof_table
from recordpick.selection.events import Person
from recordpick.selection.find_index import index_of
from recordpick.selection.working_file import WorkingFile

FILE = "demonstration.recordpick"
HEADER = ["Indicator", "Register", "Denominator"]


def write_figures(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER, *rows])


async def load(user, key, name):
    await user.press(key)
    names = [path.name for path in user.screen._here]
    user.screen.query_one("#paths").highlighted = names.index(name)
    await user.press("enter")


def line(user, start):
    """The first line on the screen with that name and figure."""
    rows = [row.rstrip(" ▁▂▃▄▅▆▇█").split() for row in user.text.splitlines()]
    return next(row for row in rows if row[:2] == start)


async def test_figures_are_loaded_compared_and_exported(demo):
    """Both systems' figures stand beside each other, the largest difference first."""
    write_figures(demo / "current.csv", [["AF006", 100, 90], ["AF008", 50, ""], ["XX001", 1, ""]])
    write_figures(demo / "new.csv", [["AF006", 101, 70], ["AF008", 50, 45]])
    async with using(app_on(demo / FILE)) as user:
        await user.press("i")
        await load(user, "c", "current.csv")
        assert user.title == "Loaded"
        assert "XX001" in user.text
        assert "4 figures of the current system read, 4 new or changed" in user.text
        await user.press("enter")
        await load(user, "n", "new.csv")
        assert user.title == "Loaded"
        await user.press("enter")
        assert line(user, ["AF006", "denominator"])[-3:] == ["90", "70", "-20"]
        await user.press("4")
        names = [(row["name"], row["figure"], row["state"]) for row in user.screen._rows]
        assert names == [
            ("AF006", "denominator", "different"),
            ("AF006", "register", "different"),
            ("XX001", "register", "only_before"),
            ("AF008", "denominator", "only_after"),
            ("AF008", "register", "same"),
        ]
        assert line(user, ["AF006", "denominator"])[-2:] == ["-20", "-22.2%"]
        await user.press("w")
        await user.fill("#answer", demo / "differences.csv")
        await user.press("enter")
        assert user.title == "Written"
    written = (demo / "differences.csv").read_text(encoding="utf-8").splitlines()
    assert written[1].startswith("qof,AF006,denominator,patients,90,70,-20,-22.22,")
    with WorkingFile.open(demo / FILE, Person("Sam Okoro", "practice")) as file:
        index = index_of(file, demo / "index")
        export(file, index, demo / "pack", match(file.pack, index, file.as_at))
    with (demo / "pack" / "qof_report.csv").open(encoding="utf-8-sig", newline="") as file:
        written = {(row["indicator"], row["figure"]): row for row in csv.DictReader(file)}
    row = written["AF006", "denominator"]
    assert (float(row["current_system"]), float(row["new_system"])) == (90, 70)


async def test_a_figure_is_typed_taken_away_and_refused_in_words(demo):
    """Enter types the current system's figure, e the new one's."""
    async with using(app_on(demo / FILE)) as user:
        await user.press("i", "down", "enter")
        await user.fill("#answer", "1,234")
        await user.press("enter", "e")
        await user.fill("#answer", "1230")
        await user.press("enter")
        assert line(user, ["AF006", "denominator"])[-3:] == ["1,234", "1,230", "-4"]
        await user.press("enter")
        await user.fill("#answer", "many")
        await user.press("enter")
        assert "'many' is not a number" in user.text
        await user.press("enter", "enter")
        await user.fill("#answer", "87,5")
        await user.press("enter")
        assert "'87,5' is not a number" in user.text
        await user.press("enter", "enter")
        await user.fill("#answer", "")
        await user.press("enter", "escape", "i", "4")
        assert [row["state"] for row in user.screen._rows] == ["only_after"]


async def test_what_was_given_is_there_at_the_next_opening_and_undo_says_what_it_takes_back(demo):
    """With who gave it and how, below the figures."""
    async with using(app_on(demo / FILE)) as user:
        await user.press("i", "down", "enter")
        await user.fill("#answer", "1,234")
        await user.press("enter")
    async with using(app_on(demo / FILE)) as user:
        await user.press("i", "down")
        assert line(user, ["AF006", "denominator"])[-1] == "1,234"
        assert "Current system: typed, " in user.part("#figure")
        await user.press("escape")
        selection = user.screen.session.selection
        assert selection.can_undo == "typed AF006 denominator of the current system"
        await user.press("u", "i", "4")
        assert user.screen._rows == []


async def test_another_table_is_kept_and_counted_by(demo):
    """And after undo the reports are counted by the one that ships again."""
    table = "indicator,group,measures,points,lower_threshold,upper_threshold\nCD001,H,bp,12,40,90\n"
    (demo / "qof_2026_27.csv").write_text(table, encoding="utf-8")
    async with using(app_on(demo / FILE)) as user:
        await user.press("i")
        await load(user, "t", "qof_2026_27.csv")
        await user.settled()
        assert {row["indicator"] for row in user.screen._rows} == {"CD001"}
        await user.press("escape", "u", "i")
        await user.settled()
        assert len({row["indicator"] for row in user.screen._rows}) == 43


async def test_a_file_without_figures_is_refused_and_nothing_changes(demo):
    """What is wrong is said; the figures known before stay."""
    (demo / "letter.csv").write_text("Dear practice,\nhello\n", encoding="utf-8")
    async with using(app_on(demo / FILE)) as user:
        await user.press("i")
        await load(user, "c", "letter.csv")
        assert "no header was found" in " ".join(user.text.split())
        await user.press("enter")
        assert dict(user.screen._session.selection.figures) == {}


async def test_empty_figures_say_why_and_arrows_turn_the_reports(demo):
    """Nothing is put in the place of what cannot be counted."""
    async with using(app_on(demo / FILE)) as user:
        await user.press("i", "right", "right")
        assert "patients" in user.text
        await user.press("left", "left")
        at = next(n for n, row in enumerate(user.screen._rows) if row["why_empty"])
        user.screen.query_one("#figures").highlighted = at
        await user.settled()
        assert user.screen._rows[at]["why_empty"] in user.part("#figure")


async def test_a_table_of_another_year_is_said_on_every_report_that_goes_by_it(demo):
    """The demonstration is as at October 2026; somebody gives the table of the year before."""
    shutil.copy(shipped_qof_table("2025/26"), demo / "qof_2025_26.csv")
    async with using(app_on(demo / FILE)) as user:
        await user.press("i")
        await load(user, "t", "qof_2025_26.csv")
        await user.settled()
        for number, is_said in enumerate((True, True, False)):
            await user.press(str(number + 1))
            text = " ".join(user.text.split())
            assert ("The QOF table is of 2025/26" in text) is is_said, number


async def test_a_figure_is_explained_rule_by_rule_and_for_a_patient(demo):
    """`x` says what each rule leaves and who is in the figure; Enter what was found in a record."""
    async with using(app_on(demo / FILE)) as user:
        await user.press("i", "2", "x")
        text = " ".join(user.text.split())
        assert user.title.startswith("CS005: adequate test")
        assert "QOF 2026/27, as at 1 October 2026." in text
        assert "of the list" in text
        assert "to do" in text
        await user.press("enter")
        assert "found)" in user.text


async def test_another_qof_year_is_chosen_and_undone(demo):
    """What was chosen is kept in the working file; what is no year is refused."""
    async with using(app_on(demo / FILE)) as user:
        await user.press("i")
        assert "QOF 2026/27, as at" in user.text
        await user.press("y")
        user.screen.query_one("Input").value = "2026/27 year-end"
        await user.press("enter")
        assert "to the year's end (31 March 2027)" in " ".join(user.text.split())
        await user.press("y")
        user.screen.query_one("Input").value = "2026"
        await user.press("enter")
        assert "is not a QOF year" in user.text
