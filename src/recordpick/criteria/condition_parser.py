"""From the text of a condition to checked nodes: the third fence.

sqlglot's tree is walked node by node. Each class of node has a reader of its own here, which
allows only the parts it names and checks their kinds; a class without a reader is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from recordpick.criteria import condition_nodes as n
from recordpick.criteria.condition_grammar import check_grammar
from recordpick.criteria.condition_kinds import (
    as_comparable,
    check_words,
    is_number,
    need,
    pattern_parts,
    said,
)
from recordpick.criteria.condition_tokens import tokens_of
from recordpick.criteria.condition_trees import interval_of, not_in_the_language, only
from recordpick.criteria.wording import shown
from recordpick.errors import UserError
from recordpick.tables import Kind

if TYPE_CHECKING:
    from sqlglot import exp

DEEP = 50
"""How deep a condition may nest, chains of AND or of OR counted once."""
IN_AT_MOST = 500
"""How many items a list after IN may have."""

_COMPARISONS: dict[str, n.Comparison] = {
    "EQ": "=",
    "NEQ": "<>",
    "LT": "<",
    "LTE": "<=",
    "GT": ">",
    "GTE": ">=",
}
_SIGNS: dict[str, n.ArithmeticSign] = {"Add": "+", "Sub": "-", "Mul": "*", "Div": "/"}
_TOO_DEEP = "The condition nests too deep; write it more simply, or as several rules."


def read_condition(
    text: str, columns: Mapping[str, Kind], words: Mapping[str, Sequence[str]]
) -> n.Node:
    """Give the checked nodes of a condition; UserError, without file and line, if it is not one.

    `columns` are those the condition may name, with their kinds; `words` the closed vocabularies
    among them.
    """
    tokens = tokens_of(text, columns)
    check_grammar(text, tokens)
    from sqlglot import Dialect, exp
    from sqlglot.errors import ParseError

    try:
        trees = Dialect().parser().parse_into(exp.Condition, tokens, text)
        if len(trees) != 1 or trees[0] is None:
            raise UserError("The condition is not one expression.")
        node = _Reader(columns, words).read(trees[0])
    except ParseError as error:
        raise UserError("The condition cannot be read as an expression.") from error
    except RecursionError as error:
        raise UserError(_TOO_DEEP) from error
    if node.kind != "yes_no":
        raise UserError(
            f"The condition gives {said(node)}, not a yes or no; compare it with something."
        )
    return node


class _Reader:
    """Reads one condition's tree."""

    def __init__(self, columns: Mapping[str, Kind], words: Mapping[str, Sequence[str]]) -> None:
        self._columns = columns
        self._words = words
        self._deep = 0
        self._readers: dict[str, Callable[[Any], n.Node]] = {
            "Column": self._column,
            "Literal": self._literal,
            "Boolean": self._boolean,
            "Placeholder": self._placeholder,
            "Cast": self._date_literal,
            "Paren": self._paren,
            "Neg": self._negative,
            "Between": self._between,
            "In": self._in,
            "Like": self._like,
            "Escape": self._escape,
            "Is": self._is,
            "Not": self._not,
            "And": self._chain,
            "Or": self._chain,
            "Lower": self._text_function("LOWER", "text"),
            "Upper": self._text_function("UPPER", "text"),
            "Trim": self._text_function("TRIM", "text"),
            "Length": self._text_function("LENGTH", "integer"),
            "ByteLength": self._text_function("OCTET_LENGTH", "integer"),
            "Anonymous": self._anonymous,
            "Abs": self._abs,
            "Coalesce": self._coalesce,
            "Extract": self._extract,
            **dict.fromkeys(_COMPARISONS, self._compare),
            **dict.fromkeys(_SIGNS, self._arithmetic),
        }

    def read(self, tree: exp.Expr) -> n.Node:
        """Give the checked node of a tree; UserError if the language has no such thing."""
        reader = self._readers.get(type(tree).__name__)
        if reader is None:
            raise not_in_the_language(tree)
        self._deep += 1
        if self._deep > DEEP:
            raise UserError(_TOO_DEEP)
        node = reader(tree)
        self._deep -= 1
        return node

    # Values

    def _column(self, tree: exp.Column) -> n.Node:
        only(tree, "this")
        name = tree.this
        if type(name).__name__ != "Identifier" or name.args.get("quoted"):
            raise not_in_the_language(tree)
        if name.this not in self._columns:
            raise UserError(f"'{shown(name.this)}' is not a column of this table.")
        return n.Column(name.this, self._columns[name.this])

    def _literal(self, tree: exp.Literal) -> n.Node:
        only(tree, "this", "is_string")
        text = str(tree.this)
        if tree.is_string:
            return n.Constant("text", text)
        if "." in text:
            return n.Constant("number", float(text))
        return n.Constant("integer", int(text))

    def _boolean(self, tree: exp.Boolean) -> n.Node:
        only(tree, "this")
        return n.Constant("yes_no", bool(tree.this))

    def _placeholder(self, tree: exp.Placeholder) -> n.Node:
        only(tree, "this")
        if tree.this != "as_at":
            raise UserError("The only placeholder in a condition is :as_at, the as-at date.")
        return n.AsAt()

    def _date_literal(self, tree: exp.Cast) -> n.Node:
        only(tree, "this", "to")
        literal = tree.this
        if tree.to.sql() != "DATE" or type(literal).__name__ != "Literal" or not literal.is_string:
            raise not_in_the_language(tree)
        return as_comparable(n.Constant("text", str(literal.this)), "date")

    def _paren(self, tree: exp.Paren) -> n.Node:
        only(tree, "this")
        return self.read(tree.this)

    # Arithmetic

    def _negative(self, tree: exp.Neg) -> n.Node:
        only(tree, "this")
        of = self.read(tree.this)
        need(is_number(of), "A minus sign stands before numbers only", of)
        if isinstance(of, n.Constant):
            return n.Constant(of.kind, -cast("int | float", of.value))
        return n.Negative(of, of.kind)

    def _arithmetic(self, tree: exp.Binary) -> n.Node:
        only(tree, "this", "expression", "typed", "safe")
        sign = _SIGNS[type(tree).__name__]
        left = self.read(tree.this)
        if type(tree.expression).__name__ == "Interval":
            months, days = interval_of(tree.expression)
            if left.kind != "date" or sign not in {"+", "-"}:
                raise UserError(
                    "An INTERVAL is added to a date or taken from one, such as :as_at - INTERVAL "
                    f"'5 years'; before it stands {said(left)}."
                )
            return n.Shift(left, months if sign == "+" else -months, days if sign == "+" else -days)
        right = self.read(tree.expression)
        for side in (left, right):
            if side.kind == "date":
                raise UserError(
                    "A date is moved with an INTERVAL, such as :as_at - INTERVAL '56 days'; to ask "
                    "how far two dates are apart, compare one with the other moved so far."
                )
            need(is_number(side), f"'{sign}' stands between numbers only", side)
        return n.Arithmetic(sign, left, right)

    # Functions

    def _text_function(self, name: n.FunctionName, kind: Kind) -> Callable[[Any], n.Node]:
        def read(tree: exp.Expr) -> n.Node:
            only(tree, "this")
            of = self.read(tree.this)
            need(of.kind == "text", f"{name} takes text", of)
            return n.Function(name, (of,), kind)

        return read

    def _anonymous(self, tree: exp.Anonymous) -> n.Node:
        only(tree, "this", "expressions")
        if str(tree.this).upper() != "OCTET_LENGTH" or len(tree.expressions) != 1:
            raise not_in_the_language(tree)
        of = self.read(tree.expressions[0])
        need(of.kind == "text", "OCTET_LENGTH takes text", of)
        return n.Function("OCTET_LENGTH", (of,), "integer")

    def _abs(self, tree: exp.Abs) -> n.Node:
        only(tree, "this")
        of = self.read(tree.this)
        need(is_number(of), "ABS takes a number", of)
        return n.Function("ABS", (of,), of.kind)

    def _coalesce(self, tree: exp.Coalesce) -> n.Node:
        only(tree, "this", "expressions")
        parts = [self.read(part) for part in (tree.this, *tree.expressions)]
        if len(parts) < 2:
            raise UserError("COALESCE takes two or more values and gives the first that is there.")
        if not all(n.columns_in(part) for part in parts[:-1]):
            raise UserError(
                "COALESCE gives the first value that is there: a value that names no column is "
                "always there, so it stands last."
            )
        first = parts[0]
        same = [as_comparable(part, first.kind, beside=first) for part in parts]
        kind = "number" if any(part.kind == "number" for part in same) else same[0].kind
        return n.Function("COALESCE", tuple(same), kind)

    def _extract(self, tree: exp.Extract) -> n.Node:
        only(tree, "this", "expression")
        unit = str(tree.this.this).upper() if type(tree.this).__name__ == "Var" else ""
        if unit not in {"YEAR", "MONTH", "DAY"}:
            raise UserError("EXTRACT gives the YEAR, MONTH or DAY: EXTRACT(YEAR FROM date).")
        of = self.read(tree.expression)
        need(of.kind == "date", "EXTRACT takes a date", of)
        return n.Function(cast("n.FunctionName", f"EXTRACT {unit}"), (of,), "integer")

    # Conditions

    def _compare(self, tree: exp.Binary) -> n.Node:
        only(tree, "this", "expression")
        sign = _COMPARISONS[type(tree).__name__]
        left = self.read(tree.this)
        right = self.read(tree.expression)
        left, right = (
            as_comparable(left, right.kind, beside=right),
            as_comparable(right, left.kind, beside=left),
        )
        if left.kind == "yes_no" and sign not in {"=", "<>"}:
            raise UserError(f"Yes and no have no order: '{sign}' cannot compare them.")
        if sign in {"=", "<>"}:
            check_words(left, right, self._words, unequal=sign == "<>")
            check_words(right, left, self._words, unequal=sign == "<>")
        return n.Compare(sign, left, right)

    def _between(self, tree: exp.Between) -> n.Node:
        only(tree, "this", "low", "high")
        of = self.read(tree.this)
        low, high = (self.read(cast("exp.Expr", tree.args[end])) for end in ("low", "high"))
        beside = next((x for x in (of, low, high) if not isinstance(x, n.Constant)), of)
        of, low, high = (as_comparable(x, beside.kind, beside=beside) for x in (of, low, high))
        need(of.kind != "yes_no", "BETWEEN takes numbers, dates or text", of)
        return n.Between(of, low, high)

    def _in(self, tree: exp.In) -> n.Node:
        only(tree, "this", "expressions")
        of = self.read(tree.this)
        items = tree.expressions
        if len(items) > IN_AT_MOST:
            raise UserError(
                f"The list after IN has {len(items):,} items and may have {IN_AT_MOST}; long lists "
                "of codes belong in a codelist."
            )
        values = []
        for item in items:
            value = as_comparable(self.read(item), of.kind, beside=of)
            if not isinstance(value, n.Constant):
                raise UserError("The list after IN holds texts, numbers or dates, nothing else.")
            check_words(of, value, self._words)
            values.append(value)
        return n.In(of, tuple(values))

    def _like(self, tree: exp.Like, escape: str | None = None) -> n.Node:
        only(tree, "this", "expression", "negate")
        of = self.read(tree.this)
        need(of.kind == "text", "LIKE takes text", of)
        pattern = tree.expression
        if type(pattern).__name__ != "Literal" or not pattern.is_string:
            raise UserError("After LIKE stands a pattern in single quotes, such as 'Mac%'.")
        like = n.Like(of, pattern_parts(str(pattern.this), escape))
        check_words(of, like, self._words)
        return n.Not(like) if tree.args.get("negate") else like

    def _escape(self, tree: exp.Escape) -> n.Node:
        only(tree, "this", "expression")
        like, sign = tree.this, tree.expression
        if type(sign).__name__ != "Literal" or not sign.is_string or len(str(sign.this)) != 1:
            raise UserError("After ESCAPE stands one character in single quotes, such as '!'.")
        if str(sign.this) in {"%", "_"}:
            raise UserError("After ESCAPE stands another character than % and _, such as '!'.")
        if type(like).__name__ == "Not" and type(like.this).__name__ == "Like":
            only(like, "this")
            return n.Not(self._like(like.this, str(sign.this)))
        if type(like).__name__ != "Like":
            raise UserError("ESCAPE stands only after a pattern of LIKE.")
        return self._like(like, str(sign.this))

    def _is(self, tree: exp.Is) -> n.Node:
        only(tree, "this", "expression")
        what = tree.expression
        of = self.read(tree.this)
        if type(what).__name__ == "Null":
            return n.IsNull(of)
        if type(what).__name__ != "Boolean":
            raise UserError("After IS stands NULL, TRUE or FALSE, with or without NOT before it.")
        need(of.kind == "yes_no", "IS TRUE and IS FALSE ask about a yes or no", of)
        return n.IsTruth(of, bool(what.this))

    def _not(self, tree: exp.Not) -> n.Node:
        only(tree, "this")
        of = self.read(tree.this)
        need(of.kind == "yes_no", "NOT stands before a condition", of)
        return n.Not(of)

    def _chain(self, tree: exp.Binary) -> n.Node:
        joined = type(tree).__name__
        parts: list[exp.Expr] = []
        rest: exp.Expr = tree
        # sqlglot nests `a AND b AND c` to the left; a long chain is no deep nesting.
        while type(rest).__name__ == joined:
            only(rest, "this", "expression")
            parts.append(rest.args["expression"])
            rest = rest.args["this"]
        nodes = []
        for part in (rest, *reversed(parts)):
            node = self.read(part)
            if isinstance(node, n.Constant) and node.kind != "yes_no":
                raise UserError(
                    f"{joined.upper()} stands between conditions, and here stands {said(node)}; "
                    "name the column again for each value, or use IN with a list."
                )
            need(node.kind == "yes_no", f"{joined.upper()} stands between conditions", node)
            if not n.columns_in(node):
                raise UserError(
                    f"One side of {joined.upper()} names no column, so it is the same for every "
                    "row; leave it out."
                )
            nodes.append(node)
        return n.All(tuple(nodes)) if joined == "And" else n.AnyOf(tuple(nodes))
