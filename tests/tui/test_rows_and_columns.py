"""Sorting and laying out columns, without a screen."""

import datetime as dt
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordpick.tui.widgets import records_query as rows
from recordpick.tui.widgets.records_render import GAP, Column, place_columns

FRAME = pl.DataFrame(
    {
        "patient_id": ["1", "2", "3", "4"],
        "name": ["Łukasz, Zoë", "O\u2019Brien, Ann", "smith, JOHN", None],
        "date_of_birth": [dt.date(1951, 4, 5), None, dt.date(2000, 1, 1), dt.date(1951, 4, 5)],
    }
)


@pytest.mark.parametrize("descending", [False, True])
def test_rows_without_a_value_come_last_either_way(descending):
    """An empty name is no answer to who comes first."""
    order = rows.sorted_places(FRAME, rows.Sort("name", descending))
    assert FRAME["patient_id"].gather(order)[-1] == "4"


columns = st.lists(
    st.builds(
        Column,
        name=st.sampled_from("abcdefgh"),
        title=st.text("x", min_size=1, max_size=9),
        least=st.integers(1, 12),
        most=st.integers(1, 40),
        rank=st.integers(0, 9),
        spare=st.booleans(),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda column: column.name,
)


@given(
    columns, st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 60)), st.integers(1, 200)
)
def test_columns_never_overlap_nor_leave_the_screen(shown, longest, width):
    """However narrow it is, the first column is there."""
    placed = place_columns(shown, longest, width)
    assert placed[0].column == shown[0]
    for left, right in pairwise(placed):
        assert left.left + left.width + GAP <= right.left
    assert placed[-1].left + placed[-1].width <= width
    assert all(item.width >= 1 for item in placed)
