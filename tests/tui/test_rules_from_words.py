"""Rules from words: a person confirms, one criterion at a time, and nothing is lost."""

from __future__ import annotations

import threading

import pytest
from drafted import drafted_pack, write_drafted
from driving import app_on, using
from tiny import make_tiny

from recordpick.criteria.load import read_pack
from recordpick.criteria.pack import Proposal, Rule, Step, registered
from recordpick.index.practice_index import open_index
from recordpick.matching.proposals import proposal_key
from recordpick.tui.draft_session import EDITED, DraftSession

from office_files import ods_row, write_ods

SIZES = ((80, 24), (120, 30))
SHEET = (
    "Ref,Area,Test criteria,Qty\nA-1,People,Pts over 75,10\n"
    "A-2,People,Patient the receptionists know well,\n"
)


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    """The index of the tiny practice, made once."""
    folder = tmp_path_factory.mktemp("tiny") / "made"
    make_tiny(folder)
    return folder / "index"


async def open_draft(user, pack, index="", sheet=None):
    """Fill in the form, and go on to the screen."""
    await user.press("w")
    await user.fill("#sheet", sheet or pack)
    await user.fill("#records", index)
    await user.fill("#pack", pack)
    await user.press("enter")


def row_of(user, ref):
    return next(line.strip() for line in user.text.splitlines() if f" {ref} " in line)


@pytest.mark.parametrize("size", SIZES)
async def test_each_criterion_shows_what_is_understood_and_how_many_it_finds(tmp_path, index, size):
    """Proposed, several readings, by hand, unanswerable: a mark and words, also without colour."""
    pack = write_drafted(tmp_path / "p.toml")
    async with using(app_on(), size) as user:
        await open_draft(user, pack, index)
        title = user.part("#draft-title")
        assert "MADE UP" in title
        if size == SIZES[0]:  # the practice gives way, the tag does not
            assert "Rules from words · 0 of 5 confirmed · 4 to confirm · 1 by hand" in title
        else:
            assert "0 of 5 confirmed · 4 to confirm · 1 by hand" in title
            assert "Tiny Surgery · as at 01 Oct 2026" in title
        for ref, mark, found in (
            ("T-1", "◊", "6"),
            ("T-2", "!", "4"),
            ("T-3", "H", "by hand"),
            ("T-4", "?", "?"),
            ("T-5", "◊", "24"),
        ):
            row = row_of(user, ref)
            assert row.startswith(mark), row
            assert row.rstrip().endswith(found), row
        words = user.part("#draft-words")
        assert 'sheet.xlsx, sheet "Criteria", row 2' in words
        assert "wanted 20 · compare: Date of birth; Address" in words
        why = user.part("#draft-why")
        assert "Found: Ng, Ann 96" in why
        assert "Condition in patients: age > 75" in why
        assert max(map(len, user.text.splitlines())) <= size[0]


async def test_only_y_confirms_and_it_is_in_the_file_at_once(tmp_path, index):
    """With initials and time; the cursor goes on to the next; u takes it back."""
    pack = write_drafted(tmp_path / "p.toml")
    async with using(app_on(), SIZES[0]) as user:
        await open_draft(user, pack, index)
        before = pack.read_bytes()
        await user.press("enter", "down", "tab", "g", "slash", "escape")
        assert pack.read_bytes() == before
        user.screen.query_one("#draft-criteria").highlighted = 0
        await user.settled()
        await user.press("enter", "down", "y")
        first = read_pack(pack).criteria[0]
        assert first.confirmed.by == "AO"
        assert first.steps == first.proposals[1].steps
        assert row_of(user, "T-1").startswith("√")
        assert "T-1 uses “aged 75 or over”. u takes it back." in user.part("#draft-message")
        assert user.screen._criterion.id == "T-2"
        await user.press("h")
        assert read_pack(pack).criteria[1].confirmed is not None
        assert row_of(user, "T-2").startswith("H")
        assert "1 of 5 confirmed · 2 to confirm · 2 by hand" in user.part("#draft-title")
        await user.press("u")
        assert read_pack(pack).criteria[1].confirmed is None
        await user.press("u", "u")
        assert read_pack(pack).criteria == drafted_pack().criteria
        assert "There is nothing to take back." in user.part("#draft-message")


async def test_what_is_proposed_is_not_used_until_it_is_confirmed(tmp_path):
    """Left at any time, a criterion is picked for by hand; leaving says how many those are."""
    pack = write_drafted(tmp_path / "p.toml")
    async with using(app_on()) as user:
        await open_draft(user, pack)
        await user.press("y", "escape")
        assert user.title == "Leave"
        assert "3 criteria are not confirmed" in user.text
        await user.press("escape")
        assert user.title == ""
        await user.press("q", "enter")
        assert user.title == "Criteria"
        await user.press("tab", "enter")
        assert [bool(one.steps) for one in read_pack(pack).criteria] == [True, *[False] * 4]


async def test_numbers_are_edited_and_tried_before_they_are_confirmed(tmp_path, index):
    """A number out of range is refused in words; the change is counted, then y confirms it."""
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(SHEET, encoding="utf-8")
    async with using(app_on()) as user:
        await open_draft(user, tmp_path / "p.toml", index, sheet)
        if user.title == "About this sheet":
            await user.press("enter")
        await user.press("e")
        field = next(
            f"#param-{at}" for at, name in enumerate(user.screen._proposal.params) if name == "age"
        )
        await user.fill(field, "999")
        await user.press("enter")
        assert "from 0 to 120, not 999" in user.part("#problem")
        await user.fill(field, "90")
        assert "aged over 90" in user.part("#rule-in-words")
        await user.press("enter")
        assert "◊ E  aged over 90" in user.text
        assert read_pack(tmp_path / "p.toml").criteria[0].confirmed is None
        await user.press("y")
        first = read_pack(tmp_path / "p.toml").criteria[0]
        assert first.confirmed.is_edited
        assert first.steps[0].rules[0].where.text == "age > 90"


async def test_a_condition_can_be_changed_or_written(tmp_path, index):
    """What is not a condition is refused in words; a criterion by hand can get a rule too."""
    pack = write_drafted(tmp_path / "p.toml")
    async with using(app_on()) as user:
        await open_draft(user, pack, index)
        await user.press("c")
        await user.fill("#where-0", "agee > 80")
        await user.press("enter")
        assert "did you mean 'age'?" in user.part("#problem")
        await user.fill("#where-0", "age > 80")
        await user.fill("#rule-says", "over 80")
        await user.press("enter", "y")
        first = read_pack(pack).criteria[0]
        assert (first.steps[0].rules[0].where.text, first.confirmed.is_edited) == ("age > 80", True)
        assert first.steps[0].says == "over 80"
        user.screen.query_one("#draft-criteria").highlighted = 2
        await user.settled()
        await user.press("c")
        assert "[√] Only patients who are registered now" in user.text
        await user.fill("#where-0", "usual_gp = 'Dr Gray'")
        await user.press("enter", "y")
        third = read_pack(pack).criteria[2]
        assert third.population == registered()
        assert third.steps[0].rules[0].where.text == "usual_gp = 'Dr Gray'"
        assert third.confirmed.template == ""


async def test_enter_shows_who_is_found_and_names_can_be_hidden(tmp_path, index):
    """With the evidence; and nobody can be recognised while names are hidden."""
    pack = write_drafted(tmp_path / "p.toml")
    async with using(app_on(), (120, 30)) as user:
        await open_draft(user, pack, index)
        await user.press("down", "enter", "enter")
        assert user.title == "4 patients: an apostrophe in the surname"
        assert "O'Brien, Bea 93 · P01" in user.text
        await user.press("p")
        assert "O'Brien" not in user.text
        assert "P01" not in user.text
        await user.press("escape")
        assert "NAMES HIDDEN" in user.part("#draft-title")
        assert "O'Brien" not in user.text
        await user.press("p")
        assert "O'Brien" in user.text


async def test_the_screen_works_while_patients_are_still_counted(tmp_path, index, monkeypatch):
    """Rows are usable as they come, and what is decided meanwhile is written."""
    begun, go_on = threading.Event(), threading.Event()
    count = DraftSession.count

    def slow(session):
        begun.set()
        assert go_on.wait(20)
        yield from count(session)

    monkeypatch.setattr(DraftSession, "count", slow)
    pack = write_drafted(tmp_path / "p.toml")
    async with using(app_on(), (120, 30)) as user:
        await user.press("w")
        await user.fill("#sheet", pack)
        await user.fill("#records", index)
        await user.pilot.press("enter")
        while not begun.is_set():
            await user.pilot.pause()
        for _ in range(3):
            await user.pilot.pause()
        assert "finding patients: 0 of 6 rules" in user.part("#draft-title")
        await user.pilot.press("y")
        await user.pilot.pause()
        assert read_pack(pack).criteria[0].confirmed is not None
        go_on.set()
        await user.settled()
        assert row_of(user, "T-5").rstrip().endswith("24")
        assert row_of(user, "T-1").startswith("√")


def test_a_changed_rule_is_counted_with_the_codelist_that_it_needs(tmp_path, index):
    """One that the pack's file does not have yet: the practice's own beside it, else shipped."""
    pack = write_drafted(tmp_path / "p.toml")
    session = DraftSession.open(pack, "AB", open_index(index))
    first = session.pack.criteria[0]
    rule = Rule("asthma", table="events", codes="qof_registers")
    session.edited[first.id] = Proposal("t", "asthma", "", 1.0, (Step((rule,)),))
    assert session.count_one(first, EDITED)[proposal_key(first.id, EDITED)].answer.answered
    (tmp_path / "codelists").mkdir()
    (tmp_path / "codelists" / "qof_registers.csv").write_text("code,term\nH33,Asthma\n")
    found = session.count_one(first, EDITED)[proposal_key(first.id, EDITED)]
    assert found.answer.matches == 23
    assert session.patients(first, EDITED).height == 23
    session.confirm(first, EDITED)
    assert read_pack(pack).codelists["qof_registers"].codes == ("H33",)


async def test_without_a_practice_all_but_counting_works(tmp_path):
    """Filter by words, confirm; a decision that cannot be written is said, and not shown."""
    pack = write_drafted(tmp_path / "p.toml")
    async with using(app_on()) as user:
        await open_draft(user, pack)
        assert "no practice" in user.part("#draft-title")
        await user.press("enter", "enter")
        assert "No practice was named" in user.part("#draft-message")
        await user.press("slash")
        await user.type("carer")
        assert user.screen.query_one("#draft-criteria").option_count == 1
        await user.press("enter", "h")
        assert read_pack(pack).criteria[3].confirmed is not None
        await user.press("escape")
        assert user.screen.query_one("#draft-criteria").option_count == 5
        user.screen.query_one("#draft-criteria").highlighted = 0
        await user.settled()
        pack.unlink()
        await user.press("y")
        assert "Nothing was changed." in user.part("#draft-message")
        assert row_of(user, "T-1").startswith("◊")


async def test_which_of_two_sheets_is_meant_is_asked(tmp_path):
    """One is chosen, or all are one list; what is wrong with a file is said, and the form stays."""
    header = ods_row(["Ref", "Test criteria", "Qty"])
    sheets = {"Medication": ["M-1", "Warfarin", 5], "Problems": ["P-1", "Asthma", 5]}
    rows = {name: header + ods_row(row) for name, row in sheets.items()}
    path = write_ods(tmp_path / "list.ods", rows)
    async with using(app_on()) as user:
        await open_draft(user, tmp_path / "p.toml", sheet=path)
        assert "Which sheet is the list of criteria?" in user.title
        await user.press("down", "enter")
        if user.title == "About this sheet":
            await user.press("enter")
        assert [one.id for one in read_pack(tmp_path / "p.toml").criteria] == ["P-1"]
        await user.press("escape", "enter", "escape")
        (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4")
        await open_draft(user, tmp_path / "q.toml", sheet=tmp_path / "a.pdf")
        assert user.title == "No rules were proposed"
        assert "this is a PDF" in user.part(".modal--message")  # a long path breaks its lines
        await user.press("enter")
        assert user.title == "Rules from words"


async def test_the_form_of_a_new_file_takes_the_pack(tmp_path):
    """F4 there turns a list in words into a pack, and fills it in."""
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(SHEET, encoding="utf-8")
    async with using(app_on(), (120, 30)) as user:
        await user.press("n")
        await user.fill("#pack", sheet)
        await user.press("f4")
        assert user.screen.query_one("#sheet").value == str(sheet)
        await user.press("enter")
        if user.title == "About this sheet":
            await user.press("enter")
        await user.press("y", "escape")
        assert user.screen.query_one("#pack").value == str(tmp_path / "sheet.toml")
        assert len(read_pack(tmp_path / "sheet.toml").criteria[0].steps) == 1
