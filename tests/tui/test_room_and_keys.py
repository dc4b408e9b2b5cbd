"""Room for what people read, the picked, and keys as people expect them."""

from driving import LARGE, SMALL, app_on, using
from textual import events

from recordpick.selection.working_file import WorkingFile
from recordpick.tui.dialogs import letters_of
from recordpick.tui.settings import Settings

FILE = "demonstration.recordpick"


async def test_names_and_titles_are_whole_at_the_size_of_windows_terminal(demo):
    """120×30: titles while the criteria have the focus, names while the patients have it."""
    async with using(app_on(demo / FILE), LARGE) as user:
        titles = [line.title for line in user.app.screen.session.criteria()[:12]]
        assert all(title in user.text for title in titles)
        await user.press("enter")
        assert all(name in user.text for name in user.screen.table.frame["name"][:8])
        assert "verified" not in user.text.splitlines()[0]
        wide = user.screen.criteria.size.width
        await user.press("escape")
        assert user.screen.criteria.size.width > 3 * wide  # the pane in use has the room


async def test_one_part_at_a_time_where_the_screen_is_narrow(demo):
    """Enter goes in, Esc comes out; z does the same at any width; Tab goes round."""
    async with using(app_on(demo / FILE), SMALL) as user:
        screen = user.screen
        parts = (screen.criteria, screen.patients, screen.record)

        def shown():
            return [bool(part.size.width and part.size.height) for part in parts]

        assert shown() == [True, False, False]
        await user.press("enter")
        assert shown() == [False, True, True]
        await user.press("enter")
        assert shown() == [False, False, True]
        await user.press("escape", "escape")
        assert shown() == [True, False, False]
        await user.press("tab", "tab", "tab", "shift+tab")
        assert screen.record.view.has_focus
        await user.press("escape")
        await user.pilot.resize_terminal(*LARGE)
        await user.settled()
        assert shown() == [True, True, True]
        await user.press("z")
        assert shown() == [False, True, False]
        await user.press("z")
        assert shown() == [True, True, True]


async def test_help_and_quit_are_named_however_narrow_the_screen_is(demo):
    """60×20 is usable."""
    async with using(app_on(demo / FILE), (60, 20)) as user:
        for keys in ((), ("enter",), ("enter",)):
            await user.press(*keys)
            assert user.text.splitlines()[-1].endswith(": More F1 Help q Quit")
        await user.press("escape", "space")
        assert len(user.screen.session.selection.picks) == 1
        await user.pilot.resize_terminal(50, 16)
        await user.settled()
        assert "Make the window larger: recordpick needs 60 × 20." in user.part("#message")


async def test_rows_are_selected_by_page_to_the_end_and_all(demo):
    """As in a list of files; Ctrl+Z and Ctrl+Y undo and redo; ← → go to another criterion."""
    async with using(app_on(demo / FILE), LARGE) as user:
        table = user.screen.table
        await user.press("enter", "shift+pagedown")
        page = len(table.selected)
        assert page == table.size.height - 1
        await user.press("shift+end")
        assert len(table.selected) == table.shown
        await user.press("escape", "ctrl+a")
        assert len(table.selected) == table.shown
        await user.press("escape", "shift+home")
        assert len(table.selected) == table.shown
        await user.press("escape", "space", "ctrl+z")
        assert user.screen.session.selection.picks == ()
        await user.press("ctrl+y")
        assert len(user.screen.session.selection.picks) == 1
        await user.press("right", "right", "left")
        assert user.screen.criterion.id == "DEM-02"
        assert table.has_focus
        await user.press("ctrl+s")
        assert user.part("#message") == "Everything is saved already."


async def test_space_moves_on_unless_somebody_prefers_not(demo, tmp_path):
    """It does so after a pick of one patient only, and the choice is remembered."""
    settings = Settings(tmp_path / "app.json", name="Ann Other", tour_seen=True)
    async with using(type(app_on())(demo / FILE, settings=settings)) as user:
        table = user.screen.table
        await user.press("enter", "space")
        assert table.frame["patient_id"][1] == table.patient_id
        await user.press("up", "space")  # taking out stays
        assert table.frame["patient_id"][0] == table.patient_id
        user.screen.action_moving_on()
        await user.press("space")
        assert table.frame["patient_id"][0] == table.patient_id
    assert Settings.load(tmp_path / "app.json").moves_on is False


async def test_only_the_picked_then_only_the_others_then_everybody(demo):
    """Who is taken out stays in the list until the person leaves it."""
    async with using(app_on(demo / FILE)) as user:
        table = user.screen.table
        await user.press("enter")
        everybody = table.shown
        await user.press("space", "down", "space", "full_stop")
        assert table.shown == 2
        await user.press("space")
        assert table.shown == 2
        await user.press("full_stop")
        assert table.shown == everybody - 1
        await user.press("full_stop")
        assert table.shown == everybody
        await user.press("full_stop", "escape")
        assert table.shown == everybody


async def test_everything_picked_is_one_list_by_record(demo):
    """One pick is taken out below, a whole record above, after a question; names can be hidden."""
    async with using(app_on(demo / FILE), LARGE) as user:
        session = user.screen.session
        patient = session.matches.patients("DEM-05")[0]
        for criterion_id in ("DEM-05", "DEM-06", "MED-02"):
            session.pick(criterion_id, [patient])
        other = session.matches.patients("DEM-05")[1]
        session.pick("DEM-05", [other])
        user.screen.show_changes("")
        await user.press("end")
        assert user.screen.table.frame["patient_id"].to_list() == [patient, other]
        assert "2 records to open · 4 lines" in user.text
        assert user.screen.criteria.next_unfilled()  # it is no criterion
        await user.press("end", "enter", "tab", "space")
        assert session.selection.criteria_of(patient) == ("DEM-06", "MED-02")
        assert user.part("#message").endswith("out of DEM-05. Ctrl+Z undoes it.")
        await user.press("p", "space", "ctrl+z")
        assert session.listed_name(patient) not in user.text  # also not in what was done
        await user.press("p", "escape")
        user.screen.table.go_to(patient)
        await user.press("space")
        name = session.name_of(patient)
        assert f"Take {name} out of all 2 criteria?" in " ".join(user.text.split())
        await user.press("f9")
        assert name not in user.text
        await user.press("enter")
        assert session.selection.criteria_of(patient) == ()
        await user.press("ctrl+z")
        assert session.selection.criteria_of(patient) == ("DEM-06", "MED-02")
        await user.press("w")
        assert "Choose a criterion first" in user.text
    with WorkingFile.open(demo / FILE, read_only=True) as file:
        assert len(file.selection.picks) == 3


async def test_a_page_that_is_printed_while_names_are_hidden_has_none(demo):
    """With names it says that it is for the practice's own use."""
    async with using(app_on(demo / FILE)) as user:
        session = user.screen.session
        patient = session.matches.patients("DEM-05")[0]
        session.pick("DEM-05", [patient])
        surname = session.listed(patient).patient["family_name"]
        for hide, name in ((False, "with.html"), (True, "without.html")):
            if hide:
                await user.press("p")
            await user.press("ctrl+p")
            assert ("Names are hidden" in user.text) == hide
            await user.fill("#answer", demo / name)
            await user.press("enter", "enter")
            page = (demo / name).read_text(encoding="utf-8")
            assert patient in page
            assert (surname in page) != hide


async def test_a_path_that_is_pasted_is_taken_wherever_the_cursor_is(demo):
    """In quotation marks, as Windows copies it."""
    (demo / "numbers.csv").write_text("Patient number\n10001\n", encoding="utf-8")
    async with using(app_on(demo / FILE)) as user:
        await user.press("l")
        user.app.post_message(events.Paste(f'"{demo / "numbers.csv"}"\n'))
        await user.settled()
        assert "Pick 1 record for DEM-01?" in user.text


def test_each_column_has_a_letter_of_its_own():
    """Never p, which hides names in every dialog."""
    letters = letters_of(["Name", "Age", "Also", "Patient", "Born", "A", "A", "P"])
    assert letters[:5] == ["n", "a", "l", "t", "b"]
    assert len(set(letters)) == len(letters)
    assert "p" not in letters
