"""Two copies that were changed separately are merged in the app, by a person."""

import shutil

import pytest
from driving import app_on, using

from recordpick.index.practice_index import open_index
from recordpick.selection.chains import all_hashes
from recordpick.selection.events import Person
from recordpick.selection.working_file import WorkingFile
from recordpick.tui.screens.merge import MergeScreen
from recordpick.tui.screens.picking import PickingScreen
from recordpick.tui.screens.start import StartScreen

KIM, SAM = Person("Kim", "practice"), Person("Sam", "supplier")


@pytest.fixture
def copies(demo):
    """Two copies of the demonstration: a note that both changed, and one each alone."""
    a, b = demo / "demonstration.recordpick", demo / "b.recordpick"
    shutil.copyfile(a, b)
    patients = open_index(demo / "index").scan("patients").head(3).collect()["patient_id"].to_list()
    for path, person, own in ((a, KIM, 0), (b, SAM, 1)):
        with WorkingFile.open(path, person) as file:
            file.note(patients[2], f"as {person.name} has it")
            file.note(patients[own], f"{person.name} alone")
    return a, b, patients


async def compare(user, a, b):
    """Open the screen on two copies."""
    from recordpick.tui.screens.merge import merge_copies

    user.app.run_worker(merge_copies(user.app, KIM, a, b))
    await user.settled()
    assert isinstance(user.screen, MergeScreen)


async def test_a_copy_beside_the_file_is_offered_and_merged_by_a_person(copies):
    """From the warning at opening to the new file: it has everything of both, and is open."""
    a, b, patients = copies
    before = a.read_bytes(), b.read_bytes()
    async with using(app_on(a)) as user:
        assert user.title == "About this working file"
        await user.press("enter")
        assert user.title == "Merge the two copies now?"
        await user.press("tab", "enter")
        assert isinstance(user.screen, MergeScreen)
        assert "1 conflict, 1 not decided" in user.text
        assert "Kim alone" in user.text
        assert "Sam alone" in user.text
        assert "as Kim has it" in user.part("#merge-line")
        assert "as Sam has it" in user.part("#merge-line")
        await user.press("w")
        assert user.title == "Decide each conflict first"
        await user.press("enter", "b")
        assert "1 conflict, 0 not decided" in user.text
        await user.press("w")
        await user.fill("#answer", a.with_name("both"))
        await user.press("enter")
        assert user.title == "The copies are merged"
        await user.press("enter")
        while user.title:  # the copies lack what the new file has: nothing is said of them
            await user.press("escape")
        assert isinstance(user.screen, PickingScreen)
        assert user.screen.session.file.path == a.with_name("both.recordpick")
        notes = user.screen.session.selection.notes
        said = [notes[patients[at]] for at in range(3)]
        assert said == ["Kim alone", "Sam alone", "as Sam has it"]
        known = all_hashes(user.screen.session.file.events)
    assert (a.read_bytes(), b.read_bytes()) == before
    for path in (a, b):
        with WorkingFile.open(path, read_only=True) as file:
            assert all_hashes(file.events) <= known


async def test_nothing_is_written_where_a_copy_changes_meanwhile(copies):
    """What was decided was decided on something else: the person is asked to compare again."""
    a, b, patients = copies
    async with using(app_on()) as user:
        await compare(user, a, b)
        await user.press("a")
        with WorkingFile.open(b, SAM) as file:
            file.note(patients[2], "changed again")
        await user.press("w", "enter")
        assert "changed while you decided" in user.text
    assert not a.with_name("demonstration-merged.recordpick").exists()


async def test_a_decision_can_be_taken_back_and_names_hidden(copies):
    """The same key again; while names are hidden, no number and no note is on the screen."""
    a, b, patients = copies
    async with using(app_on()) as user:
        await compare(user, a, b)
        await user.press("a", "a")
        assert user.screen.undecided == 1
        await user.press("p")
        for hidden in (*patients[:3], "alone", "has it"):
            assert hidden not in user.text
        await user.press("escape")
        assert isinstance(user.screen, StartScreen)
    assert len(list(a.parent.glob("*.recordpick"))) == 2


async def test_two_copies_can_be_chosen_on_the_first_screen(copies):
    """By the palette's command; a file merged with itself is nothing to merge."""
    a, _, _ = copies
    async with using(app_on()) as user:
        await user.app.run_action("merge")
        await user.settled()
        for title in ("The first copy (A)", f"The other copy (B) of {a.name}"):
            assert user.title == title
            user.screen.dismiss(a)
            await user.settled()
        assert "are the same" in user.part(".modal--message")


async def test_copies_elsewhere_that_were_used_lately_are_said(copies):
    """The files on the first screen's list are looked at, whichever folder they are in."""
    a, b, _ = copies
    elsewhere = a.parent.with_name("elsewhere")
    elsewhere.mkdir()
    other = b.rename(elsewhere / "b.recordpick")
    app = app_on(a)
    app.settings.recent = [str(other), str(elsewhere / "gone.recordpick")]
    async with using(app) as user:
        await user.settled()
        assert isinstance(user.screen, PickingScreen)
        assert f"{other} is a copy of this file" in user.part("#message")
