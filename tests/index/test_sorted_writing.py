"""A table with codes stands in blocks of whole patients, each by kind, code and patient."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordpick.index.build.build_index import build_index
from recordpick.index.build.row_order import ranks_of, rows_in_order

KINDS = ("observation", "problem", "immunisation")
KEYS = ("kind", "code", "patient_id")


@pytest.fixture
def source(tmp_path):
    """A folder with entries of several kinds and codes, and of no code, in no order."""
    folder = tmp_path / "source"
    folder.mkdir()
    numbers = range(60)
    pl.DataFrame({"patient_id": ["1", "2", "3", "4", "5"]}).write_csv(folder / "patients.csv")
    pl.DataFrame(
        {
            "patient_id": [str(1 + n * 7 % 5) for n in numbers],
            "event_id": [f"e{n}" for n in numbers],
            "kind": [KINDS[n * 5 % 3] for n in numbers],
            "code": [["a", "b", "c", None][n // 3 % 4] for n in numbers],
            "value": [float(n) for n in numbers],
        }
    ).write_csv(folder / "events.csv")
    return folder


def is_in_order(rows):
    """Tell whether the rows stand by kind, code and patient."""
    return rows.select(KEYS).equals(rows.select(KEYS).sort(KEYS))


def test_a_small_table_is_one_block(source, tmp_path):
    """What is asked by kind or by code stands together."""
    rows = build_index([source], tmp_path / "index").scan("events").collect()
    assert is_in_order(rows)
    assert rows["code"].null_count() == 15


def test_no_patient_is_in_two_blocks(source, tmp_path, monkeypatch):
    """So that a patient's record is found without looking at the others."""
    monkeypatch.setattr("recordpick.index.build.writer.BLOCK", 24)
    rows = build_index([source], tmp_path / "index").scan("events").collect()
    blocks = [rows[:24], rows[24:48], rows[48:]]
    patients = [sorted(block["patient_id"].unique()) for block in blocks]
    assert patients == [["1", "2"], ["3", "4"], ["5"]]
    assert all(is_in_order(block) for block in blocks)


def test_a_table_sorted_some_blocks_at_a_time_is_the_same(source, tmp_path, monkeypatch):
    """Row by row, and so with the same fingerprint."""
    monkeypatch.setattr("recordpick.index.build.writer.BLOCK", 13)
    whole = build_index([source], tmp_path / "whole")
    monkeypatch.setattr("recordpick.index.build.writer.AT_ONCE", 26)
    parts = build_index([source], tmp_path / "parts")
    assert parts.scan("events").collect().equals(whole.scan("events").collect())
    assert parts.fingerprint == whole.fingerprint


def test_a_table_without_codes_is_by_patient(tmp_path):
    """As it is asked in no other way than by patient."""
    folder = tmp_path / "source"
    folder.mkdir()
    pl.DataFrame({"patient_id": ["1", "2"]}).write_csv(folder / "patients.csv")
    pl.DataFrame(
        {"patient_id": ["2", "1", "2"], "document_id": ["c", "b", "a"], "kind": ["z", "y", "x"]}
    ).write_csv(folder / "documents.csv")
    rows = build_index([folder], tmp_path / "index").scan("documents").collect()
    assert rows["document_id"].to_list() == ["b", "c", "a"]


def test_rows_that_no_number_can_tell_apart_are_sorted_by_their_texts(
    source, tmp_path, monkeypatch
):
    """The same table comes of it, which only takes longer."""
    monkeypatch.setattr("recordpick.index.build.writer.BLOCK", 13)
    quick = build_index([source], tmp_path / "quick")
    monkeypatch.setattr("recordpick.index.build.row_order._KEYS", 1)
    slow = build_index([source], tmp_path / "slow")
    assert slow.fingerprint == quick.fingerprint


TEXTS = st.lists(st.one_of(st.none(), st.text("aZé~", max_size=3)), max_size=20)


@given(texts=TEXTS, others=TEXTS)
def test_ranks_are_those_of_the_texts(texts, others):
    """Of texts and of Categoricals, whatever numbers polars gave these before."""
    held = pl.Series(others, dtype=pl.Categorical)
    values = sorted({text for text in texts if text is not None}, key=str.encode)
    expected = [0 if text is None else values.index(text) + 1 for text in texts]
    for kind in (pl.String, pl.Categorical):
        column = pl.Series("text", texts, dtype=pl.String).cast(kind)
        found = ranks_of(column.to_frame(), "text", None)
        assert found.of_rows.to_list() == expected
        assert found.values.to_list() == values
    assert len(held) == len(others)


@given(
    keys=st.lists(st.tuples(st.sampled_from(["b", "a", None]), st.sampled_from("321")), max_size=30)
)
def test_rows_stand_by_block_by_text_and_as_they_stood(keys):
    """The places tell the same order as sorting by the texts would, with each row once."""
    rows = pl.DataFrame(keys, schema={"code": pl.String, "patient_id": pl.String}, orient="row")
    ranks = [ranks_of(rows, name, None) for name in rows.columns]
    places = rows_in_order(ranks, ["1", "3"]).to_list()
    expected = sorted(
        range(len(keys)), key=lambda at: (keys[at][1] >= "3", keys[at][0] or "", keys[at][1], at)
    )
    assert places == expected
