"""A figure is a number of at least 0 that its kind can have, or it is refused in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordpick.reports.figures import stored_form, value_of, why_not_a_figure
from recordpick.selection.kinds.figures import is_value


@pytest.mark.parametrize(
    ("figure", "text", "value"),
    [
        ("register", "1,234", 1234),
        ("register", " 007 ", 7),
        ("register", "0", 0),
        ("register", "12.0", 12),
        ("achievement", "87.5%", 87.5),
        ("achievement", "87.5 %", 87.5),
        ("achievement", "33.33333333333333", 33.33),
        ("achievement", "100", 100),
        ("points", "11.999", 12),
        ("weighted", "10,021.37", 10021.37),
    ],
)
def test_numbers_as_systems_write_them(figure: str, text: str, value: float) -> None:
    assert value_of(figure, text) == value


@pytest.mark.parametrize(
    ("figure", "text", "why"),
    [
        ("register", "-3", "below 0"),
        ("register", "85%", "is a percentage"),
        ("register", "87.5", "not a whole number"),
        ("achievement", "120", "more than 100 percent"),
        ("points", "87,5", "is not a number"),
        ("achievement", "87,5", "is not a number"),
        ("register", "12 of 13", "is not a number"),
        ("register", "1e3", "is not a number"),
        ("register", "٣", "is not a number"),
        ("register", "nan", "is not a number"),
        ("register", "9" * 400, "is not a number"),
        ("register", "1,2345", "is not a number"),
    ],
)
def test_what_could_be_another_figure_is_none(figure: str, text: str, why: str) -> None:
    """A decimal comma made ten times as many once, and a percentage a number of patients."""
    assert value_of(figure, text) is None
    assert why in why_not_a_figure(figure, text)


@given(st.sampled_from(["register", "achievement", "points"]), st.text(max_size=20))
def test_any_text_is_a_figure_that_can_be_kept_or_none(figure: str, text: str) -> None:
    value = value_of(figure, text)
    if value is None:
        assert why_not_a_figure(figure, text)
    else:
        assert is_value(stored_form(value))
        assert value_of(figure, stored_form(value)) == value
