"""Typed rows are the same wherever they are kept: in memory or in a file."""

import polars as pl
import pytest

from examples import usually
from recordpick.index.build import staging as buffer
from recordpick.index.build.build_index import build_index
from recordpick.index.build.staging import ROOM, SpillBuffer, room_available
from recordpick.synthetic.as_emis import write_emis
from recordpick.synthetic.practice import make_practice

ROWS = pl.LazyFrame({"row": range(100), "text": [f"t{n}" for n in range(100)]})
NEEDED = 100 * (48 + 8)
GIB = 1024**3


@pytest.mark.parametrize(("room", "left"), [(NEEDED + 7, 7), (NEEDED, 0), (NEEDED - 1, NEEDED - 1)])
def test_rows_are_kept_in_memory_while_there_is_room(tmp_path, room, left):
    """Else in a file; room that is taken is not given again."""
    buffer = SpillBuffer(tmp_path, room)
    kept = buffer.keep(ROWS, 100, "rows")
    assert kept.collect().equals(ROWS.collect())
    assert buffer.room == left
    assert [path.name for path in tmp_path.iterdir()] == (
        [] if left < NEEDED - 1 else ["rows.parquet"]
    )


def test_rows_of_which_nobody_knows_the_number_need_a_file(tmp_path):
    """They may be any number."""
    buffer = SpillBuffer(tmp_path, NEEDED)
    assert buffer.keep(ROWS, None, "rows").collect().equals(ROWS.collect())
    assert buffer.room == NEEDED
    assert (tmp_path / "rows.parquet").exists()


@pytest.mark.parametrize(
    ("free", "room"),
    [(GIB, 0), (2 * GIB, 0), (2 * GIB + 5, 5), (ROOM + 2 * GIB, ROOM), (64 * GIB, ROOM)],
)
def test_rows_never_take_the_memory_that_others_need(monkeypatch, free, room):
    """A small computer, or a busy one, keeps them in files."""
    monkeypatch.setattr(buffer, "free_memory", lambda: free)
    assert room_available() == room


def test_the_size_of_a_row_is_estimated_by_its_types(tmp_path):
    """Of a row of entries: no more than it takes, but for its texts."""
    row = {
        "text": pl.String,
        "count": pl.Int64,
        "day": pl.Date,
        "word": pl.Enum(["a"]),
        "unit": pl.Categorical,
        "flag": pl.Boolean,
        "why": pl.UInt16,
    }
    buffer = SpillBuffer(tmp_path, 1000)
    buffer.keep(pl.LazyFrame(schema=row), 10, "rows")
    assert buffer.room == 1000 - 10 * (48 + 8 + 4 + 1 + 4 + 1 + 2)


@pytest.mark.parametrize("room", usually([0, 200_000, 1_000_000], 200_000))
def test_an_index_is_the_same_whatever_the_room(tmp_path, monkeypatch, room):
    """To the last byte: nothing in memory, some tables, most."""
    write_emis(make_practice(40, seed=7), tmp_path / "source")
    usual = build_index([tmp_path / "source"], tmp_path / "usual")
    monkeypatch.setattr(SpillBuffer.__init__, "__defaults__", (room,))
    other = build_index([tmp_path / "source"], tmp_path / "other")
    assert other.fingerprint == usual.fingerprint
    assert other.manifest.files == usual.manifest.files
