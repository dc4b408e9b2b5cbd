"""What people may pick, remove, note and close, and the message where they may not."""

from __future__ import annotations

import pytest
from working_files import AS_AT, JO, PARTNER, SAM, START, new_file

from recordpick.errors import UserError
from recordpick.selection.events import Person
from recordpick.selection.working_file import WorkingFile


def ids(picks):
    return [pick.patient_id for pick in picks]


def test_a_new_file_says_what_it_is_about(file, path):
    """Practice, day, index and pack stand in it; nothing is picked."""
    assert (file.practice, file.as_at, file.index_fingerprint) == (
        "Example Surgery",
        AS_AT,
        "ab" * 32,
    )
    assert file.pack.title == "Small pack"
    assert file.index_folder == path.parent / "index"
    assert file.synthetic
    assert file.selection.picks == ()
    assert (file.selection.can_undo, file.selection.can_redo) == (None, None)


def test_a_pick_says_who_chose_it_when_and_how(file):
    """The supplier's, the partner's and the practice's picks can be distinguished."""
    file.pick("MED-04", ["P01"])
    file.sign_in(SAM)
    file.pick("MED-04", ["P02"])
    file.sign_in(PARTNER)
    file.pick("MED-04", ["P03"])
    chosen = [
        (pick.patient_id, pick.chosen_by, pick.chosen_by_name, pick.chosen_by_role)
        for pick in file.selection.of("MED-04")
    ]
    assert chosen == [
        ("P01", "staff", JO.name, "practice"),
        ("P02", "supplier", SAM.name, "supplier"),
        ("P03", "supplier", PARTNER.name, "partner"),
    ]
    assert file.selection.picks[0].chosen_on > START
    assert file.selection.criteria_of("P02") == ("MED-04",)


def test_a_criterion_never_gets_more_than_its_number(file):
    """The one too many is refused in words, and nothing changes."""
    file.pick("DEM-01", ["P01", "P02"])
    with pytest.raises(UserError, match="DEM-01 already has its 2 records: remove one first"):
        file.pick("DEM-01", ["P03"])
    with pytest.raises(UserError, match="MED-04 has room for 3 more records, and 4 were given"):
        file.pick("MED-04", ["P01", "P02", "P03", "P04"])
    assert ids(file.selection.picks) == ["P01", "P02"]


def test_a_patient_is_on_a_criterion_once(file):
    """Picking again is refused; in a list, those there already are left out."""
    file.pick("MED-04", ["P01"])
    with pytest.raises(UserError, match="P01 is already picked for MED-04"):
        file.pick("MED-04", ["P01"])
    file.pick("MED-04", ["P01", "P02", "P02"])
    assert ids(file.selection.of("MED-04")) == ["P01", "P02"]
    file.pick("DEM-01", ["P01"])
    assert file.selection.criteria_of("P01") == ("MED-04", "DEM-01")
    assert file.selection.patient_ids == ("P01", "P02")


def test_an_unknown_criterion_is_our_mistake(file):
    """Callers look a person's words up first."""
    with pytest.raises(KeyError):
        file.pick("XYZ-99", ["P01"])


def test_only_what_is_picked_can_be_removed(file):
    """A patient who is not there is named."""
    file.pick("MED-04", ["P01", "P02"])
    file.remove("MED-04", ["P01"])
    assert ids(file.selection.picks) == ["P02"]
    with pytest.raises(UserError, match="P01 is not picked for MED-04"):
        file.remove("MED-04", ["P02", "P01"])
    with pytest.raises(UserError, match="Nobody was given"):
        file.remove("MED-04", [])
    assert ids(file.selection.picks) == ["P02"]


def test_a_closed_criterion_takes_no_picks_until_it_is_reopened(file):
    """ "No more records to be found" has a reason, a name and a time."""
    file.close_criterion("MED-04", "  all on the register looked at ")
    closed = file.selection.closed["MED-04"]
    assert (closed.reason, closed.by) == ("all on the register looked at", JO)
    with pytest.raises(UserError, match="MED-04 is closed: reopen it first"):
        file.pick("MED-04", ["P01"])
    with pytest.raises(UserError, match="MED-04 is closed: reopen it first"):
        file.suggest([("MED-04", "P01")], "ticket")
    with pytest.raises(UserError, match="closed already"):
        file.close_criterion("MED-04", "again")
    file.reopen_criterion("MED-04")
    file.pick("MED-04", ["P01"])
    with pytest.raises(UserError, match="not closed"):
        file.reopen_criterion("MED-04")


def test_suggestions_are_picked_all_or_not_at_all(file):
    """One suggestion too many, or one already picked, and none is applied; undo takes all back."""
    file.pick("DEM-01", ["P01"])
    for picks in ([("ALL-02", "P02"), ("DEM-01", "P01")], [("DEM-01", "P02"), ("DEM-01", "P03")]):
        with pytest.raises(UserError):
            file.suggest(picks, "ticket")
    file.suggest([("ALL-02", "P02"), ("DEM-01", "P03")], "ticket")
    assert [(pick.chosen_by, pick.note) for pick in file.selection.picks[1:]] == [
        ("rule", "suggested: ticket")
    ] * 2
    assert file.selection.can_undo == "suggested 2 records for 2 criteria"
    file.undo()
    assert ids(file.selection.picks) == ["P01"]
    with pytest.raises(UserError, match="nobody to suggest"):
        file.suggest([], "ticket")


def test_a_note_is_replaced_and_removed(file):
    """One note a patient; saying the same again is not an event."""
    file.note("P01", " moved\r\nlast year ")
    assert file.selection.notes == {"P01": "moved\nlast year"}
    events = len(file.events)
    file.note("P01", "moved\nlast year")
    assert len(file.events) == events
    file.note("P01", "  ")
    assert file.selection.notes == {}


@pytest.mark.parametrize(
    ("do", "message"),
    [
        (lambda file: file.close_criterion("MED-04", " "), "Give the reason for closing MED-04"),
        (lambda file: file.close_criterion("MED-04", "x" * 2001), "2,001 characters"),
        (lambda file: file.close_criterion("MED-04", "a\x1b[2Jb"), "U\\+001B, character 2"),
        (lambda file: file.close_criterion("MED-04", "two\nlines"), "U\\+000A"),
        (lambda file: file.note("P01", "x" * 2001), "at most 2,000"),
        (lambda file: file.note("P01", "bell\x07"), "U\\+0007"),
        (lambda file: file.note("P01", "half \ud800"), "U\\+D800"),
        (lambda file: file.sign_in(Person(" ", "practice")), "Give your name"),
        (lambda file: file.sign_in(Person("x" * 101, "practice")), "101 characters"),
        (lambda file: file.sign_in(Person("Jo\x9b31m", "practice")), "U\\+009B"),
        (lambda file: file.fix_seed(" ", "entered"), "Give the seed: it is empty"),
        (lambda file: file.fix_seed("1" * 10_000, "entered"), "10,000 characters"),
        (lambda file: file.fix_seed("1\x002", "entered"), "U\\+0000"),
        (lambda file: file.pick("MED-04", []), "Nobody was given"),
    ],
)
def test_what_people_type_is_checked(file, do, message):
    """Too long, empty or with control characters: said in words, and nothing changes."""
    events = file.events
    with pytest.raises(UserError, match=message):
        do(file)
    assert file.events == events


def test_nobody_changes_anything_without_a_name(path):
    """A file may be opened to look at without saying who one is."""
    new_file(path).close()
    with WorkingFile.open(path) as file:
        with pytest.raises(UserError, match="Say who you are"):
            file.pick("MED-04", ["P01"])
        file.sign_in(JO)
        file.pick("MED-04", ["P01"])


def test_random_records_are_never_picked_by_hand(file):
    """That they are drawn is what makes them random."""
    with pytest.raises(ValueError, match="drawn, not picked"):
        file.pick("MED-04", ["P01"], chosen_by="random")
