"""What may stand in a cell of a CSV that a machine reads and a person opens in a spreadsheet."""

from __future__ import annotations

import csv
import io
from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordpick.csv_safety import as_csv, one_line, plain, safe

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
# Without the characters that are written as pictures, which `plain` does not take back.
PRINTABLE = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029"), max_size=12
)
NUMBERLIKE = st.text("0123456789.,:/ -+eE%£()amMapr'=", min_size=1, max_size=12)


def _safe(*texts: str | None) -> list[str | None]:
    return (
        pl.DataFrame({"x": pl.Series(texts, dtype=pl.String)})
        .select(safe(pl.col("x")))["x"]
        .to_list()
    )


@pytest.mark.parametrize(
    "text",
    [
        "9434765919",
        "1",
        "0",
        "12345678901",
        "MED-04",
        "{8F3B-22AA}",
        "O'Neill",
        "00e4f3e2-91",
        "£ in",
    ],
)
def test_an_ordinary_identifier_or_word_stands_as_it_is(text: str) -> None:
    assert _safe(text) == [text]


@pytest.mark.parametrize(
    "text",
    [
        *("=1+1", "+44 20", "-5", "@SUM(A1)", "'tis", "＝1"),  # noqa: RUF001 - full-width sign
        *("0123456789", "000", "123456789012", "12E5", "1.50", "3/4", "1-2", "12:30", "5%", "£7"),
        *("MAR1", "1-Mar-20", "Sept 2024", "true", "FALSE", "1 pm", " spaced", "spaced "),
    ],
)
def test_what_a_spreadsheet_would_run_or_change_gets_one_apostrophe_in_front(text: str) -> None:
    assert _safe(text) == ["'" + text]


def test_nothing_is_an_empty_cell() -> None:
    assert _safe("", None) == [None, None]


def test_a_line_break_in_a_text_is_shown_and_breaks_no_line() -> None:
    assert _safe("two\r\nlines", "\x1b[2J", "\x9b2J", "a\u2028b") == [
        "two␍␊lines",
        "␛[2J",
        "\ufffd2J",
        "a\ufffdb",
    ]
    assert one_line("two\nlines") == "two␊lines"


@given(PRINTABLE | NUMBERLIKE)
def test_taking_one_apostrophe_away_gives_back_the_text(text: str) -> None:
    frame = pl.DataFrame({"x": [text]}, schema={"x": pl.String})
    assert frame.select(plain(safe(pl.col("x"))))["x"].fill_null("").to_list() == [text]


@given(ANY_TEXT | NUMBERLIKE)
def test_no_cell_begins_like_a_formula(text: str) -> None:
    (cell,) = _safe(text)
    assert cell is None or cell[0] not in "=+-@\t\r\n＝＋－＠"  # noqa: RUF001 - full-width signs


@given(st.lists(st.tuples(ANY_TEXT, ANY_TEXT), max_size=5))
def test_every_row_is_one_line_and_a_csv_reader_gets_back_the_cells(
    rows: list[tuple[str, str]],
) -> None:
    frame = pl.DataFrame(rows, schema={"a": pl.String, "b": pl.String}, orient="row")
    text = as_csv(frame).decode("utf-8")
    assert len(text.splitlines()) == len(rows) + 1
    read = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    expected = zip(_safe(*(a for a, _ in rows)), _safe(*(b for _, b in rows)), strict=True)
    assert read == [["a", "b"], *([a or "", b or ""] for a, b in expected)]


def test_a_csv_is_rfc_4180_in_utf_8_without_a_byte_order_mark() -> None:
    frame = pl.DataFrame(
        {
            "t": ['Sjögren, "sicca"', None],
            "n": [1, None],
            "d": [date(2026, 10, 1), None],
            "f": [87.5, 213.0],
        }
    )
    assert as_csv(frame) == (
        't,n,d,f\r\n"Sjögren, ""sicca""",1,2026-10-01,87.5\r\n,,,213\r\n'.encode()
    )
