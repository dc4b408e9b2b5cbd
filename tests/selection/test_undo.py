"""Undo and redo: in words, as events, and never silently where chance is concerned."""

from __future__ import annotations

import pytest
from working_files import AS_AT, JO, SAM, eligible, index_at, new_file, worked_on

from recordpick.errors import UserError
from recordpick.selection.kinds.registry import describe
from recordpick.selection.working_file import WorkingFile


def test_what_would_be_undone_is_described(file):
    """With patient numbers, never names."""
    said = []

    def note_it(selection):
        said.append(selection.can_undo)

    note_it(file.pick("MED-04", ["943 476 5919"]))
    note_it(file.pick("DEM-01", ["P01", "P02"]))
    note_it(file.remove("DEM-01", ["P02"]))
    note_it(file.note("P01", "moved"))
    note_it(file.note("P01", ""))
    note_it(file.close_criterion("ALL-02", "none"))
    note_it(file.reopen_criterion("ALL-02"))
    note_it(file.fix_seed("3141592653589793238462643383279", "entered"))
    note_it(file.draw(eligible()))
    random = file.selection.random()[0].patient_id
    note_it(file.replace_random(random, "moved", eligible()))
    note_it(file.remove(None, [file.selection.random()[0].patient_id], "died"))
    gone = file.selection.removed_random[-1].patient_id
    assert said == [
        "picked 943 476 5919 for MED-04",
        "picked 2 records for DEM-01",
        "removed P02 from DEM-01",
        "noted something about P01",
        "removed the note about P01",
        "closed ALL-02",
        "reopened ALL-02",
        "fixed the seed 31415926535897932384626…",
        "drew 4 records at random",
        f"replaced the random record {random}",
        f"removed {gone} from the random records",
    ]


def test_the_whole_history_can_be_described(path):
    """Every event, from the making of the file on."""
    with worked_on(path) as file:
        file.redo()
        file.use_index(index_at(path.parent / "new", "ef" * 32), AS_AT)
        described = [describe(event) for event in file.events]
    assert described[:2] == ["made this working file", "picked 2 records for MED-04"]
    assert described[-4:] == [
        "undid event 10",
        "wrote a hand-over pack",
        "did event 10 again",
        "used another index of the practice",
    ]


def test_undo_takes_back_and_redo_does_again(file):
    """As often as wanted; the words follow."""
    first = file.pick("MED-04", ["P01"])
    second = file.pick("MED-04", ["P02"])
    assert file.undo().picks == first.picks
    assert file.selection.can_redo == "picked P02 for MED-04"
    assert file.undo().picks == ()
    assert file.selection.can_undo is None
    file.redo()
    assert file.redo() == second


def test_a_new_decision_leaves_nothing_to_redo(file):
    """What was undone before it stays undone."""
    file.pick("MED-04", ["P01"])
    file.undo()
    file.pick("MED-04", ["P02"])
    assert file.selection.can_redo is None
    with pytest.raises(UserError, match="nothing to do again"):
        file.redo()


def test_nothing_to_undo_is_reported(file):
    """Making the file and exporting are not undone."""
    file.record_export(file.path.parent / "pack", "ab" * 32)
    with pytest.raises(UserError, match="There is nothing to undo"):
        file.undo()


def test_an_export_does_not_end_what_can_be_done_again(file):
    """It decides nothing about the picks."""
    file.pick("MED-04", ["P01"])
    file.undo()
    file.record_export(file.path.parent / "pack", "ab" * 32)
    assert file.redo().count("MED-04") == 1
    assert file.selection.exports[0].sha256 == "ab" * 32


def test_undo_is_itself_on_record(file):
    """Who took it back, and that it had been done, can be read for ever."""
    file.pick("MED-04", ["P01"])
    file.sign_in(SAM)
    file.undo()
    assert [(event.kind, event.who) for event in file.events[1:]] == [
        ("picked", JO.name),
        ("undone", SAM.name),
    ]


def test_undo_goes_on_where_the_file_was_closed(path):
    """Everything can be taken back to the start, in another session, and done again."""
    worked_on(path).close()
    with WorkingFile.open(path, JO) as file:
        full = file.selection
        steps = 0
        while file.selection.can_undo:
            file.undo()
            steps += 1
    with WorkingFile.open(path, JO) as file:
        empty = file.selection
        assert (empty.picks, empty.notes, empty.closed, empty.seed) == ((), {}, {}, None)
        for _ in range(steps):
            file.redo()
        assert file.selection.picks == full.picks
        assert file.selection.draws == full.draws
        assert (file.selection.notes, file.selection.closed) == (full.notes, full.closed)


def test_two_files_do_not_share_a_name(path, file):
    """Each working file is named by its first event."""
    with new_file(path.with_name("other.recordpick"), SAM) as other:
        assert other.id != file.id
        assert len(file.id) == 64
