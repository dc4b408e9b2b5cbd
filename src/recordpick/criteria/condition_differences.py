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
