"""A patient's own row is described in words that staff use, whatever is in it or missing."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordpick.matching.patient_words import in_words
from recordpick.schema import TABLES

COLUMNS = {column.name: column for column in TABLES["patients"].columns}


def said(name: str, value: object) -> str:
    frame = pl.DataFrame({name: pl.Series([value], dtype=TYPES[COLUMNS[name].kind])})
    return frame.select(in_words(name, COLUMNS[name].kind)).item()


TYPES = {
    "text": pl.String,
    "date": pl.Date,
    "yes_no": pl.Boolean,
    "integer": pl.Int64,
    "number": pl.Float64,
}


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("nhs_number", None, "no NHS number"),
        ("nhs_number", "", "no NHS number"),
        ("nhs_number", "9990000018", "NHS number 9990000018"),
        ("died_on", dt.date(2026, 6, 1), "died 01 Jun 2026"),
        ("died_on", None, "no date of death"),
        ("status", "left", "left"),
        ("registration", "immediately_necessary", "registration: immediately necessary"),
        ("sex", "I", "indeterminate sex"),
        ("age", 0, "aged 0"),
        ("entries_percentile", 92.0, "larger than 92% of records"),
        ("email_verified", False, "e-mail not verified"),
        ("has_opted_out", None, "not recorded whether there is an opt-out"),
    ],
)
def test_words(name, value, words):
    """It reads "no NHS number", never "nhs number –"; days have their month in letters."""
    assert said(name, value) == words


VALUES = {
    "text": st.text(min_size=1, max_size=8),  # an index has no empty texts
    "date": st.dates(dt.date(1000, 1, 1)),
    "yes_no": st.booleans(),
    "integer": st.integers(0, 200),
    "number": st.floats(0, 100),
}


@given(st.data())
def test_every_column_says_something(data):
    """No column name of ours is shown, and a value and its absence never read the same."""
    name = data.draw(st.sampled_from(sorted(COLUMNS)))
    value = data.draw(VALUES[COLUMNS[name].kind])
    words, none = said(name, value), said(name, None)
    assert words
    assert none
    assert "–" not in none
    assert "_" not in none
    assert words != none or value == none
