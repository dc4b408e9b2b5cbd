"""Sanitising text from outside for the terminal: one line in which every character is visible.

Whatever a practice's records or a supplier's pack contain, none of it reaches the terminal raw:

- control characters become their symbols (`␀`, `␛`, `␊` for a new line);
- characters that cannot be seen (C1 controls, bidirectional and other format characters, variation
  selectors, fillers, private and unassigned ones, lone surrogates) become `⟨U+202E⟩`;
- a combining mark keeps its letter; one without a letter is shown on `◌`, and after the third on
  one letter further marks are written out, so that nothing overlaps the lines around it.

Two different texts look the same only if their letters do. The app (`tui/text.py`) and the command
line (`cli/output.py`) both show data only through `visible`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_MARKS_ON_A_LETTER = 3
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Letters and marks by category, yet without any shape: Unicode's Default_Ignorable_Code_Point.
_WITHOUT_SHAPE = frozenset(
    (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0)
) | frozenset((*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)))
# Characters without a width of their own, which join the one before: vowels and finals of Korean
# syllables, skin tones.
_WITHOUT_WIDTH = frozenset(
    (*range(0x1161, 0x1200), *range(0xD7B0, 0xD800), *range(0x1F3FB, 0x1F400))
)
_MARKS = frozenset({"Mn", "Me", "Mc"})
# The characters of Latin, Greek and Cyrillic names: none of them needs checking.
_PLAIN = re.compile(r"[ -~¡-¬®-ʯ\u0370-\u0373\u0391-\u03a1\u03a3-\u0482–—‘’“”…€£]*")  # noqa: RUF001 - ranges


def visible(text: str) -> str:
    """Return the text as one line in which every character is visible."""
    if _PLAIN.fullmatch(text):
        return text
    return _sanitised(text)


@lru_cache(maxsize=2048)
def _sanitised(text: str) -> str:
    out: list[str] = []
    marks = _MARKS_ON_A_LETTER  # at the start there is no letter to carry one
    has_letter = False
    for character in text:
        symbol = _symbol(character)
        if symbol:
            out.append(symbol)
            has_letter = False
        elif _is_mark(character):
            if not has_letter:
                out.append("◌")
                has_letter, marks = True, 0
            marks += 1
            out.append(character if marks <= _MARKS_ON_A_LETTER else _code_point(character))
        else:
            out.append(character)
            has_letter, marks = True, 0
    return "".join(out)


def _is_mark(character: str) -> bool:
    return unicodedata.category(character) in _MARKS or ord(character) in _WITHOUT_WIDTH


def _symbol(character: str) -> str:
    """Return what to show for an invisible character; "" for a visible one."""
    point = ord(character)
    if point < 0x20:
        return chr(0x2400 + point)
    if point == 0x7F:
        return "␡"
    if point in _WITHOUT_SHAPE or unicodedata.category(character) in _INVISIBLE:
        return _code_point(character)
    # All spaces look the same; only a wide one differs in width.
    return " " if unicodedata.category(character) == "Zs" else ""


def _code_point(character: str) -> str:
    return f"⟨U+{ord(character):04X}⟩"
