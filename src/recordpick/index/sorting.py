"""Sorting rows by several text columns: the ranks are packed into one integer key per row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from recordpick.index.parts import Told

_KEYS = 2**64
"""How many values one 64-bit key can distinguish."""

_BLOCK = "__block"


@dataclass(frozen=True)
class Ranks:
    """The rank of each row by one column (UInt64), from 1; 0 for null. `values` in rank order."""

    of_rows: pl.Series
    values: pl.Series


def ranks_of(rows: pl.DataFrame, key: str, lookup: Told | None) -> Ranks:
    """Return the ranks of rows by a text column, which may be dictionary-encoded."""
    if lookup is None:
        return _ranks(rows[key])
    ranks = _ranks(lookup.table[key])
    return Ranks(ranks.of_rows.gather(rows[lookup.place]).fill_null(0), ranks.values)


def _ranks(column: pl.Series) -> Ranks:
    """Return the ranks of texts; Categoricals are ranked through their physical codes."""
    each = column.drop_nulls().unique()
    values = each.cast(pl.String)
    if not isinstance(column.dtype, pl.Categorical):
        values = values.sort()
        ranks = column.cast(pl.Enum(values)).to_physical().cast(pl.UInt64) + 1
        return Ranks(ranks.fill_null(0), values)
    order = values.arg_sort()
    numbers = each.to_physical().gather(order)
    most = int(numbers.to_numpy().max(initial=0))
    rank = pl.Series([0], dtype=pl.UInt64).new_from_index(0, most + 1)
    rank = rank.scatter(numbers, pl.int_range(1, len(each) + 1, dtype=pl.UInt64, eager=True))
    return Ranks(rank.gather(column.to_physical()).fill_null(0), values.gather(order))


def rows_in_order(ranks: Sequence[Ranks], starts: Sequence[str]) -> pl.Series:
    """Return the row indexes in sorted order: by block, by ranks, then in their original order.

    The last ranks are those by patient; `starts` are the first patient_id of each block. Sorting
    one number, in which all ranks and the row's own index are packed, takes a twentieth of the time
    of sorting rows by texts.
    """
    import numpy as np

    patients = ranks[-1]
    block = pl.Series(_BLOCK, [0], pl.UInt64).new_from_index(0, len(patients.of_rows))
    for start in starts[1:]:
        block += patients.of_rows > (patients.values < start).sum()
    row_base = 2 ** len(block).bit_length()
    size = len(starts) * row_base
    for each in ranks:
        size *= len(each.values) + 1
    row = pl.int_range(len(block), dtype=pl.UInt64, eager=True)
    if size > _KEYS:
        every = [block, *(each.of_rows for each in ranks), row]
        return (
            pl.DataFrame([s.alias(str(n)) for n, s in enumerate(every)])
            .sort(pl.all())
            .to_series(-1)
        )
    number = block
    for each in ranks:
        number = number * (len(each.values) + 1) + each.of_rows
    # numpy sorts with SIMD instructions.
    in_order = np.sort((number * row_base + row).to_numpy())
    return pl.Series(in_order & np.uint64(row_base - 1), dtype=pl.UInt32)
