"""A condition of a pack as a pandas mask, in three-valued logic (pandas' own "boolean")."""

from __future__ import annotations

import operator
import re
from datetime import date
from functools import reduce
from typing import Any

import pandas as pd

from recordpick.criteria.conditions import ast as n

_COMPARE = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ARITHMETIC = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}


def mask(node: n.Node, frame: pd.DataFrame, as_at: date) -> pd.Series:
    """Return which rows satisfy the condition; unknown counts as not satisfied."""
    return _truth(node, frame, as_at).fillna(False).astype(bool)  # noqa: FBT003 - pandas' own


def _truth(node: n.Node, frame: pd.DataFrame, as_at: date) -> pd.Series:
    match node:
        case n.All(parts=parts):
            return reduce(operator.and_, (_truth(part, frame, as_at) for part in parts))
        case n.AnyOf(parts=parts):
            return reduce(operator.or_, (_truth(part, frame, as_at) for part in parts))
        case n.Not(of=of):
            return ~_truth(of, frame, as_at)
        case n.IsNull(of=of):
            return pd.isna(_value(of, frame, as_at)).astype("boolean")
        case n.IsTruth(of=of, truth=truth):
            held = _truth(of, frame, as_at)
            return (held if truth else ~held).fillna(False).astype("boolean")  # noqa: FBT003
        case n.Compare(sign=sign, left=left, right=right):
            return _known(_COMPARE[sign], *(_value(x, frame, as_at) for x in (left, right)))
        case n.Between(of=of, low=low, high=high):
            value = _value(of, frame, as_at)
            return _known(operator.ge, value, _value(low, frame, as_at)) & _known(
                operator.le, value, _value(high, frame, as_at)
            )
        case n.In(of=of, values=values):
            value = _value(of, frame, as_at)
            return value.isin([one.value for one in values]).astype("boolean").mask(value.isna())
        case n.Like(of=of, parts=parts):
            value = _value(of, frame, as_at)
            found = value.astype("string").str.fullmatch(_pattern(parts), flags=re.DOTALL)
            return found.astype("boolean").mask(value.isna())
        case _:
            return _value(node, frame, as_at).astype("boolean")


def _pattern(parts: tuple[str | int | None, ...]) -> str:
    return "".join(
        ".*" if part is None else f".{{{part}}}" if isinstance(part, int) else re.escape(part)
        for part in parts
    )


def _known(compare: Any, left: Any, right: Any) -> pd.Series:
    """Return the comparison, which is unknown where either side is missing."""
    missing = pd.isna(left) | pd.isna(right)
    if isinstance(left, pd.Series) and left.dtype == object:
        left = left.where(left.notna(), right if not isinstance(right, pd.Series) else left)
    return pd.Series(compare(left, right)).astype("boolean").mask(missing)


def _value(node: n.Node, frame: pd.DataFrame, as_at: date) -> Any:
    match node:
        case n.Column(name=name, kind=kind):
            column = frame[name]
            return pd.to_datetime(column) if kind == "date" else column
        case n.Constant(value=value):
            return pd.Timestamp(value) if isinstance(value, date) else value
        case n.AsAt():
            return pd.Timestamp(as_at)
        case n.Shift(of=of, months=months, days=days):
            return _value(of, frame, as_at) + pd.DateOffset(months=months, days=days)
        case n.Arithmetic(sign=sign, left=left, right=right):
            return _ARITHMETIC[sign](_value(left, frame, as_at), _value(right, frame, as_at))
        case n.Negative(of=of):
            return -_value(of, frame, as_at)
        case n.Function(name=name, arguments=arguments):
            return _function(name, [_value(one, frame, as_at) for one in arguments])
        case _:
            return _truth(node, frame, as_at)


def _function(name: str, given: list[Any]) -> Any:
    first = given[0]
    match name:
        case "LOWER" | "UPPER":
            return getattr(first.str, name.lower())()
        case "TRIM":
            return first.str.strip(" ")
        case "LENGTH":
            return first.str.len()
        case "OCTET_LENGTH":
            return first.str.encode("utf-8").str.len()
        case "ABS":
            return first.abs()
        case "COALESCE":
            return reduce(lambda a, b: a.fillna(b), given[1:], first)
        case _:
            return getattr(first.dt, name.removeprefix("EXTRACT ").lower())
