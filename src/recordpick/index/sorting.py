"""The order of rows by several columns of text, found by sorting one number for each row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from recordpick.index.parts import Told

_MOST = 2**64
"""What one number can tell apart."""

_BLOCK = "__block"


@dataclass(frozen=True)
class Ranks:
    """The rank of each row by one column (UInt64), from 1; 0 for null. `values` by rank."""

    of_rows: pl.Series
    values: pl.Series


def ranks_of(rows: pl.DataFrame, key: str, told: Told | None) -> Ranks:
    """Rank rows by a column of text; by one that is told by place, as what stands there."""
    column = rows[key] if told is None else told.table[key]
    values = column.drop_nulls().unique().cast(pl.String).sort()
    ranks = column.cast(pl.Enum(values)).to_physical().cast(pl.UInt64) + 1
    if told is not None:
        ranks = ranks.gather(rows[told.place])
    return Ranks(ranks.fill_null(0), values)


def rows_in_order(ranks: Sequence[Ranks], starts: Sequence[str]) -> pl.Series:
    """Give the places of rows in their order: by block, by ranks, as they stand.

    The last ranks are those by patient; `starts` are the first patient_id of each block. To sort
    one number, in which all ranks and the row's own place stand behind one another, takes a tenth
    of the time of sorting rows by texts.
    """
    patients = ranks[-1]
    block = pl.Series(_BLOCK, [0], pl.UInt64).new_from_index(0, len(patients.of_rows))
    for start in starts[1:]:
        block += patients.of_rows > (patients.values < start).sum()
    room = len(starts)
    for each in ranks:
        room *= len(each.values) + 1
    height = len(block)
    place = pl.int_range(height, dtype=pl.UInt64, eager=True)
    if room * height > _MOST:
        every = [block, *(each.of_rows for each in ranks), place]
        return (
            pl.DataFrame([s.alias(str(n)) for n, s in enumerate(every)])
            .sort(pl.all())
            .to_series(-1)
        )
    number = block
    for each in ranks:
        number = number * (len(each.values) + 1) + each.of_rows
    return (number * height + place).sort() % height
