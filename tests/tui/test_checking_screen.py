"""Checking in the app: a key is a result, saved before it shows, and never another patient's."""

from __future__ import annotations

import shutil
import sys
from itertools import count
from pathlib import Path

import pytest
from driving import SMALL, app_on, using

sys.path.insert(0, str(Path(__file__).parents[1] / "data_checking"))
from checked_files import ANN, TODAY, make_handed_over

from recordpick.comparison.proposals import Proposal
from recordpick.data_checking.checking_copies import (
    free_copy_path,
    import_preview,
    make_copy,
    preview_copy,
)
from recordpick.data_checking.identity import Identity
from recordpick.data_checking.keep_result import keep_entry, make_entry
from recordpick.data_checking.phase_lines import phase_lines
from recordpick.data_checking.record_areas import AREA_NAMES
from recordpick.data_checking.result_cells import initials_of
from recordpick.selection.working_file import WorkingFile
from recordpick.tui.checking_words import identity_line
from recordpick.tui.key_repeat import HeldKeys
from recordpick.tui.screens.checking import CheckingScreen

FIRST = "first check"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return make_handed_over(tmp_path_factory.mktemp("checked") / "made")


@pytest.fixture
def path(made, tmp_path):
    target = tmp_path / "ours.recordpick"
    shutil.copyfile(made, target)
    return target


def results_in(path):
    """What is on the disk, as another program reads it."""
    with WorkingFile.open(path, read_only=True) as file:
        return {key[1:]: one.entry.outcome for key, one in file.selection.results.items()}


def judged_by(path, initials, criterion_id, patient_id, outcome, phase=FIRST, **more):
    with WorkingFile.open(path, ANN) as file:
        lines = phase_lines(file, phase)
        line = lines.line(criterion_id, patient_id)
        keep_entry(file, lines, make_entry(line, outcome, initials, TODAY, **more))


async def begin(driver):
    """Open the screen as a person does: the key, the phase, the initials."""
    await driver.press("k", "enter", "enter")
    assert isinstance(driver.screen, CheckingScreen)
    seconds = count(100.0, 2.0)
    driver.screen.clock = lambda: next(seconds)
    return driver.screen


async def test_a_key_is_a_result_and_only_enter_goes_to_another_patient(path):
    """Each is on the disk before the screen says so; a finished record takes no more keys."""
    async with using(app_on(path), (120, 30)) as driver:
        screen = await begin(driver)
        assert "O'Brien, Bea   born 02 Jun 1933 · 93 · male   NHS 999 000 0026" in driver.text
        assert "family name O'Brien" in driver.text
        await driver.press("s")
        assert "Saved: A-1 same. Ctrl+Z undoes it." in driver.text
        assert results_in(path) == {("A-1", "P01"): "same"}
        await driver.press("d")
        await driver.type("born 1934")
        await driver.press("enter")
        assert "How bad?" in driver.text
        assert results_in(path) == {("A-1", "P01"): "same"}
        await driver.press("h")
        first = {("A-1", "P01"): "same", ("A-2", "P01"): "different"}
        assert results_in(path) == first
        assert "O'Brien, Bea is finished: 1 same, 1 different. Enter: next record." in driver.text
        await driver.press("s", "n", "a")
        assert results_in(path) == first
        await driver.press("enter")
        assert "O'Brien, Dev   born 09 Sep 1953" in driver.text
        await driver.press("n", "escape")
        assert "No result was given." in driver.text
        await driver.press("left")
        assert "O'Brien, Bea" in driver.text
        await driver.press("ctrl+z")
        assert results_in(path) == {("A-1", "P01"): "same"}
        assert "different, high" not in driver.text
        await driver.press("ctrl+y", "p")
        assert "Bea" not in driver.text
        assert "P01" not in driver.text
        assert "born 1934" not in driver.text
        assert screen.message.startswith("Done again")


async def test_a_random_record_is_checked_area_by_area_on_a_small_screen(path):
    """What the extract does not have is not known, which is not none."""
    async with using(app_on(path), SMALL) as driver:
        screen = await begin(driver)
        await driver.press(*["right_square_bracket"] * 6)
        assert "Smith, Ann" in driver.text
        assert "Problems                    1 entry" in driver.text
        assert "Allergies                   0 entries" in driver.text
        assert "Appointments                ? entries" in driver.text
        await driver.press("down", "down")
        assert 'shown as "none recorded", not as "no known allergies"' in driver.text
        for _ in range(12):
            await driver.press("s")
        assert results_in(path) == {(None, "P20"): "same"}
        assert "Smith, Ann is finished: 1 same." in screen.message
        await driver.press("t", "down", "enter")
        assert "unfinished" in driver.screen.checking.filter.words
        assert len(driver.screen.checking.records) == 6


async def test_two_results_of_a_line_are_shown_and_one_is_chosen_with_a_reason(path):
    judged_by(path, "CD", "A-1", "P01", "not there")
    async with using(app_on(path), (120, 30)) as driver:
        await begin(driver)
        await driver.press("up", "s")
        assert "Somebody else says otherwise: Enter shows both." in driver.text
        await driver.press("up")
        assert "two results" in driver.text
        assert "AO same · CD not there" in driver.text
        assert ("A-1", "P01") not in results_in(path)
        await driver.press("enter")
        assert driver.title == "A-1: whose result counts?"
        await driver.press("down", "enter")
        await driver.fill("#answer", "both looked again")
        await driver.press("enter")
        assert results_in(path)["A-1", "P01"] == "not there"
        assert "Decided: A-1." in driver.text


async def test_people_who_disagree_about_a_random_record_decide_in_the_app(path):
    """The whole record has a row of its own then; the record is not called finished."""
    judged_by(path, "CD", None, "P20", "different", area="Medication", differs="dose")
    async with using(app_on(path), (120, 40)) as driver:
        screen = await begin(driver)
        await driver.press(*["right_square_bracket"] * 6)
        await driver.press(*"s" * 12)
        assert "is finished" not in driver.text
        assert "The whole record" in driver.text
        assert "AO same · CD different" in driver.text
        await driver.press("enter")
        assert driver.title == "Random: whose result counts?"
        await driver.press("down", "enter")
        await driver.fill("#answer", "both looked again")
        await driver.press("enter")
        assert results_in(path) == {(None, "P20"): "different"}
        assert "The whole record" not in driver.text
        assert screen.checking.left_of(screen.record) == 0


async def test_areas_that_one_person_checked_in_two_files_ask_for_the_whole_record(path):
    """Neither file had all of them, so none has the result of the record."""
    with WorkingFile.open(path, ANN) as file:
        lines = phase_lines(file, FIRST)
        out = path.with_name("ao.recordpick")
        make_copy(file, out, FIRST, "AO", [one.patient_id for one in lines.records])
    for area in AREA_NAMES:
        judged_by(path if area < "M" else out, "AO", None, "P20", "same", area=area)
    with WorkingFile.open(path, ANN) as file:
        import_preview(file, preview_copy(file, out))
    assert results_in(path) == {}
    async with using(app_on(path), (120, 40)) as driver:
        await begin(driver)
        await driver.press(*["right_square_bracket"] * 6)
        assert "The whole record" in driver.text
        await driver.press("s")
        assert results_in(path) == {(None, "P20"): "same"}
        assert "Smith, Ann is finished: 1 same." in driver.text


async def test_records_picked_since_the_list_do_not_stop_the_checking(path):
    """The phase that has begun goes on, with a note; the other asks for an export first."""
    judged_by(path, "AO", "A-1", "P01", "same")
    with WorkingFile.open(path, ANN) as file:
        file.pick("B-1", ["P03"])
    async with using(app_on(path), (120, 30)) as driver:
        await driver.press("k")
        assert "First check: 10 of 11 lines left, 7 records" in driver.text
        assert "Go-live: export again first" in driver.text
        await driver.press("enter", "enter")
        assert "1 pick or random record is not on the list" in driver.text


async def test_undo_and_redo_put_the_cursor_on_the_line_that_changed(path):
    """A key pressed then goes to that line, and not to one that was left open before it."""
    async with using(app_on(path), (120, 30)) as driver:
        screen = await begin(driver)
        await driver.press("down", "s")
        assert results_in(path) == {("A-2", "P01"): "same"}
        await driver.press("ctrl+z")
        assert screen.row.name == "A-2"
        await driver.press("right_square_bracket", "ctrl+y")
        assert (screen.record.patient_id, screen.row.name) == ("P01", "A-2")
        await driver.press("d")
        await driver.type("age")
        await driver.press("enter", "l")
        assert results_in(path) == {("A-2", "P01"): "different"}


async def test_a_copy_is_made_checked_in_and_brought_back_without_leaving_the_app(path):
    """The initials and the phase are those of the copy; the others' progress says as of when."""
    async with using(app_on(path), (120, 30)) as driver:
        screen = await begin(driver)
        for answer in ("CD", "1-2", str(path.with_name("cd.recordpick"))):
            if not driver.title:
                screen.action_flow("give")
                await driver.settled()
            await driver.fill("#answer", answer)
            await driver.press("enter")
        assert driver.title == "Written"
        await driver.press("enter")
        assert "Others: CD 0 of 2 records (not imported yet)" in driver.text
    copy = path.with_name("cd.recordpick")
    async with using(app_on(copy), (120, 30)) as driver:
        await driver.press("enter") if driver.title else None
        await driver.press("k")
        seconds = count(0.0, 9.0)
        driver.screen.clock = lambda: next(seconds)
        assert driver.screen.checking.initials == "CD"
        for key in ("s", "s", "enter", "s", "s"):
            await driver.press(key)
        await driver.press("enter")
        assert "Your share is done: 2 records. Bring this copy back" in driver.text
    async with using(app_on(path), (120, 30)) as driver:
        while driver.title:
            await driver.press("escape")
        screen = await begin(driver)
        screen.action_flow("import")
        await driver.settled()
        driver.screen.query_one("#folder").focus()
        await driver.fill("#folder", copy)
        await driver.press("enter")
        assert driver.title == "Import cd.recordpick?"
        await driver.press("enter")
        assert "4 new results" in driver.text
        assert "Others: CD 2 of 2 records (copy imported" in driver.text
    assert len(results_in(path)) == 4


def test_a_held_key_counts_once():
    """However long the keyboard waits before it begins to repeat; two presses are two."""

    def verdicts(*times):
        held = HeldKeys()
        return [held.judge("s", at) for at in times]

    assert verdicts(0, 0.03, 0.06) == ["accept", "ignore", "ignore"]
    assert verdicts(0, 0.5, 0.53, 0.56) == ["accept", "accept", "retract", "ignore"]
    assert verdicts(0, 0.5, 1.0, 3.0) == ["accept"] * 4
    assert verdicts(0, 0.5, 0.53, 0.56, 1.0) == ["accept", "accept", "retract", "ignore", "accept"]
    held = HeldKeys()
    assert [held.judge("s", 0), held.judge("n", 0.05)] == ["accept", "accept"]


async def test_a_key_that_is_held_down_gives_one_line_a_result(path):
    async with using(app_on(path), (120, 30)) as driver:
        screen = await begin(driver)
        times = iter([0.0, 0.5, 0.53, 0.56, 0.59])
        screen.clock = lambda: next(times)
        await driver.press(*["s"] * 5)
        assert results_in(path) == {("A-1", "P01"): "same"}
        assert screen.message == "s was held down: it counted once."


def test_names_that_are_made_of_initials():
    assert [initials_of(one) for one in ("Ann Other", "kim", "Mary Ann O'Neill", "")] == [
        "AO",
        "kim",
        "MAO",
        "",
    ]


def test_where_a_copy_goes(path):
    with WorkingFile.open(path, read_only=True) as file:
        assert free_copy_path(file, "A/B ").name == "ours-AB.recordpick"


async def test_what_the_comparison_proposes_is_no_result_until_y(path):
    """◊ is shown and not kept; y makes it this person's result; another key gives another one."""
    async with using(app_on(path), (120, 30)) as driver:
        screen = await begin(driver)
        screen.checking.proposed = {
            ("A-1", "P01"): Proposal("different", "value: 5 → 50", "high"),
            ("A-2", "P01"): Proposal("same"),
        }
        screen.show_again()
        await driver.settled()
        assert "◊ A-1" in driver.text
        assert "different?" in driver.text
        assert results_in(path) == {}
        await driver.press("y")
        assert results_in(path) == {("A-1", "P01"): "different"}
        with WorkingFile.open(path, read_only=True) as file:
            entry = next(iter(file.selection.results.values())).entry
        assert (entry.differs, entry.severity) == ("value: 5 → 50", "high")
        assert entry.initials == screen.checking.initials
        await driver.press("n", "l")
        assert results_in(path)["A-2", "P01"] == "not there"
        await driver.press("y")
        assert results_in(path) == {("A-1", "P01"): "different", ("A-2", "P01"): "not there"}


async def test_without_a_proposal_y_does_nothing(path):
    """y on a line without ◊ keeps nothing, and says what to do."""
    async with using(app_on(path), (120, 30)) as driver:
        await begin(driver)
        await driver.press("y")
        assert "Nothing is proposed for this line" in driver.text
        assert results_in(path) == {}


async def test_records_and_the_workbook_are_written_from_the_screen(path):
    """One key prints the record that is shown or all of them; nothing is written over."""
    async with using(app_on(path), (120, 30)) as driver:
        screen = await begin(driver)
        for moves, name in (([], "one.pdf"), (["down"], "all.pdf")):
            await driver.press("ctrl+p", *moves, "enter")
            assert "names too" in driver.text
            await driver.fill("#answer", path.with_name(name))
            await driver.press("enter")
            assert driver.title == "Written"
            await driver.press("enter")
        screen.action_flow("workbook")
        await driver.settled()
        await driver.press("enter")
        await driver.fill("#answer", path.with_name("ours.xlsx"))
        await driver.press("enter")
        assert driver.title == "Written"
    one, every = (path.with_name(name).read_bytes() for name in ("one.pdf", "all.pdf"))
    assert one.startswith(b"%PDF-")
    assert one.count(b"/Type /Page\n") < every.count(b"/Type /Page\n")
    assert path.with_name("ours.xlsx").read_bytes().startswith(b"PK")


@pytest.mark.parametrize("width", [60, 70, 80, 90, 120])
def test_no_line_of_who_it_is_breaks_within_a_number(width):
    """An NHS number on two lines is misread."""
    who = Identity(
        "10283", "Gardner, Elena Christine (Miss)", "08 May 2001", 25, "female", "9427177721"
    )
    shown = str(identity_line(who, hides=False, width=width)).split("\n")
    assert all(len(line) <= width for line in shown)
    for fact in ("born 08 May 2001 · 25 · female", "NHS 942 717 7721", "patient 10283"):
        assert any(fact in line for line in shown)


def test_a_patient_whom_the_index_lacks_is_not_called_nameless():
    """No name and no NHS number would be read as a fault of the record."""
    assert str(identity_line(Identity("10073"), hides=False)) == (
        " Not in the practice index   patient 10073"
    )
    assert "10073" not in str(identity_line(Identity("10073"), hides=True))
    assert "No name" in str(identity_line(Identity("1", born="01 Jan 1990"), hides=False))
