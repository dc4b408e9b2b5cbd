"""The one place where data becomes text on the screen.

Whatever a practice's records or a supplier's pack hold, what stands on the screen is one line of
printable characters of known width, and never markup:

- control characters become their pictures (`␀`, `␛`, `␊` for a new line);
- characters that cannot be seen (C1 controls, bidirectional and other format characters, variation
  selectors, fillers, private and unassigned ones, lone surrogates) become `⟨U+202E⟩`;
- a combining mark keeps its letter; one without a letter stands on `◌`, and after the third on
  one letter further ones are written out, so that nothing grows into the lines around it.

Two different texts may look alike on the screen only where their letters do.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from textual.content import Content

if TYPE_CHECKING:
    import datetime as dt

MASK = "•"
_MARKS_ON_A_LETTER = 3
_CANNOT_BE_SEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Letters and marks by category, yet without any shape: Unicode's Default_Ignorable_Code_Point.
_WITHOUT_SHAPE = frozenset(
    (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0)
) | frozenset((*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)))
# What Latin, Greek and Cyrillic names are made of: nothing in it needs a look.
_PLAIN = re.compile(r"[ -~¡-¬®-ʯ\u0370-\u0373\u0391-\u03a1\u03a3-\u0482–—‘’“”…€£]*")  # noqa: RUF001 - ranges

_NEW_LINE = re.compile(r"\r?\n")


def visible(text: str) -> str:
    """Give the text as one line in which every character can be seen."""
    if _PLAIN.fullmatch(text):
        return text
    return _spelt_out(text)


@lru_cache(maxsize=2048)
def _spelt_out(text: str) -> str:
    out: list[str] = []
    marks = _MARKS_ON_A_LETTER  # at the start there is no letter to carry one
    has_letter = False
    for character in text:
        picture = _picture(character)
        if picture:
            out.append(picture)
            has_letter = False
        elif unicodedata.category(character) in {"Mn", "Me"} or cell_len(character) == 0:
            if not has_letter:
                out.append("◌")
                has_letter, marks = True, 0
            marks += 1
            out.append(character if marks <= _MARKS_ON_A_LETTER else _written(character))
        else:
            out.append(character)
            has_letter, marks = True, 0
    return "".join(out)


def _picture(character: str) -> str:
    """Give what to show for a character that cannot be seen, or nothing if it can."""
    point = ord(character)
    if point < 0x20:
        return chr(0x2400 + point)
    if point == 0x7F:
        return "␡"
    if point in _WITHOUT_SHAPE or unicodedata.category(character) in _CANNOT_BE_SEEN:
        return _written(character)
    # One space looks like another; only the width of a wide one differs.
    return " " if unicodedata.category(character) == "Zs" else ""


def _written(character: str) -> str:
    return f"⟨U+{ord(character):04X}⟩"


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
