"""What a reader finds in a text: signs with their places, and what is left."""

from __future__ import annotations

from dataclasses import dataclass, field

from recordpick.criteria.templates.quantities import Quantity
from recordpick.criteria.templates.tokens import Token


@dataclass(frozen=True, slots=True)
class Sign:
    """A recognised word or number of the text."""

    name: str
    start: int
    end: int
    value: str = ""
    quantity: Quantity | None = None
    parenthetical: bool = False


@dataclass(slots=True)
class Reading:
    """A text as signs, in order; `unknown` are words that are in no list."""

    tokens: list[Token]
    signs: list[Sign] = field(default_factory=list)
    nots: list[Sign] = field(default_factory=list)
    joins: list[Sign] = field(default_factory=list)
    unknown: list[Sign] = field(default_factory=list)
    corrections: list[str] = field(default_factory=list)
    commentary: list[str] = field(default_factory=list)
    by_hand: str = ""
    takes_each: bool = False

    def words(self, start: int, end: int) -> str:
        """Return the words of the text from one place to another."""
        return " ".join(_shown(token) for token in self.tokens[start:end])


def _shown(token: Token) -> str:
    if token.pressure:
        return f"{token.pressure[0]}/{token.pressure[1]}"
    return token.day or token.word
