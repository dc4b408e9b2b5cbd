"""The condition language of criteria: the part of SQL that one table's rows need.

`docs/criteria-packs.md` describes it for those who write packs. A text is split into tokens (lexer)
and parsed (parser) into nodes (ast), whose types must agree and match what the columns hold
(typecheck). to_polars translates the nodes into an expression. None of these modules knows anything
beyond the language, and no SQL text reaches polars, so nothing in a pack can name a file, a table
or another function. A condition is parsed once, when its pack is read.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from recordpick.criteria.conditions.ast import Node, columns_in
from recordpick.criteria.conditions.parser import read_condition
from recordpick.errors import UserError
from recordpick.schema import Kind

if TYPE_CHECKING:
    import polars as pl

_DATE: Kind = "date"


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition that was checked against the columns of a table.

    `columns` are the names that it uses: if one of them is not in the index, the condition cannot
    be answered. `dates` are the dates of patients that it uses, which its pack defines.
    """

    text: str
    columns: frozenset[str]
    node: Node
    dates: frozenset[str] = frozenset()

    def __hash__(self) -> int:
        """Return the hash of the text: plans look conditions up often, and nodes are deep."""
        return hash(self.text)

    def expression(self, as_at: date) -> pl.Expr:
        """Return the condition as a Boolean expression that is never null: unknown counts as false.

        The columns must have the types of their kinds: String, Date, Int64, Float64, Boolean. The
        dates of patients are columns too.
        """
        from recordpick.criteria.conditions.to_polars import expression

        return expression(self.node, as_at).fill_null(value=False)

    def filter(self, as_at: date) -> pl.Expr:
        """Return the condition for a filter: null where it is unknown, which leaves the row out.

        A file's statistics can rule out such a condition for many rows at once; with nulls filled
        they cannot.
        """
        from recordpick.criteria.conditions.to_polars import expression

        return expression(self.node, as_at)

    def tells_apart(self, column: str, one: str | None, other: str | None, as_at: date) -> bool:
        """Return whether its answer can depend on which of two values a text column holds.

        None is a missing value. False only where rows that differ in nothing else get one answer.
        """
        from recordpick.criteria.conditions.to_polars import tells_apart

        return tells_apart(self.node, column, one, other, as_at)

    def may_be_true(self, column: str, value: str, as_at: date) -> bool:
        """Return whether it can be true of a row whose text column holds this value."""
        from recordpick.criteria.conditions.to_polars import possible_truths

        return True in possible_truths(self.node, column, value, as_at)

    def may_fail(self, column: str, value: str, as_at: date) -> bool:
        """Return whether it can be false or unknown of a row whose text column holds this value."""
        from recordpick.criteria.conditions.to_polars import possible_truths

        return possible_truths(self.node, column, value, as_at) != {True}


def parse_condition(
    text: str,
    columns: Mapping[str, Kind],
    words: Mapping[str, Sequence[str]] | None = None,
    dates: Collection[str] = (),
) -> Condition:
    """Read and check a condition over a table with these columns.

    `words` holds the closed vocabularies of the columns (`pack.words_of`): comparing
    such a column with another word is an error. `dates` are names of dates of patients, which can
    be used like columns. The UserError says what is wrong, without file and line, which the caller
    adds.
    """
    names = {**columns, **dict.fromkeys(dates, _DATE)}
    node = read_condition(text, names, words or {})
    used = columns_in(node)
    if not used:
        raise UserError(
            "The condition names no column, so it is the same for every row; leave it out where "
            "every row counts."
        )
    of_patients = used.intersection(dates)
    return Condition(text, used - of_patients, node, of_patients)


def text_of(condition: Condition | None) -> str | None:
    """Return the condition as it was written; None for none."""
    return None if condition is None else condition.text
