"""Text is typed as the rules of values.py say, whichever way is taken for it."""

from datetime import timedelta

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from examples import examples
from recordpick.index.date_columns import usable
from recordpick.index.fast_cast import (
    EMPTIED,
    FIRST,
    LAST,
    MISSING,
    FastCast,
    NotNull,
    cast_together,
    fast_cast,
    mostly_null,
    select_cast,
    staged_type,
)
from recordpick.index.readers.emis.care_record import value_of
from recordpick.index.readers.emis.vocabulary import SIGNIFICANCE, to_word
from recordpick.index.values import ISO, TYPES, from_text, to_number, trimmed
from recordpick.schema import Column

COLUMNS = {
    "date": Column("date", "date", ""),
    "number": Column("value", "number", ""),
    "integer": Column("issues", "integer", ""),
    "yes_no": Column("is_active", "yes_no", ""),
    "text": Column("unit", "text", ""),
    "words": Column("status", "text", "", words=("day", "month_of_year", "unknown")),
}

DAYS = st.dates().map(str)
PIECES = st.sampled_from(
    (
        *("", " ", "  ", "\t", "\u00a0", "-", "+", ".", "e5", "NaN", "inf"),
        *("1", "0", "12", "007", "1_000", "é", "١٢"),
        *("2020-1-05", "2020-02-30", "02020-01-5", "2020-01-31T10:00"),
        *("day", "DAY", "unknown", "month of year", "month_of_year"),
        *("TRUE", "true", "True", "Y", "no", "FALSE"),
    )
)
TEXTS = st.one_of(
    st.none(),
    DAYS,
    st.floats().map(str),
    st.integers().map(str),
    st.lists(PIECES, max_size=3).map("".join),
    st.text(max_size=12),
)


def alone(column):
    """Make a column by itself, whether there is a quick way or not."""
    return column.alone() if isinstance(column, FastCast) else column


@pytest.mark.parametrize(
    ("kind", "written"), [*((kind, ISO) for kind in COLUMNS), ("date", "%d/%m/%Y")]
)
@settings(max_examples=examples(80), deadline=None)
@given(texts=st.lists(TEXTS, min_size=1, max_size=12))
@example(texts=["2020-01-31", " 2020-02-01 ", "2020-01-31T10:00:00Z", "", None, "1889-12-31"])
@example(texts=[" true", "TRUE", "Yes", "0", "2", "day ", " Day", "month-of-year", "month_of_year"])
def test_both_ways_give_the_same(kind, written, texts):
    """What is found in a list of usual forms is what the rules make of it."""
    column = COLUMNS[kind]
    rows = pl.LazyFrame({"text": texts}, schema={"text": pl.String})
    found = rows.select(
        quick=alone(fast_cast(pl.col("text"), column, written)),
        fallback=from_text(trimmed(pl.col("text")), column, written),
    ).collect(engine="streaming")
    assert found.schema["quick"] == staged_type(column)
    assert found["quick"].cast(TYPES[column.kind]).equals(found["fallback"], null_equal=True)


def test_every_day_that_is_looked_up_is_that_day():
    """From the first to the last; those beside them are placeholders, and no days."""
    days = pl.date_range(FIRST - timedelta(1), LAST + timedelta(1), eager=True)
    rows = pl.LazyFrame({"text": days.dt.to_string(ISO)})
    found = rows.select(alone(fast_cast(pl.col("text"), COLUMNS["date"]))).collect().to_series()
    expected = days.to_frame("day").select(usable(pl.col("day"))).to_series()
    assert found.equals(expected)
    assert found.null_count() == 2


@settings(max_examples=examples(100), deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            st.one_of(st.none(), st.just(1)),
            st.sampled_from([None, "", " ", "x"]),
            st.one_of(st.none(), st.just("id")),
        ),
        min_size=1,
    )
)
def test_a_value_is_missing_where_its_source_says_something(rows):
    """Blanks say nothing; what is required is missing wherever it is null."""
    rows = [
        (value if (source or "").strip() else None, source, name) for value, source, name in rows
    ]
    frame = pl.LazyFrame(
        rows, schema={"value": pl.Int64, "source": pl.String, "id": pl.String}, orient="row"
    )
    checked = cast_together(
        {}, [NotNull(pl.col("value"), pl.col("source")), NotNull(pl.col("id"), None)]
    )
    flags = frame.select(checked.struct.field(MISSING, EMPTIED)).collect(engine="streaming")
    assert flags.rows() == [
        (name is None, value is None and bool((source or "").strip()))
        for value, source, name in rows
    ]


SPELT = st.sampled_from(["Significant Problem", "significant problem", "MINOR PROBLEM", "minor"])


@settings(max_examples=examples(60), deadline=None)
@given(texts=st.lists(st.one_of(st.none(), SPELT, st.text(max_size=4)), min_size=1, max_size=8))
def test_a_word_is_known_however_it_is_spelt(texts):
    """One that is not known stays as it stands, or becomes the other word."""
    rows = pl.LazyFrame({"text": texts}, schema={"text": pl.String})
    found = rows.select(
        stays=to_word(pl.col("text"), SIGNIFICANCE).alone(),
        other=to_word(pl.col("text"), SIGNIFICANCE, "other").alone(),
    ).collect(engine="streaming")
    for text, stays, other in zip(texts, *found.get_columns(), strict=True):
        word = SIGNIFICANCE.get((text or "").lower())
        assert stays == (word or text)
        assert other == (None if text is None else word or "other")


def test_a_rule_for_what_is_mostly_null_is_asked_where_anything_is():
    """Also in a batch that has one text only."""
    rows = pl.LazyFrame({"text": [None, " <5 ", " "]}, schema={"text": pl.String})
    for some, found in ((rows.head(1), [None]), (rows, [None, "<5", None])):
        checked = mostly_null(pl.col("text"), trimmed, pl.String())
        assert (
            some.select(checked.alone()).collect(engine="streaming").to_series().to_list() == found
        )


@settings(max_examples=examples(60), deadline=None)
@given(texts=st.lists(TEXTS, max_size=12))
def test_columns_made_at_once_are_those_made_alone(texts):
    """In the order in which they were checked for, with others between them."""
    rows = pl.LazyFrame({"text": texts}, schema={"text": pl.String})
    text = pl.col("text")
    columns = {name: fast_cast(text, column) for name, column in COLUMNS.items()}
    columns |= {"as it is": text, "word": to_word(text, SIGNIFICANCE)}
    together = select_cast(rows, columns).collect(engine="streaming")
    each = rows.select(**{name: alone(column) for name, column in columns.items()})
    assert together.equals(each.collect(engine="streaming"))


@settings(max_examples=examples(100), deadline=None)
@given(texts=st.lists(TEXTS, min_size=1, max_size=12))
def test_a_value_is_a_number_or_words(texts):
    """Never both, and neither only where nothing stands."""
    rows = pl.LazyFrame({"text": texts}, schema={"text": pl.String})
    found = select_cast(rows, value_of(pl.col("text"))).collect(engine="streaming")
    fallback = rows.select(trimmed(pl.col("text")).alias("text")).select(
        "text", number=to_number(pl.col("text"))
    )
    for (text, number), value, words in zip(
        fallback.collect().rows(), *found.get_columns(), strict=True
    ):
        assert value == number
        assert words == (text if number is None else None)
