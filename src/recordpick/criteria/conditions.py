"""The condition language of criteria: SQL's, as far as one table's rows need it.

`docs/criteria-packs.md` describes it for those who write packs. A text is cut into the words and
signs of the language (condition_tokens) and read in its order (condition_grammar) into nodes
(condition_nodes), whose parts fit each other (condition_kinds) and what the columns hold
(condition_words). From these condition_polars makes an expression. None of them knows anything
beyond the language, and no SQL text reaches polars, so nothing in a pack can name a file, a table
or another function.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from recordpick.criteria.condition_grammar import read_condition
from recordpick.criteria.condition_nodes import Node, columns_in
from recordpick.errors import UserError
from recordpick.tables import Kind

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition that was checked against the columns of a table.

    `columns` are the names that it uses: where one of them is not in the index, the condition
    cannot be answered.
    """

    text: str
    columns: frozenset[str]
    node: Node

    def expression(self, as_at: date) -> pl.Expr:
        """Give the condition as a Boolean expression that is never null: unknown is not met.

        The columns must have the types of their kinds: String, Date, Int64, Float64, Boolean.
        """
        from recordpick.criteria.condition_polars import expression

        return expression(self.node, as_at).fill_null(value=False)

    def filter(self, as_at: date) -> pl.Expr:
        """Give the condition for a filter: null where it is unknown, which leaves the row out.

        A file's statistics can rule out such a condition for many rows at once; one that is filled
        they cannot.
        """
        from recordpick.criteria.condition_polars import expression

        return expression(self.node, as_at)

    def tells_apart(self, column: str, one: str | None, other: str | None, as_at: date) -> bool:
        """Tell whether it asks for the difference between two values of a text column.

        None is no value. False only where rows that differ in nothing else meet it alike.
        """
        from recordpick.criteria.condition_differences import tells_apart

        return tells_apart(self.node, column, one, other, as_at)

    def may_be_true(self, column: str, value: str, as_at: date) -> bool:
        """Return whether it can be true of a row whose text column holds this value."""
        from recordpick.criteria.condition_differences import possible_truths

        return True in possible_truths(self.node, column, value, as_at)

    def may_fail(self, column: str, value: str, as_at: date) -> bool:
        """Return whether it can be false or unknown of a row whose text column holds this value."""
        from recordpick.criteria.condition_differences import possible_truths

        return possible_truths(self.node, column, value, as_at) != {True}


def parse_condition(
    text: str,
    columns: Mapping[str, Kind],
    words: Mapping[str, Sequence[str]] | None = None,
) -> Condition:
    """Read and check a condition over a table with these columns.

    `words` gives the closed vocabularies among the columns (`tables_of_pack.words_of`): asking
    such a column for another word is an error. UserError says what is wrong, without file and
    line, which the caller adds.
    """
    node = read_condition(text, columns, words or {})
    used = columns_in(node)
    if not used:
        raise UserError(
            "The condition names no column, so it is the same for every row; leave it out where "
            "every row counts."
        )
    return Condition(text, used, node)
