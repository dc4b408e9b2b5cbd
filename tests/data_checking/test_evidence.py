"""What staff are told to look at: the entries that made the record match, and nothing else."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from recordpick.criteria.pack import Rule, Step
from recordpick.data_checking.evidence import evidence_of

from small_practice import AS_AT, criterion, pack, small_index

DRUG = {
    "patient_id": "1",
    "medication_id": "m1",
    "started_on": date(2026, 9, 3),
    "drug": "Morphine sulfate 10mg modified-release tablets",
    "dosage": "One twice a day",
    "quantity": 56.0,
    "unit": "tablets",
    "course": "repeat_dispensing",
    "is_active": True,
    "issues": 3,
    "issues_authorised": 6,
    "review_on": date(2027, 3, 2),
}


@pytest.fixture(scope="module")
def index():
    return small_index(
        patients=[
            {"patient_id": "1", "age": 76, "family_name": "Khan"},
            {"patient_id": "2", "age": 30, "family_name": "Ng"},
        ],
        medications=[DRUG, {**DRUG, "medication_id": "m2", "started_on": date(2026, 9, 4)}],
        events=[
            {
                "patient_id": "2",
                "event_id": "e1",
                "date": date(1949, 1, 1),
                "date_precision": "year",
                "kind": "problem",
                "term": "Asthma",
                "value": 5.6,
                "unit": "mmol/L",
                "range_low": 4.0,
                "range_high": None,
                "is_abnormal": True,
                "problem_status": "past",
                "ended_on": date(1950, 2, 3),
                "recorded_by": "Dr Gray",
                "text": "as a child",
            }
        ],
    )


def shown(made, index, patient_id, **more):
    line = ("C-1", patient_id)
    return evidence_of(made, index, AS_AT, [line], **more)[line]


def test_a_drug_shows_what_both_systems_are_compared_by(index):
    """Date, name, dose, quantity with its unit, issues used and authorised, review date."""
    found = shown(pack(criterion(Rule("a repeat", "medications"))), index, "1")
    newest, older = found.entries
    assert (newest.row_id, older.row_id) == ("m2", "m1")
    assert older.day == "03 Sep 2026"
    assert older.cells == (
        "Morphine sulfate 10mg modified-release tablets",
        "One twice a day",
        "56 tablets",
        "repeat dispensing, current, 3 of 6 issues, review 02 Mar 2027",
    )
    assert found.notes == ()


def test_an_entry_shows_value_range_status_author_and_no_more_of_the_date_than_is_known(index):
    (entry,) = shown(pack(criterion(Rule("asthma", "events"))), index, "2").entries
    assert entry.day == "1949"
    assert entry.cells == (
        "Asthma",
        "5.6 mmol/L, range 4 to …, abnormal",
        "past, ended 03 Feb 1950",
        "Dr Gray",
        "as a child",
    )


def test_a_rule_about_the_patient_shows_the_columns_it_uses(index):
    (entry,) = shown(
        pack(criterion(Rule("aged 70 or over", where="age >= 70"))), index, "1"
    ).entries
    assert (entry.term, entry.value) == ("aged 70 or over", "age 76")


def test_an_entry_that_two_rules_count_is_shown_once_with_both_reasons(index):
    made = pack(
        criterion(
            Rule("a repeat", "medications", "course = 'repeat_dispensing'"),
            Rule("morphine", "medications", "medication_id = 'm1'"),
        )
    )
    found = {one.row_id: one.says for one in shown(made, index, "1").entries}
    assert found == {"m1": ("a repeat", "morphine"), "m2": ("a repeat",)}


def test_what_is_not_recorded_is_said_and_no_entry_is_made_up(index):
    """A criterion that asks for absence matches although there is nothing to look at."""
    made = pack(criterion(Step((Rule("no repeat", "medications", at_least=0, at_most=0),))))
    found = shown(made, index, "2")
    assert found.entries == ()
    assert found.notes == ("Nothing is recorded that would be against it: no repeat.",)


def test_an_entry_that_the_newer_extract_no_longer_has_is_said(index):
    """And so is a record that was picked by hand, or that the extract lacks."""
    made = pack(criterion(Rule("a repeat", "medications")))
    assert shown(made, index, "2").notes == (
        "The extract has no entry for: a repeat. The record was picked by hand.",
    )
    assert shown(made, index, "2", picked_before=frozenset({("C-1", "2")})).notes == (
        "The newer extract, of 01 Oct 2026, no longer has this entry: a repeat.",
    )
    assert shown(made, index, "99").notes == (
        "The extract of 01 Oct 2026 does not have this patient.",
    )


def test_a_criterion_that_the_export_cannot_answer_says_so(index):
    """Unanswerable is not nobody."""
    found = shown(pack(criterion(Rule("a letter", "documents"))), index, "1")
    assert found.entries == ()
    assert found.notes == (
        "It cannot be answered: the index has no table documents (needed for: a letter).",
    )


_ROW = st.fixed_dictionaries(
    {
        "patient_id": st.sampled_from(["1", "2", "3"]),
        "value": st.sampled_from([None, 1.0, 5.0, 9.0]),
        "code": st.sampled_from([None, "a", "b"]),
        "date": st.none() | st.dates(date(2020, 1, 1), date(2026, 1, 1)),
    }
)


@settings(max_examples=examples(40), deadline=None)
@given(rows=st.lists(_ROW, max_size=12))
def test_every_row_that_counts_is_shown_and_no_other(rows):
    """Compared with plain Python, for several patients and criteria at once."""
    rows = [{**row, "event_id": f"e{n}"} for n, row in enumerate(rows)]
    events = rows or [{"patient_id": "9", "event_id": "x", "value": 1.0, "code": "b", "date": None}]
    index = small_index(patients=[{"patient_id": one} for one in "1239"], events=events)
    made = pack(
        criterion(Rule("high", "events", "value >= 5"), criterion_id="A"),
        criterion(Rule("coded", "events", codes="list"), criterion_id="B"),
        codelists={"list": ["a"]},
    )
    lines = [(name, one) for name in "AB" for one in "123"]
    found = evidence_of(made, index, AS_AT, lines)
    for name, patient_id in lines:
        expected = {
            row["event_id"]
            for row in rows
            if row["patient_id"] == patient_id
            and ((row["value"] or 0) >= 5 if name == "A" else row["code"] == "a")
        }
        entries = found[name, patient_id].entries
        assert {one.row_id for one in entries} == expected
        assert bool(found[name, patient_id].notes) == (not expected)
        days = [one.date or date.min for one in entries]
        assert days == sorted(days, reverse=True)
