"""Parts of a table put together."""

import polars as pl
import pytest

from recordpick.csvio.rejects import ROW
from recordpick.index.build.build_index import stage_table
from recordpick.index.build.staging import SpillBuffer
from recordpick.index.source import DETAIL_OF, SourcePart


@pytest.mark.parametrize("files", [1, 2])
def test_a_table_of_which_all_parts_only_tell_of_others_is_empty(tmp_path, files):
    """Such as problems in two files, and no file of entries: their columns are there."""
    frame = pl.LazyFrame(
        {"patient_id": ["1"], "event_id": ["e"], "problem_status": ["active"], DETAIL_OF: ["e"]}
    ).with_row_index(ROW)
    parts = [
        SourcePart("events", f"{n}.csv", tmp_path, frame, frame, provides="problems")
        for n in range(files)
    ]
    table = stage_table("events", parts, {}, SpillBuffer(tmp_path), lambda part: None)
    rows = table.rows().collect()
    assert rows.height == 0
    assert {"patient_id", "event_id", "problem_status"} <= set(rows.columns)
