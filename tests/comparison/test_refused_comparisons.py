"""What a comparison says about input that cannot, or should hardly, be compared."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from recordpick.cli.main import main
from recordpick.comparison.compare import compare_records
from recordpick.comparison.report import report_on
from recordpick.errors import UserError
from recordpick.index.manifest import Conflated
from small_records import results

from small_practice import AS_AT, small_index


def people(*numbers, first=1):
    """Return rows of patients with these NHS numbers."""
    return [
        {
            "patient_id": str(place),
            "nhs_number": number,
            "family_name": "Name",
            "given_name": "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[place % 26],
            "date_of_birth": date(1970, 1, 1),
        }
        for place, number in enumerate(numbers, start=first)
    ]


def with_manifest(index, **more):
    """Return the index with other words in its manifest."""
    return replace(index, manifest=replace(index.manifest, **more))


def test_another_practice_is_refused_with_the_share():
    """Nobody is shown thousands of missing entries because the wrong folder was named."""
    old = small_index(patients=people("9990000001", "9990000002", "9990000003"))
    new = small_index(patients=people("9990000001", "9990000008", "9990000009"))
    with pytest.raises(UserError, match=r"Only 33% of patients are in both \(1 of 3"):
        compare_records(old, new)


def test_no_patient_in_common_is_said_in_words():
    """Not as a share of 0%."""
    old, new = (small_index(patients=people(number)) for number in ("9990000001", "9990000002"))
    with pytest.raises(UserError, match=r"^No patient is in both \(0 of 1 in the old system"):
        compare_records(old, new)


def test_a_part_of_the_practice_is_compared_for_selected_patients():
    """A trial load of some patients can be compared with the selection, and only with that."""
    old = small_index(patients=people("9990000001", "9990000002", "9990000003"))
    person = old.tables["patients"].row(1, named=True)
    new = small_index(patients=[person | {"patient_id": "7"}])
    with pytest.raises(UserError, match="33%"):
        compare_records(old, new)
    found = compare_records(old, new, only=frozenset({"2"}))
    assert found.patients.pairs["new_patient_id"].to_list() == ["7"]
    assert [result for *_, result in results(found)] == ["same"]


def test_the_same_extract_twice_is_said():
    """A check that compares the old extract with itself does not look like a perfect migration."""
    index = with_manifest(small_index(patients=people("9990000001")), fingerprint="one")
    assert "Both sides are the same records" in compare_records(index, index).notes[0]


def test_two_records_with_one_number_are_not_compared():
    """Records that cannot be told apart are listed for people; nothing of them is called same."""
    twice = people("9990000001", "9990000002", "9990000003")
    old = small_index(
        patients=[*twice, twice[1] | {"patient_id": "9"}],
        events=[{"patient_id": "2", "event_id": "e", "code": "c"}],
    )
    new = small_index(
        patients=people("9990000001", "9990000002", "9990000003"),
        events=[{"patient_id": "2", "event_id": "e", "code": "c"}],
    )
    found = compare_records(old, new)
    reasons = found.patients.unmatched.filter(result="ambiguous")["reason"].to_list()
    assert "several patients have this NHS number" in reasons
    report = report_on(found)
    assert report.tables["events"]["not_compared"] == 1
    assert report.tables["events"]["same"] == 0
    patients = next(one for one in report.areas if one.area.name == "patients")
    assert patients.answer == "look"


def test_who_has_another_number_is_never_paired_by_name():
    """Two people of one name and birthday with different NHS numbers are two people."""
    old = small_index(patients=people("9990000001", "9990000002"))
    one, twin = people("9990000001", "9990000002")
    new = small_index(patients=[one, twin | {"nhs_number": "9990000005"}])
    found = compare_records(old, new)
    assert found.patients.pairs.height == 1
    assert set(found.patients.unmatched["result"]) == {"ambiguous"}


@pytest.mark.parametrize("only", [None, frozenset({"2", "3"})])
def test_why_somebody_is_ambiguous_is_said_of_each(only):
    """Somebody has another patient's number in the new system: both sides' records are named."""
    patients = people("9990000001", "9990000002", "9990000003", "9990000004")
    new = small_index(
        patients=[
            one | ({"nhs_number": "9990000001"} if place == 1 else {})
            for place, one in enumerate(patients)
        ]
    )
    found = compare_records(small_index(patients=patients), new, only=only)
    reasons = found.patients.unmatched.select("patient_id", "new_patient_id", "reason").rows()
    there = ("2", None, "somebody of the same name and date of birth has another NHS number")
    if only:  # of the new system, only the selected patients' partners are looked at
        assert reasons == [there]
    else:
        assert reasons == [there, (None, "2", "several patients have this NHS number")]


def test_who_shares_a_number_with_somebody_not_selected_is_ambiguous_too():
    """The same is said whoever else is selected."""
    twice = people("9990000001", "9990000002", "9990000003")
    twin = twice[1] | {"patient_id": "9", "given_name": "Z"}
    old, new = small_index(patients=[*twice, twin]), small_index(patients=[twice[0], twice[2]])
    for selected in ("19", "1239", None):
        only = None if selected is None else frozenset(selected)
        unmatched = compare_records(old, new, only=only).patients.unmatched
        reasons = unmatched.filter(patient_id="9")["reason"].to_list()
        assert reasons == ["several patients have this NHS number"]


def test_without_a_number_names_and_birth_pair_them():
    """A patient without an NHS number is found by names and date of birth, if that is single."""
    new = people("9990000001", "9990000002")
    old = small_index(patients=[one | {"nhs_number": None} for one in new])
    new = small_index(patients=[one | {"patient_id": one["patient_id"] * 2} for one in new])
    assert compare_records(old, new).patients.pairs["found_by"].to_list() == ["name", "name"]


@pytest.mark.parametrize("says_so", [True, False])
def test_a_name_with_lost_letters_is_found_where_the_extract_loses_them(says_so):
    """Łukasz, who has no NHS number, is ?ukasz in SystmOne's extract: one patient, not two."""
    one, other = people("9990000001", "9990000002")
    there = small_index(patients=[one, other | {"nhs_number": None, "given_name": "Łukasz"}])
    here = small_index(patients=[one, other | {"nhs_number": None, "given_name": "?ukasz"}])
    lost = Conflated("patients", "given_name", "", "", "letters are lost", always=False)
    here = with_manifest(here, conflated=(lost,) if says_so else ())
    for old, new in ((here, there), (there, here)):
        pairs = compare_records(old, new).patients.pairs
        assert pairs["found_by"].to_list() == ["nhs_number", *(["name"] * says_so)]


def test_entries_of_another_day_are_set_apart():
    """What was entered after the other extract is no fault of the migration, and is counted."""
    patients = people("9990000001")
    event = {"patient_id": "1", "event_id": "a", "code": "c", "date": date(2026, 9, 1)}
    later = {"patient_id": "1", "event_id": "b", "code": "d", "date": date(2026, 10, 2)}
    old = small_index(patients=patients, events=[event])
    new = with_manifest(
        small_index(patients=patients, events=[event, later]), as_at=date(2026, 10, 3)
    )
    found = compare_records(old, new)
    assert f"old {AS_AT}, new 2026-10-03" in found.notes[0]
    counts = report_on(found).tables["events"]
    assert (counts["same"], counts["set_apart_new"], counts["additional"]) == (1, 1, 0)
    back = report_on(compare_records(new, old)).tables["events"]
    assert (back["same"], back["set_apart"], back["missing"]) == (1, 1, 0)


def test_a_list_on_one_side_compares_the_patients_only():
    """With a list of patients, everything else is not compared, and never looks equal."""
    old = small_index(
        patients=people("9990000001"),
        events=[{"patient_id": "1", "event_id": "a", "code": "c"}],
    )
    report = report_on(compare_records(old, small_index(patients=people("9990000001"))))
    assert report.tables["events"] | {"in_old": 1, "not_compared": 1} == report.tables["events"]
    answers = {one.area.table: one.answer for one in report.areas}
    assert answers == {"patients": "accept", "events": "not compared"}


def test_what_a_list_cannot_answer_is_counted_where_it_belongs():
    """Nobody reads that the old system has no allergies because the new one's are not there."""
    rows = [
        {"patient_id": "1", "event_id": f"{kind}{place}", "code": "c", "kind": kind}
        for kind, times in (("allergy", 2), ("immunisation", 3), ("other", 4))
        for place in range(times)
    ]
    patients = people("9990000001", "9990000002")
    apart = [{"patient_id": "2", "event_id": "x", "code": "c", "kind": "allergy"}]
    old = small_index(patients=patients, events=rows)
    found = compare_records(old, small_index(patients=patients))
    says = "The new system's extract lists patients only: the patients are compared, and nothing is"
    assert found.notes == (f"{says} known about their records.",)
    counted = {
        one.area.name: one.counts["not_compared"]
        for one in report_on(found).areas
        if one.counts["not_compared"]
    }
    assert sorted(counted.values()) == [2, 3, 4]
    assert counted["allergies"] == 2

    # the same for a patient who is in one system only, beside others who are compared
    both = report_on(
        compare_records(
            small_index(patients=patients, events=[*rows, *apart]),
            small_index(patients=patients[:1], events=rows),
        )
    )
    allergies = next(one.counts for one in both.areas if one.area.name == "allergies")
    assert (allergies["in_old"], allergies["same"], allergies["not_compared"]) == (3, 2, 1)


def test_a_field_that_one_side_lacks_is_not_compared():
    """Absent is not equal: the field is named, and no difference or sameness of it is claimed."""
    patients = people("9990000001")
    row = {"patient_id": "1", "event_id": "a", "code": "c"}
    old = small_index(patients=patients, events=[row | {"is_confidential": True}])
    new = small_index(patients=patients, events=[row])
    table = next(one for one in compare_records(old, new).tables if one.rules.name == "events")
    assert [(field.name, side) for field, side in table.encoded.absent] == [
        ("is_confidential", "new")
    ]
    assert not table.fields.height


def test_without_a_common_code_system_entries_are_paired_by_what_they_say():
    """Codes of another system are learned from the entries, and every code difference is shown."""
    numbers = [f"99900000{place:02}" for place in range(20)]
    rows = [
        {
            "patient_id": str(place),
            "event_id": f"{place}-{code}",
            "date": date(2020, 1, 1 + place),
            "code": code,
            "value": float(place + ord(code)),
        }
        for place in range(1, 21)
        for code in "ab"
    ]
    other = [row | {"code": {"a": "X1", "b": "X2"}[row["code"]]} for row in rows]
    found = compare_records(
        small_index(patients=people(*numbers), events=rows),
        small_index(patients=people(*numbers), events=other),
    )
    assert "no code of events in common" in found.notes[0]
    report = report_on(found)
    counts = report.tables["events"]
    assert (counts["changed"], counts["missing"], counts["additional"]) == (40, 0, 0)
    learned = report.code_map.select("old_code", "new_code", "patients", "certainty").rows()
    assert learned == [("a", "X1", 20, "likely"), ("b", "X2", 20, "likely")]
    assert report.lines.select("field", "change", "entries").rows() == [("code", "translated", 40)]


def test_a_patient_merged_into_another_is_named():
    """The entries of a missing patient in somebody else's record: both patients are named."""
    patients = people("9990000001", "9990000002", "9990000003", "9990000004")
    rows = [
        {
            "patient_id": "2",
            "event_id": f"e{place}",
            "date": date(2020, 1, place),
            "value": float(place),
            "code": "c",
        }
        for place in range(1, 8)
    ]
    old = small_index(patients=patients, events=rows)
    moved = [row | {"patient_id": "1"} for row in rows]
    new = small_index(patients=[patients[0], *patients[2:]], events=moved)
    report = report_on(compare_records(old, new))
    assert report.unmatched()["reason"].to_list() == [
        "not in the new system; 7 of 7 entries are in the record of 1: merged?"
    ]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--selected"], "--selected needs the working file: add --file with it."),
        (["--file", "none.recordpick"], "none.recordpick"),
        (["--with-random"], "--with-random is for --selected"),
        (["--acceptance", "none.toml"], "none.toml: cannot be read"),
    ],
)
def test_options_that_do_not_fit_are_refused_before_anything_is_read(
    tmp_path, monkeypatch, capsys, words, says
):
    """Nobody waits for a comparison that cannot be made as it was asked for."""
    monkeypatch.chdir(tmp_path)
    assert main(["compare-records", "old", "new", "--out", "out", *words]) == 2
    assert says in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_what_is_not_there_is_said(tmp_path, monkeypatch, capsys):
    """A path that was mistyped is named."""
    monkeypatch.chdir(tmp_path)
    assert main(["compare-records", "old", "new", "--out", "out"]) == 2
    assert "old: there is no such file or folder." in capsys.readouterr().err
