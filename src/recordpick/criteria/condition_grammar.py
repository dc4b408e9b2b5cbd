"""The order in which the words of a condition may stand, and the nodes that they make.

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

AND binds before OR. Nothing else is read, guessed or forgiven: a condition that says something
else than it seems to would pick the wrong patients in silence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import get_args

from recordpick.criteria import condition_kinds as kinds
from recordpick.criteria import condition_nodes as n
from recordpick.criteria.condition_tokens import (
    FUNCTIONS,
    UNITS,
    Tokens,
    not_a_column,
    not_a_function,
)
from recordpick.criteria.condition_words import Words, check_words, pattern_parts
from recordpick.errors import UserError
from recordpick.tables import Kind

DEEP = 50
"""How deep brackets may nest, and nodes in nodes; a chain of AND or of OR is one level."""

_COMPARISONS: dict[str, n.Comparison] = {sign: sign for sign in get_args(n.Comparison)}
_SUMS: dict[str, n.SumSign] = {"+": "+", "-": "-"}
_PRODUCTS: dict[str, n.ProductSign] = {"*": "*", "/": "/"}
_PREDICATES = frozenset({*_COMPARISONS, "IN", "BETWEEN", "LIKE", "IS", "NOT"})
_AFTER_PREDICATES = frozenset({"AND", "OR", ")", ",", "end"})
_INTERVAL = re.compile(r"\s*([0-9]+)\s*([A-Za-z]+)\s*")


def read_condition(text: str, columns: Mapping[str, Kind], words: Words) -> n.Node:
    """Give the checked nodes of a condition; UserError, without file and line, if it is not one.

    `columns` are those the condition may name, with their kinds.
    """
    node = _Reader(text, columns, words).whole()
    if any(level > DEEP for _, level in n.walk(node)):
        raise _too_deep()
    if node.kind != "yes_no":
        raise UserError(
            f"The condition gives {kinds.said(node)}, not a yes or no; compare it with something."
        )
    return node


def _too_deep() -> UserError:
    return UserError(
        f"The condition nests too deep, in more than {DEEP} levels; write it more simply, or as "
        "several rules."
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
        if self._tokens.now.kind == ")":
            raise self._tokens.refusal("no closing bracket, for none is open")
        self._tokens.needs("end", "AND, OR, a comparison or the end")
        return node

    # Conditions

    def _condition(self) -> n.Node:
        alternatives = []
        while True:
            together = [self._negated()]
            while self._tokens.takes("AND"):
                together.append(self._negated())
            alternatives.append(kinds.joined("AND", together))
            if not self._tokens.takes("OR"):
                return kinds.joined("OR", alternatives)

    def _negated(self) -> n.Node:
        negations = self._tokens.count("NOT")
        node = self._predicate()
        for _ in range(negations):
            node = kinds.negation(node)
        return node

    def _predicate(self) -> n.Node:
        of = self._value()
        sign = _COMPARISONS.get(self._tokens.now.kind)
        if sign:
            self._tokens.take()
            return self._compare(of, sign)
        if self._tokens.takes("IS"):
            return self._is(of)
        is_negated = self._tokens.takes("NOT")
        if self._tokens.takes("IN"):
            node = self._in(of)
        elif self._tokens.takes("BETWEEN"):
            node = self._between(of)
        elif self._tokens.takes("LIKE"):
            node = self._like(of)
        elif is_negated:
            raise self._tokens.refusal("IN, BETWEEN or LIKE")
        else:
            self._ends()
            return of
        return n.Not(node) if is_negated else node

    def _ends(self) -> None:
        """Refuse what cannot follow a predicate, before its parts are looked at."""
        following = self._tokens.now.kind
        if following in _PREDICATES:
            raise UserError(
                "Two comparisons follow each other in the condition without AND or OR; where one "
                "is meant to be part of the other, put it in brackets."
            )
        if following not in _AFTER_PREDICATES:
            end = "the closing bracket" if self._level else "the end"
            raise self._tokens.refusal(f"AND, OR, a comparison or {end}")

    def _compare(self, of: n.Node, sign: n.Comparison) -> n.Node:
        other = self._value()
        self._ends()
        node = kinds.compare(sign, of, other)
        check_words(node, self._words)
        return node

    def _is(self, of: n.Node) -> n.Node:
        is_negated = self._tokens.takes("NOT")
        word = self._tokens.now.kind
        if not self._tokens.takes("NULL", "TRUE", "FALSE"):
            raise self._tokens.refusal("NULL, TRUE or FALSE, with or without NOT before it")
        self._ends()
        node = n.IsNull(of) if word == "NULL" else kinds.is_truth(of, truth=word == "TRUE")
        return n.Not(node) if is_negated else node

    def _in(self, of: n.Node) -> n.Node:
        self._tokens.needs("(", "a list in brackets, such as ('a', 'b')")
        if self._tokens.now.kind == ")":
            raise UserError("The list after IN is empty; it holds texts, numbers or dates.")
        items = [self._value()]
        while self._tokens.takes(","):
            items.append(self._value())
        self._tokens.needs(")", "a comma or the closing bracket of the list")
        self._ends()
        node = kinds.one_of(of, items)
        check_words(node, self._words)
        return node

    def _between(self, of: n.Node) -> n.Node:
        low = self._value()
        self._tokens.needs("AND", "AND and the upper end of BETWEEN")
        high = self._value()
        self._ends()
        return kinds.between(of, low, high)

    def _like(self, of: n.Node) -> n.Node:
        pattern = self._tokens.needs("text", "a pattern in single quotes, such as 'Mac%'").text
        escape = None
        if self._tokens.takes("ESCAPE"):
            escape = self._tokens.needs("text", "one character in single quotes, such as '!'").text
        self._ends()
        node = kinds.like(of, pattern_parts(pattern, escape))
        check_words(node, self._words)
        return node

    # Values

    def _deeper(self, read: Callable[[], n.Node]) -> n.Node:
        """Read what stands within brackets, a level deeper."""
        self._level += 1
        if self._level > DEEP:
            raise _too_deep()
        node = read()
        self._level -= 1
        return node

    def _value(self) -> n.Node:
        node = self._term()
        while sign := _SUMS.get(self._tokens.now.kind):
            self._tokens.take()
            if self._tokens.takes("INTERVAL"):
                node = kinds.shift(node, sign, *self._interval())
            else:
                node = kinds.arithmetic(sign, node, self._term())
        return node

    def _interval(self) -> tuple[str, str]:
        """Give how many and of which unit, as written: '5 years', '5' YEAR or 5 YEAR."""
        count = self._tokens.now
        if not self._tokens.takes("text"):
            self._tokens.needs("number", "how long the interval is, such as '5 years'")
            if not self._is_unit():
                raise self._tokens.refusal("YEAR, MONTH, WEEK or DAY")
        if self._is_unit():
            return count.text, self._tokens.take().text
        found = _INTERVAL.fullmatch(count.text)
        return (found[1], found[2]) if found else ("", "")

    def _is_unit(self) -> bool:
        token = self._tokens.now
        return token.kind == "name" and token.text.upper().removesuffix("S") in UNITS

    def _term(self) -> n.Node:
        node = self._factor()
        while sign := _PRODUCTS.get(self._tokens.now.kind):
            self._tokens.take()
            node = kinds.arithmetic(sign, node, self._factor())
        return node

    def _factor(self) -> n.Node:
        minuses = self._tokens.count("-")
        if self._tokens.takes("("):
            node = self._deeper(self._condition)
            self._tokens.needs(")", "AND, OR or the closing bracket")
        elif self._tokens.now.kind == "name":
            node = self._name()
        else:
            node = self._constant()
        for _ in range(minuses):
            node = kinds.minus(node)
        return node

    def _constant(self) -> n.Node:
        token = self._tokens.now
        if token.kind == "NULL":
            raise UserError("NULL stands only after IS: write IS NULL or IS NOT NULL.")
        if token.kind == "INTERVAL":
            raise UserError(
                "An INTERVAL is added to a date or taken from one: :as_at - INTERVAL '5 years'."
            )
        if not self._tokens.takes("text", "number", "TRUE", "FALSE", ":as_at"):
            raise self._tokens.refusal("a column, a value or a bracket")
        if token.kind == "text":
            return n.Constant("text", token.text)
        if token.kind == "number":
            return kinds.number(token.text)
        return n.AsAt() if token.kind == ":as_at" else n.Constant("yes_no", token.kind == "TRUE")

    def _name(self) -> n.Node:
        """Read what begins with a name: a function, a date or a column."""
        name = self._tokens.take().text
        word = name.upper()
        if self._tokens.now.kind == "(":
            if word not in FUNCTIONS:
                raise not_a_function(name)
            self._tokens.take()
            return self._extract() if word == "EXTRACT" else self._function(word)
        if word == "DATE" and self._tokens.now.kind == "text":
            return kinds.day(self._tokens.take().text)
        if name not in self._columns:
            raise not_a_column(name, self._columns)
        return n.Column(name, self._columns[name])

    def _function(self, name: str) -> n.Node:
        # Only COALESCE takes a condition; elsewhere `LENGTH(term > 5` lacks its bracket.
        read = self._condition if name == "COALESCE" else self._value
        arguments = [self._deeper(read)]
        while name == "COALESCE" and self._tokens.takes(","):
            arguments.append(self._deeper(read))
        self._tokens.needs(")", f"the closing bracket of {name}")
        return kinds.function(name, arguments)

    def _extract(self) -> n.Node:
        part = self._tokens.now.text.upper()
        if self._tokens.now.kind != "name" or part not in {"YEAR", "MONTH", "DAY"}:
            raise self._tokens.refusal("YEAR, MONTH or DAY")
        self._tokens.take()
        self._tokens.needs("FROM", "FROM and a date")
        of = self._deeper(self._value)
        self._tokens.needs(")", "the closing bracket of EXTRACT")
        return kinds.extract(part, of)
