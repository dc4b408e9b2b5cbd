"""Writing a table into the index: clustered for its two kinds of query, in bounded memory.

A table with codes is queried in two ways: who has this kind of entry or this code, and what does
this patient have. So it is stored in blocks of whole patients, and within a block by kind, code and
patient: a criterion skips the row groups of other kinds and codes, a patient's record skips the
other blocks.

Sorting needs all rows at once. So a large table is sorted some blocks at a time: their rows are
read from the staged rows, sorted (row_order.py), and appended to one Parquet file.
Reading staged rows several times costs less than a second copy of them on disk.

Columns of few distinct texts are written as Categoricals and read as strings. Polars writes a
Categorical in a fifth of the time of a String, as it need not find out for each row group which
texts are the same. The file's data are the same: a list of texts, and indexes into it. Only the
schema that polars stores beside them differs, from which it would make Categoricals again.
"""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import cache, cached_property
from pathlib import Path
from threading import Event

import polars as pl
from polars.io.plugins import register_io_source

from recordpick.index.build.row_order import ChunkCounts, ChunkRead, ranks_of, rows_in_order
from recordpick.index.build.table_builder import PLACE, TableBuilder
from recordpick.index.lookup import gather_at
from recordpick.index.manifest import TableSummary
from recordpick.index.source import PATIENT, LookupColumns
from recordpick.polars_types import TYPES

_NOTE = "ARROW:schema"
"""The metadata key of Arrow's schema in a Parquet file (Arrow's documentation)."""


def metadata_for(schema: pl.Schema) -> dict[str, str]:
    """Return the metadata of a Parquet file that is to be read with this schema."""
    file = io.BytesIO()
    pl.DataFrame(schema=schema).write_parquet(file)
    file.seek(0)
    return {_NOTE: pl.read_parquet_metadata(file)[_NOTE]}


@cache
def uses_metadata() -> bool:
    """Return whether the installed polars goes by this metadata: it does not promise to."""
    schema = pl.Schema({"text": pl.String})
    words = pl.DataFrame({"text": ["a"]}, schema={"text": pl.Categorical})
    file = io.BytesIO()
    words.write_parquet(file, metadata=metadata_for(schema))
    file.seek(0)
    return pl.read_parquet_schema(file) == schema


ROW_GROUP = 100_000
"""Rows of a row group: a rule about a few codes skips most of the row groups of a block."""

ROW_GROUP_BY_PATIENT = 20_000
"""The same for a table sorted by patient: one patient's rows are read without many others."""

BLOCK = 500_000
"""Rows of a block, rounded to whole patients: one patient's record is searched for in it."""

AT_ONCE = 2_000_000
"""Rows that are sorted at a time, in whole blocks, if patients' rows are scattered over a source:
some 1 GiB of events. More at a time is hardly faster."""

_LEVEL = 1
"""The compression level of zstd: half the time of the default 3, and equally small files."""

_BLOCK = "__block"


class AbandonedError(Exception):
    """Making the index was cancelled: a table was not written completely."""


def write_table(
    table: TableBuilder, folder: Path, is_over: Event
) -> tuple[TableSummary, pl.DataFrame]:
    """Write a table, in blocks of patients, by kind, code and patient; without codes by patient.

    Return its summary, and the number of rows per patient: patient_id and `entries`, sorted by
    patient_id. AbandonedError as soon as `is_over` is set.
    """
    kinds = table.kinds
    types = pl.Schema({name: TYPES[kind] for name, kind in kinds.items()})
    chunks = table.chunk_counts()
    counts = chunks.counts()
    path = folder / f"{table.name}.parquet"
    _Blocks(table, types, chunks, _starts(counts)).rows(is_over).sink_parquet(
        path,
        metadata=metadata_for(types),
        compression_level=_LEVEL,
        row_group_size=ROW_GROUP if "code" in kinds else ROW_GROUP_BY_PATIENT,
        engine="streaming",
    )
    rows = int(counts["entries"].sum())
    written = pl.scan_parquet(path, glob=False).select(pl.len()).collect().item()
    assert written == rows, (table.name, written, rows)
    return TableSummary(rows, kinds), counts


def _starts(counts: pl.DataFrame) -> list[str]:
    """Return the first patient_id of each block; `counts` has `entries` of each, by patient_id."""
    block = (pl.col("entries").cum_sum() - 1) // BLOCK
    first = counts.with_columns(block.alias(_BLOCK)).filter(pl.col(_BLOCK).is_first_distinct())
    return first[PATIENT].to_list()


class _Blocks:
    """The rows of a table in their final order; ties stay in the order of the files."""

    def __init__(
        self, table: TableBuilder, types: pl.Schema, chunks: ChunkCounts, starts: Sequence[str]
    ) -> None:
        """`types` are those of the table's columns, `starts` the first patient of each block."""
        self._table, self._chunks, self._starts = table, chunks, starts
        by_code = [key for key in ("kind", "code", PATIENT) if key in types]
        self._keys = by_code if "code" in types else [PATIENT]
        rows, encoded = table.encoded_rows()
        lookups = {name: _as_categorical(each) for each in encoded for name in each.table.columns}
        self._lookups = {name: each for name, each in lookups.items() if name in types}
        plain_columns = [name for name in types if name not in self._lookups]
        self._read_columns = [
            *plain_columns,
            *dict.fromkeys(each.index_column for each in self._lookups.values()),
        ]
        schema = rows.collect_schema() | {
            name: each.table.schema[name] for name, each in self._lookups.items()
        }
        self._types = {name: _sink_type(schema[name], dtype) for name, dtype in types.items()}

    def rows(self, is_over: Event) -> pl.LazyFrame:
        """Return a scan whose rows are sorted while it is read, until `is_over` is set."""

        def in_order(*_: object) -> Iterator[pl.DataFrame]:  # the sink needs everything
            for found, order in self._sorted_blocks():
                for start in range(0, found.height, ROW_GROUP):
                    if is_over.is_set():
                        raise AbandonedError
                    yield self._as_written(found[order[start : start + ROW_GROUP]])

        return register_io_source(in_order, schema=self._types)

    def _sorted_blocks(self) -> Iterator[tuple[pl.DataFrame, pl.Series]]:
        """Yield the unsorted rows of blocks, and their row indexes in sorted order."""
        reads = self._chunks.read_plan(self._starts, max(1, AT_ONCE // BLOCK))
        if any(read.end - read.first > 1 for read in reads):
            yield from map(self._sorted, reads)  # there is no memory for more of them
            return
        with ThreadPoolExecutor(1) as ahead:
            waiting: deque[Future[tuple[pl.DataFrame, pl.Series]]] = deque()
            for read in reads:
                # While the blocks before are written, this one is read and sorted.
                waiting.append(ahead.submit(self._sorted, read))
                if len(waiting) > 1:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()

    def _sorted(self, read: ChunkRead) -> tuple[pl.DataFrame, pl.Series]:
        blocks = self._starts[read.first : read.end]
        rows, _ = self._table.encoded_rows(read.only)
        if len(blocks) < len(self._starts):
            rows = rows.filter(self._block_of(rows).is_between(read.first, read.end - 1))
        found = rows.select(*self._read_columns, PLACE).collect(engine="streaming")
        if not found[PLACE].is_sorted():  # joins do not preserve the order
            found = found.sort(PLACE)
        chunked = found.select(self._read_columns).get_columns()
        del found  # each column is freed as soon as it was copied
        whole = _rechunked(chunked)
        ranks = [ranks_of(whole, key, self._lookups.get(key)) for key in self._keys]
        return whole, rows_in_order(ranks, blocks)

    def _block_of(self, rows: pl.LazyFrame) -> pl.Expr:
        """Return the number of the block of each row's patient."""
        patient = pl.col(PATIENT)
        if not isinstance(rows.collect_schema()[PATIENT], pl.Categorical):
            patient = patient.cast(pl.Categorical)
        return gather_at(patient.to_physical(), self._block_by_code)

    @cached_property
    def _patients(self) -> pl.Series:
        """All patients as Categorical: polars keeps the codes as long as this series is held."""
        return self._chunks.frame[PATIENT].unique().cast(pl.Categorical)

    @cached_property
    def _block_by_code(self) -> pl.Series:
        """The block of each patient, by the physical code of the Categorical patient_id."""
        codes = self._patients.to_physical()
        starts = pl.Series(self._starts, dtype=pl.String)
        block = starts.search_sorted(self._patients.cast(pl.String), side="right") - 1
        no_block = pl.Series([None], dtype=pl.UInt32)
        return no_block.new_from_index(0, codes.sort()[-1] + 1).scatter(codes, block)

    def _as_written(self, rows: pl.DataFrame) -> pl.DataFrame:
        columns = ((_column(rows, name, self._lookups), name) for name in self._types)
        return pl.DataFrame([column.cast(self._types[name]) for column, name in columns])


def _as_categorical(lookup: LookupColumns) -> LookupColumns:
    """Return the texts of a lookup table as Categorical: gathered and written in less time."""
    return replace(lookup, table=lookup.table.with_columns(pl.col(pl.String).cast(pl.Categorical)))


def _sink_type(given: pl.DataType, dtype: pl.DataType) -> pl.DataType:
    """Return the type in which a column is passed to polars: Categorical text stays that."""
    is_words = dtype == pl.String and isinstance(given, pl.Categorical | pl.Enum)
    return given if is_words and uses_metadata() else dtype


def _rechunked(columns: list[pl.Series]) -> pl.DataFrame:
    """Return the columns, each in one chunk of memory; they are removed from the list one by one.

    Gathering rows from many chunks takes five times as long. There is no memory for all twice.
    """

    def take(gather_at: int) -> pl.Series:
        column, columns[gather_at] = columns[gather_at], pl.Series()
        return column.rechunk()

    with ThreadPoolExecutor() as pool:
        return pl.DataFrame(list(pool.map(take, range(len(columns)))))


def _column(rows: pl.DataFrame, name: str, lookups: Mapping[str, LookupColumns]) -> pl.Series:
    """Return a column, decoded if it is dictionary-encoded."""
    lookup = lookups.get(name)
    return rows[name] if lookup is None else lookup.table[name].gather(rows[lookup.index_column])
