"""What a small table says of each row of a large one: found by key, without a join.

A join copies every column of the large table, which costs more than all else that is done with its
rows. Here only the key is touched, row by row, so that such columns stream like any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from recordpick.index.parts import Told


class SmallTable:
    """A table that is asked by one of its columns; keys that are null stand for nothing.

    Each key may stand there once: polars refuses others.
    """

    def __init__(self, frame: pl.DataFrame, key: str) -> None:
        self.frame = frame.filter(pl.col(key).is_not_null())
        # As polars itself keeps it, so that the keys are handed over once.
        self._keys = pl.Enum(self.frame[key]).to_dtype_expr()

    @property
    def columns(self) -> list[str]:
        """The names of its columns."""
        return self.frame.columns

    def place(self, key: pl.Expr) -> pl.Expr:
        """Return the row of `frame` for each key (UInt32); null where it does not stand there."""
        return key.cast(self._keys, strict=False).to_physical().cast(pl.UInt32)

    def tell(self, key: pl.Expr, column: str) -> pl.Expr:
        """Return the value of a column for each key; null where the key does not stand there."""
        return at(self.place(key), self.frame[column])

    def told(self, place: str, columns: Sequence[str]) -> Told:
        """Return columns as what a part only has places of, in its column `place`."""
        return Told(place, self.frame.select(columns))


def at(place: pl.Expr, values: pl.Series) -> pl.Expr:
    """Return the value that stands at each place; null at none."""
    return place.map_batches(values.gather, return_dtype=values.dtype, is_elementwise=True)


def resolved(rows: pl.LazyFrame, told: Iterable[Told]) -> pl.LazyFrame:
    """Return rows with the columns that they have only as places."""
    told = list(told)
    columns = {
        name: at(pl.col(each.place), each.table[name])
        for each in told
        for name in each.table.columns
    }
    return rows.with_columns(**columns).drop(each.place for each in told) if told else rows
