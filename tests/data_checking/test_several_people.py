"""Several people check at once: nobody's result is lost, and none wins silently."""

from __future__ import annotations

import sqlite3
from datetime import date, timedelta

import pytest
from checked_files import ANN, START, TODAY, ticking

from recordpick.data_checking.checking_copies import (
    import_preview,
    import_words,
    imported_on,
    make_copy,
    preview_copy,
)
from recordpick.data_checking.keep_result import keep_entry, make_entry
from recordpick.data_checking.phase_lines import (
    also_given,
    current_phase,
    phase_lines,
    records_named,
    share_of,
)
from recordpick.data_checking.progress import progress
from recordpick.data_checking.record_areas import AREA_NAMES
from recordpick.data_checking.sign_off import SourceLimits, sign_off_page
from recordpick.data_checking.write_log import write_log
from recordpick.errors import UserError
from recordpick.selection.merging import plan_merge
from recordpick.selection.other_copies import other_copies
from recordpick.selection.results import Entry
from recordpick.selection.working_file import WorkingFile

FIRST = "first check"


def judge(file, criterion_id, patient_id, outcome, by="AB", phase=FIRST, **more) -> Entry:
    """What a key on the screen, or `issues set`, does."""
    lines = phase_lines(file, phase)
    entry = make_entry(lines.line(criterion_id, patient_id), outcome, by, TODAY, **more)
    keep_entry(file, lines, entry)
    return entry


def result_of(file, criterion_id, patient_id, phase=FIRST):
    found = file.selection.results.get((phase, criterion_id, patient_id))
    return None if found is None else found.entry.outcome


def copy_for(file, initials, records="all"):
    lines = phase_lines(file, FIRST)
    patients = [one.patient_id for one in records_named(lines, records)]
    return make_copy(file, file.path.with_name(f"{initials}.recordpick"), FIRST, initials, patients)


def worked_in(path, *changes, later=0):
    with WorkingFile.open(path, ANN, now=ticking(START + timedelta(hours=1 + later))) as copy:
        for change in changes:
            change(copy)


def taken_in(file, path):
    preview = preview_copy(file, path)
    import_preview(file, preview)
    return preview


def test_two_results_of_one_line_count_only_when_somebody_has_chosen(file):
    """Until then the line is open, the issue too, and both are shown with who gave them."""
    judge(file, "A-1", "P01", "same", by="AB")
    judge(file, "A-1", "P01", "not there", by="CD", differs="the previous name")
    key = (FIRST, "A-1", "P01")
    assert result_of(file, "A-1", "P01") is None
    assert [who for who, _ in file.selection.settled.disagreements[key]] == ["ab", "cd"]
    assert [one.status for one in file.selection.issues] == ["open"]
    assert progress(file)[0].checked == 0
    with pytest.raises(UserError, match="reason for choosing"):
        file.resolve(key, "ab", "", "")
    with pytest.raises(UserError, match="xy has no result there"):
        file.resolve(key, "xy", "", "a guess")
    file.resolve(key, "cd", "", "both looked again")
    assert result_of(file, "A-1", "P01") == "not there"
    assert file.selection.settled.disagreements == {}
    assert file.selection.can_undo == "chose 'not there' for A-1 of P01 (first check)"
    file.undo()
    assert result_of(file, "A-1", "P01") is None


def test_a_judgement_after_the_decision_is_compared_again(file):
    """Somebody who looks later may be right: what was decided does not silence them."""
    judge(file, "A-1", "P01", "same", by="AB")
    judge(file, "A-1", "P01", "not there", by="CD")
    key = (FIRST, "A-1", "P01")
    file.resolve(key, "ab", "", "it is on the second page")
    judge(file, "A-1", "P01", "same", by="EF")
    assert result_of(file, "A-1", "P01") == "same"
    judge(file, "A-1", "P01", "different", by="GH")
    assert key in file.selection.settled.disagreements
    with pytest.raises(UserError, match="nobody disagrees"):
        file.resolve((FIRST, "A-2", "P00"), "ab", "", "why not")


def test_who_corrects_themselves_disagrees_with_nobody(file):
    """Their earlier result is kept among the earlier ones."""
    judge(file, "A-1", "P01", "same", by="AB")
    judge(file, "A-1", "P01", "different", by="ab", differs="an apostrophe is missing")
    result = file.selection.results[FIRST, "A-1", "P01"]
    assert (result.entry.outcome, [one.entry.outcome for one in result.earlier]) == (
        "different",
        ["same"],
    )


def test_copies_are_imported_as_often_as_people_go_on(file):
    """Each import is one event, undone as one; the same copy again changes nothing."""
    ab = copy_for(file, "AB", "1-3")
    cd = copy_for(file, "CD", "4-99")
    assert share_of(file, FIRST, "ab").patient_ids == share_of(file, FIRST, "AB").patient_ids
    worked_in(ab, lambda copy: judge(copy, "A-1", "P01", "same"))
    worked_in(cd, lambda copy: judge(copy, "B-1", "P02", "different", by="CD", differs="unit"))
    judge(file, "A-1", "P13", "same", by="EF")
    assert import_words(taken_in(file, ab)) == "1 new result."
    assert imported_on(file, "AB") is not None
    assert imported_on(file, "CD") is None
    taken_in(file, cd)
    found = {key[1:]: one.entry.outcome for key, one in file.selection.results.items()}
    assert found == {("A-1", "P01"): "same", ("B-1", "P02"): "different", ("A-1", "P13"): "same"}
    assert "has everything of AB.recordpick already" in taken_in(file, ab).nothing_to_do
    worked_in(
        ab,
        lambda copy: judge(copy, "A-2", "P01", "same"),
        lambda copy: judge(copy, "A-1", "P01", "not there"),
        later=1,
    )
    preview = taken_in(file, ab)
    assert (preview.new, preview.changed, preview.apart) == (1, 1, ())
    assert result_of(file, "A-1", "P01") == "not there"
    file.undo()
    assert result_of(file, "A-1", "P01") == "same"
    assert result_of(file, "A-2", "P01") is None


def test_a_conflict_between_copies_is_named_when_it_is_imported(file):
    ab, cd = copy_for(file, "AB"), copy_for(file, "CD")
    worked_in(ab, lambda copy: judge(copy, "A-1", "P01", "same"))
    worked_in(cd, lambda copy: judge(copy, "A-1", "P01", "not there", by="CD"))
    assert taken_in(file, ab).disagree == ()
    (sentence,) = taken_in(file, cd).disagree
    assert "(A-1, patient P01): CD says 'not there', AB 'same'. Nothing counts" in sentence
    assert result_of(file, "A-1", "P01") is None


def test_records_that_somebody_else_has_too_are_named_when_a_copy_is_given(file):
    """Two people would check them. A new share of the same person takes the old one's place."""
    copy_for(file, "AB", "1-3")
    patients = [one.patient_id for one in phase_lines(file, FIRST).records]
    assert "3 are also in AB's share" in also_given(file, FIRST, "CD", patients)
    assert also_given(file, FIRST, "CD", patients[3:]) == ""
    assert also_given(file, FIRST, "ab", patients) == ""
    said = also_given(file, FIRST, "ab ", patients[2:])
    assert said == "AB was given 2 other records before: they are no longer in that share."
    assert also_given(file, "go-live", "CD", patients) == ""


def test_two_who_found_different_faults_are_distinguished(file):
    """Both say different: the sentence says what each of them noted."""
    ab, cd = copy_for(file, "AB"), copy_for(file, "CD")
    worked_in(ab, lambda copy: judge(copy, "A-1", "P01", "different", differs="the title"))
    worked_in(cd, lambda copy: judge(copy, "A-1", "P01", "different", by="CD"))
    taken_in(file, ab)
    (sentence,) = taken_in(file, cd).disagree
    assert "CD says 'different' (nothing noted), AB 'different' (the title)." in sentence


def test_the_same_initials_in_two_places_are_kept_apart(file):
    """Two people may have the same initials: neither's result replaces the other's unseen."""
    ab = copy_for(file, "AB")
    worked_in(ab, lambda copy: judge(copy, "A-1", "P01", "same"))
    judge(file, "A-1", "P01", "not there", by="AB")
    preview = taken_in(file, ab)
    assert import_words(preview) == (
        "0 new results, 1 whose initials have another result here: both are kept."
    )
    judged = file.selection.settled.disagreements[FIRST, "A-1", "P01"]
    assert [(who, one.entry.outcome) for who, one in judged] == [
        ("ab", "not there"),
        ("ab (AB.recordpick)", "same"),
    ]
    assert taken_in(file, ab).nothing_to_do


def test_an_import_that_was_undone_is_imported_again_with_all_its_results(file):
    """Whether the copy went on in between or not: nothing that somebody entered is left out."""
    ab = copy_for(file, "AB")
    worked_in(ab, lambda copy: judge(copy, "A-1", "P01", "same"))
    taken_in(file, ab)
    file.undo()
    assert result_of(file, "A-1", "P01") is None
    assert import_words(taken_in(file, ab)) == "1 new result."
    assert result_of(file, "A-1", "P01") == "same"
    file.undo()
    worked_in(ab, lambda copy: judge(copy, "A-2", "P01", "not there"), later=1)
    assert import_words(taken_in(file, ab)) == "2 new results."
    assert result_of(file, "A-1", "P01") == "same"
    assert "everything" in taken_in(file, ab).nothing_to_do
    with WorkingFile.open(file.path, read_only=True) as reopened:
        assert result_of(reopened, "A-2", "P01") == "not there"
        assert len(reopened.selection.issues) == 1


def test_a_checking_copy_that_goes_on_after_an_import_is_still_called_one(file):
    """The practice's file says to import it again, and the copy never to go on with another."""
    ab = copy_for(file, "AB")
    worked_in(ab, lambda copy: judge(copy, "A-1", "P01", "same"))
    taken_in(file, ab)
    assert other_copies(file.path, file.events) == ()
    worked_in(ab, lambda copy: judge(copy, "A-2", "P01", "same"), later=1)
    (found,) = other_copies(file.path, file.events)
    assert "AB's checking copy of this file" in found.says
    assert not found.have_diverged
    with WorkingFile.open(ab, read_only=True) as copy:
        assert other_copies(ab, copy.events) == ()
        with pytest.raises(UserError, match=r"AB.recordpick is AB's checking copy, and the merged"):
            plan_merge(copy, file)
        assert plan_merge(file, copy).nothing_to_do == ""


def test_a_copy_whose_import_was_undone_is_named_again(file):
    """Whoever opens the file sees that it has results which do not count here."""
    ab = copy_for(file, "AB")
    worked_in(ab, lambda copy: judge(copy, "A-1", "P01", "same"))
    taken_in(file, ab)
    file.undo()
    (found,) = other_copies(file.path, file.events)
    assert "AB's checking copy of this file" in found.says


def test_a_result_kept_beside_another_is_written_before_the_copy_counts_as_imported(file):
    """A stop between the two loses nothing: the next import finds the copy not yet imported."""
    ab = copy_for(file, "AB")
    worked_in(ab, lambda copy: judge(copy, "A-1", "P01", "different", differs="hyphen"))
    judge(file, "A-1", "P01", "not there")
    for filled in preview_copy(file, ab).apart:
        file.import_results(filled)
    taken_in(file, ab)
    assert len(file.selection.settled.disagreements[FIRST, "A-1", "P01"]) == 2
    file.undo()
    assert len(file.selection.settled.disagreements[FIRST, "A-1", "P01"]) == 2
    file.undo()
    assert result_of(file, "A-1", "P01") == "not there"
    taken_in(file, ab)
    assert len(file.selection.settled.disagreements[FIRST, "A-1", "P01"]) == 2


def test_only_results_are_entered_in_a_checking_copy(file):
    """Picks made there would be lost in the practice's file, or fought over."""
    ab = copy_for(file, "AB")
    with WorkingFile.open(ab, ANN) as copy:
        assert copy.checking_copy.initials == "AB"
        assert current_phase(copy) == FIRST
        with pytest.raises(UserError, match="AB's checking copy: only results"):
            copy.pick("A-1", ["P19"])
        with pytest.raises(UserError, match="nothing was entered in this copy yet"):
            copy.undo()
        with pytest.raises(UserError, match="is a checking copy itself"):
            make_copy(copy, ab.with_name("x.recordpick"), FIRST, "CD", ["P01"])
        judge(copy, "A-1", "P01", "same")
        copy.undo()


def test_a_copy_that_is_none_of_this_file_is_refused_with_a_sentence(file, made, tmp_path):
    """Another file, this very file, one in which picks were changed."""
    with pytest.raises(UserError, match="is this very file"):
        preview_copy(file, file.path)
    other = tmp_path / "other.recordpick"
    file.save_copy(other)
    worked_in(other, lambda copy: copy.remove("B-1", ["P02"]))
    with pytest.raises(UserError, match=r"changed more than results \(picks\)"):
        preview_copy(file, other)
    with pytest.raises(UserError, match="is not there"):
        preview_copy(file, tmp_path / "none.recordpick")
    assert file.selection.results == {}


def test_what_is_sound_of_a_copy_that_was_edited_by_hand_is_imported(file):
    """And a note says where it stops."""
    ab = copy_for(file, "AB")
    worked_in(
        ab,
        lambda copy: judge(copy, "A-1", "P01", "same"),
        lambda copy: judge(copy, "A-2", "P01", "same"),
    )
    connection = sqlite3.connect(ab)
    for (name,) in connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    ).fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    last = connection.execute("SELECT max(seq) FROM events").fetchone()[0]
    connection.execute(
        "UPDATE events SET body = replace(body, 'same', 'different') WHERE seq = ?", (last,)
    )
    connection.commit()
    connection.close()
    preview = taken_in(file, ab)
    assert "is damaged or was edited by hand" in preview.notes[0]
    assert result_of(file, "A-1", "P01") == "same"
    assert result_of(file, "A-2", "P01") is None


def test_a_random_record_has_a_result_when_each_of_its_areas_has(file):
    """One area that differs makes the record different, and its issue names the area."""
    for area in AREA_NAMES[:-1]:
        judge(file, None, "P14", "same", area=area)
    judge(file, None, "P14", "different", area="Allergies", differs="penicillin", severity="high")
    assert result_of(file, None, "P14") is None
    assert file.selection.issues == ()
    judge(file, None, "P14", "not applicable", area=AREA_NAMES[-1])
    entry = file.selection.results[FIRST, None, "P14"].entry
    assert (entry.outcome, entry.differs, entry.severity) == (
        "different",
        "Allergies: penicillin",
        "high",
    )
    assert [one.status for one in file.selection.issues] == ["open"]
    file.undo()
    assert result_of(file, None, "P14") is None
    with pytest.raises(UserError, match="is not a random record"):
        judge(file, "A-1", "P01", "same", area="Allergies")


def test_a_fault_in_an_area_is_not_hidden_by_somebody_who_says_same(file):
    """Also where who found it has not finished the record, or says same of the whole of it."""
    key = (FIRST, None, "P14")
    judge(file, None, "P14", "different", area="Medication", differs="dose", severity="high")
    assert key not in file.selection.settled.disagreements
    judge(file, None, "P14", "same", by="CD")
    assert result_of(file, None, "P14") is None
    judged = dict(file.selection.settled.disagreements[key])
    assert judged["ab"].entry.says == ("different", "Medication: dose", "high")
    judge(file, None, "P14", "same", by="AB")
    assert set(file.selection.settled.disagreements[key]) != set()
    assert "ab (areas)" in dict(file.selection.settled.disagreements[key])
    file.resolve(key, "ab (areas)", "", "both looked again")
    assert result_of(file, None, "P14") == "different"
    assert [one.status for one in file.selection.issues] == ["open"]
    with WorkingFile.open(file.path, read_only=True) as reopened:
        assert [one.status for one in reopened.selection.issues] == ["open"]


def test_an_area_that_was_corrected_no_longer_disagrees(file):
    judge(file, None, "P14", "different", area="Medication", differs="dose")
    judge(file, None, "P14", "same", by="CD")
    judge(file, None, "P14", "same", area="Medication")
    assert result_of(file, None, "P14") == "same"


def test_records_are_named_by_their_numbers_on_the_list(file):
    lines = phase_lines(file, FIRST)
    assert [one.number for one in records_named(lines, "1-2, 4")] == [1, 2, 4]
    assert len(records_named(lines, "all")) == len(lines.records)
    for wrong, says in (("one", "1-40,52"), ("3-1", "3 is after 1"), ("77", "It has 1 to")):
        with pytest.raises(UserError, match=says):
            records_named(lines, wrong)


def test_a_copy_is_imported_whatever_extract_the_practice_uses_since(file, index):
    """Results are about lines that were handed over: a newer extract loses none of them."""
    ab = copy_for(file, "AB")
    worked_in(ab, lambda copy: judge(copy, "A-1", "P01", "different", differs="hyphen"))
    file.use_index(index, date(2026, 11, 20))
    preview = taken_in(file, ab)
    assert "AB.recordpick shows the entries of the extract of 01 Oct 2026" in preview.notes[0]
    assert result_of(file, "A-1", "P01") == "different"
    assert file.as_at == date(2026, 11, 20)
    worked_in(ab, lambda copy: copy.use_index(index, date(2026, 11, 25)), later=1)
    worked_in(ab, lambda copy: judge(copy, "A-2", "P01", "same"), later=2)
    taken_in(file, ab)
    assert result_of(file, "A-2", "P01") == "same"
    assert file.as_at == date(2026, 11, 20)
    with WorkingFile.open(file.path, read_only=True) as reopened:
        assert reopened.as_at == date(2026, 11, 20)
        assert reopened.selection.results == file.selection.results


def test_a_copy_in_which_nothing_was_entered_is_not_named_each_time(file):
    """Whoever gave it knows; there is nothing to import."""
    ab = copy_for(file, "AB")
    assert other_copies(file.path, file.events) == ()
    worked_in(ab, lambda copy: judge(copy, "A-1", "P01", "same"))
    assert len(other_copies(file.path, file.events)) == 1


def test_issues_of_copies_that_get_other_numbers_are_one_note(file):
    """Logs are written from the practice's file; from a copy none is."""
    ab, cd = copy_for(file, "AB"), copy_for(file, "CD")
    worked_in(ab, lambda copy: judge(copy, "A-1", "P01", "different", differs="a"))
    worked_in(
        cd,
        lambda copy: judge(copy, "A-2", "P00", "different", by="CD", differs="b"),
        lambda copy: judge(copy, "B-1", "P02", "different", by="CD", differs="c"),
    )
    assert taken_in(file, ab).notes == ()
    (note,) = taken_in(file, cd).notes
    assert note.startswith("2 issues of CD.recordpick have other numbers here:")
    with (
        WorkingFile.open(cd, read_only=True) as copy,
        pytest.raises(UserError, match="is CD's checking copy: it lacks the results of others"),
    ):
        write_log(copy, cd.with_name("log.csv"))
    with (
        WorkingFile.open(cd, read_only=True) as copy,
        pytest.raises(UserError, match="is CD's checking copy"),
    ):
        sign_off_page(copy, SourceLimits(), START, ".pdf")
