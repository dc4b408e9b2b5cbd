"""Filtering, sorting and laying out columns, without a screen."""

import datetime as dt
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordpick.tui.widgets import records_query as rows
from recordpick.tui.widgets.records_render import GAP, Column, place_columns

TODAY = dt.date(2026, 10, 1)


@pytest.mark.parametrize(
    "text",
    ["5/4/1951", "05.04.1951", "5-4-51", "05041951", "5 apr 1951", "5 April 51", "1951-04-05"],
)
def test_a_date_of_birth_in_any_usual_form(text):
    """As people in England write it, or as computers do."""
    assert rows.parse_date(text, TODAY) == dt.date(1951, 4, 5)


@pytest.mark.parametrize("text", ["", "smith", "31/2/1951", "5/4", "943 476 5919", "1/1/1/1"])
def test_what_is_no_date(text):
    """Other words are left to be looked for as they are."""
    assert rows.parse_date(text, TODAY) is None


def test_a_number_is_looked_for_however_it_was_copied():
    """From an app, a web page or a spreadsheet."""
    for text in ("943\u200b476\u200d5919", "943 476 5919", "943?476?5919", '="9434765919"'):
        assert rows.search_words(text) == ["9434765919"]
    assert rows.search_words("'1003") == rows.search_words("1003.0") == ["1003"]
    assert rows.search_words("O'Brien  Ann") == ["o'brien", "ann"]


def test_a_year_of_two_digits_is_never_in_the_future():
    """Nobody on the list is born next year."""
    assert rows.parse_date("1/1/26", TODAY).year == 2026
    assert rows.parse_date("1/1/27", TODAY).year == 1927


FRAME = pl.DataFrame(
    {
        "patient_id": ["1", "2", "3", "4"],
        "name": ["Łukasz, Zoë", "O\u2019Brien, Ann", "smith, JOHN", None],
        "date_of_birth": [dt.date(1951, 4, 5), None, dt.date(2000, 1, 1), dt.date(1951, 4, 5)],
    }
)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("zoe", ["1"]),
        ("o'brien", ["2"]),
        ("JOHN Smith", ["3"]),
        ("5/4/51", ["1", "4"]),
        ("apr 1951", ["1", "4"]),
        ("", ["1", "2", "3", "4"]),
        (".*", []),
    ],
)
def test_words_are_found_whatever_their_case_and_accents(query, found):
    """All words, anywhere in the row; a date of birth in any form; nothing is a pattern."""
    order = rows.sorted_places(FRAME, None)
    kept = rows.matching_places(FRAME, rows.search_text(FRAME), query, order, TODAY)
    assert FRAME["patient_id"].gather(kept).to_list() == found


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
