"""Whether a condition asks for the difference between two words of a column.

Some sources do not tell one word from another: SystmOne's extract shows repeat dispensing as any
other repeat. A condition that both words meet alike, such as `course IN ('repeat',
'repeat_dispensing')`, is answered rightly all the same; one that asks for one of them is not.
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

    What hangs on other columns can be anything. Never too few, so that a condition which cannot
    be true by this is not true of any such row.
    """
    used = columns_in(node)
    if column not in used or node.kind != "yes_no":
        return _TRUTHS
    if used == {column}:
        row = pl.DataFrame({column: [value]}, schema={column: pl.String})
        return frozenset({row.select(met=expression(node, as_at))["met"].item()})
    if isinstance(node, Not):
        return frozenset(_opposite(one) for one in possible_truths(node.of, column, value, as_at))
    if isinstance(node, All | AnyOf):
        decisive = isinstance(node, AnyOf)  # one TRUE makes OR true, one FALSE makes AND false
        possible: frozenset[Truth] = frozenset({not decisive})
        for part in node.parts:
            others = possible_truths(part, column, value, as_at)
            possible = frozenset(_joined(a, b, decisive) for a in possible for b in others)
        return possible
    return _TRUTHS


def _opposite(truth: Truth) -> Truth:
    return None if truth is None else not truth


def _joined(one: Truth, other: Truth, decisive: bool) -> Truth:  # noqa: FBT001 - a truth too
    """Return OR (decisive is TRUE) or AND (decisive is FALSE) in three-valued logic."""
    if decisive in (one, other):
        return decisive
    return None if None in (one, other) else not decisive


def tells_apart(node: Node, column: str, one: str | None, other: str | None, as_at: date) -> bool:
    """Tell whether rows that differ only in this text column may meet the condition differently.

    `one` and `other` are its values, None for an empty one. Where that also hangs on other columns
    in a way that cannot be looked through, the answer is yes.
    """
    used = columns_in(node)
    if column not in used:
        return False
    if used == {column} and node.kind == "yes_no":
        both = pl.DataFrame({column: [one, other]}, schema={column: pl.String})
        met = both.select(met=expression(node, as_at))["met"].to_list()
        return met[0] is not met[1]
    if isinstance(node, Not | IsTruth):
        return tells_apart(node.of, column, one, other, as_at)
    if not isinstance(node, All | AnyOf):
        return True
    # Of this column alone several parts may make up for each other: a = 'x' OR a = 'y'.
    alone = tuple(part for part in node.parts if columns_in(part) == {column})
    mixed = [part for part in node.parts if columns_in(part) != {column}]
    joined = [type(node)(alone)] if alone else []
    return any(tells_apart(part, column, one, other, as_at) for part in [*joined, *mixed])
