"""Writing a table into the index: in the order in which it is asked, in bounded memory.

A table with codes is asked in two ways: who has this kind of entry or this code, and what has this
patient. So it stands in blocks of whole patients, and within a block by kind, code and patient: a
criterion skips the row groups of other kinds and codes, a patient's record the other blocks.

Sorting needs all rows at once. So a large table is sorted some blocks at a time: they are picked
out of the typed rows, sorted, and handed to one Parquet file as its next rows. To read the typed
rows several times costs less than a second copy of them on disk.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl
from polars.io.plugins import register_io_source

from recordpick.index.manifest import TableSummary
from recordpick.index.tables_made import PATIENT, PLACE, TableMade
from recordpick.index.values import TYPES
from recordpick.tables import Kind

ROW_GROUP = 100_000
"""Rows of a row group: a rule that asks for a few codes skips most of those of a block."""

ROW_GROUP_BY_PATIENT = 20_000
"""The same of a table that stands by patient: one patient's rows are read without many others."""

BLOCK = 500_000
"""Rows of a block, as whole patients make it. One patient's record is looked for in so many."""

AT_ONCE = 6_000_000
"""Rows that are sorted at a time, of whole blocks: some 3 GiB of entries."""

_MOST = 2**64
"""What one number can tell apart."""

_LEVEL = 1
"""Of zstd: half the time of the usual 3, and files as small."""

_BLOCK = "__block"


def write_table(table: TableMade, folder: Path) -> tuple[TableSummary, pl.DataFrame]:
    """Write a table, in blocks of patients, by kind, code and patient; without codes by patient.

    Give its summary, and the rows a patient: patient_id and `entries`, by patient_id.
    """
    kinds = table.kinds
    path = folder / f"{table.name}.parquet"
    rows = table.placed_rows().select(*kinds, PLACE)
    counts = rows.group_by(PATIENT).agg(entries=pl.len()).sort(PATIENT).collect(engine="streaming")
    _sorted_rows(rows, kinds, counts).sink_parquet(
        path,
        compression_level=_LEVEL,
        row_group_size=ROW_GROUP if "code" in kinds else ROW_GROUP_BY_PATIENT,
        engine="streaming",
    )
    return TableSummary(int(counts["entries"].sum()), kinds), counts


def _sorted_rows(rows: pl.LazyFrame, kinds: dict[str, Kind], counts: pl.DataFrame) -> pl.LazyFrame:
    """Give the rows in their order; those that are alike in it as they stand in the files."""
    keys = [key for key in ("kind", "code", PATIENT) if key in kinds]
    if "code" not in kinds:
        keys = [PATIENT]
    starts = _starts(counts)
    together = max(1, AT_ONCE // BLOCK)

    def in_order(
        columns: list[str] | None, predicate: pl.Expr | None, n_rows: int | None, size: int | None
    ) -> Iterator[pl.DataFrame]:
        del columns, predicate, n_rows, size  # the sink asks for everything
        for first in range(0, len(starts), together):
            within = pl.col(PATIENT) >= starts[first]
            if first + together < len(starts):
                within &= pl.col(PATIENT) < starts[first + together]
            some = rows if len(starts) <= together else rows.filter(within)
            found = some.collect(engine="streaming")
            if not found[PLACE].is_sorted():  # joins do not keep an order
                found = found.sort(PLACE)
            # To pick rows out of many pieces takes five times as long; column by column, as there
            # is no room for all of it twice.
            found = pl.DataFrame([found.drop_in_place(name).rechunk() for name in kinds])
            places = places_in_order(found, keys, starts[first : first + together])
            for start in range(0, found.height, ROW_GROUP):
                yield found[places[start : start + ROW_GROUP]]

    schema = {name: TYPES[kind] for name, kind in kinds.items()}
    return register_io_source(in_order, schema=schema)


def places_in_order(rows: pl.DataFrame, keys: Sequence[str], starts: Sequence[str]) -> pl.Series:
    """Give the places of rows in their order: by block, by keys (null first), as they stand.

    `starts` are the first patient_id of each block. To sort one number, in which the ranks by each
    key and the row's own place stand behind one another, takes a tenth of the time of sorting rows
    by texts.
    """
    rank, room = pl.lit(0, pl.UInt64), 1
    for key in keys:
        values = rows[key].drop_nulls().unique().sort()
        own = pl.col(key).cast(pl.Enum(values)).to_physical().cast(pl.UInt64)
        if key == PATIENT:
            firsts = [(values < start).sum() for start in starts[1:]]
            block = pl.sum_horizontal(pl.lit(0), *((own >= first) for first in firsts))
        rank = rank * (len(values) + 1) + (own + 1).fill_null(0)
        room *= len(values) + 1
    rank = rank + block.cast(pl.UInt64) * room
    room *= len(starts)
    place = pl.int_range(pl.len(), dtype=pl.UInt64)
    if room * rows.height > _MOST:
        return rows.select(block.alias(_BLOCK), *keys, place=place).sort(pl.all())["place"]
    numbers = rows.select(number=rank * rows.height + place).sort("number")
    return numbers.select(pl.col("number") % rows.height).to_series()


def _starts(counts: pl.DataFrame) -> list[str]:
    """Give the first patient_id of each block; `counts` has `entries` of each, by patient_id."""
    block = (pl.col("entries").cum_sum() - 1) // BLOCK
    first = counts.with_columns(block.alias(_BLOCK)).filter(pl.col(_BLOCK).is_first_distinct())
    return first[PATIENT].to_list()
