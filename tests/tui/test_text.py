"""Data becomes text on the screen at one place, and nothing in it can hide or break out."""

import json
import unicodedata
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from recordpick.tui import text as v

NAUGHTY = Path(__file__).resolve().parents[3] / "shared/data/naughty_strings/blns.json"

anything = st.text(alphabet=st.characters(), max_size=60)
awkward = st.text(
    alphabet=st.sampled_from(
        "ab [/]\\\x00\x1b\n\r\t\x7f\x85\u202e\u200d\ufe0f\u0301\u0336漢한🏴\U000e0067￰"
    ),
    max_size=40,
)


def can_be_seen(character: str) -> bool:
    return unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@given(anything | awkward)
def test_every_character_on_the_screen_can_be_seen(text):
    """No control, bidirectional or format character reaches the terminal."""
    assert all(can_be_seen(character) for character in v.visible(text))


@given(anything | awkward, st.integers(0, 50), st.booleans())
def test_a_cell_is_exactly_as_wide_as_its_column(text, width, right):
    """Wide and combining characters do not push the next column aside."""
    assert cell_len(v.fit(text, width, right=right)) == width


@given(anything | awkward, st.integers(2, 50))
def test_a_broken_text_stays_within_its_width_and_loses_no_letter(text, width):
    """Long free text is broken into lines; only blanks may go where it breaks."""
    broken = v.lines(text, width)
    whole = "".join(v.visible(part) for part in text.replace("\r\n", "\n").split("\n"))
    assert max(cell_len(line) for line in broken) <= width
    assert "".join(broken).replace(" ", "") == whole.replace(" ", "")


@given(st.text(alphabet="ab c", max_size=40), st.integers(2, 12))
def test_plain_text_is_broken_as_any_other(text, width):
    """The quick way for ASCII gives the lines that the way for all characters gives."""
    assert v._wrapped_ascii(text, width) == v._wrapped_wide(text, width)


@given(anything | awkward)
def test_data_is_never_markup(text):
    """Square brackets of the data are square brackets on the screen."""
    assert v.content(text).plain == v.visible(text)
    assert not v.content(text).spans


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("O\u2019Brien-Łukasz", "O\u2019Brien-Łukasz"),
        ("two\nlines", "two␊lines"),
        ("\x1b[31mred", "␛[31mred"),
        ("left\u202eright", "left⟨U+202E⟩right"),
        ("c1\x9bm", "c1⟨U+009B⟩m"),
        ("no\u00a0break", "no break"),
        ("\u0301acute first", "◌\u0301acute first"),
        ("e\u0301", "e\u0301"),
        ("e\u0301\u0302\u0303\u0304", "e\u0301\u0302\u0303⟨U+0304⟩"),
        ("\ud800", "⟨U+D800⟩"),
        ("[red]x[/]", "[red]x[/]"),
    ],
)
def test_what_is_shown(text, shown):
    """Names stay as they are; what cannot be seen is written out."""
    assert v.visible(text) == shown


@pytest.mark.skipif(not NAUGHTY.exists(), reason="the list of naughty strings is not here")
def test_the_naughty_strings_stay_in_their_cells():
    """The Big List of Naughty Strings, one cell each."""
    texts = json.loads(NAUGHTY.read_text(encoding="utf-8"))
    assert all(cell_len(v.fit(text, 24)) == 24 for text in texts)
    assert all(can_be_seen(c) for text in texts for c in v.visible(text))


def test_numbers_and_dates_read_as_in_england():
    """NHS numbers in threes and four, months by name."""
    assert v.nhs("9434765919") == "943 476 5919"
    assert v.nhs("unknown") == "unknown"
    assert v.day(date(1951, 4, 5)) == "05 Apr 1951"
    assert v.day(None) == ""


def test_the_mask_does_not_tell_the_length():
    """With the privacy mask on, a short name looks like a long one."""
    assert v.masked("Ng") == v.masked("Featherstonehaugh")
    assert v.masked("") == ""
