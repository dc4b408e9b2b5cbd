"""How messages about a pack quote its text and suggest what may have been meant."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
SHOWN_AT_MOST = 60
"""How many characters of a text from outside a message quotes."""


def first_invisible(text: str, *, allowed: str = "") -> str | None:
    """Return the first invisible character (a control or direction sign), or None."""
    for character in text:
        if character not in allowed and unicodedata.category(character) in _INVISIBLE:
            return character
    return None


def name_of_character(character: str) -> str:
    """Return the code point of a character, such as `U+202E`."""
    return f"U+{ord(character):04X}"


def shown(text: object) -> str:
    """Return a text from outside as a message can quote it: short, one line, all visible."""
    plain = re.sub(r"[ \t\r\n]+", " ", str(text))
    if len(plain) > SHOWN_AT_MOST:
        plain = plain[: SHOWN_AT_MOST - 1] + "…"
    return "".join(
        character if character.isprintable() else f"<{name_of_character(character)}>"
        for character in plain
    )


def did_you_mean(word: str, options: Iterable[str]) -> str:
    """Return `; did you mean 'x'?` for the option closest to the word, or an empty text."""
    by_folded = {option.casefold(): option for option in options}
    close = difflib.get_close_matches(word.casefold()[:SHOWN_AT_MOST], by_folded, n=1, cutoff=0.6)
    return f"; did you mean '{by_folded[close[0]]}'?" if close else ""


def listed(options: Iterable[str], *, last: str = "or") -> str:
    """Join words as a sentence does: `a, b or c`."""
    words = list(options)
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def capital(text: str) -> str:
    """Return the text with a capital first letter and the rest unchanged."""
    return text[:1].upper() + text[1:]
