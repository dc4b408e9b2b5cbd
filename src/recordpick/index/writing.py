"""Writing a table into the index: in the order in which it is asked, in bounded memory.

A table with codes is asked in two ways: who has this kind of entry or this code, and what has this
patient. So it stands in blocks of whole patients, and within a block by kind, code and patient: a
criterion skips the row groups of other kinds and codes, a patient's record the other blocks.

Sorting needs all rows at once. So a large table is sorted some blocks at a time: they are picked
out of the typed rows, sorted, and handed to one Parquet file as its next rows. To read the typed
rows several times costs less than a second copy of them on disk.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl
from polars.io.plugins import register_io_source

from recordpick.index.manifest import TableSummary
from recordpick.index.parts import PATIENT, Told
from recordpick.index.stretches import Stretches
from recordpick.index.tables_made import PLACE, TableMade
from recordpick.index.values import TYPES
from recordpick.index.words_as_text import is_heeded, noted_as

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
    stretches = table.stretches()
    counts = stretches.counts()
    types = pl.Schema({name: TYPES[kind] for name, kind in kinds.items()})
    _sorted_rows(table, types, stretches, _starts(counts)).sink_parquet(
        path,
        metadata=noted_as(types),
        compression_level=_LEVEL,
        row_group_size=ROW_GROUP if "code" in kinds else ROW_GROUP_BY_PATIENT,
        engine="streaming",
    )
    return TableSummary(int(counts["entries"].sum()), kinds), counts


def _sorted_rows(
    table: TableMade, types: pl.Schema, stretches: Stretches, starts: Sequence[str]
) -> pl.LazyFrame:
    """Give the rows in their order; those that are alike in it as they stand in the files."""
    keys = [key for key in ("kind", "code", PATIENT) if key in types]
    if "code" not in types:
        keys = [PATIENT]
    rows, told = table.placed_rows()
    together = max(1, AT_ONCE // BLOCK)
    by_place = {name: _by_words(each) for each in told for name in each.table.columns}
    by_place = {name: each for name, each in by_place.items() if name in types}
    asked = [name for name in types if name not in by_place]
    asked += dict.fromkeys(each.place for each in by_place.values())
    given = rows.collect_schema() | {n: each.table.schema[n] for n, each in by_place.items()}
    written = {name: _written(given[name], dtype) for name, dtype in types.items()}

    def in_order(
        columns: list[str] | None, predicate: pl.Expr | None, n_rows: int | None, size: int | None
    ) -> Iterator[pl.DataFrame]:
        del columns, predicate, n_rows, size  # the sink asks for everything
        for reading in stretches.readings(starts, together):
            blocks = starts[reading.first : reading.end]
            within = pl.col(PATIENT).cast(pl.String) >= blocks[0]
            if reading.end < len(starts):
                within &= pl.col(PATIENT).cast(pl.String) < starts[reading.end]
            some, _ = table.placed_rows(reading.only)
            if len(blocks) < len(starts):
                some = some.filter(within)
            found = some.select(*asked, PLACE).collect(engine="streaming")
            if not found[PLACE].is_sorted():  # joins do not keep an order
                found = found.sort(PLACE)
            in_pieces = found.select(asked).get_columns()
            del found  # each column is let go as soon as it was copied
            found = _in_one_piece(in_pieces)
            ranks = [_ranks(found, key, by_place.get(key)) for key in keys]
            places = _places_in_order(ranks, blocks)
            for start in range(0, found.height, ROW_GROUP):
                group = found[places[start : start + ROW_GROUP]]
                yield pl.DataFrame(
                    [_column(group, name, by_place).cast(dtype) for name, dtype in written.items()]
                )

    return register_io_source(in_order, schema=written)


def _by_words(told: Told) -> Told:
    """Give the texts of a small table as words: they are gathered and written in less time."""
    return replace(told, table=told.table.with_columns(pl.col(pl.String).cast(pl.Categorical)))


def _written(given: pl.DataType, dtype: pl.DataType) -> pl.DataType:
    """Give the type in which a column is handed to polars: text that is words stays that."""
    is_words = dtype == pl.String and isinstance(given, pl.Categorical | pl.Enum)
    return given if is_words and is_heeded() else dtype


def _in_one_piece(columns: list[pl.Series]) -> pl.DataFrame:
    """Give columns each in one piece of memory; they are taken out of the list one by one.

    To pick rows out of many pieces takes five times as long. There is no room for all twice.
    """

    def take(at: int) -> pl.Series:
        column, columns[at] = columns[at], pl.Series()
        return column.rechunk()

    with ThreadPoolExecutor() as pool:
        return pl.DataFrame(list(pool.map(take, range(len(columns)))))


def _column(rows: pl.DataFrame, name: str, by_place: Mapping[str, Told]) -> pl.Series:
    """Give a column; one that is told by place from where it stands."""
    told = by_place.get(name)
    return rows[name] if told is None else told.table[name].gather(rows[told.place])


@dataclass(frozen=True)
class _Ranks:
    """The rank of each row by one column (UInt64), from 1; 0 for null. `values` by rank."""

    of_rows: pl.Series
    values: pl.Series


def _ranks(rows: pl.DataFrame, key: str, told: Told | None) -> _Ranks:
    """Rank rows by a column of text; by one that is told by place, as what stands there."""
    column = rows[key] if told is None else told.table[key]
    values = column.drop_nulls().unique().cast(pl.String).sort()
    ranks = column.cast(pl.Enum(values)).to_physical().cast(pl.UInt64) + 1
    if told is not None:
        ranks = ranks.gather(rows[told.place])
    return _Ranks(ranks.fill_null(0), values)


def _places_in_order(ranks: Sequence[_Ranks], starts: Sequence[str]) -> pl.Series:
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


def _starts(counts: pl.DataFrame) -> list[str]:
    """Give the first patient_id of each block; `counts` has `entries` of each, by patient_id."""
    block = (pl.col("entries").cum_sum() - 1) // BLOCK
    first = counts.with_columns(block.alias(_BLOCK)).filter(pl.col(_BLOCK).is_first_distinct())
    return first[PATIENT].to_list()
