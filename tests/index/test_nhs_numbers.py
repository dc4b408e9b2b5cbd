"""NHS numbers are checked as the package `nhs-number` does, a whole column at a time."""

from __future__ import annotations

import nhs_number
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from recordpick.index.values import is_damaged, is_valid, tidy


def valid(*texts: str | None) -> list[bool | None]:
    frame = pl.DataFrame({"text": texts}, schema={"text": pl.String})
    return frame.select(is_valid(tidy(pl.col("text")))).to_series().to_list()


FULL_WIDTH = "".join(chr(ord(digit) + 0xFEE0) for digit in "9434765919")


def checksum(nine: str) -> str:
    """Give the tenth digit as the NHS Data Dictionary says; "X" where there is none."""
    total = sum(int(digit) * (10 - place) for place, digit in enumerate(nine))
    check = (11 - total % 11) % 11
    return "X" if check == 10 else str(check)


@pytest.mark.parametrize(
    "text", ["9434765919", "943 476 5919", "943-476-5919", "943\u00a0476\u00a05919", "943-4765919"]
)
def test_blanks_and_hyphens_do_not_matter(text: str) -> None:
    assert valid(text) == [True]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("9434765918", "a wrong check digit"),
        ("943476591", "nine digits"),
        ("94347659190", "eleven digits"),
        ("", "nothing"),
        ("943 476 591X", "a letter"),
        ("1111111111", "ten times one digit, which the package takes"),
        ("0000000000", "the same"),
        ("9.43E+09", "damaged by a spreadsheet"),
        ("9434765919.5", "a number with a fraction"),
    ],
)
def test_what_is_no_nhs_number(text: str, why: str) -> None:
    assert valid(text) == [False]


def test_no_number_is_neither_valid_nor_invalid() -> None:
    assert valid(None) == [None]


def test_damage_by_a_spreadsheet_is_recognised() -> None:
    texts = ["9.43E+09", "9,43E+09", "9E+09", "9.434765919e9", "943 476 5919", "E+09"]
    frame = pl.DataFrame({"text": texts})

    found = frame.select(is_damaged(pl.col("text"))).to_series().to_list()

    assert found == [True, True, True, True, False, False]


digits = st.text("0123456789", min_size=9, max_size=9)


@settings(max_examples=examples(200), deadline=None)
@given(numbers=st.lists(digits.map(lambda nine: nine + checksum(nine)) | digits, max_size=20))
def test_it_agrees_with_the_package(numbers: list[str]) -> None:
    """But for one digit ten times over: the package lets that pass."""
    expected = [
        nhs_number.is_valid(number) and len(number) == 10 and len(set(number)) > 1
        for number in numbers
    ]

    assert valid(*numbers) == expected


@pytest.mark.parametrize("nine", ["010101000", "290299000", "290200000", "311300000", "320101000"])
def test_numbers_of_the_scottish_range_begin_with_a_date(nine: str) -> None:
    """Six digits of a day of birth; the package knows it, and which numbers are of that range."""
    number = next(
        candidate
        for last in range(10)
        if "X" not in (candidate := nine[:8] + str(last) + checksum(nine[:8] + str(last)))
    )

    assert valid(number) == [nhs_number.is_valid(number)]


def test_digits_of_full_width_are_digits() -> None:
    """There is one reading of them, as the package takes them too."""
    assert valid(FULL_WIDTH) == [True]


@pytest.mark.parametrize("text", ['"9434765919', '9434765919"'])
def test_a_quotation_mark_left_over_is_taken_off(text: str) -> None:
    assert valid(text) == [True]
