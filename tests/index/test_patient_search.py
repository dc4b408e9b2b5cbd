"""Searching the listed patients: what the app's filter and the command `find` have in common."""

import datetime as dt

import polars as pl
import pytest

from recordpick.index import patient_search as search

TODAY = dt.date(2026, 10, 1)


@pytest.mark.parametrize(
    "text",
    ["5/4/1951", "05.04.1951", "5-4-51", "05041951", "5 apr 1951", "5 April 51", "1951-04-05"],
)
def test_a_date_of_birth_in_any_usual_form(text):
    """As people in England write it, or as computers do."""
    assert search.parse_date(text, TODAY) == dt.date(1951, 4, 5)


@pytest.mark.parametrize("text", ["", "smith", "31/2/1951", "5/4", "943 476 5919", "1/1/1/1"])
def test_what_is_no_date(text):
    """Other words are left to be looked for as they are."""
    assert search.parse_date(text, TODAY) is None


def test_a_number_is_looked_for_however_it_was_copied():
    """From an app, a web page or a spreadsheet."""
    for text in ("943\u200b476\u200d5919", "943 476 5919", "943?476?5919", '="9434765919"'):
        assert search.search_words(text) == ["9434765919"]
    assert search.search_words("'1003") == search.search_words("1003.0") == ["1003"]
    assert search.search_words("O'Brien  Ann") == ["o'brien", "ann"]


def test_a_year_of_two_digits_is_never_in_the_future():
    """Nobody on the list is born next year."""
    assert search.parse_date("1/1/26", TODAY).year == 2026
    assert search.parse_date("1/1/27", TODAY).year == 1927


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
    assert search.search_patients(FRAME, query, TODAY)["patient_id"].to_list() == found
