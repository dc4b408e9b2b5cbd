"""Other ways to patients, help where one is, and what the app remembers."""

import pytest
from driving import LARGE, app_on, using

from recordpick.selection.working_file import WorkingFile
from recordpick.tui.actions import commands_of, key_name
from recordpick.tui.app import RecordpickApp
from recordpick.tui.dialogs import Confirm, Modal, Notice, PersonDialog, SortDialog, TextPrompt
from recordpick.tui.file_picker import FilePicker
from recordpick.tui.flows.draw import DrawDialog
from recordpick.tui.flows.export import ExportDialog
from recordpick.tui.flows.patient_criteria import PatientCriteriaDialog
from recordpick.tui.flows.suggest import SuggestDialog
from recordpick.tui.screens.charts import ChartsScreen
from recordpick.tui.screens.clean_up import CleanUpScreen
from recordpick.tui.screens.help import HelpScreen
from recordpick.tui.screens.new_file import NewFileScreen
from recordpick.tui.screens.picking import PickingScreen
from recordpick.tui.screens.reports import ReportsScreen
from recordpick.tui.screens.start import StartScreen
from recordpick.tui.settings import Settings
from recordpick.tui.tour import Tour
from recordpick.tui.widgets.criteria_list import CriteriaList
from recordpick.tui.widgets.record_view import RecordView
from recordpick.tui.widgets.records_table import RecordsTable

FILE = "demonstration.recordpick"
NO_COMMANDS = {"back", "next_part(1)", "next_part(-1)", "app.command_palette", "saved"}
UNSAFE = {f"ctrl+{key}" for key in (*"cijmhq", "question_mark")} | {"f10", "f11"}
SCREENS = (PickingScreen, StartScreen, NewFileScreen, ChartsScreen, CleanUpScreen, ReportsScreen)
MODALS = (
    Modal,
    TextPrompt,
    Confirm,
    Notice,
    PersonDialog,
    DrawDialog,
    ExportDialog,
    FilePicker,
    HelpScreen,
)
PARTS = (
    CriteriaList,
    RecordsTable,
    RecordView,
    PatientCriteriaDialog,
    SortDialog,
    SuggestDialog,
    Tour,
)


async def test_one_patient_is_picked_for_several_criteria_at_once(demo):
    """From the patients who meet the most unfilled criteria: each record serves many."""
    async with using(app_on(demo / FILE)) as user:
        await user.press("m")
        table = user.screen.table
        meets = table.frame["meets"].to_list()
        assert meets == sorted(meets, reverse=True)
        patient, first = table.patient_id, meets[0]
        await user.press("space")
        assert patient in user.title
        await user.press("space", "down", "space", "escape")
        with WorkingFile.open(demo / FILE, read_only=True) as file:
            assert len(file.selection.criteria_of(patient)) == 2
        row = user.screen.table.frame.filter(user.screen.table.frame["patient_id"] == patient)
        assert row["meets"].to_list() == [first - 2]
        await user.press("m")
        assert user.screen.patients.scope == "matches"


async def test_the_next_criterion_to_fill_is_one_key_away(demo):
    """g goes over what is full, closed or has nobody left."""
    async with using(app_on(demo / FILE)) as user:
        await user.press("g")
        assert user.screen.criterion.id == "DEM-02"
        await user.press("s", "enter", "enter", "g")
        assert user.screen.criterion.title == "Drawn at random"
        await user.press("r")
        await user.fill("#seed", "1")
        await user.press("enter", "g")
        assert "No other criterion has patients left to pick." in user.part("#message")


async def test_areas_are_gone_through_with_the_arrows(demo):
    """Right goes to the next area, left to the start of this one and the one before."""
    async with using(app_on(demo / FILE)) as user:
        await user.press("right", "down", "right")
        assert user.screen.criterion.id == "ALL-01"
        await user.press("left", "down", "left")
        assert user.screen.criterion.id == "PRO-01"


async def test_search_within_a_record(demo):
    """Only the entries with the word are shown; Esc shows all again."""
    async with using(app_on(demo / FILE)) as user:
        await user.press("enter", "enter")
        record = user.screen.query_one("#record")
        whole = record.text
        await user.press("slash")
        await user.fill("#filter", "tablets")
        assert len(record.text.splitlines()) < len(whole.splitlines())
        await user.press("escape")
        assert record.text == whole
        assert record.has_focus


async def test_the_mouse_does_what_the_keys_do(demo):
    """A click moves, one on the marks picks, a double click opens the record, a heading sorts."""
    async with using(app_on(demo / FILE), LARGE) as user:
        table = user.screen.table
        await user.pilot.click(table, offset=(10, 3))
        await user.settled()
        third = table.patient_id
        assert third == table.frame["patient_id"][2]
        await user.pilot.double_click(table, offset=(10, 3))
        await user.settled()
        assert user.screen.record.view.has_focus
        await user.press("escape")
        await user.pilot.click(table, offset=(2, 3))
        await user.settled()
        with WorkingFile.open(demo / FILE, read_only=True) as file:
            assert [pick.patient_id for pick in file.selection.picks] == [third]
        await user.pilot.click(table, offset=(10, 0))
        await user.settled()
        assert table.sort.column == "name"
        assert table.patient_id == third
        keys = user.text.splitlines()[-1]
        await user.pilot.click("KeysLine", offset=(keys.index("Undo"), 0))
        await user.settled()
        assert user.part("#message").startswith("Undone: picked")
        await user.pilot.click("#criteria", offset=(10, 3))
        await user.settled()
        assert user.screen.criterion.id == "DEM-03"


@pytest.mark.parametrize(
    ("keys", "title"),
    [
        ((), "The criteria"),
        (("enter",), "The patients"),
        (("enter", "enter"), "The record"),
    ],
)
async def test_help_is_about_where_one_is(demo, keys, title):
    """F1 explains the part that has the focus."""
    async with using(app_on(demo / FILE)) as user:
        await user.press(*keys)
        await user.press("f1")
        assert user.title == title
        await user.press("f1")
        assert isinstance(user.screen, PickingScreen)


async def test_the_first_time_a_tour_says_what_is_where(demo):
    """Four steps, which can be skipped, and which do not come again."""
    settings = Settings(name="Ann")
    async with using(RecordpickApp(demo / FILE, settings=settings)) as user:
        assert user.title == "The supplier's criteria"
        await user.press("enter", "enter", "enter")
        assert user.title == "Progress"
        await user.press("enter")
        assert isinstance(user.screen, PickingScreen)
    async with using(RecordpickApp(demo / FILE, settings=settings)) as user:
        assert isinstance(user.screen, PickingScreen)


async def test_the_app_opens_where_it_was_left(demo, tmp_path):
    """At the criterion that was looked at last."""
    settings = Settings(tmp_path / "app.json", name="Ann", tour_seen=True)
    async with using(RecordpickApp(demo / FILE, settings=settings)) as user:
        await user.press("down", "down", "down", "ctrl+o")
        assert isinstance(user.screen, StartScreen)
        assert "demonstration" in user.text
    again = Settings.load(tmp_path / "app.json")
    async with using(RecordpickApp(demo / FILE, settings=again)) as user:
        assert user.screen.criterion.id == "DEM-04"


async def test_charts_are_beside_their_numbers(demo):
    """Ages, how full, overlap, assurance: with nothing picked they say so."""
    async with using(app_on(demo / FILE)) as user:
        await user.press("v")
        assert "Nothing is picked yet" in user.text
        await user.press("escape", "s", "enter", "enter", "r")
        await user.fill("#seed", "1")
        await user.press("enter", "v")
        assert "the selection" in user.text
        await user.press("2")
        assert "20/20" in user.text
        await user.press("right")
        assert "records to open" in user.text
        await user.press("right")
        assert "if none is faulty" in user.text
        await user.press("escape")
        assert isinstance(user.screen, PickingScreen)


async def test_the_palette_has_everything_that_a_key_does(demo):
    """Named by group and verb; what a key does and the palette does is the same."""
    async with using(app_on(demo / FILE)) as user:
        named = {command.action for command in commands_of(user.screen)}
        for binding in PickingScreen.BINDINGS:
            if binding.action not in NO_COMMANDS:
                assert binding.action in named or f"app.{binding.action}" in named
        for command in user.app.get_system_commands(user.screen):
            assert ": " in command.title
        await user.press("colon")
        await user.type("redo")
        await user.press("enter")
        assert "There is nothing to redo." in user.part("#message")


def test_no_key_is_one_that_terminals_swallow():
    """Ctrl+I, J, M and H are other keys there, Ctrl+Q starts it again, Ctrl+C copies."""
    for owner in (*SCREENS, *MODALS, *PARTS, RecordpickApp):
        keys = {key for binding in owner.BINDINGS for key in binding.key.split(",")}
        assert not keys & UNSAFE
        assert not any(key.startswith("ctrl+shift+") for key in keys)


async def test_every_command_is_reached_with_the_mouse_alone(demo):
    """More, at the foot of the screen, lists those that have no room there."""
    async with using(app_on(demo / FILE)) as user:
        keys = user.text.splitlines()[-1]
        await user.pilot.click("KeysLine", offset=(keys.index("More"), 0))
        await user.settled()
        assert "Search for commands" in user.text


@pytest.mark.parametrize(
    ("keys", "title"),
    [
        (("s",), "Suggested records"),
        (("r",), "Random records"),
        (("e",), "The hand-over pack"),
        (("enter", "o"), "One patient, all criteria"),
        (("b",), "Sort the patients"),
        (("l",), "Choose a file or folder"),
        (("n",), "A question"),
    ],
)
async def test_help_is_there_in_every_modal(demo, keys, title):
    """F1 explains the modal, Esc goes back to it."""
    async with using(app_on(demo / FILE)) as user:
        await user.press(*keys)
        modal = user.screen
        await user.press("f1")
        assert user.title == title
        await user.press("f1")
        assert user.screen is modal


@pytest.mark.parametrize("path", [FILE, None])
async def test_every_key_of_the_palette_is_in_help(demo, path):
    """Whoever reads F1 in each part of the screen finds each key."""
    async with using(app_on(demo / path if path else None), LARGE) as user:
        screen = user.screen
        shown = set()
        for part in screen.focus_chain:
            part.focus()
            await user.press("f1")
            texts = (str(line.visual) for line in user.screen.query(".modal--text Static"))
            shown |= {word for text in texts for word in text[:12].split()}
            await user.press("escape")
        keys = {command.key for command in commands_of(screen)} - {""}
        assert {"q", "o"} <= keys
        assert keys <= shown


def test_a_key_is_named_as_people_write_it():
    """Not as the library names it."""
    named = {
        key_name(binding)
        for binding in (*PickingScreen.BINDINGS, *RecordsTable.BINDINGS, *RecordpickApp.BINDINGS)
    }
    expected = {"/", ":", "?", "F1", "F5", "Ctrl+O", "Esc", "Tab", "Shift+Tab", "Space", "U", "u"}
    assert expected | {"↑", "↓", "Shift+↓", "PgDn", "Enter"} <= named


@pytest.mark.parametrize("theme", ["recordpick-light", "recordpick-contrast-dark"])
async def test_each_set_of_colours_starts_and_is_remembered(demo, tmp_path, theme):
    """Ctrl+T goes through them."""
    settings = Settings(tmp_path / "app.json", name="Ann", theme=theme, tour_seen=True)
    async with using(RecordpickApp(demo / FILE, settings=settings)) as user:
        assert user.app.theme == theme
        await user.press("ctrl+t")
        assert user.app.theme != theme
        assert Settings.load(tmp_path / "app.json").theme == user.app.theme


async def test_without_colour_every_mark_is_still_there(demo, monkeypatch):
    """NO_COLOR: signs and words carry the meaning."""
    monkeypatch.setenv("NO_COLOR", "1")
    async with using(app_on(demo / FILE), LARGE) as user:
        await user.press("enter", "space")
        assert "►●" in user.text.replace("► ●", "►●")
        assert " ! DEM-" in user.text
