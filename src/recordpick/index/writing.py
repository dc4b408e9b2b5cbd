"""Writing a table into the index: sorted for how it is asked, in bounded memory.

Sorting needs all rows at once. So a large table is sorted a range of codes at a time: each is
picked out of the typed rows, sorted, and handed to one Parquet file as its next rows. To read the
typed rows several times costs less than a second copy of them on disk.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
from polars.io.plugins import register_io_source

from recordpick.index.manifest import TableSummary
from recordpick.index.tables_made import PATIENT, PLACE, TableMade
from recordpick.index.values import TYPES
from recordpick.tables import Kind

ROW_GROUP = 100_000
"""Rows of a row group: a rule that asks for a few codes skips most of a table sorted by code."""

AT_ONCE = 3_000_000
"""Rows that are sorted at a time: some 3 GiB of entries."""

_LEVEL = 1
"""Of zstd: half the time of the usual 3, and files as small."""


def write_table(table: TableMade, folder: Path) -> tuple[TableSummary, pl.DataFrame]:
    """Write a table, sorted by code and patient; give its summary and the rows a patient.

    The latter has patient_id and `entries`.
    """
    kinds = table.kinds
    path = folder / f"{table.name}.parquet"
    _sorted_rows(table, kinds).sink_parquet(
        path, compression_level=_LEVEL, row_group_size=ROW_GROUP, engine="streaming"
    )
    scan = pl.scan_parquet(path, glob=False)
    counts = scan.group_by(PATIENT).agg(entries=pl.len()).collect(engine="streaming")
    return TableSummary(int(counts["entries"].sum()), kinds), counts


def _sorted_rows(table: TableMade, kinds: dict[str, Kind]) -> pl.LazyFrame:
    """Give the rows in their order; those of one code and patient as they stand in the files."""
    rows = table.placed_rows().select(*kinds, PLACE)
    keys = [key for key in ("code", PATIENT) if key in kinds]
    first = keys[0]
    counts = rows.group_by(first).agg(rows=pl.len()).sort(first).collect(engine="streaming")
    ranges = _ranges(counts, first, AT_ONCE)
    if len(ranges) == 1:
        return rows.sort(*keys, PLACE).drop(PLACE)

    def in_order(
        columns: list[str] | None, predicate: pl.Expr | None, n_rows: int | None, size: int | None
    ) -> Iterator[pl.DataFrame]:
        del columns, predicate, n_rows, size  # the sink asks for everything
        for which in ranges:
            found = rows.filter(which).collect(engine="streaming")
            ordered = found.sort(*keys, PLACE).drop(PLACE)
            del found
            yield from ordered.iter_slices(ROW_GROUP)

    schema = {name: TYPES[kind] for name, kind in kinds.items()}
    return register_io_source(in_order, schema=schema)


def _ranges(counts: pl.DataFrame, key: str, at_once: int) -> list[pl.Expr]:
    """Cut the values of a key into ranges of so many rows; `counts` has `rows` of each, sorted.

    A range may have more where a single value has.
    """
    number = (counts["rows"].cum_sum() - 1) // at_once
    first = counts.with_columns(number.alias("range")).filter(pl.col("range").is_first_distinct())
    starts = first[key].to_list()
    ranges = []
    for place, start in enumerate(starts):
        last = place + 1 == len(starts)
        column = pl.col(key)
        below = pl.lit(value=True) if last else column < starts[place + 1]
        above = pl.lit(value=True) if place == 0 else column >= start
        # Nothing sorts before everything.
        within = (above & below) | (column.is_null() if place == 0 else pl.lit(value=False))
        ranges.append(within.fill_null(value=False))
    return ranges or [pl.lit(value=True)]
