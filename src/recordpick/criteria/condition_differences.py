"""Whether the answer to a condition depends on which of two words a column holds.

Some sources do not distinguish two words: SystmOne's extract shows repeat dispensing as any other
repeat. A condition that both words meet, such as `course IN ('repeat', 'repeat_dispensing')`, is
still answered correctly; one that asks for only one of them is not.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from recordpick.criteria.condition_nodes import All, AnyOf, IsTruth, Node, Not, columns_in
from recordpick.criteria.condition_polars import expression

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
