"""From an exported list to the page that is signed: three people, three phases, all in the app."""

from __future__ import annotations

import sys
from itertools import count
from pathlib import Path

import openpyxl
import tiny
from driving import app_on, using

sys.path.insert(0, str(Path(__file__).parents[1] / "handover"))
from tick_sheet_filling import fill

from recordpick.cli.main import main
from recordpick.data_checking.phase_lines import phase_lines
from recordpick.selection.events import Person
from recordpick.selection.working_file import WorkingFile

WIDE = (120, 30)
PATIENTS = [f"P{number:02d}" for number in range(20)]
FORM = """
[form]
workbook = "form.xlsx"
sheet = "Log"
first_row = 2
[columns]
issue = "Reference"
what_differs = "Issue"
severity = "C"
"""


async def begin(driver, phase=None):
    """Close what the file says, and open the checking screen."""
    while driver.title:
        await driver.press("escape")
    await driver.press("k")
    while driver.title:  # the phase that is next, and the initials: as offered
        await driver.press("enter")
    assert phase in {None, driver.screen.checking.phase}
    seconds = count(0.0, 5.0)
    driver.screen.clock = lambda: next(seconds)
    return driver.screen


async def give(driver, initials, records, copy):
    driver.screen.action_flow("give")
    await driver.settled()
    for answer in (initials, records, copy):
        await driver.fill("#answer", answer)
        await driver.press("enter")
    await driver.press("enter")


async def bring(driver, path):
    driver.screen.action_flow("import")
    await driver.settled()
    driver.screen.query_one("#folder").focus()
    await driver.fill("#folder", path)
    await driver.press("enter")
    assert driver.title == f"Import {path.name}?"
    await driver.press("enter")


async def write(driver, what, path):
    driver.screen.action_flow(what)
    await driver.settled()
    await driver.fill("#answer", path)
    await driver.press("enter")
    assert driver.title == "Written"
    await driver.press("enter")


def make_form(folder):
    book = openpyxl.Workbook()
    book.active.title = "Log"
    book.active.append(["Reference", "Issue", "Priority"])
    book.save(folder / "form.xlsx")
    (folder / "form.toml").write_text(FORM, encoding="utf-8")


def make_file(folder, monkeypatch):
    """A working file with 20 records, exported."""
    monkeypatch.setattr(
        tiny, "PACK", tiny.PACK.replace("records_per_criterion = 4", "records_per_criterion = 20")
    )
    path = tiny.make_tiny(folder / "made")
    with WorkingFile.open(path, Person("Ann Other", "practice")) as file:
        file.pick("B-3", PATIENTS)
    assert main(["export", str(path), "--out", str(folder / "pack")]) == 0
    return path


async def test_from_an_exported_list_to_a_signed_page(tmp_path, monkeypatch):
    """20 records by keys, two copies with a conflict, a workbook, a form, recheck and go-live."""
    path = make_file(tmp_path, monkeypatch)
    cd, ef = tmp_path / "cd.recordpick", tmp_path / "ef.recordpick"
    async with using(app_on(path), WIDE) as driver:
        await begin(driver)
        await give(driver, "CD", "1-11", cd)
        await give(driver, "EF", "11-20", ef)
    async with using(app_on(cd), WIDE) as driver:
        screen = await begin(driver)
        await driver.type_ahead(*["s", "enter"] * 11)
        assert screen.message.startswith("Your share is done: 11 records.")
    async with using(app_on(ef), WIDE) as driver:
        screen = await begin(driver)
        await driver.press("n", "h", "enter", "d")
        await driver.type("dose")
        await driver.press("enter", "m", "enter")
        await driver.type_ahead(*["s", "enter"] * 7)
        assert [one.number for one in screen.checking.records if screen.checking.left_of(one)] == [
            20
        ]
    sheets = fill(
        tmp_path / "pack" / "tick_sheets.xlsx",
        tmp_path / "gh.xlsx",
        {("B-3", "P19"): {"Result": "same", "Initials": "GH"}},
        phase="first check",
    )
    make_form(tmp_path)
    async with using(app_on(path), WIDE) as driver:
        screen = await begin(driver, "first check")
        for brought in (cd, ef, sheets):
            await bring(driver, brought)
        assert "CD same · EF not there" in driver.text
        await driver.press("enter", "enter")
        await driver.fill("#answer", "EF looked in the wrong record")
        await driver.press("enter")
        assert screen.checking.progress() == (20, 20)
        await write(driver, "log", tmp_path / "form.toml")
        await driver.press("escape")
        screen = await begin(driver, "recheck")
        assert "Found before: issue 2, different, medium: dose" in driver.text
        await driver.press("s", "enter", "escape")
        screen = await begin(driver, "go-live")
        await driver.type_ahead(*["s", "enter"] * 20)
        assert screen.checking.progress() == (20, 20)
        await write(driver, "page", tmp_path / "sign-off.txt")
    form = openpyxl.load_workbook(tmp_path / "form-filled.xlsx")["Log"]
    assert [[cell.value for cell in row] for row in form.iter_rows(min_row=2)] == [
        [1, None, "high"],
        [2, "dose", "medium"],
    ]
    page = " ".join((tmp_path / "sign-off.txt").read_text(encoding="utf-8").split())
    assert "first check 20 20 19 1 0 0 0" in page
    assert "go-live 20 20 20 0 0 0 0" in page
    assert "2 issues: 0 open, 1 resolved (the same when checked again), 1 withdrawn" in page
    assert "Checked by: CD (11), EF (8), GH (1)" in page
    with WorkingFile.open(path, read_only=True) as file:
        assert len(phase_lines(file, "go-live").lines) == 20
        assert file.selection.settled.disagreements == {}
