"""Two systems' records compared, in the app."""

import shutil

import polars as pl
from driving import app_on, using

from recordpick.index.build.build_index import build_index

FILE = "demonstration.recordpick"


def make_new_system(demo):
    """Make the new system's index: an allergy is missing, a dose is another."""
    tables = demo / "new system"
    shutil.copytree(demo / "practice", tables)
    events = pl.read_parquet(tables / "events.parquet")
    allergies = events.filter(pl.col("kind") == "allergy").sort("patient_id", "event_id")
    lost = allergies.row(0, named=True)
    events.filter(pl.col("event_id") != lost["event_id"]).write_parquet(tables / "events.parquet")
    drugs = pl.read_parquet(tables / "medications.parquet")
    changed = drugs.filter("is_active").sort("medication_id")["medication_id"][0]
    dose = pl.when(pl.col("medication_id") == changed).then(pl.lit("ten times the dose"))
    drugs = drugs.with_columns(dosage=dose.otherwise(pl.col("dosage")))
    drugs.write_parquet(tables / "medications.parquet")
    build_index([tables], demo / "new index")
    return lost


async def test_areas_entries_and_both_systems_side_by_side(demo):
    """By area with an answer; Enter to what differs; the entry in both systems; written files."""
    lost = make_new_system(demo)
    async with using(app_on(demo / FILE), size=(120, 30)) as user:
        from recordpick.tui.screens.comparison import compare_with

        session = user.screen.session
        user.screen.comparison = compare_with(session, demo / "new index")
        user.screen.action_flow("comparison")
        await user.settled()
        assert "patients matched" in user.part("#comparison-title")
        listed = user.screen.query_one("#comparison-list")
        areas = [str(listed.get_option_at_index(n).prompt) for n in range(listed.option_count)]
        allergies = next(place for place, line in enumerate(areas) if "Allergies" in line)
        assert areas[allergies].startswith("! ")
        assert "look: 1 high, none allowed" in user.part("#comparison-note")
        assert sum("look" in line for line in areas) == 2
        assert listed.highlighted == allergies
        await user.press("enter")
        line = str(user.screen.query_one("#comparison-list").get_option_at_index(0).prompt)
        assert line.startswith("« ")
        assert "missing" in line
        assert lost["term"] in user.part("#comparison-beside")
        assert f"old {lost['patient_id']}" in user.part("#comparison-beside")
        await user.press("p")
        assert f"old {lost['patient_id']}" not in user.part("#comparison-beside")
        await user.press("p", "escape", "r")
        assert "No difference repeats." in str(
            user.screen.query_one("#comparison-list").get_option_at_index(0).prompt
        )
        await user.press("escape", "w")
        await user.fill("#answer", demo / "written")
        await user.press("enter")
        assert user.title == "Written"
        assert (demo / "written" / "to_check.csv").is_file()


async def test_random_records_are_not_shown(demo):
    """People check random records without seeing what the comparison found."""
    lost = make_new_system(demo)
    async with using(app_on(demo / FILE)) as user:
        from recordpick.tui.screens.comparison import ComparisonScreen, compare_with
        from recordpick.tui.screens.comparison_entries import EntriesScreen

        session = user.screen.session
        report = compare_with(session, demo / "new index")
        from recordpick.comparison.entry_view import entries_of_area

        withheld = frozenset({lost["patient_id"]})
        found = entries_of_area(report, "allergies", withheld)
        assert (found.rows.height, found.withheld) == (0, 1)
        user.app.push_screen(EntriesScreen(report, found, "Allergies"))
        await user.settled()
        assert "1 of random records not shown" in user.part("#comparison-title")
        await user.press("escape")
        user.app.push_screen(ComparisonScreen(session, report))
        await user.settled()
        assert "Comparison" in user.part("#comparison-title")


def make_rewritten(demo):
    """Make the new system's index: every author is written another way."""
    tables = demo / "new system"
    shutil.copytree(demo / "practice", tables)
    events = pl.read_parquet(tables / "events.parquet")
    other = events.with_columns(pl.col("recorded_by").str.to_uppercase() + " (GP)")
    other.write_parquet(tables / "events.parquet")
    build_index([tables], demo / "new index")


def first_line(user):
    """The first line that is listed, and what is below the list."""
    prompt = user.screen.query_one("#comparison-list").get_option_at_index(0).prompt
    return str(prompt), user.part("#comparison-note")


async def test_answers_and_the_comparison_are_there_again_when_the_app_is_opened_again(demo):
    """y accepts what repeats; closing the app loses neither that nor what was compared."""
    make_rewritten(demo)
    async with using(app_on(demo / FILE), size=(120, 30)) as user:
        user.screen.action_flow("comparison")
        await user.settled()
        await user.fill("#folder", demo / "new index")
        user.screen.query_one("#folder").focus()
        await user.press("enter")
        user.screen.query_one("#choose").press()
        await user.settled()
        assert "patients matched" in user.part("#comparison-title")
        assert "1 proposed to accept" in user.part("#comparison-note")
        await user.press("r")
        assert first_line(user)[0].startswith("◊ ")
        await user.press("y")
        line, note = first_line(user)
        assert line.startswith("√ ")
        assert "accepted: " in note
        await user.press("d")
        assert first_line(user)[0].startswith("! ")
        await user.press("d", "y", "escape")
        assert "1 accepted" in user.part("#comparison-note")
    async with using(app_on(demo / FILE), size=(120, 30)) as user:
        user.screen.action_flow("comparison")
        await user.settled()
        assert "patients matched" in user.part("#comparison-title")
        await user.press("r")
        assert first_line(user)[0].startswith("√ ")
        await user.press("escape", "o")
        assert user.title.startswith("The new system's records")


async def test_new_records_that_are_gone_are_said_before_others_are_asked_for(demo):
    """Nobody wonders where their comparison is."""
    make_rewritten(demo)
    async with using(app_on(demo / FILE), size=(120, 30)) as user:
        session = user.screen.session
        session.file.keep_comparison(demo / "new index", session.index.fingerprint, "cd" * 32)
        user.screen.action_flow("comparison")
        await user.settled()
        assert "has other records now" in user.text
        await user.press("enter")
        shutil.rmtree(demo / "new index")
        await user.press("escape")
        user.screen.action_flow("comparison")
        await user.settled()
        assert "it is not there any more" in user.text
        await user.press("enter")
        assert user.title.startswith("The new system's records")
