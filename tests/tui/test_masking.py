"""Names and numbers are hidden at once, wherever one is."""

import pytest
from driving import app_on, using

from recordpick.patient_record import Entry, Part, Record
from recordpick.tui.masking import mask_numbers
from recordpick.tui.widgets.record_view import RecordView, ShownRecord, is_private

FILE = "demonstration.recordpick"


def who(user):
    """Give what names the patient under the cursor."""
    patient = user.app._session.listed(user.screen.table.patient_id).patient
    return patient["family_name"], patient["given_name"], patient["nhs_number"]


async def test_a_modal_that_names_a_patient_hides_the_name_at_once(demo):
    """p works in the modal too, and shows it again."""
    async with using(app_on(demo / FILE)) as user:
        await user.press("enter")
        family = who(user)[0]
        await user.press("o")
        assert family in user.title
        await user.press("p")
        assert family not in user.text
        assert user.title == "One patient"
        await user.press("p", "escape")
        assert family in user.text


async def test_what_was_undone_is_said_without_the_number(demo):
    """The words at the foot name patients by number."""
    async with using(app_on(demo / FILE)) as user:
        await user.press("enter", "space")
        number = user.screen.table.patient_id
        await user.press("u")
        assert number in user.part("#message")
        await user.press("p")
        assert number not in user.text
        await user.press("U", "u")
        assert "Undone: picked •••••• for DEM-01" in user.part("#message")
        await user.press("p")
        assert number in user.part("#message")


async def test_it_is_one_switch_for_every_screen(demo):
    """Hidden in what is to be put right, hidden on the way back."""
    async with using(app_on(demo / FILE)) as user:
        await user.press("enter", "t", "p", "escape")
        assert user.screen.table.masks
        assert user.screen.query_one(RecordView).masks
        assert not any(name in user.text for name in who(user))


async def test_f9_hides_while_one_types(demo):
    """p is a letter in a field; what was typed to find somebody is hidden as well."""
    async with using(app_on(demo / FILE)) as user:
        await user.press("f")
        await user.type("pat")
        assert user.screen.query_one("#filter").value == "pat"
        await user.press("f9")
        assert user.app.masks
        assert "pat" not in user.screen.query_one("#filter").render_line(0).text
        await user.press("f9")
        assert not user.app.masks


async def test_a_note_and_the_reason_for_a_replacement_are_hidden_too(demo):
    """They speak of a patient."""
    async with using(app_on(demo / FILE)) as user:
        await user.press("enter", "a")
        await user.fill("#answer", "Mrs Example asked for it")
        await user.press("enter", "p", "a")
        assert "Mrs Example" not in user.text
        await user.press("escape")
        assert "Mrs Example" not in user.text


async def test_the_reason_a_criterion_was_closed_for_is_hidden(demo):
    """It may speak of a patient."""
    async with using(app_on(demo / FILE)) as user:
        await user.press("n")
        await user.fill("#answer", "Mrs Example was the last")
        await user.press("f9")
        assert "Mrs Example" not in user.text
        await user.press("enter", "f9")
        assert "Mrs Example" in user.part("#head")
        await user.press("p")
        assert "Mrs Example" not in user.text


async def test_lines_of_a_list_that_are_nobody_are_hidden(demo):
    """They quote what stands in the list."""
    (demo / "DEM-01.csv").write_text("Patient ID\n424242424242\n", encoding="utf-8")
    async with using(app_on(demo / FILE)) as user:
        await user.press("l")
        await user.fill("#folder", demo / "DEM-01.csv")
        user.screen.query_one("#folder").focus()
        await user.press("enter")
        assert "424242424242" in user.text
        await user.press("p")
        assert "424242424242" not in user.text


async def test_free_text_of_an_entry_does_not_show_as_evidence(demo):
    """The line of evidence holds the entry's free text, which may name anybody."""
    async with using(app_on(demo / FILE)) as user:
        assert user.screen.criterion.id == "DEM-01"
        await user.press(*["down"] * 21)  # past the area's heading: long free text on a code
        assert user.screen.criterion.id == "PRO-07"
        await user.press("enter")
        evidence = user.screen.table.frame["evidence"][0]
        assert evidence[:20] in user.text
        await user.press("p")
        assert evidence[:20] not in user.text
        shown = user.screen.query_one(RecordView).text
        words = [word for word in evidence.split() if len(word) > 4][-4:]
        assert " ".join(words) not in " ".join(shown.split())


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Undone: picked 10001 for A-1.", "Undone: picked •••••• for A-1."),
        ("10001 is already picked.", "•••••• is already picked."),
        ("replaced the random record 10001.", "replaced the random record ••••••."),
        ("100010 stays, 1000 too", "100010 stays, 1000 too"),
        ("", ""),
    ],
)
def test_numbers_are_hidden_in_sentences(text, hidden):
    """Whole words that are somebody's number, and nothing else."""
    assert mask_numbers({"10001"}, text) == hidden


async def test_a_table_that_nobody_knows_is_hidden_whole():
    """Any of its columns may hold a name."""
    entry = Entry("visits", "", None, "by Mrs Example")
    record = Record({"patient_id": "1"}, (Part("Visits", (entry,)),))
    assert is_private("visits")
    async with using(app_on()) as user:
        view = RecordView()
        await user.screen.mount(view)
        view.show(ShownRecord(record, ""))
        assert "Example" in view.text
        view.masks = True
        assert "Example" not in view.text
