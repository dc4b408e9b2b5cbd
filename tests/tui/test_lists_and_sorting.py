"""The patients of a whole area, and the order that people choose."""

import pytest
from driving import LARGE, app_on, using
from textual.events import Key
from tiny import make_tiny

from recordpick.tui.actions import commands_of
from recordpick.tui.patient_frames import area_of
from recordpick.tui.screens.picking import PickingScreen

FILE = "demonstration.recordpick"


async def test_the_patients_of_an_area_are_listed_together(demo):
    """Each once, with how many of the area's criteria they meet; those who meet most come first."""
    async with using(app_on(demo / FILE)) as user:
        await user.press("A")
        frame, matches = user.screen.table.frame, user.app._session.matches
        ids = [line.id for line in user.screen.patients.area]
        found = matches.found.filter(matches.found["criterion_id"].is_in(ids))
        assert len(ids) == 15
        assert set(frame["patient_id"]) == set(found["patient_id"])
        assert frame["patient_id"].is_unique().all()
        assert frame["meets"].to_list() == sorted(frame["meets"], reverse=True)
        assert frame["meets"].sum() == found.height
        assert "whole area" in user.text


async def test_a_patient_of_an_area_is_picked_for_the_criterion_that_is_chosen(demo):
    """Space asks for which; ● then says: picked for one of this area. A goes back."""
    async with using(app_on(demo / FILE)) as user:
        await user.press("A")
        patient = user.screen.table.patient_id
        await user.press("space", "down", "space", "escape")
        (pick,) = user.app._session.selection.picks
        assert pick.patient_id == patient
        assert pick.criterion_id in {line.id for line in user.screen.patients.area}
        assert user.screen.table.marks.here == {patient}
        await user.press("A")
        assert user.screen.patients.scope == "matches"


async def test_an_area_is_listed_by_a_click_on_its_name(demo):
    """And another criterion of another area brings that area's patients."""
    async with using(app_on(demo / FILE), LARGE) as user:
        await user.pilot.click("#criteria", offset=(5, 0))
        await user.settled()
        assert user.screen.patients.scope == "area"
        first = user.screen.patients.area[0].area
        await user.press("escape", "right")
        assert user.screen.patients.scope == "area"
        assert user.screen.patients.area[0].area != first
        assert user.screen.patients.area[0].area in user.part("#head")
        await user.press("end", "up")
        assert user.screen.patients.scope == "matches"
        await user.press("A")
        assert "do not belong to an area" in user.part("#message")


async def test_whoever_is_picked_stays_in_the_area_though_they_meet_nothing(demo):
    """A pick from the whole list is not lost from sight."""
    async with using(app_on(demo / FILE)) as user:
        session = user.app._session
        met = set(session.of_area(["DEM-07"])["patient_id"])
        other = next(one for one in session.patients["patient_id"] if one not in met)
        session.pick("DEM-07", [other])
        frame = session.of_area(["DEM-07"])
        assert set(frame["patient_id"]) == met | {other}
        assert frame["meets"].to_list() == [1] * len(met) + [0]
        gone = session.patients.filter(session.patients["patient_id"] != other)
        left = area_of(gone, session.selection, session.matches, ["DEM-07"])
        assert f"{other} (not in this index)" in left["name"].to_list()


async def test_patients_are_sorted_by_a_column_that_has_no_room_on_the_screen(demo):
    """At 80×24 nobody's date of birth is listed; b sorts by it all the same, and says so."""
    async with using(app_on(demo / FILE)) as user:
        await user.press("enter", "b")
        assert user.title == "Sort the patients by"
        await user.press("b")
        table = user.screen.table
        born = [table.frame[table._view.place(row), "date_of_birth"] for row in range(table.shown)]
        assert born == sorted(born)
        assert "by Born ▲" in user.part("#rows")
        await user.press("b", "enter")  # the cursor is at the column that sorts
        assert table.sort.descending
        assert "by Born ▼" in user.part("#rows")
        await user.press("b", "end", "enter")
        assert table.sort is None
        assert "by" not in user.part("#rows")


@pytest.mark.parametrize("first", ["slash", "f"])
async def test_letters_typed_ahead_of_the_screen_are_no_commands(demo, first):
    """A quick typist on a slow computer: what follows / is looked for, and picks nobody."""
    async with using(app_on(demo / FILE)) as user:
        await user.press("enter")
        for key, character in ((first, None), ("x", "x"), ("space", " "), ("o", "o")):
            user.app.post_message(Key(key, character))
        await user.settled()
        assert user.screen.query_one("#filter").value == "x o"
        assert isinstance(user.screen, PickingScreen)
        assert user.app._session.selection.picks == ()


async def test_a_filter_stays_though_the_room_around_it_changes(demo):
    """Longer words at the foot, another size of the window: what was typed still counts."""
    async with using(app_on(demo / FILE)) as user:
        await user.press("enter")
        user.screen.show_message("words that need another line " * 4)
        await user.settled()
        await user.press("slash")  # says something shorter: the parts have more room again
        await user.type("bar")
        assert user.screen.query_one("#filter").value == "bar"
        shown = user.screen.table.shown
        await user.pilot.resize_terminal(100, 30)
        await user.settled()
        assert user.screen.query_one("#filter").has_focus
        assert user.screen.query_one("#filter").value == "bar"
        assert user.screen.table.shown == shown


@pytest.mark.parametrize("typed", ["O'Brien", "obrien", "OBRIEN", "o\u2019brien"])
async def test_a_name_with_an_apostrophe_is_found_without_it(tmp_path, typed):
    """And however it is typed."""
    async with using(app_on(make_tiny(tmp_path / "tiny"))) as user:
        await user.press("f")
        await user.fill("#filter", typed)
        table = user.screen.table
        assert table.shown == 4
        assert user.app._session.listed(table.patient_id).patient["family_name"] == "O'Brien"


@pytest.mark.parametrize("keys", [(), ("v",), ("t",), ("i",), ("ctrl+o", "n")])
async def test_each_command_of_the_palette_is_an_action_of_its_screen(demo, keys):
    """Whatever is in the palette can be done; each has a name of its own."""
    async with using(app_on(demo / FILE)) as user:
        await user.press(*keys)
        commands = commands_of(user.screen)
        assert len({command.title for command in commands}) == len(commands) > 4
        for command in commands:
            name = command.action.partition("(")[0]
            node = user.app if name.startswith("app.") else command.node
            assert hasattr(node, "action_" + name.removeprefix("app."))


@pytest.mark.parametrize("key", ["m", "A"])
async def test_the_most_useful_come_first_though_others_were_sorted_by_age(demo, key):
    """`m` and `A` begin in their own order; going back, the others are sorted as they were."""
    async with using(app_on(demo / FILE)) as user:
        await user.press("enter")
        table = user.screen.table
        table.sort_by("age")
        await user.settled()
        assert "by Age ▲" in user.part("#rows")
        await user.press(key)
        assert table.sort is None
        assert "by Age" not in user.part("#rows")
        listed = [table.frame[table._view.place(row), "meets"] for row in range(table.shown)]
        assert listed == sorted(listed, reverse=True)
        table.sort_by("age")  # asked for here, it holds here
        await user.settled()
        assert "by Age ▲" in user.part("#rows")
        table.sort_by("age")
        await user.press(key)
        assert user.screen.patients.scope == "matches"
        assert "by Age ▲" in user.part("#rows")
        await user.press("w")
        assert "by Age ▲" in user.part("#rows")


async def test_from_one_order_of_usefulness_to_the_other(demo):
    """From `m` to `A` and back: each begins in its own order."""
    async with using(app_on(demo / FILE)) as user:
        await user.press("enter", "m")
        user.screen.table.sort_by("age")
        await user.press("A")
        assert user.screen.table.sort is None
        await user.press("m")
        assert user.screen.table.sort is None
        await user.press("m")
        assert user.screen.table.sort is None
