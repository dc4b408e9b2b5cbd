"""Answers to what repeats in a comparison, and with which records the app compared."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_merge import Copies, planned, selection_of
from working_files import JO, new_file

from examples import examples
from recordpick.errors import UserError
from recordpick.selection.find_compared import compared_folder
from recordpick.selection.kinds.repeated import answers_in
from recordpick.selection.repeated import REPEATED_ANSWERS, RepeatedKey
from recordpick.selection.working_file import WorkingFile

OLD, NEW = "ab" * 32, "cd" * 32
AUTHORS = RepeatedKey(OLD, NEW, "events", "recorded_by", "translated")
DAYS = RepeatedKey(OLD, NEW, "events", "date", "days", "+1")


def answer(key, word, entries=10):
    """Return what answers a line in a file."""
    return lambda file: file.answer_repeated(key, word, entries)


def answers(path):
    """Return the answers that a file keeps, in words."""
    return {key: one.answer for key, one in answers_in(selection_of(path).kept).items()}


def test_an_answer_is_kept_undone_and_described(tmp_path):
    """It survives closing the file, undo takes it back, and the history says it in words."""
    path = tmp_path / "a.recordpick"
    with new_file(path) as file:
        file.answer_repeated(AUTHORS, "accept", 10)
        file.answer_repeated(DAYS, "look", 3)
        assert file.selection.can_undo == (
            "wants to look at the repeated difference events, date: days (+1)"
        )
    assert answers(path) == {AUTHORS: "accept", DAYS: "look"}
    with WorkingFile.open(path, JO) as file:
        file.undo()
        file.answer_repeated(AUTHORS, None, 10)
        assert file.selection.can_undo.startswith("took back the answer")
    assert answers(path) == {}


def test_two_answers_to_one_line_are_a_conflict(tmp_path):
    """Of two copies the answers of both are kept; where they differ, a person decides."""
    copies = Copies(tmp_path)
    a = copies.gone_on("a", answer(AUTHORS, "accept"), answer(DAYS, "look"))
    b = copies.gone_on("b", answer(AUTHORS, "look"))
    (conflict,) = planned(a, b).conflicts
    assert conflict.says == (
        "The repeated difference events, recorded by: translated was answered differently."
    )
    assert conflict.a.startswith("accepted, of 10 entries (")
    merged = copies.merged(a, b, take="B")
    assert answers(merged) == {AUTHORS: "look", DAYS: "look"}


GIVEN = st.lists(
    st.tuples(st.sampled_from([AUTHORS, DAYS]), st.sampled_from(REPEATED_ANSWERS)), max_size=3
)


@settings(max_examples=examples(15))
@given(GIVEN, GIVEN)
def test_merging_loses_no_answer(tmp_path_factory, mine, theirs):
    """Every line that one copy answered has an answer after the merge."""
    copies = Copies(tmp_path_factory.mktemp("copies"))
    notes = [lambda file, who=who: file.note(who, "x") for who in ("P20", "P21")]
    a = copies.gone_on("a", *(answer(*one) for one in mine), notes[0])
    b = copies.gone_on("b", *(answer(*one) for one in theirs), notes[1])
    merged = copies.merged(a, b, take="A")
    assert answers(merged) == dict(theirs) | dict(mine)


@pytest.mark.parametrize(
    "key", [AUTHORS._replace(old="x"), AUTHORS._replace(field=""), DAYS._replace(detail="a\nb")]
)
def test_what_no_comparison_says_cannot_be_answered(tmp_path, key):
    """A key that is none is refused, and nothing is written."""
    with new_file(tmp_path / "a.recordpick") as file:
        with pytest.raises(UserError, match="not a difference"):
            file.answer_repeated(key, "accept", 1)
        assert len(file.events) == 1


def test_where_the_new_records_were_is_kept_beside_what_can_be_undone(tmp_path):
    """Looking at a comparison is no decision: undo still takes back the pick before it."""
    path = tmp_path / "a.recordpick"
    (tmp_path / "new").mkdir()
    with new_file(path) as file:
        assert compared_folder(file, OLD) is None
        file.pick("DEM-01", ["P01"])
        file.keep_comparison(tmp_path / "new", OLD, NEW)
        file.keep_comparison(tmp_path / "new", OLD, NEW)
        assert [event.kind for event in file.events] == ["created", "picked", "compared"]
        assert file.selection.can_undo.startswith("picked")
    with WorkingFile.open(path, JO) as file:
        assert compared_folder(file, OLD) == tmp_path / "new"
        with pytest.raises(UserError, match="own records are another extract now"):
            compared_folder(file, "ef" * 32)
        (tmp_path / "new").rmdir()
        with pytest.raises(UserError, match="it is not there any more"):
            compared_folder(file, OLD)


def test_a_folder_that_somebody_else_named_is_not_opened(tmp_path):
    """A file from elsewhere may name any folder: even looking there could do harm."""
    path, outside = tmp_path / "in" / "a.recordpick", tmp_path / "elsewhere"
    path.parent.mkdir()
    outside.mkdir()
    with new_file(path) as file:
        file.keep_comparison(outside, OLD, NEW)
        from recordpick.selection import known_folders

        mark = known_folders._mark(file.id, str(outside))
        assert mark is None or mark.is_file()
        if mark is not None:
            assert compared_folder(file, OLD) == outside
            mark.unlink()
        with pytest.raises(UserError, match="it was not opened on this computer before"):
            compared_folder(file, OLD)
