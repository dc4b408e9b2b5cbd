"""The grammar of a condition: a recursive-descent parser that builds its nodes.

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
                 | "(" condition ")" | function "(" value ")"
                 | "COALESCE" "(" condition {"," condition} ")"
                 | "EXTRACT" "(" part "FROM" value ")")

AND binds before OR. Nothing else is accepted, guessed or corrected: a condition that means
something other than it seems to would silently pick the wrong patients.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import get_args

from recordpick.criteria.conditions import ast as n
from recordpick.criteria.conditions import typecheck as kinds
from recordpick.criteria.conditions.lexer import (
    FUNCTIONS,
    UNITS,
    Tokens,
    not_a_column,
    not_a_function,
)
from recordpick.criteria.conditions.typecheck import Words, check_words, pattern_parts
from recordpick.errors import UserError
from recordpick.schema import Kind

MAX_DEPTH = 50
"""How deeply brackets, and nodes within nodes, may nest; a chain of AND or OR is one level."""

_COMPARISONS: dict[str, n.Comparison] = {sign: sign for sign in get_args(n.Comparison)}
_SUMS: dict[str, n.SumSign] = {"+": "+", "-": "-"}
_PRODUCTS: dict[str, n.ProductSign] = {"*": "*", "/": "/"}
_PREDICATES = frozenset({*_COMPARISONS, "IN", "BETWEEN", "LIKE", "IS", "NOT"})
_AFTER_PREDICATES = frozenset({"AND", "OR", ")", ",", "end"})
_INTERVAL = re.compile(r"\s*([0-9]+)\s*([A-Za-z]+)\s*")


def read_condition(text: str, columns: Mapping[str, Kind], words: Words) -> n.Node:
    """Return the checked nodes of a condition; UserError, without file and line, if it is invalid.

    `columns` are those the condition may name, with their kinds.
    """
    node = _Reader(text, columns, words).whole()
    if any(level > MAX_DEPTH for _, level in n.walk(node)):
        raise _nests_too_deeply()
    if node.kind != "yes_no":
        raise UserError(
            f"The condition is {kinds.describe(node)}, not a yes or no; compare it with something."
        )
    return node


def _nests_too_deeply() -> UserError:
    return UserError(
        f"The condition nests too deeply, in more than {MAX_DEPTH} levels; write it more simply, "
        "or as several rules."
    )


class _Reader:
    """Reads one condition from its first token to its last."""

    def __init__(self, text: str, columns: Mapping[str, Kind], words: Words) -> None:
        self._columns = columns
        self._words = words
        self._tokens = Tokens(text, columns)
        self._level = 0

    def whole(self) -> n.Node:
        """Read the condition to its end."""
        node = self._condition()
        if self._tokens.current.kind == ")":
            raise self._tokens.error("no closing bracket, because none is open")
        self._tokens.expect("end", "AND, OR, a comparison or the end")
        return node

    # Conditions

    def _condition(self) -> n.Node:
        alternatives = []
        while True:
            conjunction = [self._negated()]
            while self._tokens.accept("AND"):
                conjunction.append(self._negated())
            alternatives.append(kinds.join("AND", conjunction))
            if not self._tokens.accept("OR"):
                return kinds.join("OR", alternatives)

    def _negated(self) -> n.Node:
        negations = self._tokens.count("NOT")
        node = self._predicate()
        for _ in range(negations):
            node = kinds.negation(node)
        return node

    def _predicate(self) -> n.Node:
        of = self._value()
        sign = _COMPARISONS.get(self._tokens.current.kind)
        if sign:
            self._tokens.advance()
            return self._compare(of, sign)
        if self._tokens.accept("IS"):
            return self._is(of)
        is_negated = self._tokens.accept("NOT")
        if self._tokens.accept("IN"):
            node = self._in(of)
        elif self._tokens.accept("BETWEEN"):
            node = self._between(of)
        elif self._tokens.accept("LIKE"):
            node = self._like(of)
        elif is_negated:
            raise self._tokens.error("IN, BETWEEN or LIKE")
        else:
            self._check_following()
            return of
        return n.Not(node) if is_negated else node

    def _check_following(self) -> None:
        """Refuse what cannot follow a predicate, before its parts are checked."""
        following = self._tokens.current.kind
        if following in _PREDICATES:
            raise UserError(
                "Two comparisons follow each other in the condition without AND or OR; if one is "
                "meant to be part of the other, put it in brackets."
            )
        if following not in _AFTER_PREDICATES:
            end = "the closing bracket" if self._level else "the end"
            raise self._tokens.error(f"AND, OR, a comparison or {end}")

    def _compare(self, of: n.Node, sign: n.Comparison) -> n.Node:
        other = self._value()
        self._check_following()
        node = kinds.compare(sign, of, other)
        check_words(node, self._words)
        return node

    def _is(self, of: n.Node) -> n.Node:
        is_negated = self._tokens.accept("NOT")
        word = self._tokens.current.kind
        if not self._tokens.accept("NULL", "TRUE", "FALSE"):
            raise self._tokens.error("NULL, TRUE or FALSE, with or without NOT before it")
        self._check_following()
        node = n.IsNull(of) if word == "NULL" else kinds.is_truth(of, truth=word == "TRUE")
        return n.Not(node) if is_negated else node

    def _in(self, of: n.Node) -> n.Node:
        self._tokens.expect("(", "a list in brackets, such as ('a', 'b')")
        if self._tokens.current.kind == ")":
            raise UserError("The list after IN is empty; it holds texts, numbers or dates.")
        items = [self._value()]
        while self._tokens.accept(","):
            items.append(self._value())
        self._tokens.expect(")", "a comma or the closing bracket of the list")
        self._check_following()
        node = kinds.one_of(of, items)
        check_words(node, self._words)
        return node

    def _between(self, of: n.Node) -> n.Node:
        low = self._value()
        self._tokens.expect("AND", "AND and the upper end of BETWEEN")
        high = self._value()
        self._check_following()
        return kinds.between(of, low, high)

    def _like(self, of: n.Node) -> n.Node:
        pattern = self._tokens.expect("text", "a pattern in single quotes, such as 'Mac%'").text
        escape = None
        if self._tokens.accept("ESCAPE"):
            escape = self._tokens.expect("text", "one character in single quotes, such as '!'").text
        self._check_following()
        node = kinds.like(of, pattern_parts(pattern, escape))
        check_words(node, self._words)
        return node

    # Values

    def _nested(self, read: Callable[[], n.Node]) -> n.Node:
        """Read what is within brackets, one level deeper."""
        self._level += 1
        if self._level > MAX_DEPTH:
            raise _nests_too_deeply()
        node = read()
        self._level -= 1
        return node

    def _value(self) -> n.Node:
        node = self._term()
        while sign := _SUMS.get(self._tokens.current.kind):
            self._tokens.advance()
            if self._tokens.accept("INTERVAL"):
                node = kinds.shift(node, sign, *self._interval())
            else:
                node = kinds.arithmetic(sign, node, self._term())
        return node

    def _interval(self) -> tuple[str, str]:
        """Return the count and the unit, as written: '5 years', '5' YEAR or 5 YEAR."""
        count = self._tokens.current
        if not self._tokens.accept("text"):
            self._tokens.expect("number", "how long the interval is, such as '5 years'")
            if not self._is_unit():
                raise self._tokens.error("YEAR, MONTH, WEEK or DAY")
        if self._is_unit():
            return count.text, self._tokens.advance().text
        found = _INTERVAL.fullmatch(count.text)
        return (found[1], found[2]) if found else ("", "")

    def _is_unit(self) -> bool:
        token = self._tokens.current
        return token.kind == "name" and token.text.upper().removesuffix("S") in UNITS

    def _term(self) -> n.Node:
        node = self._factor()
        while sign := _PRODUCTS.get(self._tokens.current.kind):
            self._tokens.advance()
            node = kinds.arithmetic(sign, node, self._factor())
        return node

    def _factor(self) -> n.Node:
        minuses = self._tokens.count("-")
        if self._tokens.accept("("):
            node = self._nested(self._condition)
            self._tokens.expect(")", "AND, OR or the closing bracket")
        elif self._tokens.current.kind == "name":
            node = self._name()
        else:
            node = self._constant()
        for _ in range(minuses):
            node = kinds.minus(node)
        return node

    def _constant(self) -> n.Node:
        token = self._tokens.current
        if token.kind == "NULL":
            raise UserError("NULL can only follow IS: write IS NULL or IS NOT NULL.")
        if token.kind == "INTERVAL":
            raise UserError(
                "An INTERVAL is added to or subtracted from a date: :as_at - INTERVAL '5 years'."
            )
        if not self._tokens.accept("text", "number", "TRUE", "FALSE", ":as_at"):
            raise self._tokens.error("a column, a value or a bracket")
        if token.kind == "text":
            return n.Constant("text", token.text)
        if token.kind == "number":
            return kinds.number(token.text)
        return n.AsAt() if token.kind == ":as_at" else n.Constant("yes_no", token.kind == "TRUE")

    def _name(self) -> n.Node:
        """Read what begins with a name: a function, a date or a column."""
        name = self._tokens.advance().text
        word = name.upper()
        if self._tokens.current.kind == "(":
            if word not in FUNCTIONS:
                raise not_a_function(name)
            self._tokens.advance()
            return self._extract() if word == "EXTRACT" else self._function(word)
        if word == "DATE" and self._tokens.current.kind == "text":
            return kinds.day(self._tokens.advance().text)
        if name not in self._columns:
            raise not_a_column(name, self._columns)
        return n.Column(name, self._columns[name])

    def _function(self, name: str) -> n.Node:
        # Only COALESCE takes a condition; elsewhere `LENGTH(term > 5` lacks its bracket.
        read = self._condition if name == "COALESCE" else self._value
        arguments = [self._nested(read)]
        while name == "COALESCE" and self._tokens.accept(","):
            arguments.append(self._nested(read))
        self._tokens.expect(")", f"the closing bracket of {name}")
        return kinds.function(name, arguments)

    def _extract(self) -> n.Node:
        part = self._tokens.current.text.upper()
        if self._tokens.current.kind != "name" or part not in {"YEAR", "MONTH", "DAY"}:
            raise self._tokens.error("YEAR, MONTH or DAY")
        self._tokens.advance()
        self._tokens.expect("FROM", "FROM and a date")
        of = self._nested(self._value)
        self._tokens.expect(")", "the closing bracket of EXTRACT")
        return kinds.extract(part, of)
