"""Counted nouns in messages."""

import pytest

from recordpick.text import plural, word_for


@pytest.mark.parametrize(
    ("number", "words", "expected"),
    [
        (1, ("record",), "1 record"),
        (0, ("record",), "0 records"),
        (2, ("record",), "2 records"),
        (12345, ("record",), "12,345 records"),
        (1, ("criterion", "criteria"), "1 criterion"),
        (3, ("criterion", "criteria"), "3 criteria"),
        (1, ("patient is", "patients are"), "1 patient is"),
        (12, ("patient is", "patients are"), "12 patients are"),
    ],
)
def test_a_number_has_the_right_form_of_its_noun(number, words, expected):
    """Exactly one has the singular; thousands have separators."""
    assert plural(number, *words) == expected
    assert expected.endswith(word_for(number, *words))
