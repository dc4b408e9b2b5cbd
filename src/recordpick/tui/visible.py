"""The one place where data becomes text on the screen.

What stands there is one line of printable characters of known width, and never markup. Which
characters are shown, and how, is said in `recordpick.sanitize`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from recordpick.sanitize import visible

if TYPE_CHECKING:
    import datetime as dt

__all__ = [
    "MASK",
    "amount",
    "content",
    "counted",
    "day",
    "fit",
    "lines",
    "masked",
    "nhs",
    "paragraph",
    "visible",
]

MASK = "•"
_NEW_LINE = re.compile(r"\r?\n")


def fit(text: str, width: int, *, right: bool = False) -> str:
    """Give the text in exactly `width` cells: cut with `…`, or filled with spaces."""
    if width <= 0:
        return ""
    shown = visible(text)
    cells = cell_len(shown)
    if cells > width:
        return set_cell_size(shown, width - 1) + "…"
    return " " * (width - cells) + shown if right else set_cell_size(shown, width)


def lines(text: str, width: int) -> list[str]:
    """Break a longer text at its new lines and spaces into lines of at most `width` cells."""
    out: list[str] = []
    for part in _NEW_LINE.split(text):
        out.extend(_folded(visible(part), max(width, 2)))
    return out


def _folded(text: str, width: int) -> list[str]:
    out: list[str] = []
    line = ""
    for word in text.split(" "):
        if line and cell_len(line) + 1 + cell_len(word) > width:
            out.append(line)
            line = ""
        rest = f"{line} {word}" if line else word
        while cell_len(rest) > width:
            head = set_cell_size(rest, width)
            # A wide character on the edge goes to the next line whole, its place left blank.
            kept = head if rest.startswith(head) else head[:-1]
            out.append(kept)
            rest = rest[len(kept) :]
        line = rest
    out.append(line)
    return out


def content(text: str, style: str = "") -> Content:
    """Give the text for a widget: never read as markup."""
    return Content.styled(visible(text), style)


def paragraph(text: str, style: str = "") -> Content:
    """Give a longer text for a widget, its own line breaks kept: never read as markup."""
    shown = "\n".join(visible(line) for line in _NEW_LINE.split(text))
    return Content.styled(shown, style)


def masked(text: str) -> str:
    """Give as many dots as hide the text, and its length too."""
    return MASK * 6 if text else ""


def nhs(number: str) -> str:
    """Give an NHS number as it is printed, 943 476 5919; anything else stays as it is."""
    if len(number) == 10 and number.isascii() and number.isdigit():
        return f"{number[:3]} {number[3:6]} {number[6:]}"
    return number


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day(date: dt.date | None) -> str:
    """Give a date as it is written in England, 05 Apr 1951, whatever the machine's language."""
    return f"{date.day:02d} {_MONTHS[date.month - 1]} {date.year}" if date else ""


def amount(number: int) -> str:
    """Give a whole number with commas between thousands."""
    return f"{number:,}"


def counted(number: int, one: str, many: str = "") -> str:
    """Give `1 record`, `2 records`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
