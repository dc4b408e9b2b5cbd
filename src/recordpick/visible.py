"""Text from outside made safe to show: one line of characters that can all be seen.

Whatever a practice's records or a supplier's pack hold, the terminal gets none of it raw:

- control characters become their pictures (`␀`, `␛`, `␊` for a new line);
- characters that cannot be seen (C1 controls, bidirectional and other format characters, variation
  selectors, fillers, private and unassigned ones, lone surrogates) become `⟨U+202E⟩`;
- a combining mark keeps its letter; one without a letter stands on `◌`, and after the third on
  one letter further ones are written out, so that nothing grows into the lines around it.

Two different texts may look alike only where their letters do. The app (`tui/visible.py`) and the
command line (`commands/common.py`) both show data by this function and no other.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_MARKS_ON_A_LETTER = 3
_CANNOT_BE_SEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Letters and marks by category, yet without any shape: Unicode's Default_Ignorable_Code_Point.
_WITHOUT_SHAPE = frozenset(
    (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0)
) | frozenset((*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)))
# What takes no place of its own, but that of the letter before it: vowels and finals of Korean
# syllables, colours of skin.
_JOINED = frozenset((*range(0x1161, 0x1200), *range(0xD7B0, 0xD800), *range(0x1F3FB, 0x1F400)))
_MARKS = frozenset({"Mn", "Me", "Mc"})
# What Latin, Greek and Cyrillic names are made of: nothing in it needs a look.
_PLAIN = re.compile(r"[ -~¡-¬®-ʯ\u0370-\u0373\u0391-\u03a1\u03a3-\u0482–—‘’“”…€£]*")  # noqa: RUF001 - ranges


def visible(text: str) -> str:
    """Return the text as one line in which every character can be seen."""
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
        elif _is_mark(character):
            if not has_letter:
                out.append("◌")
                has_letter, marks = True, 0
            marks += 1
            out.append(character if marks <= _MARKS_ON_A_LETTER else _written(character))
        else:
            out.append(character)
            has_letter, marks = True, 0
    return "".join(out)


def _is_mark(character: str) -> bool:
    return unicodedata.category(character) in _MARKS or ord(character) in _JOINED


def _picture(character: str) -> str:
    """Return what to show for a character that cannot be seen, or nothing if it can."""
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
