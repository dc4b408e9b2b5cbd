"""Ids that come again are found in a table too large to be looked at all at once."""

import polars as pl

from recordpick.index.build.build_index import build_index


def test_ids_looked_at_in_shares_are_the_same_ids(tmp_path, monkeypatch):
    """The first row of an id stays, each later one is set aside, wherever they stand."""
    source = tmp_path / "source"
    source.mkdir()
    pl.DataFrame({"patient_id": ["1"]}).write_csv(source / "patients.csv")
    ids = [f"e{number % 40}" for number in range(50)]
    events = {"patient_id": ["1"] * 50, "event_id": ids, "value": [float(n) for n in range(50)]}
    pl.DataFrame(events).write_csv(source / "events.csv")
    whole = build_index([source], tmp_path / "whole")
    monkeypatch.setattr("recordpick.index.build.integrity.AT_ONCE", 7)
    shares = build_index([source], tmp_path / "shares")
    assert whole.scan("events").collect()["value"].sort().to_list() == list(range(40))
    assert shares.fingerprint == whole.fingerprint
    rejected = [(index.folder / "rejected_rows.csv").read_bytes() for index in (whole, shares)]
    assert rejected[0] == rejected[1]
    assert rejected[0].count(b"is already on an earlier row") == 10
