"""Picking in the app, at 80×24: what the keys do is on the disk before the screen says so."""

import csv
import shutil

import pytest
from driving import app_on, using
from tiny import make_tiny

from recordpick.errors import UserError
from recordpick.selection.events import Person
from recordpick.selection.working_file import WorkingFile
from recordpick.tui.flows.draw import DrawRequest, draw_records
from recordpick.tui.session import Session

FILE = "demonstration.recordpick"


def on_disk(folder):
    """The selection as somebody else reads it from the disk now."""
    with WorkingFile.open(folder / FILE, read_only=True) as file:
        return file.selection


async def test_space_picks_and_unpicks_the_patient_under_the_cursor(demo):
    """The pick is on the disk, on the screen, and in the counts."""
    async with using(app_on(demo / FILE)) as user:
        assert user.part("#top--progress").startswith("0 of ")
        await user.press("enter", "down", "space")
        patient = user.screen.table.patient_id
        assert [pick.patient_id for pick in on_disk(demo).of("DEM-01")] == [patient]
        assert on_disk(demo).picks[0].chosen_by_name == "Ann Other"
        assert user.part("#top--progress").startswith("1 of ")
        name = user.screen.session.listed_name(patient)
        assert f"Picked {name} for DEM-01. Ctrl+Z undoes it." in user.text
        await user.press("space")
        assert on_disk(demo).of("DEM-01") == ()
        assert user.part("#top--progress").startswith("0 of ")


async def test_undo_and_redo_say_what_they_did(demo):
    """Undo has words for what was undone."""
    async with using(app_on(demo / FILE)) as user:
        await user.press("u")
        assert "There is nothing to undo." in user.text
        await user.press("enter", "space", "u")
        assert on_disk(demo).picks == ()
        assert "Undone: picked" in user.text
        await user.press("U")
        assert len(on_disk(demo).picks) == 1
        assert "Redone: picked" in user.text


async def test_several_rows_are_picked_with_one_key_and_undone_with_one(demo):
    """Rows are selected with x or shift and the arrows."""
    async with using(app_on(demo / FILE)) as user:
        await user.press("enter", "x", "x", "shift+down", "space")
        assert len(on_disk(demo).of("DEM-01")) == 4
        await user.press("u")
        assert on_disk(demo).picks == ()


async def test_the_number_of_a_criterion_is_never_exceeded(demo):
    """The core says no, the app says why, nothing changes."""
    async with using(app_on(demo / FILE)) as user:
        await user.press("w")
        await user.pilot.press(*["x"] * 21)
        await user.press("space")
        assert on_disk(demo).picks == ()
        assert "DEM-01 has room for 20 more records" in user.part("#message")


async def test_filtering_as_one_types_and_back(demo):
    """/ filters over all columns; Esc shows everybody again, the cursor still on its patient."""
    async with using(app_on(demo / FILE)) as user:
        await user.press("enter")
        shown = user.screen.table.shown
        name = user.screen.table.frame["name"][3]
        await user.press("slash")
        await user.fill("#filter", name.lower())
        assert 0 < user.screen.table.shown < shown
        await user.press("down")
        patient = user.screen.table.patient_id
        await user.press("space")
        assert [pick.patient_id for pick in on_disk(demo).picks] == [patient]
        await user.press("escape")
        assert user.screen.table.shown == shown
        assert user.screen.table.patient_id == patient


async def test_a_patient_is_found_by_date_of_birth_as_people_write_it(demo):
    """5/4/1951 finds the patient born on that day."""
    async with using(app_on(demo / FILE)) as user:
        born = user.app._session.patients["date_of_birth"][7]
        await user.press("f")
        await user.fill("#filter", f"{born.day}/{born.month}/{born.year}")
        table = user.screen.table
        assert table.shown >= 1
        row = table.frame.filter(table.frame["patient_id"] == table.patient_id)
        assert row["date_of_birth"].to_list() == [born]


async def test_the_whole_list_is_there_for_browsing(demo):
    """w shows all patients; picking there counts for the criterion as well."""
    async with using(app_on(demo / FILE)) as user:
        everybody = user.app._session.patients.height
        await user.press("w")
        assert user.screen.table.shown == everybody
        await user.press("end", "space")
        assert on_disk(demo).of("DEM-01")[0].patient_id == user.screen.table.patient_id
        await user.press("w")
        assert on_disk(demo).of("DEM-01")[0].patient_id in set(
            user.screen.table.frame["patient_id"]
        )


async def test_random_records_are_drawn_with_a_seed(demo):
    """The modal says how many may be drawn; the draw is the one anyone gets with that seed."""
    async with using(app_on(demo / FILE)) as user:
        await user.press("r")
        assert "may be drawn" in user.text
        await user.fill("#seed", "314159")
        await user.press("enter")
        selection = on_disk(demo)
        assert len(selection.random()) == 20
        assert selection.seed.seed == "314159"
        assert selection.seed.source == "entered"
        assert [pick.ticket for pick in selection.random()] == list(range(1, 21))
        assert "20 random" in user.text


async def test_a_draw_can_be_even_over_age_bands_and_sexes(demo):
    """A tick box of the first draw; the draw continues like that, and says what it would show."""
    async with using(app_on(demo / FILE)) as user:
        await user.press("r", "tab", "space")
        await user.fill("#seed", "314159")
        user.screen.query_one("#yes").press()
        await user.settled()
        assert on_disk(demo).by_strata
        assert "in the same mix of ages and sexes" in user.part("#message")
        assert "with 95% confidence fewer than" in user.part("#message")
        await user.press("r")
        assert not user.screen.query_one("#strata").display
        await user.fill("#number", "3")
        await user.press("enter")
        assert on_disk(demo).by_strata
        assert len(on_disk(demo).random()) == 23


async def test_a_redraw_with_another_seed_needs_a_reason(demo):
    """Nobody chooses between draws without saying why."""
    async with using(app_on(demo / FILE)) as user:
        await user.press("r")
        await user.fill("#seed", "1")
        await user.press("enter", "r")
        await user.fill("#seed", "2")
        await user.fill("#number", "20")
        await user.press("enter")
        assert "Say why another seed is used." in user.text
        assert on_disk(demo).seed.seed == "1"
        await user.fill("#reason", "The dice were thrown before witnesses.")
        await user.press("enter")
        assert on_disk(demo).seed.seed == "2"


async def test_a_random_record_is_replaced_only_with_a_reason(demo):
    """The next ticket takes its place."""
    async with using(app_on(demo / FILE)) as user:
        await user.press("r")
        await user.fill("#seed", "1")
        await user.press("enter", "tab")
        first = user.screen.table.patient_id
        await user.press("space")
        assert user.title == "Replace this random record?"
        await user.press("escape")
        assert first in {pick.patient_id for pick in on_disk(demo).random()}
        await user.press("space")
        await user.fill("#answer", "The patient left yesterday.")
        await user.press("enter")
        random = on_disk(demo).random()
        assert len(random) == 20
        assert first not in {pick.patient_id for pick in random}


async def test_suggestions_are_shown_before_they_are_picked(demo):
    """Each way with what it costs; one undo takes all of it back."""
    async with using(app_on(demo / FILE)) as user:
        await user.press("s")
        assert "nothing is picked yet" in user.text
        assert user.text.count(": proven") >= 5
        assert "Off by 5%: 5 in 100 records" in user.part("#cost")  # it opens on Balanced
        await user.press("1")
        assert "Least work" in user.part("#cost")
        await user.press("escape")
        assert on_disk(demo).picks == ()
        await user.press("s", "end")
        assert "no personal choice is involved" in user.part("#cost")
        await user.press("enter", "tab", "enter")
        assert {pick.criterion_id for pick in on_disk(demo).picks} == {"DEM-01"}
        assert "ticket" in on_disk(demo).picks[0].note
        await user.press("s", "enter", "enter")
        assert len({pick.criterion_id for pick in on_disk(demo).picks}) > 20
        assert "suggested: balanced" in on_disk(demo).picks[-1].note
        await user.press("s")
        assert "There is nobody to suggest" in user.text
        await user.press("enter", "u", "u")
        assert on_disk(demo).picks == ()


async def test_no_more_records_to_be_found_wants_a_reason(demo):
    """The reason is kept; n opens the criterion again."""
    async with using(app_on(demo / FILE)) as user:
        await user.press("n", "enter")
        assert "Write a few words." in user.text
        await user.fill("#answer", "Nobody else has such a name.")
        await user.press("enter")
        assert on_disk(demo).closed["DEM-01"].reason == "Nobody else has such a name."
        assert "closed, no more to be found" in user.part("#head")
        await user.press("enter", "space")
        assert "reopen it first" in user.part("#message")
        await user.press("n")
        assert on_disk(demo).closed == {}


async def test_picking_from_a_list_that_staff_exported(demo):
    """Found patients are picked, the other lines are listed one by one."""
    async with using(app_on(demo / FILE)) as user:
        patients = user.app._session.patients.head(3)
        with (demo / "list.csv").open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["Patient ID"])
            rows.writerows([patient] for patient in patients["patient_id"])
            rows.writerow(["nobody"])
        await user.press("l")
        await user.fill("#folder", demo / "list.csv")
        await user.press("shift+tab", "enter")
        assert user.title == "Pick 3 records for DEM-01?"
        assert "nobody" in user.text
        await user.press("enter")
        picked = {pick.patient_id for pick in on_disk(demo).of("DEM-01")}
        assert picked == set(patients["patient_id"])


async def test_a_note_stays_with_the_patient(demo):
    """And stands on top of the record."""
    async with using(app_on(demo / FILE)) as user:
        await user.press("enter", "a")
        await user.fill("#answer", "Ask the nurse first.")
        await user.press("enter")
        assert on_disk(demo).notes == {user.screen.table.patient_id: "Ask the nurse first."}
        assert "Note: Ask the nurse first." in user.text


async def test_the_privacy_key_hides_names_and_numbers_at_once(demo):
    """In the list and in the record."""
    async with using(app_on(demo / FILE)) as user:
        await user.press("enter")
        table = user.screen.table
        patient = table.frame.filter(table.frame["patient_id"] == table.patient_id).to_dicts()[0]
        assert patient["family_name"] in user.text
        assert patient["nhs_number"] in user.text
        await user.press("p")
        assert patient["family_name"] not in user.text
        assert patient["nhs_number"] not in user.text
        await user.press("p")
        assert patient["family_name"] in user.text


async def test_the_record_is_the_one_of_the_patient_under_the_cursor(demo):
    """However fast one moves."""
    async with using(app_on(demo / FILE)) as user:
        await user.press("enter")
        await user.pilot.press("down", "down", "pagedown", "up", "down")
        await user.settled()
        shown = user.screen.query_one("#record").text
        assert f"patient {user.screen.table.patient_id}" in " ".join(shown.split())
        assert "Why DEM-01" in shown


async def test_export_writes_the_pack_where_asked(demo):
    """A folder with the selection list in it, and words on what to do with it."""
    async with using(app_on(demo / FILE)) as user:
        await user.press("enter", "space", "e")
        await user.fill("#answer", demo / "out")
        await user.press("enter")
        assert user.title == "Exported"
        assert len((demo / "out/selection_list.csv").read_text("utf-8").splitlines()) == 2
        await user.press("enter", "e")
        await user.fill("#answer", demo / "out")
        await user.press("enter")
        assert user.title == "Nothing was exported"


async def test_a_file_that_somebody_else_has_open_is_read_only(demo):
    """It says who has it, and picks nothing."""
    with WorkingFile.open(demo / FILE, Person("Bea Other", "practice")):
        async with using(app_on(demo / FILE)) as user:
            assert user.title == "Somebody else has this file open"
            assert "Bea Other" in user.text
            await user.press("enter")
            assert "READ ONLY" in user.text
            await user.press("enter", "space")
            assert on_disk(demo).picks == ()
            assert "cannot be changed" in user.part("#message")


async def test_a_file_may_be_taken_over_from_somebody_who_left_it_open(demo):
    """Only when asked for; whoever had it open can save nothing more."""
    with WorkingFile.open(demo / FILE, Person("Bea Other", "practice")) as theirs:
        async with using(app_on(demo / FILE)) as user:
            await user.press("tab", "enter", "enter", "space")
            assert len(on_disk(demo).picks) == 1
            with pytest.raises(UserError, match="taken"):
                theirs.note("10001", "lost")


async def test_what_is_sound_in_a_damaged_file_can_be_read(demo):
    """The damage is reported; nothing can be changed."""
    async with using(app_on(demo / FILE)) as user:
        await user.press("enter", "space", "down", "space")
    content = (demo / FILE).read_bytes()
    (demo / FILE).write_bytes(content.replace(b'"chosen_by":"staff"', b'"chosen_by":"stafX"'))
    async with using(app_on(demo / FILE)) as user:
        assert user.title == "This file is damaged"
        await user.press("enter")
        assert "READ ONLY" in user.text


@pytest.mark.parametrize("what", ["gone", "other"])
async def test_an_index_that_is_not_the_one_is_asked_for(tmp_path, what):
    """Picks are never shown beside another index; the folder may be named by hand."""
    file = make_tiny(tmp_path / "before")
    alone = tmp_path / "alone"
    alone.mkdir()
    shutil.move(file, alone)
    moved = file.parent.rename(tmp_path / "moved")
    async with using(app_on(alone / file.name)) as user:
        assert user.title == "Where is the practice index?"
        assert "is not at" in " ".join(user.text.split())
        await user.press("enter")
        await user.fill("#folder", moved / "index")
        if what == "other":
            await user.press("escape")
            assert type(user.screen).__name__ == "StartScreen"
        else:
            user.screen.query_one("#folder").focus()
            await user.press("enter")
            user.screen.query_one("#choose").press()
            await user.settled()
            assert user.part("#top--progress").startswith("0 of ")


async def test_a_draw_begun_by_age_band_and_sex_goes_on_that_way(demo):
    """A draw made by strata on the command line is continued in the app by strata."""
    from recordpick.cli.main import main

    file = demo / "demonstration.recordpick"
    assert main(["draw", str(file), "--seed", "7", "--records", "4", "--strata"]) == 0
    session = Session.open(file, Person("Ann Other", "practice"))
    try:
        said = draw_records(session, session.eligible(), DrawRequest("", 3))
        assert said.startswith("3 records drawn")
        assert session.selection.by_strata
        assert session.selection.count(None) == 7
        last = session.selection.random()[-1].patient_id
        session.replace_random(last, "moved away", session.eligible())
        assert session.selection.count(None) == 7
    finally:
        session.close()


@pytest.mark.parametrize(
    ("key", "title"),
    [
        ("n", "No more records to be found for DEM-01?"),
        ("a", "Note on this patient"),
        ("s", "Suggested records"),
        ("e", "Export"),
        ("l", "A list of NHS or patient numbers for DEM-01"),
    ],
)
async def test_what_is_typed_ahead_of_a_modal_picks_nobody(demo, key, title):
    """Letters that come before the modal are lost: they would act on the patients below it."""
    async with using(app_on(demo / FILE)) as user:
        await user.press("enter")
        await user.type_ahead(key, "space", "w", "down", "space", "u", "q")
        assert user.title.startswith(title)
        assert on_disk(demo).picks == ()


async def test_letters_before_the_modal_of_the_draw_do_nothing(demo):
    """It opens only when it is known who may be drawn."""
    async with using(app_on(demo / FILE)) as user:
        await user.press("enter")
        await user.type_ahead("r", "space", "n", "x", "x")
        assert user.title == "Random records"
        await user.press("escape")
        assert "selected" not in user.text
        await user.press("space")
        assert len(on_disk(demo).picks) == 1
