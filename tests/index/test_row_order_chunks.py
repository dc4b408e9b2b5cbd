"""Of a large table only those chunks of staged rows are read that hold rows of some patients."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples, usually
from recordpick.index.build.build_index import build_index
from recordpick.index.build.row_order import CHUNK, LENGTH, PART, ChunkCounts

STANDS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 6), st.sampled_from("abcdefgh"), st.integers(1, 9)),
    min_size=1,
    max_size=40,
)
SCHEMA = {PART: pl.Int32, CHUNK: pl.UInt32, "patient_id": pl.String, "entries": pl.UInt32}


@settings(max_examples=examples(200), deadline=None)
@given(stands=STANDS, cut=st.sets(st.sampled_from("bcdefgh")), together=st.integers(1, 4))
def test_nobody_is_left_out_and_no_block_is_read_twice(stands, cut, together):
    """Each read has all chunks in which a patient of its blocks has rows."""
    chunks = ChunkCounts(pl.DataFrame(stands, schema=SCHEMA, orient="row"))
    starts = ["a", *sorted(cut)]
    readings = chunks.read_plan(starts, together)
    assert [block for each in readings for block in range(each.first, each.end)] == [
        *range(len(starts))
    ]
    for part, chunk, patient, _ in stands:
        block = sum(start <= patient for start in starts) - 1
        (reading,) = [each for each in readings if each.first <= block < each.end]
        rows = range(chunk * LENGTH, (chunk + 1) * LENGTH)
        holding = [some for some in reading.only.get(part, ()) if rows.start in some]
        assert len(holding) == 1
        assert rows[-1] in holding[0]


def test_patients_one_behind_another_are_read_once():
    """A block at a time; scattered ones some blocks at a time, or each would be read for all."""
    rows = [(0, at, f"{at:02d}", 1) for at in range(40)]
    scattered = [(0, at, f"{n:02d}", 1) for at in range(40) for n in range(0, 40, 3)]
    starts = [f"{at:02d}" for at in range(0, 40, 4)]
    for stands, readings in ((rows, 10), (scattered, 2)):
        chunks = ChunkCounts(pl.DataFrame(stands, schema=SCHEMA, orient="row"))
        assert len(chunks.read_plan(starts, 5)) == readings


@pytest.mark.parametrize("step", usually([1, 7, 59], 7))
def test_the_table_is_the_same_in_whichever_chunks_it_is_read(tmp_path, monkeypatch, step):
    """Patients one behind another, and scattered: row by row, and so with the same fingerprint."""
    folder = tmp_path / "source"
    folder.mkdir()
    numbers = [n * step % 60 for n in range(60)]
    pl.DataFrame({"patient_id": [str(n) for n in range(10, 20)]}).write_csv(folder / "patients.csv")
    pl.DataFrame(
        {
            "patient_id": [str(10 + n // 6) for n in numbers],
            "event_id": [f"e{n}" for n in numbers],
            "code": [["a", "b", None][n % 3] for n in numbers],
        }
    ).write_csv(folder / "events.csv")
    monkeypatch.setattr("recordpick.index.build.writer.BLOCK", 12)
    whole = build_index([folder], tmp_path / "whole")
    monkeypatch.setattr("recordpick.index.build.row_order.LENGTH", 5)
    monkeypatch.setattr("recordpick.index.build.table_builder.LENGTH", 5)
    monkeypatch.setattr("recordpick.index.build.writer.AT_ONCE", 24)
    pieces = build_index([folder], tmp_path / "pieces")
    assert pieces.scan("events").collect().equals(whole.scan("events").collect())
    assert pieces.fingerprint == whole.fingerprint
