"""The second fence: the order in which the words of a condition may stand.

sqlglot forgives much: it reads `BETWEEN 1 2`, `IN ('a', , )` and `TRIM(x` without a word, and puts
brackets of its own into `a = b IS NULL`. A condition that says something else than it seems to
would pick the wrong patients in silence, so the grammar is checked here, exactly:

    condition  = ["NOT" …] predicate {("AND" | "OR") ["NOT" …] predicate}
    predicate  = value [comparison value | ["NOT"] in | ["NOT"] between | ["NOT"] like | is]
    in         = "IN" "(" value {"," value} ")"
    between    = "BETWEEN" value "AND" value
    like       = "LIKE" text ["ESCAPE" text]
    is         = "IS" ["NOT"] ("NULL" | "TRUE" | "FALSE")
    value      = term {("+" | "-") (term | interval)}
    interval   = "INTERVAL" (text | (text | number) unit)
    term       = factor {("*" | "/") factor}
    factor     = {"-"} (text | number | "DATE" text | "TRUE" | "FALSE" | ":as_at" | column
                 | "(" condition ")" | function "(" arguments ")")
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from recordpick.criteria.condition_tokens import FUNCTIONS, UNITS
from recordpick.criteria.wording import shown
from recordpick.errors import UserError

if TYPE_CHECKING:
    from sqlglot import Token

_COMPARISONS = ("EQ", "NEQ", "LT", "LTE", "GT", "GTE")
_PREDICATES = frozenset({*_COMPARISONS, "IN", "BETWEEN", "LIKE", "IS", "NOT"})
_END = ""


def check_grammar(text: str, tokens: Sequence[Token]) -> None:
    """Refuse tokens in any other order; UserError says where, and what should stand there."""
    _Grammar(text, tokens).whole()


class _Grammar:
    """Walks the tokens of one condition."""

    def __init__(self, text: str, tokens: Sequence[Token]) -> None:
        self._text = text
        self._tokens = tokens
        self._kinds = [token.token_type.name for token in tokens]
        self._place = 0

    def whole(self) -> None:
        """Check the condition to its end."""
        self._condition()
        if self._kind() == "R_PAREN":
            raise self._refusal("no closing bracket, for none is open")
        if self._kind() != _END:
            raise self._refusal("AND, OR, a comparison or the end")

    def _kind(self, ahead: int = 0) -> str:
        place = self._place + ahead
        return self._kinds[place] if place < len(self._kinds) else _END

    def _word(self) -> str:
        return self._tokens[self._place].text.upper() if self._kind() != _END else _END

    def _eat(self, kind: str, what: str) -> None:
        if self._kind() != kind:
            raise self._refusal(what)
        self._place += 1

    def _takes(self, *kinds: str) -> bool:
        if self._kind() not in kinds:
            return False
        self._place += 1
        return True

    def _refusal(self, what: str) -> UserError:
        if self._kind() == _END:
            return UserError(f"The condition stops too early: at its end there should be {what}.")
        token = self._tokens[self._place]
        before = self._text[max(0, token.start - 20) : token.start].lstrip()
        after = f" after '{shown(before.strip())}'" if before.strip() else ""
        return UserError(
            f"The condition cannot be read at '{shown(token.text)}'{after}: there should be {what}."
        )

    def _condition(self) -> None:
        self._negated()
        while self._takes("AND", "OR"):
            self._negated()

    def _negated(self) -> None:
        while self._takes("NOT"):
            pass
        self._predicate()
        if self._kind() in _PREDICATES:
            raise UserError(
                "Two comparisons follow each other in the condition without AND or OR; where one "
                "is meant to be part of the other, put it in brackets."
            )

    def _predicate(self) -> None:
        self._value()
        if self._takes(*_COMPARISONS):
            self._value()
        elif self._takes("IS"):
            self._takes("NOT")
            if not self._takes("NULL", "TRUE", "FALSE"):
                raise self._refusal("NULL, TRUE or FALSE, with or without NOT before it")
        else:
            is_negated = self._takes("NOT")
            if not self._membership() and is_negated:
                raise self._refusal("IN, BETWEEN or LIKE")

    def _membership(self) -> bool:
        if self._takes("IN"):
            self._eat("L_PAREN", "a list in brackets, such as ('a', 'b')")
            if self._kind() == "R_PAREN":
                raise UserError("The list after IN is empty; it holds texts, numbers or dates.")
            self._value()
            while self._takes("COMMA"):
                self._value()
            self._eat("R_PAREN", "a comma or the closing bracket of the list")
        elif self._takes("BETWEEN"):
            self._value()
            self._eat("AND", "AND and the upper end of BETWEEN")
            self._value()
        elif self._takes("LIKE"):
            self._eat("STRING", "a pattern in single quotes, such as 'Mac%'")
            if self._takes("ESCAPE"):
                self._eat("STRING", "one character in single quotes, such as '!'")
        else:
            return False
        return True

    def _value(self) -> None:
        self._term()
        while self._takes("PLUS", "DASH"):
            if self._takes("INTERVAL"):
                self._interval()
            else:
                self._term()

    def _interval(self) -> None:
        if not self._takes("STRING"):
            self._eat("NUMBER", "how long the interval is, such as '5 years'")
            if not self._is_unit():
                raise self._refusal("YEAR, MONTH, WEEK or DAY")
        if self._is_unit():
            self._place += 1

    def _is_unit(self) -> bool:
        return self._kind() == "VAR" and self._word().removesuffix("S") in UNITS

    def _term(self) -> None:
        self._factor()
        while self._takes("STAR", "SLASH"):
            self._factor()

    def _factor(self) -> None:
        while self._takes("DASH"):
            pass
        if self._takes("STRING", "NUMBER", "TRUE", "FALSE"):
            return
        if self._takes("DATE"):
            self._eat("STRING", "a day in single quotes, such as '2024-03-31'")
        elif self._takes("COLON"):
            self._eat("VAR", "as_at")
        elif self._takes("L_PAREN"):
            self._condition()
            self._eat("R_PAREN", "AND, OR or the closing bracket")
        elif self._kind() == "VAR":
            self._name()
        elif self._kind() == "NULL":
            raise UserError("NULL stands only after IS: write IS NULL or IS NOT NULL.")
        elif self._kind() == "INTERVAL":
            raise UserError(
                "An INTERVAL is added to a date or taken from one: :as_at - INTERVAL '5 years'."
            )
        else:
            raise self._refusal("a column, a value or a bracket")

    def _name(self) -> None:
        name = self._word()
        self._place += 1
        if name not in FUNCTIONS or not self._takes("L_PAREN"):
            return
        if name == "EXTRACT":
            self._eat("VAR", "YEAR, MONTH or DAY")
            self._eat("FROM", "FROM and a date")
            self._value()
        else:
            self._condition()
            while name == "COALESCE" and self._takes("COMMA"):
                self._condition()
        self._eat("R_PAREN", f"the closing bracket of {name}")
