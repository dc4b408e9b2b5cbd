"""The one place where data becomes text on the screen.

Whatever is shown is printable, of known width, and never read as markup. Which characters are
shown, and how, is decided in `recordpick.sanitize`.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from recordpick.sanitize import visible
from recordpick.text import day, moment

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "MASK",
    "amount",
    "content",
    "day",
    "fit",
    "lines",
    "masked",
    "moment",
    "nhs",
    "paragraph",
    "visible",
]

MASK = "•"
_NEW_LINE = re.compile(r"\r?\n")


def fit(text: str, width: int, *, right: bool = False) -> str:
    """Return the text in exactly `width` cells: cut with `…`, or padded with spaces."""
    if width <= 0:
        return ""
    shown = visible(text)
    cells = cell_len(shown)
    if cells > width:
        return set_cell_size(shown, width - 1) + "…"
    return " " * (width - cells) + shown if right else set_cell_size(shown, width)


def lines(text: str, width: int) -> list[str]:
    """Wrap a longer text at its line breaks and spaces into lines of at most `width` cells."""
    width = max(width, 2)
    if "\n" not in text:
        return _wrapped(visible(text), width)
    return [line for part in _NEW_LINE.split(text) for line in _wrapped(visible(part), width)]


def _cells(text: str) -> int:
    """Return how many cells a text without control characters takes up."""
    return len(text) if text.isascii() else cell_len(text)


def _wrapped(text: str, width: int) -> list[str]:
    if _cells(text) <= width:  # most are: a record has thousands of lines
        return [text.lstrip(" ")]
    return _wrapped_ascii(text, width) if text.isascii() else _wrapped_wide(text, width)


def _wrapped_ascii(text: str, width: int) -> list[str]:
    """Wrap a text of which each character takes one cell: as `_wrapped_wide`, and faster."""
    out: list[str] = []
    rest = text.lstrip(" ")
    while len(rest) > width:
        end = rest.rfind(" ", 0, width + 1)
        if end < 0:  # a word that is longer than a line
            end = width
        out.append(rest[:end])
        rest = rest[end:].lstrip(" ")
    return [*out, rest]


def _wrapped_wide(text: str, width: int) -> list[str]:
    out: list[str] = []
    line = ""
    for word in text.split(" "):
        if line and _cells(line) + 1 + _cells(word) > width:
            out.append(line)
            line = ""
        rest = f"{line} {word}" if line else word
        while _cells(rest) > width:
            head = set_cell_size(rest, width)
            # A wide character at the edge goes to the next line whole; its cell stays blank.
            kept = head if rest.startswith(head) else head[:-1]
            out.append(kept)
            rest = rest[len(kept) :]
        line = rest
    out.append(line)
    return out


def content(text: str, style: str = "") -> Content:
    """Return one line of text for a widget, never read as markup."""
    return Content.styled(visible(text), style)


def paragraph(text: str, style: str = "") -> Content:
    """Return a longer text for a widget with its line breaks kept, never read as markup."""
    shown = "\n".join(visible(line) for line in _NEW_LINE.split(text))
    return Content.styled(shown, style)


def masked(text: str) -> str:
    """Return dots in place of the text; they do not show its length either."""
    return MASK * 6 if text else ""


def nhs(number: str) -> str:
    """Return an NHS number as it is printed, 943 476 5919; anything else unchanged."""
    if len(number) == 10 and number.isascii() and number.isdigit():
        return f"{number[:3]} {number[3:6]} {number[6:]}"
    return number


def amount(number: int) -> str:
    """Return a whole number with commas between thousands."""
    return f"{number:,}"


MOST_ROWS = 200
"""Rows shown on the screen; the files that are written hold all of them."""

_WIDEST = 30
_NOT_IDENTIFYING = frozenset(
    (
        *("kind", "code", "term", "patients", "patients_current", "entries", "last_used"),
        *("status", "registration", "table", "field", "set", "line"),
    )
)
"""Columns that do not identify a patient: they are shown even while names are hidden."""


def plain_table(frame: pl.DataFrame, *, masks: bool = False) -> list[str]:
    """Return the heading and the first rows of a frame as lines of text in aligned columns.

    `masks` hides every cell of a column that could identify a patient.
    """
    rows = frame.head(MOST_ROWS).rows()
    columns = []
    for at, name in enumerate(frame.columns):
        hidden = masks and name not in _NOT_IDENTIFYING
        texts = [MASK * 6 if hidden and row[at] is not None else _text(row[at]) for row in rows]
        number = not hidden and all(isinstance(row[at], int | float | None) for row in rows)
        columns.append(_column(name.replace("_", " "), texts, right=number and bool(rows)))
    lines = ["  ".join(cells).rstrip() for cells in zip(*columns, strict=True)]
    if frame.height > MOST_ROWS:
        lines.append(f"The first {MOST_ROWS} of {amount(frame.height)}: the folder has all.")
    return lines


def _column(name: str, texts: list[str], *, right: bool) -> list[str]:
    width = min(_WIDEST, max(map(len, (name, *texts))))
    return [fit(text, width, right=right) for text in (name, *texts)]


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.date):
        return day(value)
    return str(value)
