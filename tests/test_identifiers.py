"""Numbers are repaired where there is one reading, the same way wherever one is read."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordpick.identifiers import is_damaged, nhs_digits, repair_number, without_invisible
from recordpick.index.patient_numbers import repaired, usable, usable_code
from recordpick.index.values import tidy

NUMBERS = st.integers(0, 10**15).map(str)
INVISIBLE = st.sampled_from(["\u200b", "\u200c", "\u200d", "\u200e", "\u200f", "\u2060", "\ufeff"])
DRESSES = (
    '="{}"',
    "'{}",
    "\u2019{}",
    "{}.0",
    "{}.00",
    " {} ",
    "\u00a0{}",
    "\u2009{}",
    "\ufeff{}",
    "{}\u200b",
    "\u00ad{}",
    '"{}',
    '{}"',
)


def column(how, *texts):
    frame = pl.DataFrame({"text": texts}, schema={"text": pl.String})
    return frame.select(how(pl.col("text"))).to_series().to_list()


@given(NUMBERS, st.sampled_from(DRESSES))
def test_a_dressed_number_is_the_number(number, dress):
    """In a field and in a column alike."""
    dressed = dress.format(number)
    assert repair_number(dressed) == number
    assert column(repaired, dressed, "other") == [number, "other"]


@given(st.integers(1000, 10**12))
def test_a_number_with_commas_is_the_number(number):
    """With blanks of any width, too."""
    assert repair_number(f"{number:,}") == str(number)
    for blank in " \u00a0\u2009\u202f":
        spaced = f"{number:,}".replace(",", blank)
        assert repair_number(spaced) == str(number)
        assert column(repaired, spaced) == [str(number)]


@given(NUMBERS)
def test_digits_of_full_width_and_decimal_commas_are_the_number(number):
    """What other keyboards and other countries' spreadsheets write has one reading."""
    wide = number.translate({ord("0") + digit: chr(0xFF10 + digit) for digit in range(10)})
    for text in (wide, f"{number},0", f"{number},00"):
        assert repair_number(text) == number
        assert column(repaired, text) == [number]


@given(st.integers(10, 10**12))
def test_all_digits_in_scientific_notation_are_the_number_and_fewer_are_refused(number):
    """A number is never made of fewer digits than it had."""
    digits = str(number)
    exponent = len(digits) - 1
    assert repair_number(f"{digits[0]}.{digits[1:]}E+{exponent:02}") == digits
    spoilt = f"{digits[0]}.{digits[1:]}E+{exponent + 3:02}"
    assert repair_number(spoilt) == spoilt
    assert is_damaged(spoilt)
    assert column(usable, spoilt) == [None]


@given(st.text(alphabet="0123456789ABCXYZabc{}-/:_.", min_size=1, max_size=20))
def test_what_is_not_dressed_stays_as_it_is(number):
    """Leading zeros, GUIDs, letters: a repaired number is repaired again to the same."""
    once = repair_number(number)
    assert repair_number(once) == once
    if not number.endswith("0") and "E" not in number.upper():
        assert once == number
    assert column(repaired, number) == [once]


@pytest.mark.parametrize("number", ["007", "2E10", "12.5", "1,23", "12,34,567", "a,b", "0,123"])
def test_numbers_of_several_readings_are_left_alone(number):
    assert repair_number(number) == number
    assert not is_damaged(number)


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!"])
def test_an_error_of_a_formula_is_no_number(error):
    assert column(usable, error) == [None]
    assert column(usable_code, error) == [None]


def test_a_rounded_code_is_no_code():
    assert column(usable_code, "1234567890123450000"[:18], '="38341003"') == [None, "38341003"]


@given(INVISIBLE, INVISIBLE)
def test_an_nhs_number_is_read_whatever_stands_between_its_groups(first, second):
    """What cannot be seen, blanks of any width, and signs in their place."""
    for number in (
        f"943{first}476{second}5919",
        f"943 {first}476\u2009{second}5919",
        f"{first}9434765919{second}",
        "943?476?5919",
        "943_476_5919",
        "943\u00a0476\u202f5919",
        "943-476-5919",
        '="9434765919"',
        "'9434765919",
        "9434765919.0",
        "9,434,765,919",
        "9.434765919E+09",
    ):
        assert nhs_digits(number) == "9434765919"
        assert column(tidy, number) == ["9434765919"]


@pytest.mark.parametrize("text", ["943?4765919", "9434765919?", "9?4?3?4765919", "9.43E+09", ""])
def test_signs_elsewhere_are_not_taken_out(text):
    """A question mark may as well stand for a digit that somebody could not read."""
    assert nhs_digits(text) is None


def test_text_keeps_its_single_blanks():
    assert without_invisible(" Page\u00a0 1\u200b of\u2009 2 ") == "Page 1 of 2"
