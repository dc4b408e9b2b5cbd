"""How many keys the tasks of the guide take, counted in sessions that are done again here."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import pytest
from driving import using

from recordpick.selection.working_file import WorkingFile
from recordpick.tui.app import RecordpickApp
from recordpick.tui.settings import Settings

FILE = "demonstration.recordpick"
SESSIONS = {
    session["task"]: session
    for session in tomllib.loads(
        (Path(__file__).parent / "recorded_sessions.toml").read_text(encoding="utf-8")
    )["session"]
}
KEYS = {".": "full_stop"}


@pytest.fixture
def done(made_demo, tmp_path):
    """Do a session on a copy of the demonstration; return what was on the screen at its end."""

    async def do(task):
        folder = shutil.copytree(made_demo, tmp_path / "demo")
        session = SESSIONS[task]
        app = RecordpickApp(folder / FILE, settings=Settings(name="Ann Other", tour_seen=True))
        async with using(app) as user:
            for key in [*session.get("before", ()), *session["keys"]]:
                if key.startswith("type "):
                    await user.type(key.removeprefix("type "))
                else:
                    await user.press(KEYS.get(key, key))
            text, record = user.text, user.screen.query("RecordView")
            shown = record.first().text if record else ""
        with WorkingFile.open(folder / FILE, read_only=True) as file:
            return text, shown, file.selection, file.pack

    return do


@pytest.mark.parametrize("task", SESSIONS)
def test_no_task_takes_more_keys_than_it_may(task):
    """What is typed into a field is not counted; every key is."""
    session = SESSIONS[task]
    assert sum(not key.startswith("type ") for key in session["keys"]) <= session["at_most"]


async def test_all_criteria_are_completed(done):
    """Each has all it can have."""
    text, _, selection, _ = await done("complete all criteria")
    assert len(selection.picks) > 400
    assert f"{len(selection.picks)} of {len(selection.picks)}" in text


async def test_the_records_are_drawn(done):
    """As many as the pack asks for, with a seed that is kept."""
    _, _, selection, pack = await done("draw the random records")
    assert len(selection.random()) == pack.random_records
    assert selection.seed is not None


async def test_the_pack_is_exported(done):
    """The working file says so."""
    text, _, selection, _ = await done("export the hand-over pack")
    assert "Exported" in text
    assert len(selection.exports) == 1


async def test_a_pick_is_replaced(done):
    """One is out, another is in: the criterion has as many as before."""
    _, _, selection, _ = await done("replace one pick")
    assert selection.count("DEM-05") == 20
    assert [pick.chosen_by for pick in selection.of("DEM-05")].count("staff") == 1


async def test_the_record_says_why_a_patient_does_not_match(done):
    """The rule that does not hold is there, marked as failing."""
    _, record, _, _ = await done("why a patient does not match")
    assert "patient 10002" in record
    assert "× Does not hold:" in record


async def test_space_goes_on_to_the_next(done):
    """Two spaces pick two patients."""
    _, _, selection, _ = await done("pick and go on")
    assert len(set(selection.patient_ids)) == 2


async def test_one_key_undoes(done):
    """The pick is gone."""
    text, _, selection, _ = await done("undo")
    assert selection.picks == ()
    assert "Undone: picked" in text


async def test_all_that_are_exhausted_are_closed_with_their_reasons(done):
    """The reasons were on the screen, and are in the file."""
    text, _, selection, pack = await done("close all criteria that found fewer")
    assert len(selection.closed) > 10
    assert all(
        selection.count(name) < pack.criterion(name).records and closed.reason
        for name, closed in selection.closed.items()
    )
    assert f"{len(selection.closed)} criteria closed" in text


async def test_a_record_is_out_of_everything(done):
    """Its picks are gone, those of all others stay."""
    text, _, selection, _ = await done("take a record out of everything")
    assert "taken out of" in text
    assert selection.can_undo is not None
    assert "removed" in selection.can_undo


async def test_everything_picked_is_printed(done, tmp_path):
    """A page beside the working file, with every record."""
    _, _, selection, _ = await done("print all picked")
    page = (tmp_path / "demo" / "demonstration-picked.html").read_text(encoding="utf-8")
    assert all(patient_id in page for patient_id in selection.patient_ids)
