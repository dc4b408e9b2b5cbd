"""Fields for text: what is in them stays, what is shown is visible, and none takes everything."""

import re
from pathlib import Path

import pytest
from driving import app_on, using
from hypothesis import given
from hypothesis import strategies as st
from test_text import anything, awkward, can_be_seen
from textual import events
from textual.app import App
from textual.widgets import Input, TextArea

import recordpick.tui
from recordpick.index.patient_search import search_patients
from recordpick.tui.widgets.fields import (
    LONGEST,
    LONGEST_FILTER,
    Field,
    PrivateInput,
    shown_in_field,
)

ESCAPES = "/home/\x1b]0;PWNED\x07/\x1b[2J\u202egp.exe\x7f\x9b31m\u200b"


@given(anything | awkward)
def test_a_field_shows_one_visible_character_for_each_of_its_own(text):
    """So the cursor is where it seems to be, and the terminal obeys nothing."""
    shown = shown_in_field(text)
    assert len(shown) == len(text)
    assert all(can_be_seen(character) for character in shown)


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), max_size=40))
def test_plain_text_is_shown_as_it_is(text):
    """Letters, digits, signs."""
    assert shown_in_field(text) == text


class OneField(App):
    """An app of one field."""

    def __init__(self, kind, value):
        super().__init__()
        self.kind = kind
        self.holds = value

    def compose(self):
        yield self.kind(self.holds)

    @property
    def field(self):
        return self.query_one(Field)


@pytest.mark.parametrize("kind", [Field, PrivateInput])
async def test_what_a_field_holds_stays_and_reaches_the_screen_visible(kind):
    """A path with characters that a terminal obeys."""
    app = OneField(kind, ESCAPES)
    async with app.run_test() as pilot:
        await pilot.pause()
        text = app.field.render_line(0).text
        assert app.field.value == ESCAPES
        assert "␛" in text
        assert all(can_be_seen(character) for character in text)
        app.field.cursor_position = len(ESCAPES)
        assert app.field.cursor_screen_offset.x >= len(ESCAPES)


@pytest.mark.parametrize("length", [LONGEST + 1, 400_000])
async def test_what_is_too_long_is_not_put_in_and_a_sentence_says_so(length):
    """Pasted, or set by the app."""
    app = OneField(Field, "before")
    async with app.run_test() as pilot:
        app.field.focus()
        app.post_message(events.Paste("x" * length))
        await pilot.pause()
        assert app.field.value == "before"
        (said,) = [one.message for one in app._notifications]
        assert said == "A field takes at most 4,000 characters, so that was not put in."
        app.field.value = "y" * length
        assert app.field.value == "y" * LONGEST


@pytest.mark.parametrize("pasted", ["x" * 400_000, "x " * 200_000, "9" * 400_000, "\x1b[2J" * 99])
async def test_anything_may_be_pasted_into_the_filter(demo, pasted):
    """A word of 400,000 characters, as many words, a number, characters that a terminal obeys."""
    async with using(app_on(demo / "demonstration.recordpick")) as person:
        await person.press("enter", "slash")
        person.app.post_message(events.Paste(pasted))
        await person.settled()
        field = person.app.screen.query_one("#filter", Input)
        assert len(field.value) <= LONGEST_FILTER
        await person.press("escape")
        assert person.app.screen.query_one("RecordsTable").shown > 0


@pytest.mark.parametrize("query", ["x" * 400_000, "a " * 5_000, "9" * 400_000])
def test_a_filter_of_any_length_is_answered(query):
    """Also where it did not come from the field."""
    import datetime as dt

    import polars as pl

    frame = pl.DataFrame({"patient_id": ["1", "2"], "name": ["a b", "c"]})
    found = search_patients(frame, query, dt.date(2026, 10, 1))
    assert found["patient_id"].to_list() == (["1"] if query.startswith("a") else [])


def test_the_app_has_no_other_fields():
    """Textual's own show what they hold as it is, and take any length."""
    folder = Path(recordpick.tui.__file__).parent
    other = re.compile(rf"\b({Input.__name__}|{TextArea.__name__}|MaskedInput)\((?!Screen)")
    found = [
        f"{path.name}: {line.strip()}"
        for path in folder.rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if other.search(line) and not line.startswith("class Field(Input)")
    ]
    assert found == []


async def test_what_is_pasted_into_the_palette_is_made_visible():
    """Its field is Textual's own, and would show a character that a terminal obeys as it is."""
    async with using(app_on()) as user:
        await user.press("colon")
        user.app.post_message(events.Paste("\ufeffab\x9bc\u202e"))
        await user.settled()
        shown = user.screen.query_one("CommandInput").value
        assert "ab" in shown
        assert not set("\ufeff\x9b\u202e") & set(shown)
