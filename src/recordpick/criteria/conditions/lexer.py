"""The tokeniser of conditions: splits the text into words and signs, and refuses all others.

Whether a name is a column, a function or a unit depends on where it appears (parser);
the messages about a name that is none of them are here.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from recordpick.criteria.problems import did_you_mean, first_invisible, name_of_character, shown
from recordpick.errors import UserError

MAX_LENGTH = 2_000
"""How many characters a condition may have."""
MAX_DIGITS = 15
"""How many digits a number may have: every such number is exact in floating point."""
MAX_SIGNS = 5
"""How many NOT or minus signs may follow each other."""

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
"""Words that cannot name a column of a pack's own table, in upper or lower case."""
KEYWORDS = RESERVED | {"DATE"}


@dataclass(frozen=True, slots=True)
class Token:
    """A word or sign, and the character offset at which it begins.

    `kind` is the reserved word in capitals, the sign itself (`!=` as `<>`), or one of "name",
    "text", "number" and, after the last, "end". `text` is as written; a text is without its quotes.
    """

    kind: str
    text: str
    start: int


_NEAR = 24
_CURLY = "\u2018\u2019\u201c\u201d"
# The groups are tried in this order. Text includes doubled apostrophes, possessively (*+).
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
_QUOTING = "names are written without quotes and text in single quotes: 'text'"
_PLACEHOLDER = "the only placeholder is :as_at, the as-at date"
_SIGN_HINTS = {
    '"': _QUOTING,
    "`": _QUOTING,
    "[": _QUOTING,
    **dict.fromkeys(_CURLY, "text goes between straight single quotes: 'text'"),
    ";": "a condition is one expression",
    ".": "columns are named without their table, and a number has a digit before its point",
    "%": "text with % goes in single quotes",
    "||": "texts cannot be joined; compare each column by itself",
    "==": "equality is written with one sign: =",
    "::": "values cannot be cast to another type",
    **dict.fromkeys(":?@$", _PLACEHOLDER),
}
_WORD_HINTS = {
    "ILIKE": "write LOWER(column) LIKE 'lower case%'",
    "CASE": "write the cases with AND, OR and brackets",
    "SELECT": "a rule looks at one table; use several rules for several tables",
    "EXISTS": "a rule looks at one table; use several rules for several tables",
    "DATE": "a date is written DATE 'YYYY-MM-DD'",
}


class Tokens:
    """The tokens of one condition, walked from the first to the end.

    UserError, without file and line, at the first character that is not part of the language.
    `columns` are the names that exist, for messages.
    """

    def __init__(self, text: str, columns: Collection[str]) -> None:
        self._text = text
        self._columns = columns
        self._tokens = _tokenise(text)
        self._position = 0

    @property
    def current(self) -> Token:
        """The token to be read next; the last has the kind "end"."""
        return self._tokens[self._position]

    def advance(self) -> Token:
        """Move past the current token and return it."""
        self._position += 1
        return self._tokens[self._position - 1]

    def accept(self, *kinds: str) -> bool:
        """Move past the token if it is of one of these kinds; return whether it was."""
        if self.current.kind not in kinds:
            return False
        self._position += 1
        return True

    def expect(self, kind: str, what: str) -> Token:
        """Move past a token of this kind; UserError that `what` is expected if it is another."""
        if self.current.kind != kind:
            raise self.error(what)
        return self.advance()

    def count(self, kind: str) -> int:
        """Move past a run of tokens of one kind and return how many there were."""
        begin = self._position
        while self.accept(kind):
            pass
        if self._position - begin > MAX_SIGNS:
            raise UserError(
                f"More than {MAX_SIGNS} NOT or minus signs follow each other in the "
                "condition; write it more simply."
            )
        return self._position - begin

    def error(self, what: str) -> UserError:
        """Return the error that says where parsing stops and what is expected there."""
        token = self.current
        if token.kind == "end":
            return UserError(f"The condition ends too early: {what} should come next.")
        guess = "."
        if token.kind == "name" and token.text not in self._columns:
            other = _unsupported_word(token.text, self._columns)
            if other:
                return other
            if token.text.upper() not in FUNCTIONS:
                guess = did_you_mean(token.text, RESERVED) or "."
        return UserError(
            f"The condition cannot be read at '{shown(token.text)}'{self._preceding()}: expected "
            f"{what}{guess}"
        )

    def _preceding(self) -> str:
        """Quote the last words before a token, at least one, so that it can be found."""
        begin = max(0, self._position - 1)
        while begin and self.current.start - self._tokens[begin - 1].start <= _NEAR:
            begin -= 1
        before = self._text[self._tokens[begin].start : self.current.start].strip()
        return f" after '{shown(before)}'" if before else ""


def _tokenise(text: str) -> list[Token]:
    _check_text(text)
    tokens: list[Token] = []
    position = _skip_space(text, 0)
    while position < len(text):
        found = _TOKEN.match(text, position)
        assert found is not None  # the last group accept any character
        token = _token(found)
        if tokens and token.kind == tokens[-1].kind == "text":
            raise UserError(
                "Two texts are side by side in the condition; an apostrophe within a text is "
                "written twice: 'O''Brien'."
            )
        tokens.append(token)
        position = _skip_space(text, found.end())
    if not tokens:
        raise UserError("The condition is empty; leave it out where every row counts.")
    return [*tokens, Token("end", "", len(text))]


def _check_text(text: str) -> None:
    if len(text) > MAX_LENGTH:
        raise UserError(
            f"The condition has {len(text):,} characters and may have {MAX_LENGTH:,}; long lists "
            "of codes belong in a codelist."
        )
    hidden = first_invisible(text, allowed="\t\r\n")
    if hidden is not None:
        raise UserError(
            f"The condition has the character {name_of_character(hidden)} in it, which cannot be "
            "seen; take it out."
        )


def _skip_space(text: str, position: int) -> int:
    found = _SPACE.match(text, position)
    assert found is not None  # it matches no space at all too
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
            # Not `upper` alone, which turns some other letters into ASCII ones.
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
                "The condition has a quote that is not closed; text goes in single quotes, and "
                "an apostrophe in it is written twice: 'O''Brien'."
            )
    hint = _SIGN_HINTS.get(text) or _SIGN_HINTS.get(text[0])
    ending = f"; {hint}." if hint else "."
    raise UserError(f"'{shown(text)}' is not part of the condition language{ending}")


def _check_number(text: str) -> None:
    if not _NUMBER.fullmatch(text):
        raise UserError(
            f"'{shown(text)}' is not a number of the condition language; numbers are written "
            "with digits and at most one point, such as 140 or 7.5."
        )
    if len(text.replace(".", "")) > MAX_DIGITS:
        raise UserError(
            f"The number {shown(text)} has more than {MAX_DIGITS} digits; identifiers and codes "
            "are text and go in single quotes."
        )


def not_a_function(name: str) -> UserError:
    """Return the error that there is no such function."""
    return UserError(
        f"'{shown(name)}' is not a function of the condition language, which has "
        f"{', '.join(FUNCTIONS)}{did_you_mean(name, FUNCTIONS) or '.'}"
    )


def not_a_column(name: str, columns: Collection[str]) -> UserError:
    """Return the error that a name is not a column, and what may have been meant."""
    if name.upper() in FUNCTIONS:
        return UserError(f"The function {name.upper()} needs brackets: {name.upper()}(…).")
    guess = did_you_mean(name, columns)
    has = f", which has {', '.join(list(columns)[:40])}." if columns else "."
    return _unsupported_word(name, columns) or UserError(
        f"'{shown(name)}' is not a column of this table{guess or has}"
    )


def _unsupported_word(name: str, columns: Collection[str]) -> UserError | None:
    """Return the error for an SQL word that this language lacks: it says what to write instead."""
    hint = _WORD_HINTS.get(name.upper())
    if hint is None or name.casefold() in map(str.casefold, columns):
        return None
    return UserError(f"'{shown(name)}' is not part of the condition language; {hint}.")
