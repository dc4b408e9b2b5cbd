"""All the problems of a pack, collected so that they are reported once and in order.

And how their messages quote a pack's text and suggest what may have been meant.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable

from recordpick.criteria.toml_positions import Lines, TomlPath
from recordpick.errors import UserError
from recordpick.text import similar

MOST_REPORTED = 100


class Problems:
    """The problems of one pack, each a sentence with its place."""

    def __init__(self, file: str, line_word: str = "line") -> None:
        self.file = file
        self.line_word = line_word
        """The word for a line: "row" in a spreadsheet."""
        self._found: list[tuple[str, str, TomlPath | int | None, str, str]] = []
        self._notes: list[str] = []

    def add(
        self,
        message: str,
        *,
        at: TomlPath | int | None = None,
        criterion: str = "",
        file: str | None = None,
        column: str = "",
    ) -> None:
        """Record a problem at a TOML path, or a line, of the pack (or of another `file`).

        `column` says in which column of the line, in words, where that is known.
        """
        self._found.append((file or self.file, criterion, at, message, column))

    def note(
        self,
        message: str,
        *,
        at: int | None = None,
        criterion: str = "",
        file: str | None = None,
        column: str = "",
    ) -> None:
        """Record what a person should know about the pack, or another `file`, though it loads."""
        self._notes.append(f"{self._place(file or self.file, criterion, at, column)}: {message}")

    @property
    def notes(self) -> tuple[str, ...]:
        """The notes in order; at most `MOST_REPORTED`."""
        messages = tuple(dict.fromkeys(self._notes))
        if len(messages) <= MOST_REPORTED:
            return messages
        return (
            *messages[:MOST_REPORTED],
            f"{self.file}: and {len(messages) - MOST_REPORTED:,} more notes.",
        )

    def _place(self, file: str, criterion: str, line: int | None, column: str) -> str:
        parts = (
            file,
            f"criterion {criterion}" if criterion else "",
            f"{self.line_word} {line}" if line is not None else "",
            column,
        )
        return ", ".join(part for part in parts if part)

    def raise_any(self, lines: Callable[[], Lines] | None = None) -> None:
        """Raise one UserError with all problems in the order of their lines, if there are any."""
        if not self._found:
            return
        located = lines() if lines else None
        placed: list[tuple[bool, str, int, str]] = []
        for file, criterion, at, message, column in self._found:
            line = located.of(at) if isinstance(at, tuple) and located else at
            number = line if isinstance(line, int) else None
            where = self._place(file, criterion, number, column)
            placed.append((file != self.file, file, number or 0, f"{where}: {message}"))
        messages = [text for *_, text in sorted(placed, key=lambda problem: problem[:3])]
        if len(messages) > MOST_REPORTED:
            more = len(messages) - MOST_REPORTED
            messages[MOST_REPORTED:] = [f"{self.file}: and {more:,} more problems."]
        raise UserError.of(messages)


_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
SHOWN_AT_MOST = 60
"""How many characters of a text from outside a message quotes."""


def first_invisible(text: str, *, allowed: str = "") -> str | None:
    """Return the first invisible character (a control or direction sign), or None."""
    if text.isprintable():  # nearly always, and quick to tell
        return None
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
    close = similar(word, options, 1)
    return f"; did you mean '{close[0]}'?" if close else ""


def listed(options: Iterable[str], *, last: str = "or") -> str:
    """Join words as a sentence does: `a, b or c`."""
    words = list(options)
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def capital(text: str) -> str:
    """Return the text with a capital first letter and the rest unchanged."""
    return text[:1].upper() + text[1:]
