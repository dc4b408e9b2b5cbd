"""Turn a checked condition into a polars expression.

Only nodes of `ast` are known here; no SQL text reaches polars. Three-valued logic is
polars' own (`&`, `|` and `~` follow Kleene, comparisons with null are null). Arithmetic is in
Float64 and never yields an infinity or NaN: a result that is not finite is null.

`tells_apart` says whether the answer to a condition depends on which of two words a column holds.
Some sources do not distinguish two words: SystmOne's extract shows repeat dispensing as any other
repeat. A condition that both words meet, such as `course IN ('repeat', 'repeat_dispensing')`, is
still answered correctly; one that only one of them meets is not.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import date
from functools import reduce
from typing import Any

import polars as pl

from recordpick.criteria.conditions import ast as n
from recordpick.criteria.conditions.ast import All, AnyOf, IsTruth, Node, Not, columns_in
from recordpick.polars_types import TYPES
from recordpick.schema import Kind

_COMPARISONS: dict[str, Callable[[Any, Any], pl.Expr]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ARITHMETIC: dict[str, Callable[[Any, Any], pl.Expr]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}
_NOT_FINITE = [float("inf"), float("-inf"), float("nan")]


def expression(node: n.Node, as_at: date) -> pl.Expr:
    """Return the polars expression of a checked condition; `:as_at` becomes the date given."""
    return _TRANSLATORS[type(node)](node, as_at)


def _finite(number: pl.Expr) -> pl.Expr:
    # `replace` and not `when(is_finite)`: the latter would repeat the expression, and nested
    # arithmetic would double in size with every level.
    return number.replace(_NOT_FINITE, None)


def _as_kind(node: n.Node, kind: Kind, as_at: date) -> pl.Expr:
    """Translate a node, whole numbers as Float64 where `kind` asks for numbers."""
    if kind == "number" and isinstance(node, n.Constant):
        return pl.lit(float(node.value), dtype=pl.Float64)  # type: ignore[arg-type] # checked
    translated = expression(node, as_at)
    return (
        translated.cast(pl.Float64) if kind == "number" and node.kind == "integer" else translated
    )


def _common(*nodes: n.Node) -> Kind:
    """Return the kind in which values are compared: integer only where all are integers."""
    kinds = {node.kind for node in nodes}
    return "number" if "number" in kinds else nodes[0].kind


def _column(node: n.Column, as_at: date) -> pl.Expr:  # noqa: ARG001 - all translators have one signature
    column = pl.col(node.name)
    # A source's NaN would be greater than every number, and match.
    return _finite(column.cast(pl.Float64)) if node.kind == "number" else column


def _constant(node: n.Constant, as_at: date) -> pl.Expr:  # noqa: ARG001
    return pl.lit(node.value, dtype=TYPES[node.kind])


def _as_at(node: n.AsAt, as_at: date) -> pl.Expr:  # noqa: ARG001
    return pl.lit(as_at, dtype=pl.Date)


def _shift(node: n.Shift, as_at: date) -> pl.Expr:
    unit = f"{node.months}mo" if node.months else f"{node.days}d"
    return expression(node.of, as_at).dt.offset_by(unit)


def _arithmetic(node: n.Arithmetic, as_at: date) -> pl.Expr:
    left = _as_kind(node.left, "number", as_at)
    right = _as_kind(node.right, "number", as_at)
    if node.sign == "/":
        right = right.replace(0.0, None)
    return _finite(_ARITHMETIC[node.sign](left, right))


def _negative(node: n.Negative, as_at: date) -> pl.Expr:
    return -expression(node.of, as_at)


def _function(node: n.Function, as_at: date) -> pl.Expr:
    if node.name == "COALESCE":
        # Not `pl.coalesce`: where the first is null throughout, it returns one row for all.
        values = [_as_kind(part, node.kind, as_at) for part in node.arguments]
        return reduce(lambda value, fallback: value.fill_null(fallback), values)
    return _FUNCTIONS[node.name](expression(node.arguments[0], as_at))


_FUNCTIONS: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    "LOWER": lambda text: text.str.to_lowercase(),
    "UPPER": lambda text: text.str.to_uppercase(),
    "TRIM": lambda text: text.str.strip_chars(" "),
    "LENGTH": lambda text: text.str.len_chars().cast(pl.Int64),
    "OCTET_LENGTH": lambda text: text.str.len_bytes().cast(pl.Int64),
    "ABS": lambda number: number.abs(),
    "EXTRACT YEAR": lambda day: day.dt.year().cast(pl.Int64),
    "EXTRACT MONTH": lambda day: day.dt.month().cast(pl.Int64),
    "EXTRACT DAY": lambda day: day.dt.day().cast(pl.Int64),
}


def _compare(node: n.Compare, as_at: date) -> pl.Expr:
    kind = _common(node.left, node.right)
    return _COMPARISONS[node.sign](
        _as_kind(node.left, kind, as_at), _as_kind(node.right, kind, as_at)
    )


def _between(node: n.Between, as_at: date) -> pl.Expr:
    kind = _common(node.of, node.low, node.high)
    value = _as_kind(node.of, kind, as_at)
    return (value >= _as_kind(node.low, kind, as_at)) & (value <= _as_kind(node.high, kind, as_at))


def _in(node: n.In, as_at: date) -> pl.Expr:
    kind = _common(node.of, *node.values)
    values = pl.Series([item.value for item in node.values], dtype=TYPES[kind], strict=False)
    return _as_kind(node.of, kind, as_at).is_in(values.implode())


def _like(node: n.Like, as_at: date) -> pl.Expr:  # noqa: PLR0911 - a table of forms
    text = expression(node.of, as_at)
    match node.parts:
        case ():
            return text == ""
        case (None,):
            return text.is_not_null() | pl.lit(None, dtype=pl.Boolean)
        case (str(whole),):
            return text == whole
        case (str(start), None):
            return text.str.starts_with(start)
        case (None, str(end)):
            return text.str.ends_with(end)
        case (None, str(middle), None):
            return text.str.contains(middle, literal=True)
    # Rust's regular expressions take time linear in the text, whatever the pattern.
    return text.str.contains(r"(?s)\A" + "".join(map(_pattern, node.parts)) + r"\z")


def _pattern(part: str | int | None) -> str:
    if part is None:
        return ".*"
    if isinstance(part, int):
        return f".{{{part}}}"
    return "".join(
        character if character.isascii() and character.isalnum() else f"\\x{{{ord(character):x}}}"
        for character in part
    )


def _is_null(node: n.IsNull, as_at: date) -> pl.Expr:
    return expression(node.of, as_at).is_null()


def _is_truth(node: n.IsTruth, as_at: date) -> pl.Expr:
    return expression(node.of, as_at).eq_missing(node.truth)


def _not(node: n.Not, as_at: date) -> pl.Expr:
    return ~expression(node.of, as_at)


def _all(node: n.All, as_at: date) -> pl.Expr:
    return reduce(operator.and_, (expression(part, as_at) for part in node.parts))


def _any_of(node: n.AnyOf, as_at: date) -> pl.Expr:
    return reduce(operator.or_, (expression(part, as_at) for part in node.parts))


_TRANSLATORS: dict[type, Callable[[Any, date], pl.Expr]] = {
    n.Column: _column,
    n.Constant: _constant,
    n.AsAt: _as_at,
    n.Shift: _shift,
    n.Arithmetic: _arithmetic,
    n.Negative: _negative,
    n.Function: _function,
    n.Compare: _compare,
    n.Between: _between,
    n.In: _in,
    n.Like: _like,
    n.IsNull: _is_null,
    n.IsTruth: _is_truth,
    n.Not: _not,
    n.All: _all,
    n.AnyOf: _any_of,
}


Truth = bool | None
"""TRUE, FALSE or unknown."""
_TRUTHS: frozenset[Truth] = frozenset({True, False, None})


def possible_truths(node: Node, column: str, value: str, as_at: date) -> frozenset[Truth]:
    """Return what a condition can be for a row whose text column holds this value.

    A part that depends on other columns can have any value. Never returns too few values: a
    condition that cannot be true according to this is not true of any such row.
    """
    used = columns_in(node)
    if column not in used or node.kind != "yes_no":
        return _TRUTHS
    if used == {column}:
        row = pl.DataFrame({column: [value]}, schema={column: pl.String})
        return frozenset({row.select(is_true=expression(node, as_at))["is_true"].item()})
    if isinstance(node, Not):
        return frozenset(_negate(one) for one in possible_truths(node.of, column, value, as_at))
    if isinstance(node, All | AnyOf):
        decisive = isinstance(node, AnyOf)  # one TRUE makes OR true, one FALSE makes AND false
        possible: frozenset[Truth] = frozenset({not decisive})
        for part in node.parts:
            others = possible_truths(part, column, value, as_at)
            possible = frozenset(_combine(a, b, decisive) for a in possible for b in others)
        return possible
    return _TRUTHS


def _negate(truth: Truth) -> Truth:
    return None if truth is None else not truth


def _combine(one: Truth, other: Truth, decisive: bool) -> Truth:  # noqa: FBT001 - a truth too
    """Return OR (decisive is TRUE) or AND (decisive is FALSE) in three-valued logic."""
    if decisive in (one, other):
        return decisive
    return None if None in (one, other) else not decisive


def tells_apart(node: Node, column: str, one: str | None, other: str | None, as_at: date) -> bool:
    """Return whether rows that differ only in this text column may get different answers.

    `one` and `other` are its values, None for an empty one. Where the answer also depends on other
    columns in a way that cannot be analysed, it is True.
    """
    used = columns_in(node)
    if column not in used:
        return False
    if used == {column} and node.kind == "yes_no":
        both = pl.DataFrame({column: [one, other]}, schema={column: pl.String})
        truths = both.select(is_true=expression(node, as_at))["is_true"].to_list()
        return truths[0] is not truths[1]
    if isinstance(node, Not | IsTruth):
        return tells_apart(node.of, column, one, other, as_at)
    if not isinstance(node, All | AnyOf):
        return True
    # Parts that use only this column may balance each other: a = 'x' OR a = 'y'.
    alone = tuple(part for part in node.parts if columns_in(part) == {column})
    mixed = [part for part in node.parts if columns_in(part) != {column}]
    joined = [type(node)(alone)] if alone else []
    return any(tells_apart(part, column, one, other, as_at) for part in [*joined, *mixed])
