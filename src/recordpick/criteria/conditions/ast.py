"""The syntax tree of a checked condition, as plain values.

Each node knows its kind (text, date, integer, number, yes_no). There is no node for anything
outside the condition language, so nothing else can be translated or run.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from recordpick.schema import Kind

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
    """A literal text, number, date, TRUE or FALSE."""

    kind: Kind
    value: str | int | float | date | bool


@dataclass(frozen=True, slots=True)
class AsAt:
    """`:as_at`, the date for which the question is asked."""

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
    """Two numbers and an operator, in floating point; a result that is not finite is null."""

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
    """A function call and its arguments."""

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
    """Whether a text matches a pattern.

    `parts` is the pattern in order: a str matches itself, an int exactly that many characters,
    None any number of characters. No two neighbours are of the same type; an int may be followed
    by None.
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
    """Logical negation; null stays null."""

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
    """Yield a node and all its descendants, each with its level: 1 for the node itself."""
    # A list and not recursion, so that nodes which nest too deeply for recursion are found too.
    stack = [(node, 1)]
    while stack:
        one, level = stack.pop()
        yield one, level
        for name in one.__match_args__:  # its fields, found faster than by `fields`
            value = getattr(one, name)
            parts = value if isinstance(value, tuple) else (value,)
            stack.extend((part, level + 1) for part in parts if isinstance(part, Node))


def has_column(node: Node) -> bool:
    """Return whether a condition uses any column."""
    return any(isinstance(one, Column) for one, _ in walk(node))


def columns_in(node: Node) -> frozenset[str]:
    """Return the names of the columns that a condition uses."""
    return frozenset(one.name for one, _ in walk(node) if isinstance(one, Column))
