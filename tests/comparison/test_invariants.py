"""What holds for every comparison, whatever the records are."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from recordpick.comparison.report import report_on
from recordpick.comparison.sums import patient_counts, table_counts
from small_records import (
    compared,
    differing,
    index_of,
    practices,
    results,
    shuffled,
)

FEW = settings(max_examples=examples(8))


@FEW
@given(practices())
def test_a_practice_with_itself_gives_only_same(practice):
    """Nobody is shown a difference between a record and itself, however alike its entries are."""
    found = compared(practice, practice)
    assert {result for *_, result in results(found)} <= {"same"}
    assert differing(found) == []


@FEW
@given(practices(), practices())
def test_swapping_sides_mirrors_the_answer(old, new):
    """It does not matter which system is called old: missing and additional change places."""
    there, back = compared(old, new), compared(new, old)
    assert results(there) == results(back, mirrored=True)
    assert differing(there) == differing(back, mirrored=True)


@FEW
@given(practices(), practices(), st.integers(0, 99))
def test_shuffling_rows_changes_nothing(old, new, seed):
    """The order in which a system writes its rows has no influence."""
    assert results(compared(old, new)) == results(
        compared(shuffled(old, seed), shuffled(new, seed + 1))
    )


@FEW
@given(practices(least=1), st.data())
def test_adding_one_entry_adds_exactly_one_additional(practice, data):
    """An entry more is one additional entry, and all others are the same."""
    more = data.draw(st.sampled_from(practice["events"])) | {"event_id": "new"}
    more |= {"code": data.draw(st.sampled_from(("a", "z")))}
    longer = practice | {"events": [*practice["events"], more]}
    found = [result for *_, result in results(compared(practice, longer))]
    assert sorted(set(found)) == ["additional", "same"]
    assert found.count("additional") == 1


@FEW
@given(practices(), practices())
def test_reading_and_pairing_in_parts_changes_nothing(old, new):
    """Columns that are read when needed, and a block of one patient: the same to the last row."""
    held = compared(old, new)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("recordpick.comparison.rows.HELD", 0)
        patch.setattr("recordpick.comparison.rows.BLOCK", 1)
        read = compared(old, new)
        assert results(held) == results(read)
        assert differing(held) == differing(read)
        for one, other in zip(
            report_on(held).differences(), report_on(read).differences(), strict=True
        ):
            assert one.equals(other)


@FEW
@given(practices(), practices())
def test_selected_patients_are_compared_as_all_are(old, new):
    """Patients who are the whole list are compared the same, whether they are selected or not.

    Only patients whom the old system does not have cannot be selected."""
    everyone = frozenset(row["patient_id"] for row in old["patients"])
    of_all = [one for one in results(compared(old, new)) if one[:2] != ("patients", "")]
    assert of_all == results(compared(old, new, only=everyone))


@FEW
@given(practices(), practices())
def test_counts_add_up_by_table_and_patient(old, new):
    """Each row of either side is exactly one of the results, and the sums say so."""
    found = compared(old, new)
    people = patient_counts(found)
    for table in found.tables:
        counts = table_counts(table)
        both = counts["same"] + counts["changed"] + counts["unsure"]
        assert counts["in_old"] == both + counts["missing"] + counts["not_compared"]
        assert counts["in_new"] == both + counts["additional"] + counts["not_compared_new"]
        sides = (old, new)
        rows = [index_of(side).tables[table.rules.name].height for side in sides]
        assert [counts["in_old"], counts["in_new"]] == rows
    missing = sum(table_counts(table)["missing"] for table in found.tables)
    assert people["missing"].sum() == missing
