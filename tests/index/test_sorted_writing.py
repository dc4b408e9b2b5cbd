"""A table too large to be sorted at once is the same table."""

import polars as pl

from emis_extracts import entry, indexed, patient, write_extract


def made(folder):
    """Index an extract with entries of several codes, of an unknown code, in no order."""
    write_extract(
        folder,
        Admin_Patient=[patient(n) for n in range(1, 6)],
        CareRecord_Observation=[
            entry(100 + n, 1 + n * 7 % 5, CodeId=str(n * 5 % 4), Value=str(n)) for n in range(60)
        ],
    )
    return indexed(folder)


def test_a_table_sorted_in_ranges_is_the_same(tmp_path, monkeypatch):
    """Row by row, and so with the same fingerprint; sorted by code, then by patient."""
    whole = made(tmp_path / "whole")
    monkeypatch.setattr("recordpick.index.writing.AT_ONCE", 7)
    ranges = made(tmp_path / "ranges")
    rows = ranges.scan("events").collect()
    assert rows.equals(whole.scan("events").collect())
    keys = rows.select("code", "patient_id")
    assert keys.equals(keys.sort("code", "patient_id"))
    assert rows["code"].null_count() == 15
    assert ranges.fingerprint == whole.fingerprint
    assert pl.read_parquet_metadata(ranges.folder / "events.parquet") is not None
