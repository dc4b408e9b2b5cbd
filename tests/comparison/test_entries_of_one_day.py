"""Entries that are alike but for one thing find each other, however many there are on one day."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from recordpick.comparison.compare import compare_records
from small_records import differing, results

from small_practice import small_index

DAY = date(2020, 1, 1)
PATIENT = {"patient_id": "1", "nhs_number": "9990000001"}
NOTES = (
    "Seen with mother, no red flags",
    "Discussed HRT at length, will think about it",
    "Viral illness? Safety netted",
    "Wants a sick note for two weeks",
    "Knee pain, X-ray requested",
    "Ears syringed on both sides",
)


def compared(old, new):
    """Compare one patient's entries."""
    sides = (
        [{"patient_id": "1", "event_id": f"{side}{place}"} | row for place, row in enumerate(rows)]
        for side, rows in (("o", old), ("n", new))
    )
    return compare_records(*(small_index(patients=[PATIENT], events=rows) for rows in sides))


def of_entries(comparison):
    """Return the results of the entries, each once."""
    return {result for table, *_, result in results(comparison) if table == "events"}


@given(st.permutations(range(len(NOTES))), st.sampled_from((" (seen)", "; see letter", ".")))
def test_notes_of_one_code_are_paired_by_their_words(order, more):
    """Six notes of one code and day that all were edited: each is held beside its own."""
    note = {"date": DAY, "code": "comment", "term": "Comment"}
    old = [note | {"text": text} for text in NOTES]
    new = [note | {"text": NOTES[place] + more} for place in order]
    found = compared(old, new)
    assert of_entries(found) == {"changed"}
    assert {(a, b) for _, _, a, b in differing(found)} == {(text, text + more) for text in NOTES}


def test_words_that_say_nothing_decide_nothing():
    """Notes without a word in common but "the" are unsure: nobody claims to know which is which."""
    note = {"date": DAY, "code": "comment", "term": "Comment"}
    old = [note | {"text": "the one about her left knee"}, note | {"text": "lower back pain"}]
    new = [note | {"text": "the boy has a cough since May"}, note | {"text": "reviewed in clinic"}]
    assert of_entries(compared(old, new)) == {"unsure"}


@given(
    st.lists(st.integers(40, 200), min_size=1, max_size=8, unique=True), st.sampled_from((1, -1))
)
def test_daily_results_that_all_moved_by_a_day_moved(values, by):
    """Results of successive days a day late are that, not other results of the same days."""
    old = [
        {"date": DAY + timedelta(days=place), "code": "weight", "value": float(value)}
        for place, value in enumerate(values)
    ]
    new = [row | {"date": row["date"] + timedelta(days=by)} for row in old]
    assert {field for _, field, *_ in differing(compared(old, new))} == {"date"}
    assert len(differing(compared(old, new))) == len(values)


def test_every_key_of_the_rules_is_tried_in_its_order():
    """A consultation whose clinician is another is found by its day and kind, before any score."""
    sides = [
        small_index(
            patients=[PATIENT],
            consultations=[
                {
                    "patient_id": "1",
                    "consultation_id": f"{who}{kind}",
                    "date": DAY,
                    "kind": kind,
                    "clinician": who,
                }
                for kind in ("call", "visit")
            ],
        )
        for who in ("X", "Y")
    ]
    table = next(one for one in compare_records(*sides).tables if one.rules.name == "consultations")
    assert table.entries["stage"].to_list() == ["date ~code"] * 2
    assert table.fields["field"].to_list() == ["clinician"] * 2
