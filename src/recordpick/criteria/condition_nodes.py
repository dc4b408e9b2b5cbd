"""A checked condition as plain values: what is left of an SQL text once every part was allowed.

Each node knows its kind (text, date, integer, number, yes_no). There is no node for anything that
the condition language does not have, so nothing else can be translated or run.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from typing import Literal

from recordpick.tables import Kind

Comparison = Literal["=", "<>", "<", "<=", ">", ">="]
SumSign = Literal["+", "-"]
ProductSign = Literal["*", "/"]
FunctionName = Literal[
    "LOWER",
    "UPPER",
    "TRIM",
    "LENGTH",
    "OCTET_LENGTH",
    "ABS",
    "COALESCE",
    "EXTRACT YEAR",
    "EXTRACT MONTH",
    "EXTRACT DAY",
]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the rule's table."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Constant:
    """A text, number, date, TRUE or FALSE that stands in the condition."""

    kind: Kind
    value: str | int | float | date | bool


@dataclass(frozen=True, slots=True)
class AsAt:
    """`:as_at`, the day for which the question is asked."""

    kind: Kind = "date"


@dataclass(frozen=True, slots=True)
class Shift:
    """A date moved by calendar months or by days; the day is clamped to the month's last."""

    of: Node
    months: int
    days: int
    kind: Kind = "date"


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Two numbers and a sign, in floating point; no finite result is null."""

    sign: SumSign | ProductSign
    left: Node
    right: Node
    kind: Kind = "number"


@dataclass(frozen=True, slots=True)
class Negative:
    """Minus a number."""

    of: Node
    kind: Kind


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the language and what it is given."""

    name: FunctionName
    arguments: tuple[Node, ...]
    kind: Kind


@dataclass(frozen=True, slots=True)
class Compare:
    """Two values of comparable kinds; null if either is."""

    sign: Comparison
    left: Node
    right: Node
    kind: Kind = "yes_no"


@dataclass(frozen=True, slots=True)
class Between:
    """`of >= low AND of <= high`."""

    of: Node
    low: Node
    high: Node
    kind: Kind = "yes_no"


@dataclass(frozen=True, slots=True)
class In:
    """Whether a value is one of the constants; null if it is null."""

    of: Node
    values: tuple[Constant, ...]
    kind: Kind = "yes_no"


@dataclass(frozen=True, slots=True)
class Like:
    """Whether a text has a pattern's form.

    `parts` is the pattern in order: a str stands for itself, an int for exactly so many
    characters, None for any number of characters. No two neighbours are alike in type but for
    an int followed by None.
    """

    of: Node
    parts: tuple[str | int | None, ...]
    kind: Kind = "yes_no"


@dataclass(frozen=True, slots=True)
class IsNull:
    """Whether a value is missing; never null itself."""

    of: Node
    kind: Kind = "yes_no"


@dataclass(frozen=True, slots=True)
class IsTruth:
    """Whether a condition is TRUE (or FALSE); never null itself."""

    of: Node
    truth: bool
    kind: Kind = "yes_no"


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite; null stays null."""

    of: Node
    kind: Kind = "yes_no"


@dataclass(frozen=True, slots=True)
class All:
    """AND of all its parts, in three-valued logic."""

    parts: tuple[Node, ...]
    kind: Kind = "yes_no"


@dataclass(frozen=True, slots=True)
class AnyOf:
    """OR of its parts, in three-valued logic."""

    parts: tuple[Node, ...]
    kind: Kind = "yes_no"


Node = (
    Column
    | Constant
    | AsAt
    | Shift
    | Arithmetic
    | Negative
    | Function
    | Compare
    | Between
    | In
    | Like
    | IsNull
    | IsTruth
    | Not
    | All
    | AnyOf
)


def walk(node: Node) -> Iterator[tuple[Node, int]]:
    """Give a node and all within it, each with its level: 1 for the node itself."""
    # A list and not recursion, so that it can tell of nodes that nest too deep for that.
    waiting = [(node, 1)]
    while waiting:
        one, level = waiting.pop()
        yield one, level
        for field in fields(one):
            value = getattr(one, field.name)
            parts = value if isinstance(value, tuple) else (value,)
            waiting.extend((part, level + 1) for part in parts if isinstance(part, Node))


def columns_in(node: Node) -> frozenset[str]:
    """Give the names of the columns that a condition uses."""
    return frozenset(one.name for one, _ in walk(node) if isinstance(one, Column))
