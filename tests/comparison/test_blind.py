"""What random records that people checked on their own say about the comparison."""

from types import SimpleNamespace

import polars as pl
import pytest

from recordpick.comparison.blind import BlindRecords, blind_records, upper_bound


@pytest.mark.parametrize(("of", "percent"), [(20, 13.9), (30, 9.5), (60, 4.9), (250, 1.2)])
def test_the_bound_without_a_miss_is_the_published_one(of, percent):
    """None missed in n records: 1 - 0.05^(1/n)."""
    assert 100 * upper_bound(0, of) == pytest.approx(percent, abs=0.05)
    assert upper_bound(0, of) == pytest.approx(1 - 0.05 ** (1 / of))


def test_the_bound_grows_with_what_was_missed():
    """One missed of 20 records: at most 21.6% (the exact one-sided interval); all of them: 100%."""
    assert 100 * upper_bound(1, 20) == pytest.approx(21.6, abs=0.05)
    assert upper_bound(20, 20) == 1


def test_only_random_records_with_a_result_count():
    """A difference that people found and the comparison has not is a miss; others are not."""
    results = {
        ("first check", None, "1"): "different",
        ("first check", None, "2"): "not there",
        ("first check", None, "3"): "same",
        ("first check", "C-1", "4"): "different",
    }
    selection = SimpleNamespace(
        results={
            key: SimpleNamespace(entry=SimpleNamespace(outcome=outcome))
            for key, outcome in results.items()
        }
    )
    rows = pl.DataFrame({"patient_id": ["2", "4"], "severity": ["high", "high"]})
    pairs = pl.DataFrame({"patient_id": ["1", "2", "3", "4"]})
    report = SimpleNamespace(
        to_check=lambda: rows, compared=SimpleNamespace(patients=SimpleNamespace(pairs=pairs))
    )
    found = blind_records(report, selection)
    assert found == BlindRecords(checked=3, found_by_people=2, found_by_both=1, missed=1)
    assert "in 1 of these the comparison has none" in found.in_words
    assert "nothing bounds" in BlindRecords(0, 0, 0, 0).in_words
