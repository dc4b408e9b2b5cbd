"""Lookup tables: dictionary encoding of columns that are looked up by a key, without a join.

A join copies every column of the large table, which costs more than everything else that is done
with its rows. Here only the key is read, row by row, so that such columns stream like any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from recordpick.index.source import LookupColumns


class LookupTable:
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

    def index_of(self, key: pl.Expr) -> pl.Expr:
        """Return the row number in `frame` for each key (UInt32); null for an unknown key."""
        return key.cast(self._keys, strict=False).to_physical().cast(pl.UInt32)

    def decode(self, key: pl.Expr, column: str) -> pl.Expr:
        """Return the value of a column for each key; null for an unknown key."""
        return gather_at(self.index_of(key), self.frame[column])

    def encode(self, index_column: str, columns: Sequence[str]) -> LookupColumns:
        """Return columns as dictionary-encoded columns, with their indexes in `index_column`."""
        return LookupColumns(index_column, self.frame.select(columns))


def gather_at(index_column: pl.Expr, values: pl.Series) -> pl.Expr:
    """Return the value at each index; null for a null index."""
    return index_column.map_batches(values.gather, return_dtype=values.dtype, is_elementwise=True)


def decoded(rows: pl.LazyFrame, lookups: Iterable[LookupColumns]) -> pl.LazyFrame:
    """Return rows with their dictionary-encoded columns decoded."""
    lookups = list(lookups)
    columns = {
        name: gather_at(pl.col(each.index_column), each.table[name])
        for each in lookups
        for name in each.table.columns
    }
    return (
        rows.with_columns(**columns).drop(each.index_column for each in lookups)
        if lookups
        else rows
    )
