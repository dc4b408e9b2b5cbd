"""What data checking gave is kept like everything else: as events, undoable, with its history."""

from __future__ import annotations

import json
import sqlite3
from datetime import date

import pytest
from working_files import JO, filled, worked_on

from recordpick.errors import UserError
from recordpick.selection.backup import backups
from recordpick.selection.events import BrokenEventError, Event, next_event
from recordpick.selection.history import replay
from recordpick.selection.kinds.event_kind import FIRST_VERSION
from recordpick.selection.results import Entry, FilledIn
from recordpick.selection.working_file import WorkingFile

FIRST, AGAIN = "a" * 64, "b" * 64
LINE = ("MED-04", "P01")


def version(path):
    connection = sqlite3.connect(path)
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    connection.close()
    return found


def status(file):
    return [issue.status for issue in file.selection.issues]


def test_a_workbook_is_one_event_that_is_undone_as_one(file):
    """And the words say what would be undone."""
    lines = {
        LINE: ("same",),
        ("DEM-01", "P02"): ("different", "spelt Ann"),
        (None, "P03"): ("same",),
    }
    selection = file.import_results(filled("first check", FIRST, lines))
    assert len(selection.results) == 3
    assert selection.can_undo == "imported 3 results of the first check"
    assert file.undo().results == {}
    assert len(file.redo().results) == 3


def test_the_same_workbook_again_changes_nothing(file):
    """Also where another one said otherwise since: it was imported before."""
    one = filled("first check", FIRST, {LINE: ("different", "dose")})
    other = filled("first check", AGAIN, {LINE: ("same",)})
    file.import_results(one)
    events = len(file.events)
    file.import_results(one)
    assert len(file.events) == events
    file.import_results(other)
    file.import_results(one)
    assert len(file.events) == events + 1
    file.undo()
    file.undo()
    file.import_results(one)
    assert status(file) == ["open"]


def test_a_later_result_takes_the_place_of_an_earlier_one_which_is_kept(file):
    file.import_results(filled("first check", FIRST, {LINE: ("different", "dose")}))
    file.import_results(filled("first check", AGAIN, {LINE: ("different", "dose, quantity")}))
    file.import_results(filled("first check", "c" * 64, {LINE: ("same",)}))
    result = file.selection.results["first check", *LINE]
    assert result.entry.outcome == "same"
    assert [one.entry.differs for one in result.earlier] == ["dose", "dose, quantity"]
    assert all(one.earlier == () for one in result.earlier)


def test_only_what_is_new_is_written(file):
    """A workbook that somebody goes on filling in is imported many times."""
    file.import_results(filled("first check", FIRST, {LINE: ("same",)}))
    file.import_results(filled("first check", AGAIN, {LINE: ("same",), (None, "P03"): ("same",)}))
    assert [row[1] for row in file.events[-1].body["results"]] == ["P03"]


def test_an_issue_keeps_its_number_and_follows_the_phases(file):
    """Resolved when a later phase says the same, open again when one says otherwise."""
    file.import_results(filled("first check", FIRST, {LINE: ("different", "dose")}))
    file.import_results(filled("first check", AGAIN, {("DEM-01", "P02"): ("not there",)}))
    assert [issue.number for issue in file.selection.issues] == [1, 2]
    file.import_results(filled("recheck", FIRST, {LINE: ("same",)}))
    assert status(file) == ["resolved", "open"]
    file.import_results(filled("go-live", FIRST, {LINE: ("not there",)}))
    assert status(file) == ["open", "open"]
    issue = file.selection.issues[0]
    assert (issue.found_in, issue.found.phase, issue.last.phase) == (
        "first check",
        "go-live",
        "go-live",
    )


def test_the_phases_decide_and_not_when_a_workbook_was_imported(file):
    """The first check's workbook may be imported after that of the recheck."""
    file.import_results(filled("recheck", FIRST, {LINE: ("same",)}))
    file.import_results(filled("first check", AGAIN, {LINE: ("different", "dose")}))
    assert status(file) == ["resolved"]


@pytest.mark.parametrize("said", ["same", "not applicable"])
def test_an_issue_noted_by_mistake_is_withdrawn_and_not_forgotten(file, said):
    """The supplier may have been sent its number."""
    file.import_results(filled("first check", FIRST, {LINE: ("different", "dose")}))
    file.import_results(filled("first check", AGAIN, {LINE: (said,)}))
    assert status(file) == ["withdrawn"]
    assert file.selection.issues[0].found.entry.differs == "dose"


def test_a_number_is_never_given_twice(file):
    """What was undone keeps its number; what is found later has the next."""
    file.import_results(filled("first check", FIRST, {LINE: ("different", "dose")}))
    file.undo()
    file.import_results(filled("first check", AGAIN, {(None, "P09"): ("different", "name")}))
    assert [(one.number, one.status) for one in file.selection.issues] == [
        (1, "withdrawn"),
        (2, "open"),
    ]


def test_a_file_stays_readable_for_an_older_recordpick_until_results_are_imported(path):
    """Then it is one of version 5, and a copy of it as it was is kept."""
    worked_on(path).close()
    assert version(path) == FIRST_VERSION == 1
    before = path.read_bytes()
    with WorkingFile.open(path, JO) as file:
        file.import_results(filled("first check", FIRST, {LINE: ("same",)}))
        picks = file.selection.picks
    assert version(path) == 5
    kept = path.with_name(f"{path.name}.version-1.backup")
    assert kept.read_bytes() == before
    assert kept not in backups(path)
    with WorkingFile.open(path, JO) as file:
        assert file.selection.picks == picks
        assert len(file.selection.results) == 1
        file.undo()
    assert version(path) == 5
    kept.rename(path.with_name("older.recordpick"))
    with WorkingFile.open(path.with_name("older.recordpick"), JO) as older:
        assert older.selection.picks == picks


def test_no_copy_no_change(path, monkeypatch):
    """Where the copy cannot be written, nothing is imported, and the sentence says why."""
    worked_on(path).close()
    content = path.read_bytes()
    with WorkingFile.open(path, JO) as file:

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("recordpick.selection.backup.write_new", full)
        with pytest.raises(UserError, match="no room left on the disk"):
            file.import_results(filled("first check", FIRST, {LINE: ("same",)}))
        assert file.selection.results == {}
    assert path.read_bytes() == content


def test_everything_that_was_written_on_a_line_is_kept(file):
    """Several lines of text, in any script, with the date and the initials."""
    entry = Entry(
        *("MED-04", "P01", 7, 3, "different"),
        differs='Dose: "½ tablet"\nnot 1 tablet — ДОЗА',
        severity="high",
        initials="ANB",
        checked_on=date(2026, 10, 12),
    )
    file.import_results(FilledIn("go-live", "RP-AAAAAAAA-02", "ours.xlsx", FIRST, (entry,)))
    file.close()
    with WorkingFile.open(file.path, JO) as again:
        result = again.selection.results["go-live", "MED-04", "P01"]
        assert (result.entry, result.list_id, result.by) == (entry, "RP-AAAAAAAA-02", JO)
        assert again.selection.imports[0].workbook == "ours.xlsx"


@pytest.mark.parametrize(
    "change",
    [
        {"phase": "second check"},
        {"results": [["MED-04", "P01", 1, 1, "fine", "", "", "", None, ""]]},
        {"results": [["MED-04", "P01", 1, 1, "same", "", "huge", "", None, ""]]},
        {"results": [["MED-04", "P01", 1, 1, "same", "", "", "", "tomorrow", ""]]},
        {"results": [["MED-04", "P01", "1", 1, "same", "", "", "", None, ""]]},
        {"results": [["MED-04", None, 1, 1, "same", "", "", "", None, ""]]},
        {"results": [["MED-04"]]},
        {"results": None},
        {"sha256": None},
    ],
)
def test_an_event_that_recordpick_would_not_write_is_broken(file, change):
    """And is named, as any other damage is."""
    file.import_results(filled("first check", FIRST, {LINE: ("same",)}))
    *before, last = file.events
    body = json.loads(json.dumps(last.body)) | change
    made = next_event(before[-1], last.on, last.by, last.kind, body)
    assert isinstance(made, Event)
    with pytest.raises(BrokenEventError, match=f"event {made.seq}"):
        replay([*before, made])
