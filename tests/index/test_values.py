"""Text becomes a value of its kind, or nothing: never something near it."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from recordpick.index.values import from_typed, to_date, to_integer, to_number, to_word, to_yes_no


def read(how: Callable[[pl.Expr], pl.Expr], *texts: str) -> list[object]:
    frame = pl.DataFrame({"text": texts}, schema={"text": pl.String})
    return frame.select(how(pl.col("text"))).to_series().to_list()


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-01-31", date(2026, 1, 31)),
        ("2024-02-29", date(2024, 2, 29)),
        ("2026-01-31T23:59:59Z", date(2026, 1, 31)),
        ("2026-01-31 00:30", date(2026, 1, 31)),
        ("2026-01-31T00:30:00+01:00", date(2026, 1, 31)),
        ("2026-01-31T00:30:00.000", date(2026, 1, 31)),
    ],
)
def test_iso_days_are_read_as_they_stand(text: str, day: date) -> None:
    """A time after them is left out; no time zone moves midnight to the day before."""
    assert read(to_date, text) == [day]


@pytest.mark.parametrize(
    "text",
    ["2026-02-30", "2025-02-29", "01/31/2026", "0001-01-01", "2026-01-31x", "today", "20261331"],
)
def test_what_is_no_day_is_nothing(text: str) -> None:
    assert read(to_date, text) == [None]


@pytest.mark.parametrize(
    ("text", "written", "day"),
    [
        ("31/01/2026", "%d/%m/%Y", date(2026, 1, 31)),
        ("31 Jan 2026 13:30:00", "%d %b %Y %H:%M:%S", date(2026, 1, 31)),
        ("2026-01-31T00:10:00+0100", "%Y-%m-%dT%H:%M:%S%z", date(2026, 1, 31)),
        ("20260131", "%Y%m%d", date(2026, 1, 31)),
        ("01/31/2026", "%d/%m/%Y", None),
        ("31/01/2026 13:00", "%d/%m/%Y", date(2026, 1, 31)),
        ("2026-01-31", "%d/%m/%Y", date(2026, 1, 31)),
        ("31012026", "%d%m%Y", date(2026, 1, 31)),
        ("20260131", "%d%m%Y", None),
        ("31/01/26", "%d/%m/%y", None),
    ],
)
def test_other_ways_to_write_days(text: str, written: str, day: date | None) -> None:
    assert read(lambda value: to_date(value, written), text) == [day]


def test_yes_and_no_in_the_words_that_files_have() -> None:
    texts = ["yes", "Y", "TRUE", "t", "1", "no", "N", "False", "f", "0", "maybe", "2"]

    assert read(to_yes_no, *texts) == [True] * 5 + [False] * 5 + [None] * 2


def test_whole_numbers() -> None:
    assert read(to_integer, "12", "-3", "+4", "12.0", "007") == [12, -3, 4, 12, 7]
    assert read(to_integer, "1.5", "1e3", "1,000", "x", "9" * 19, "١٢") == [None] * 6


def test_numbers() -> None:
    assert read(to_number, "1.5", "-2", ".5", "5.", "1e3") == [1.5, -2.0, 0.5, 5.0, 1000.0]
    words = ["NaN", "inf", "-Infinity", "1e999", "1,5", "<5", "1_000", "0x10"]
    assert read(to_number, *words) == [None] * len(words)


@settings(max_examples=examples(100), deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_any_number_comes_back_as_it_was_written(number: float) -> None:
    found = read(to_number, repr(number))[0]

    assert isinstance(found, float)
    assert math.isclose(found, number, rel_tol=0, abs_tol=0)


def test_closed_words_whatever_the_case_and_the_blanks() -> None:
    words = ("did_not_attend", "other")
    texts = ["Did not attend", "did-not-attend", "OTHER", "unknown"]

    found = read(lambda text: to_word(text, words), *texts)

    assert found == ["did_not_attend", "did_not_attend", "other", None]


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        ([9434765919, None], "text", ["9434765919", None]),
        ([9434765919.0, 1.5], "text", ["9434765919", None]),
        ([1.0, 2.5], "integer", [1, None]),
        ([1.5, math.nan, math.inf], "number", [1.5, None, None]),
        ([1, 0, 2], "yes_no", [True, False, None]),
        ([datetime.fromisoformat("2026-01-31T23:00")], "date", [date(2026, 1, 31)]),
        ([date(2026, 1, 31)], "text", ["2026-01-31"]),
        ([True], "text", ["true"]),
    ],
)
def test_typed_values_of_parquet(values: list[object], kind: str, expected: list[object]) -> None:
    """Numbers become text only where they are whole: a code is never "12.0"."""
    frame = pl.DataFrame({"value": values})
    found = from_typed(pl.col("value"), kind, frame.schema["value"])  # type: ignore[arg-type]

    assert found is not None
    assert frame.select(found).to_series().to_list() == expected


@pytest.mark.parametrize(
    ("dtype", "kind"), [(pl.List(pl.String), "text"), (pl.Int64, "date"), (pl.Date, "number")]
)
def test_types_that_cannot_meet_a_kind(dtype: pl.DataType, kind: str) -> None:
    assert from_typed(pl.col("value"), kind, dtype) is None  # type: ignore[arg-type]
