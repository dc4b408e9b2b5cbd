"""One parser reads days everywhere: what it takes for a day is that day, whatever the way."""

import os
from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordpick.cli.common import parse_as_at
from recordpick.date_parsing import (
    EARLIEST,
    LATEST,
    PLACEHOLDERS,
    NotADayError,
    is_usable,
    parse_day,
    read_day,
)
from recordpick.errors import UserError
from recordpick.index.date_columns import DAY_FIRST, MONTH_FIRST, PLAIN, reasons_of, to_date
from recordpick.index.fast_cast import FIRST, LAST
from recordpick.tui.screens.new_file import parse_date

DAYS = st.dates(EARLIEST, LATEST).filter(is_usable)
NO_ZERO = "#" if os.name == "nt" else "-"
"""How each system's C library is told to leave out a zero before a number."""
WAYS = (
    *PLAIN,
    *DAY_FIRST,
    f"%{NO_ZERO}d/%{NO_ZERO}m/%Y",
    f"%{NO_ZERO}d %B %Y",
    "%d-%b-%Y %H:%M",
    "%Y-%m-%dT%H:%M:%SZ",
    "%d/%m/%Y %H:%M:%S",
    "%Y%m%d_%H%M",
    "%Y%m%d%H%M%S",
    "%d %b %Y %H:%M:%S",
)


@given(DAYS, st.sampled_from(WAYS))
def test_a_day_is_read_back_from_every_way_to_write_it(day, way):
    """`datetime` writes a day, and the parser reads the same day, as does a column of such days."""
    text = day.strftime(way)
    assert parse_day(text) == day
    column = pl.DataFrame({"text": [text, "01/02/2010"]})
    assert column.select(to_date(pl.col("text"))).to_series().to_list() == [day, date(2010, 2, 1)]


@given(st.dates())
def test_a_day_that_no_record_can_hold_is_never_read(day):
    """Placeholders and days out of range are refused however they are written."""
    for text in (f"{day:%d}/{day:%m}/{day.year:04}", day.isoformat()):
        assert read_day(text) == (day if is_usable(day) else None)


@given(st.text(alphabet="0123456789/-. :JanSept", max_size=20))
def test_what_is_read_stands_in_the_text(text):
    """Nothing is read as a year that the text does not write with four digits."""
    day = read_day(text)
    if day is not None:
        assert str(day.year) in text.replace("\u200b", "")


@given(st.lists(st.text(max_size=12) | DAYS.map(str) | DAYS.map("{:%d/%m/%Y}".format), max_size=8))
def test_a_column_reads_what_the_parser_reads_and_gives_a_reason_for_the_rest(texts):
    """A column and a single field never differ; only what cannot be read has a reason."""
    texts = [text.strip() or None for text in texts]
    column = pl.DataFrame({"text": texts}, schema={"text": pl.String})
    read = column.select(to_date(pl.col("text"))).to_series().to_list()
    assert read == [None if text is None else read_day(text) for text in texts]
    reasons = reasons_of(column["text"])
    for text, day, reason in zip(texts, read, reasons, strict=True):
        assert bool(reason) == (text is not None and day is None)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("16/04/91", "year"),
        ("1/10/26", "year"),
        ("25/01/8", "year"),
        ("16/04/208", "year"),
        ("07-Oct-23", "year"),
        ("1/10/20266", "year"),
        ("31/02/2020", "calendar"),
        ("10/31/2020", "calendar"),
        ("20201332", "calendar"),
        ("9999-12-31", "placeholder"),
        ("31/12/9999 00:00:00", "placeholder"),
        ("01/01/1900", "placeholder"),
        ("0001-01-01", "placeholder"),
        ("00/00/0000", "placeholder"),
        ("00000000", "placeholder"),
        ("1899-12-30", "placeholder"),
        ("1849-12-31", "range"),
        ("2200-01-01", "range"),
        ("29221", "serial"),
        ("44927.25", "serial"),
        ("#N/A", "error"),
        ("NA", "nothing"),
        ("NULL", "nothing"),
        ("1980", "other"),
        ("Oct-2001", "other"),
        ("12 Foo 1980", "other"),
        ("Total", "other"),
    ],
)
def test_what_is_no_day_is_refused_with_its_reason(text, why):
    with pytest.raises(NotADayError) as refused:
        parse_day(text)
    assert refused.value.why == why


@pytest.mark.parametrize(
    "text",
    ["12-Sept-1980", "12 SEPTEMBER 1980", "12th Sep 1980", "12\u00a0Sep\u200b 1980", "12.9.1980"],
)
def test_a_day_is_read_however_people_write_it(text):
    assert parse_day(text) == date(1980, 9, 12)


def test_the_month_comes_first_only_where_that_is_said():
    """A day that only the other order could mean is refused, never turned round."""
    assert parse_day("01/10/2026") == date(2026, 10, 1)
    assert parse_day("01/10/2026", first="month") == date(2026, 1, 10)
    assert read_day("31/10/2026", first="month") is None
    column = pl.DataFrame({"text": ["10/31/2026", "31/10/2026", "2026-10-31", "31 Oct 2026"]})
    read = column.select(to_date(pl.col("text"), MONTH_FIRST[0])).to_series().to_list()
    assert read == [date(2026, 10, 31), None, date(2026, 10, 31), date(2026, 10, 31)]


def test_two_digits_are_of_the_century_that_is_said():
    assert parse_day("1/10/26", century=2000) == date(2026, 10, 1)
    with pytest.raises(NotADayError):
        parse_day("1/10/8", century=2000)


def test_no_placeholder_is_among_the_days_that_are_looked_up():
    """The quick way of extracts cannot let a placeholder pass."""
    assert not [day for day in PLACEHOLDERS if FIRST <= day <= LAST]
    assert is_usable(FIRST)
    assert is_usable(LAST)


@pytest.mark.parametrize("text", ["1/10/26", "31/02/2026", "9999-12-31", "soon"])
def test_the_form_and_the_option_refuse_what_is_no_day_with_the_reason(text):
    """A working file is never made as at the year 26."""
    said = parse_date(text)
    assert isinstance(said, str)
    with pytest.raises(UserError, match=f"--as-at '{text}'"):
        parse_as_at(text)
    if text == "1/10/26":
        assert "four digits" in said


def test_the_form_and_the_option_read_days_as_people_write_them():
    for text in ("1/10/2026", "2026-10-01", "1 Oct 2026", "01.10.2026"):
        assert parse_date(text) == parse_as_at(text) == date(2026, 10, 1)
