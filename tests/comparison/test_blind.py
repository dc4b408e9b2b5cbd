"""What random records that people checked on their own say about the comparison."""

from types import SimpleNamespace

import polars as pl
import pytest

from recordpick.comparison.blind import BlindRecords, RandomResults, blind_records, upper_bound


@pytest.mark.parametrize(("of", "percent"), [(20, 13.9), (30, 9.5), (60, 4.9), (250, 1.2)])
def test_the_bound_without_a_miss_is_the_published_one(of, percent):
    """None missed in n records: 1 - 0.05^(1/n)."""
    assert 100 * upper_bound(0, of) == pytest.approx(percent, abs=0.05)
    assert upper_bound(0, of) == pytest.approx(1 - 0.05 ** (1 / of))


def test_the_bound_grows_with_what_was_missed():
    """One missed of 20 records: at most 21.6% (the exact one-sided interval); all of them: 100%."""
    assert 100 * upper_bound(1, 20) == pytest.approx(21.6, abs=0.05)
    assert upper_bound(20, 20) == 1


def test_only_compared_records_count_and_none_before_all_are_judged():
    """A difference that people found and the comparison has not is a miss; others are not."""
    faults = {"1": True, "2": True, "3": False, "only in the old system": True}
    rows = pl.DataFrame({"patient_id": ["2", "3", "4"], "severity": ["high", "none", "high"]})
    pairs = pl.DataFrame({"patient_id": ["1", "2", "3", "4"]})
    report = SimpleNamespace(
        to_check=lambda: rows, compared=SimpleNamespace(patients=SimpleNamespace(pairs=pairs))
    )
    found = blind_records(report, RandomResults("id", "head", "first check", 4, faults))
    assert found == BlindRecords(4, 4, checked=3, found_by_people=2, found_by_both=1, missed=1)
    assert "in 1 of these the comparison has none. So at most 86.5% of" in found.in_words
    part = blind_records(report, RandomResults("id", "head", "first check", 5, faults))
    assert part.most_missed is None
    assert "nothing is concluded before all of them are" in part.in_words
    assert "nothing bounds" in BlindRecords(4, 0, 0, 0, 0, 0).in_words


def test_whoever_changes_a_result_changes_the_digest():
    """So a page can say that people's results are no longer those that were compared."""
    one = RandomResults("id", "head", "first check", 2, {"1": True, "2": False})
    assert one.digest == RandomResults("id", "h", "first check", 2, {"2": False, "1": True}).digest
    assert one.digest != RandomResults("id", "h", "first check", 2, {"1": False, "2": True}).digest
