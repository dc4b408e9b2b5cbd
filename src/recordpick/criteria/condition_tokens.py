"""The words and signs of a condition: its text is cut into tokens, and any other sign is refused.

Whether a name is a column, a function or a unit is told by where it stands, in condition_grammar;
what a person is told of a name that is none of them is here.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from recordpick.criteria.wording import did_you_mean, first_invisible, name_of_character, shown
from recordpick.errors import UserError

TEXT_LENGTH = 2_000
"""How many characters a condition may have."""
DIGITS = 15
"""How many digits a number may have: every such number is exact in floating point."""
SIGNS_IN_A_ROW = 5
"""How many NOT or minus may follow each other."""

FUNCTIONS = (
    "LOWER",
    "UPPER",
    "TRIM",
    "LENGTH",
    "OCTET_LENGTH",
    "COALESCE",
    "ABS",
    "EXTRACT",
)
UNITS = ("DAY", "WEEK", "MONTH", "YEAR")
RESERVED = frozenset(
    {"AND", "OR", "NOT", "IN", "BETWEEN", "LIKE", "ESCAPE", "IS", "NULL", "TRUE", "FALSE"}
    | {"INTERVAL", "FROM"}
)
"""Words that no column of a pack's own table may have as its name, in any case."""
KEYWORDS = RESERVED | {"DATE"}


@dataclass(frozen=True, slots=True)
class Token:
    """A word or sign, and at which character it begins.

    `kind` is the reserved word in capitals, the sign itself (`!=` as `<>`), or one of "name",
    "text", "number" and, after the last, "end". `text` is as written; a text is without its quotes.
    """

    kind: str
    text: str
    start: int


_NEAR = 24
_CURLY = "\u2018\u2019\u201c\u201d"
# The groups are tried in this order. Text takes doubled apostrophes and never gives one back (*+).
_TOKEN = re.compile(
    rf"""
      (?P<comment> -- | /\* )
    | (?P<text>    '(?:[^']|'')*+' )
    | (?P<number>  [0-9][\w.]* )
    | (?P<name>    (?:[A-Za-z_]|[^\x00-\x7f\s{_CURLY}])(?:\w|[^\x00-\x7f\s{_CURLY}])* )
    | (?P<strange> == | :: )
    | (?P<sign>    :as_at(?!\w) | <> | != | <= | >= | [(),=<>+\-*/] )
    | (?P<open>    ' )
    | (?P<other>   "[^"]*"? | `[^`]*`? | \|\|? | :\w* | . )
    """,
    re.VERBOSE,
)
_SPACE = re.compile(r"\s*")
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")
_NAMES = "names stand without quotes and text in single quotes: 'text'"
_PLACEHOLDER = "the only placeholder is :as_at, the as-at date"
_SIGN_HINTS = {
    '"': _NAMES,
    "`": _NAMES,
    "[": _NAMES,
    **dict.fromkeys(_CURLY, "text stands between straight single quotes: 'text'"),
    ";": "a condition is one expression",
    ".": "columns are named without their table, and a number has a digit before its point",
    "%": "text with % stands in single quotes",
    "||": "texts cannot be joined; compare each column by itself",
    "==": "that two are equal is asked with one sign: =",
    "::": "nothing is made into another kind",
    **dict.fromkeys(":?@$", _PLACEHOLDER),
}
_WORD_HINTS = {
    "ILIKE": "write LOWER(column) LIKE 'small letters%'",
    "CASE": "write the cases with AND, OR and brackets",
    "SELECT": "a rule looks at one table; use several rules for several tables",
    "EXISTS": "a rule looks at one table; use several rules for several tables",
    "DATE": "a date is written DATE 'YYYY-MM-DD'",
}


class Tokens:
    """The tokens of one condition, walked from the first to the end.

    UserError, without file and line, at the first character that the language does not have.
    `columns` are what names may mean, for messages.
    """

    def __init__(self, text: str, columns: Collection[str]) -> None:
        self._text = text
        self._columns = columns
        self._tokens = _cut(text)
        self._place = 0

    @property
    def now(self) -> Token:
        """The token to be read next; the last has the kind "end"."""
        return self._tokens[self._place]

    def take(self) -> Token:
        """Go past the token and give it."""
        self._place += 1
        return self._tokens[self._place - 1]

    def takes(self, *kinds: str) -> bool:
        """Go past the token if it is of one of these kinds, and say whether it was."""
        if self.now.kind not in kinds:
            return False
        self._place += 1
        return True

    def needs(self, kind: str, what: str) -> Token:
        """Go past a token of this kind; UserError that there should be `what` if it is another."""
        if self.now.kind != kind:
            raise self.refusal(what)
        return self.take()

    def count(self, kind: str) -> int:
        """Go past all tokens of a kind that follow each other and give how many there were."""
        begin = self._place
        while self.takes(kind):
            pass
        if self._place - begin > SIGNS_IN_A_ROW:
            raise UserError(
                f"More than {SIGNS_IN_A_ROW} NOT or minus signs follow each other in the "
                "condition; write it more simply."
            )
        return self._place - begin

    def refusal(self, what: str) -> UserError:
        """Say where reading stops, and what should stand there."""
        token = self.now
        if token.kind == "end":
            return UserError(f"The condition stops too early: at its end there should be {what}.")
        guess = "."
        if token.kind == "name" and token.text not in self._columns:
            other = _other_word(token.text, self._columns)
            if other:
                return other
            if token.text.upper() not in FUNCTIONS:
                guess = did_you_mean(token.text, RESERVED) or "."
        return UserError(
            f"The condition cannot be read at '{shown(token.text)}'{self._after()}: there should "
            f"be {what}{guess}"
        )

    def _after(self) -> str:
        """Repeat the last words before a token, so that it is found; at least one of them."""
        begin = max(0, self._place - 1)
        while begin and self.now.start - self._tokens[begin - 1].start <= _NEAR:
            begin -= 1
        before = self._text[self._tokens[begin].start : self.now.start].strip()
        return f" after '{shown(before)}'" if before else ""


def _cut(text: str) -> list[Token]:
    _check_text(text)
    tokens: list[Token] = []
    place = _after_space(text, 0)
    while place < len(text):
        found = _TOKEN.match(text, place)
        assert found is not None  # the last group takes any character
        token = _token(found)
        if tokens and token.kind == tokens[-1].kind == "text":
            raise UserError(
                "Two texts stand side by side in the condition; an apostrophe within a text is "
                "written twice: 'O''Brien'."
            )
        tokens.append(token)
        place = _after_space(text, found.end())
    if not tokens:
        raise UserError("The condition is empty; leave it out where every row counts.")
    return [*tokens, Token("end", "", len(text))]


def _check_text(text: str) -> None:
    if len(text) > TEXT_LENGTH:
        raise UserError(
            f"The condition has {len(text):,} characters and may have {TEXT_LENGTH:,}; long lists "
            "of codes belong in a codelist."
        )
    hidden = first_invisible(text, allowed="\t\r\n")
    if hidden is not None:
        raise UserError(
            f"The condition has the character {name_of_character(hidden)} in it, which cannot be "
            "seen; take it out."
        )


def _after_space(text: str, place: int) -> int:
    found = _SPACE.match(text, place)
    assert found is not None  # no space at all is found too
    return found.end()


def _token(found: re.Match[str]) -> Token:
    text, start = found[0], found.start()
    match found.lastgroup:
        case "text":
            return Token("text", text[1:-1].replace("''", "'"), start)
        case "number":
            _check_number(text)
            return Token("number", text, start)
        case "name":
            # Not `upper` alone, which makes ASCII letters of some others.
            word = text.upper() if text.isascii() else ""
            return Token(word if word in RESERVED else "name", text, start)
        case "sign":
            return Token("<>" if text == "!=" else text, text, start)
        case "comment":
            raise UserError(
                "The condition has a comment in it; write comments outside it, after # in the pack."
            )
        case "open":
            raise UserError(
                "The condition has a quote that is not closed; text stands in single quotes, and "
                "an apostrophe in it is written twice: 'O''Brien'."
            )
    hint = _SIGN_HINTS.get(text) or _SIGN_HINTS.get(text[0])
    told = f"; {hint}." if hint else "."
    raise UserError(f"'{shown(text)}' is not part of the condition language{told}")


def _check_number(text: str) -> None:
    if not _NUMBER.fullmatch(text):
        raise UserError(
            f"'{shown(text)}' is not a number of the condition language; numbers are written "
            "with digits and at most one point, such as 140 or 7.5."
        )
    if len(text.replace(".", "")) > DIGITS:
        raise UserError(
            f"The number {shown(text)} has more than {DIGITS} digits; identifiers and codes "
            "are text and stand in single quotes."
        )


def not_a_function(name: str) -> UserError:
    """Say that there is no such function."""
    return UserError(
        f"'{shown(name)}' is not a function of the condition language, which has "
        f"{', '.join(FUNCTIONS)}{did_you_mean(name, FUNCTIONS) or '.'}"
    )


def not_a_column(name: str, columns: Collection[str]) -> UserError:
    """Say that a name which stands for a value is no column, and what may have been meant."""
    if name.upper() in FUNCTIONS:
        return UserError(f"The function {name.upper()} needs brackets: {name.upper()}(…).")
    guess = did_you_mean(name, columns)
    has = f", which has {', '.join(list(columns)[:40])}." if columns else "."
    return _other_word(name, columns) or UserError(
        f"'{shown(name)}' is not a column of this table{guess or has}"
    )


def _other_word(name: str, columns: Collection[str]) -> UserError | None:
    """Say what to write instead of a word that SQL has and this language has not."""
    hint = _WORD_HINTS.get(name.upper())
    if hint is None or name.casefold() in map(str.casefold, columns):
        return None
    return UserError(f"'{shown(name)}' is not part of the condition language; {hint}.")
