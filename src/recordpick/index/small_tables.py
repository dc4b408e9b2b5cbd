"""What a small table says of each row of a large one: found by key, without a join.

A join copies every column of the large table, which costs more than all else that is done with its
rows. Here only the key is touched, row by row, so that such columns stream like any other.
"""

from __future__ import annotations

import polars as pl


class SmallTable:
    """A table that is asked by one of its columns; keys that are null stand for nothing.

    Each key may stand there once: polars refuses others.
    """

    def __init__(self, frame: pl.DataFrame, key: str) -> None:
        self._frame = frame.filter(pl.col(key).is_not_null())
        self._keys = pl.Enum(self._frame[key])

    @property
    def columns(self) -> list[str]:
        """The names of its columns."""
        return self._frame.columns

    def has(self, key: pl.Expr) -> pl.Expr:
        """Tell whether the key stands there; no for null."""
        return key.cast(self._keys, strict=False).is_not_null()

    def tell(self, key: pl.Expr, column: str) -> pl.Expr:
        """Give the value of a column for each key; null where the key does not stand there."""
        values = self._frame[column]
        place = key.cast(self._keys, strict=False).to_physical()
        return place.map_batches(values.gather, return_dtype=values.dtype, is_elementwise=True)
