"""Evaluate many conditions over the texts of one table: each distinct text once, not every row.

A pack of 1,000 criteria with three LIKEs each would read and search every row of the entries
thousands of times. Terms repeat: a practice has some thousands of them. So where there are many
LIKEs, the columns that the conditions use are read once and the texts numbered (dictionary
encoding); a condition on one text column is evaluated for each distinct text, and each row looks
up its result by its number.
"""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import reduce

import polars as pl

from recordpick.criteria.conditions import ast as n
from recordpick.criteria.conditions.to_polars import expression

MANY_LIKES = 60
"""From this many LIKEs over a table it is worth reading its columns whole. Packs have fewer."""

MOST_ANSWERS = 4_000_000_000
"""Distinct texts times parts of conditions: a bit each, 500 MB. Free text may have more, and is
then evaluated row by row."""

_BATCH = 256


def likes_in(node: n.Node) -> int:
    """Return the number of LIKEs in a condition."""
    return sum(isinstance(part, n.Like) for part, _ in n.walk(node))


@dataclass
class SharedTexts:
    """A table whose texts are numbered. `rows` is the table; `condition` builds filters for it."""

    as_at: date
    rows: pl.LazyFrame
    texts: Mapping[str, pl.Series]
    """The distinct texts of each numbered column, in the order of their numbers."""
    _answers: dict[n.Node, pl.Series] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        rows: pl.LazyFrame,
        conditions: Iterable[n.Node],
        columns: Iterable[str],
        as_at: date,
    ) -> SharedTexts | None:
        """Read a table with these columns for its conditions; None where that is not worthwhile."""
        nodes = list(conditions)
        if sum(map(likes_in, nodes)) < MANY_LIKES:
            return None
        parts = Counter(column for node in nodes for _, column in _of_one_text(node))
        needed = list(dict.fromkeys([*columns, *(c for node in nodes for c in n.columns_in(node))]))
        frame = rows.select(needed).collect(engine="streaming")
        texts: dict[str, pl.Series] = {}
        for column, number in parts.items():
            distinct = frame[column].unique()
            if distinct.len() * number <= MOST_ANSWERS:
                numbered = pl.DataFrame([distinct]).with_row_index(_number(column))
                frame = frame.join(
                    numbered, on=column, how="left", nulls_equal=True, maintain_order="left"
                )
                texts[column] = distinct
        shared = cls(as_at, frame.lazy(), texts)
        shared._evaluate(nodes)
        return shared

    def condition(self, node: n.Node) -> pl.Expr:
        """Return a condition as a filter of `rows`: null where it is unknown."""
        if node in self._answers:
            (column,) = n.columns_in(node)
            return pl.lit(self._answers[node]).gather(pl.col(_number(column)))
        match node:
            case n.All():
                return reduce(operator.and_, map(self.condition, node.parts))
            case n.AnyOf():
                return reduce(operator.or_, map(self.condition, node.parts))
            case n.Not():
                return ~self.condition(node.of)
        return expression(node, self.as_at)

    def _evaluate(self, nodes: Iterable[n.Node]) -> None:
        """Evaluate the conditions on one text column, for each distinct text of it."""
        by_column: dict[str, dict[n.Node, None]] = {}
        for node in nodes:
            for part, column in _of_one_text(node):
                if column in self.texts:
                    by_column.setdefault(column, {})[part] = None
        for column, parts in by_column.items():
            texts, left = self.texts[column].to_frame(column), list(parts)
            for start in range(0, len(left), _BATCH):
                batch = left[start : start + _BATCH]
                results = texts.select(
                    expression(part, self.as_at).alias(str(position))
                    for position, part in enumerate(batch)
                )
                for part, answers in zip(batch, results.get_columns(), strict=True):
                    self._answers[part] = answers


def _of_one_text(node: n.Node) -> list[tuple[n.Node, str]]:
    """Return the largest parts of a condition that use only one text column, with its name."""
    columns = n.columns_in(node)
    if len(columns) == 1:
        kinds = {part.kind for part, _ in n.walk(node) if isinstance(part, n.Column)}
        return [(node, next(iter(columns)))] if kinds == {"text"} else []
    match node:
        case n.All() | n.AnyOf():
            return [found for part in node.parts for found in _of_one_text(part)]
        case n.Not():
            return _of_one_text(node.of)
    return []


def _number(column: str) -> str:
    return f"\x1fnumber of {column}"
