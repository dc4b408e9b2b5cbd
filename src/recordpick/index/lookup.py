"""Lookup tables: dictionary encoding of columns that are looked up by a key, without a join.

A join copies every column of the large table, which costs more than everything else that is done
with its rows. Here only the key is read, row by row, so that such columns stream like any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from recordpick.index.source import Told


class SmallTable:
    """A table looked up by one of its columns; rows with a null key are left out.

    Keys must be unique: polars raises an error otherwise.
    """

    def __init__(self, frame: pl.DataFrame, key: str) -> None:
        self.frame = frame.filter(pl.col(key).is_not_null())
        # In polars' own form, so that the keys are passed to it only once.
        self._keys = pl.Enum(self.frame[key]).to_dtype_expr()

    @property
    def columns(self) -> list[str]:
        """The names of its columns."""
        return self.frame.columns

    def place(self, key: pl.Expr) -> pl.Expr:
        """Return the row number in `frame` for each key (UInt32); null for an unknown key."""
        return key.cast(self._keys, strict=False).to_physical().cast(pl.UInt32)

    def tell(self, key: pl.Expr, column: str) -> pl.Expr:
        """Return the value of a column for each key; null for an unknown key."""
        return at(self.place(key), self.frame[column])

    def told(self, place: str, columns: Sequence[str]) -> Told:
        """Return columns as dictionary-encoded columns of a part, with the indexes in `place`."""
        return Told(place, self.frame.select(columns))


def at(place: pl.Expr, values: pl.Series) -> pl.Expr:
    """Return the value at each index; null for a null index."""
    return place.map_batches(values.gather, return_dtype=values.dtype, is_elementwise=True)


def resolved(rows: pl.LazyFrame, lookups: Iterable[Told]) -> pl.LazyFrame:
    """Return rows with their dictionary-encoded columns decoded."""
    lookups = list(lookups)
    columns = {
        name: at(pl.col(each.place), each.table[name])
        for each in lookups
        for name in each.table.columns
    }
    return rows.with_columns(**columns).drop(each.place for each in lookups) if lookups else rows
