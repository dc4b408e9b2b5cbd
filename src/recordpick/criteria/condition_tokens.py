"""The first fence of the condition language: only its own words and signs reach the parser.

sqlglot cuts the text into tokens; each must be one that the language has, so that a subquery, a
comment, a quoted name or a cast is refused by name and place before anything is built from it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from recordpick.criteria.wording import did_you_mean, first_invisible, name_of_character, shown
from recordpick.errors import UserError

if TYPE_CHECKING:
    from sqlglot import Token

TEXT_LENGTH = 2_000
"""How many characters a condition may have."""
BRACKETS_DEEP = 20
"""How deep brackets may nest. sqlglot takes some 25 Python frames for each."""
SIGNS_IN_A_ROW = 5
"""How many NOT or minus may follow each other."""
DIGITS = 15
"""How many digits a number may have: every such number is exact in floating point."""

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
KEYWORDS = frozenset(
    {"AND", "OR", "NOT", "IN", "BETWEEN", "LIKE", "ESCAPE", "IS", "NULL", "TRUE", "FALSE"}
    | {"INTERVAL", "DATE", "FROM"}
)
RESERVED = KEYWORDS - {"DATE"}
"""Words that no column of a pack's own table may have as its name, in any case."""

_SIGNS = {
    "L_PAREN": ("(",),
    "R_PAREN": (")",),
    "COMMA": (",",),
    "EQ": ("=",),
    "NEQ": ("<>", "!="),
    "LT": ("<",),
    "LTE": ("<=",),
    "GT": (">",),
    "GTE": (">=",),
    "PLUS": ("+",),
    "DASH": ("-",),
    "STAR": ("*",),
    "SLASH": ("/",),
    "COLON": (":",),
}
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")
_HINTS = {
    "IDENTIFIER": "names stand without quotes and text in single quotes: 'text'",
    "ILIKE": "write LOWER(column) LIKE 'small letters%'",
    "SEMICOLON": "a condition is one expression",
    "DOT": "columns are named without their table, and a number has a digit before its point",
    "PERCENT": "text with % stands in single quotes",
    "DATE": "a date is written DATE 'YYYY-MM-DD'",
    "CASE": "write the cases with AND, OR and brackets",
    "SELECT": "a rule looks at one table; use several rules for several tables",
    "DPIPE": "texts cannot be joined; compare each column by itself",
    "PARAMETER": "the only placeholder is :as_at",
    "PLACEHOLDER": "the only placeholder is :as_at",
    "DOLLAR": "the only placeholder is :as_at",
}


def tokens_of(text: str, columns: Collection[str]) -> list[Token]:
    """Give the tokens of a condition, each checked; names of columns always as names.

    UserError, without file and line, at the first token that the language does not have.
    """
    _check_text(text)
    from sqlglot import Dialect, Token, TokenType
    from sqlglot.errors import SqlglotError

    try:
        found = Dialect().tokenize(text)
    except SqlglotError as error:
        raise UserError(
            "The condition has a quote or a comment that is not closed; text stands in single "
            "quotes, and an apostrophe in it is written twice: 'O''Brien'."
        ) from error
    if not found:
        raise UserError("The condition is empty; leave it out where every row counts.")
    checked: list[Token] = []
    for place, token in enumerate(found):
        if token.comments:
            raise UserError(
                "The condition has a comment in it; write comments outside it, after # in the pack."
            )
        following = found[place + 1] if place + 1 < len(found) else None
        if _is_name(token, following, checked, columns):
            token = Token(  # noqa: PLW2901 - the same token, read as a name
                TokenType.VAR, token.text, token.line, token.col, token.start, token.end
            )
        _check(token, following, checked, columns)
        checked.append(token)
    _check_nesting(checked)
    return checked


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


def _text_of(token: Token | None) -> str:
    return "" if token is None else token.text.upper()


def _is_name(
    token: Token, following: Token | None, before: Sequence[Token], columns: Collection[str]
) -> bool:
    """Whether the token is a name, although sqlglot may know a keyword of that spelling."""
    if token.token_type.name in {"STRING", "NUMBER", "IDENTIFIER"}:
        return False
    word = token.text.upper()
    opens = following is not None and following.token_type.name == "L_PAREN"
    if opens and word in FUNCTIONS:
        return True
    if _stands_for_a_unit(before) and word.removesuffix("S") in UNITS:
        return True
    if word == "DATE" and following is not None and following.token_type.name == "STRING":
        return False
    return token.text in columns and word not in RESERVED


def _stands_for_a_unit(before: Sequence[Token]) -> bool:
    """Whether a unit may come now: after `INTERVAL '5'`, `INTERVAL 5` and `EXTRACT (`."""
    last_two = [_text_of(token) for token in before[-2:]]
    return len(last_two) == 2 and (last_two[0] == "INTERVAL" or last_two == ["EXTRACT", "("])


def _check(
    token: Token, following: Token | None, before: Sequence[Token], columns: Collection[str]
) -> None:
    kind = token.token_type.name
    if kind == "VAR":
        _check_name(token, following, before, columns)
    elif kind == "NUMBER":
        _check_number(token)
    elif kind == "STRING":
        if following is not None and following.token_type.name == "STRING":
            raise UserError(
                "Two texts stand side by side in the condition; an apostrophe within a text is "
                "written twice: 'O''Brien'."
            )
    elif kind == "COLON":
        if not _is_as_at(token, following):
            raise UserError("The only placeholder in a condition is :as_at, the as-at date.")
    elif token.text not in _SIGNS.get(kind, ()) and not _is_keyword(token, following):
        raise _refused(token, columns)


def _is_keyword(token: Token, following: Token | None) -> bool:
    word = token.text.upper()
    if word == "DATE" and (following is None or following.token_type.name != "STRING"):
        return False
    return word in KEYWORDS and token.token_type.name == word


def _is_as_at(token: Token, following: Token | None) -> bool:
    return following is not None and following.text == "as_at" and following.start == token.end + 1


def _check_number(token: Token) -> None:
    if not _NUMBER.fullmatch(token.text):
        raise UserError(
            f"'{shown(token.text)}' is not a number of the condition language; numbers are written "
            "with digits and at most one point, such as 140 or 7.5."
        )
    if len(token.text.replace(".", "")) > DIGITS:
        raise UserError(
            f"The number {shown(token.text)} has more than {DIGITS} digits; identifiers and codes "
            "are text and stand in single quotes."
        )


def _check_name(
    token: Token, following: Token | None, before: Sequence[Token], columns: Collection[str]
) -> None:
    if before and before[-1].token_type.name == "COLON":
        return
    if following is not None and following.token_type.name == "L_PAREN":
        if token.text.upper() not in FUNCTIONS:
            raise UserError(
                f"'{shown(token.text)}' is not a function of the condition language, which has "
                f"{', '.join(FUNCTIONS)}{did_you_mean(token.text, FUNCTIONS) or '.'}"
            )
        return
    if following is not None and following.token_type.name == "DOT":
        raise _refused(following, columns)
    if token.text not in columns and not (
        _stands_for_a_unit(before) and token.text.upper().removesuffix("S") in UNITS
    ):
        raise _refused(token, columns)


def _refused(token: Token, columns: Collection[str]) -> UserError:
    text = token.text
    is_nearly_a_column = text.casefold() in map(str.casefold, columns)
    if text.upper() in FUNCTIONS:
        return UserError(f"The function {text.upper()} needs brackets: {text.upper()}(…).")
    hint = _HINTS.get(token.token_type.name)
    if hint and not is_nearly_a_column:
        return UserError(f"'{shown(text)}' is not part of the condition language; {hint}.")
    if token.token_type.name == "VAR" or is_nearly_a_column:
        guess = did_you_mean(text, columns)
        return UserError(
            f"'{shown(text)}' is not a column of this table{guess or _columns(columns)}"
        )
    return UserError(f"'{shown(text)}' is not part of the condition language.")


def _columns(columns: Collection[str]) -> str:
    return f", which has {', '.join(list(columns)[:40])}." if columns else "."


def _check_nesting(tokens: Sequence[Token]) -> None:
    deep = deepest = signs = 0
    for token in tokens:
        kind = token.token_type.name
        deep += (kind == "L_PAREN") - (kind == "R_PAREN")
        deepest = max(deepest, deep)
        signs = signs + 1 if kind in {"NOT", "DASH", "PLUS"} else 0
        if signs > SIGNS_IN_A_ROW:
            raise UserError(
                f"More than {SIGNS_IN_A_ROW} NOT or minus signs follow each other in the "
                "condition; write it more simply."
            )
    if deepest > BRACKETS_DEEP:
        raise UserError(
            f"The condition's brackets nest {deepest} deep and may nest {BRACKETS_DEEP}; write it "
            "more simply, or as several rules."
        )
