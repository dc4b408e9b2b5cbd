"""Writing a table into the index: in the order in which it is asked, in bounded memory.

A table with codes is asked in two ways: who has this kind of entry or this code, and what has this
patient. So it stands in blocks of whole patients, and within a block by kind, code and patient: a
criterion skips the row groups of other kinds and codes, a patient's record the other blocks.

Sorting needs all rows at once. So a large table is sorted some blocks at a time: they are picked
out of the typed rows (stretches.py), sorted (sorting.py), and handed to one Parquet file as its
next rows. To read typed rows several times costs less than a second copy of them on disk.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from threading import Event

import polars as pl
from polars.io.plugins import register_io_source

from recordpick.index.manifest import TableSummary
from recordpick.index.parts import PATIENT, Told
from recordpick.index.small_tables import at
from recordpick.index.sorting import ranks_of, rows_in_order
from recordpick.index.stretches import Reading, Stretches
from recordpick.index.tables_made import PLACE, TableMade
from recordpick.index.values import TYPES
from recordpick.index.words_as_text import is_heeded, noted_as

ROW_GROUP = 100_000
"""Rows of a row group: a rule that asks for a few codes skips most of those of a block."""

ROW_GROUP_BY_PATIENT = 20_000
"""The same of a table that stands by patient: one patient's rows are read without many others."""

BLOCK = 500_000
"""Rows of a block, as whole patients make it. One patient's record is looked for in so many."""

AT_ONCE = 2_000_000
"""Rows that are sorted at a time, of whole blocks, if patients' rows are scattered over a source:
some 1 GiB of entries. More at a time hardly gain anything."""

_LEVEL = 1
"""Of zstd: half the time of the usual 3, and files as small."""

_BLOCK = "__block"


class AbandonedError(Exception):
    """The index is not made after all: a table was not written to its end."""


def write_table(
    table: TableMade, folder: Path, is_over: Event
) -> tuple[TableSummary, pl.DataFrame]:
    """Write a table, in blocks of patients, by kind, code and patient; without codes by patient.

    Give its summary, and the rows a patient: patient_id and `entries`, by patient_id. Once
    `is_over` is set nobody wants it: then it is left, with an error.
    """
    kinds = table.kinds
    types = pl.Schema({name: TYPES[kind] for name, kind in kinds.items()})
    stretches = table.stretches()
    counts = stretches.counts()
    path = folder / f"{table.name}.parquet"
    _Blocks(table, types, stretches, _starts(counts)).rows(is_over).sink_parquet(
        path,
        metadata=noted_as(types),
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
    """The rows of a table in their order; those that are alike in it as they stand in the files."""

    def __init__(
        self, table: TableMade, types: pl.Schema, stretches: Stretches, starts: Sequence[str]
    ) -> None:
        """`types` are those of the table's columns, `starts` the first patient of each block."""
        self._table, self._stretches, self._starts = table, stretches, starts
        by_code = [key for key in ("kind", "code", PATIENT) if key in types]
        self._keys = by_code if "code" in types else [PATIENT]
        rows, told = table.placed_rows()
        by_place = {name: _by_words(each) for each in told for name in each.table.columns}
        self._by_place = {name: each for name, each in by_place.items() if name in types}
        asked = [name for name in types if name not in self._by_place]
        self._asked = [*asked, *dict.fromkeys(each.place for each in self._by_place.values())]
        given = rows.collect_schema() | {
            name: each.table.schema[name] for name, each in self._by_place.items()
        }
        self._types = {name: _handed_over(given[name], dtype) for name, dtype in types.items()}

    def rows(self, is_over: Event) -> pl.LazyFrame:
        """Return the rows, which are sorted as they are asked for, until it is over."""

        def in_order(*_: object) -> Iterator[pl.DataFrame]:  # the sink asks for everything
            for found, places in self._each_sorted():
                for start in range(0, found.height, ROW_GROUP):
                    if is_over.is_set():
                        raise AbandonedError
                    yield self._as_written(found[places[start : start + ROW_GROUP]])

        return register_io_source(in_order, schema=self._types)

    def _each_sorted(self) -> Iterator[tuple[pl.DataFrame, pl.Series]]:
        """Yield the rows of blocks as they stand, and their places in order."""
        readings = self._stretches.readings(self._starts, max(1, AT_ONCE // BLOCK))
        if any(reading.end - reading.first > 1 for reading in readings):
            yield from map(self._sorted, readings)  # there is no room for more of them
            return
        with ThreadPoolExecutor(1) as ahead:
            waiting: deque[Future[tuple[pl.DataFrame, pl.Series]]] = deque()
            for reading in readings:
                # While the blocks before are written, this one is read and sorted.
                waiting.append(ahead.submit(self._sorted, reading))
                if len(waiting) > 1:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()

    def _sorted(self, reading: Reading) -> tuple[pl.DataFrame, pl.Series]:
        blocks = self._starts[reading.first : reading.end]
        rows, _ = self._table.placed_rows(reading.only)
        if len(blocks) < len(self._starts):
            rows = rows.filter(self._block_of(rows).is_between(reading.first, reading.end - 1))
        found = rows.select(*self._asked, PLACE).collect(engine="streaming")
        if not found[PLACE].is_sorted():  # joins do not keep an order
            found = found.sort(PLACE)
        in_pieces = found.select(self._asked).get_columns()
        del found  # each column is let go as soon as it was copied
        whole = _in_one_piece(in_pieces)
        ranks = [ranks_of(whole, key, self._by_place.get(key)) for key in self._keys]
        return whole, rows_in_order(ranks, blocks)

    def _block_of(self, rows: pl.LazyFrame) -> pl.Expr:
        """Return in which block a patient's rows stand."""
        whose = pl.col(PATIENT)
        if not isinstance(rows.collect_schema()[PATIENT], pl.Categorical):
            whose = whose.cast(pl.Categorical)
        return at(whose.to_physical(), self._block_by_place)

    @cached_property
    def _patients(self) -> pl.Series:
        """Return all patients as words: polars keeps the place of a word while one is held."""
        return self._stretches.frame[PATIENT].unique().cast(pl.Categorical)

    @cached_property
    def _block_by_place(self) -> pl.Series:
        """Return the block of each patient, by the place of the patient_id among polars' words."""
        places = self._patients.to_physical()
        starts = pl.Series(self._starts, dtype=pl.String)
        block = starts.search_sorted(self._patients.cast(pl.String), side="right") - 1
        nobody = pl.Series([None], dtype=pl.UInt32)
        return nobody.new_from_index(0, places.sort()[-1] + 1).scatter(places, block)

    def _as_written(self, rows: pl.DataFrame) -> pl.DataFrame:
        columns = ((_column(rows, name, self._by_place), name) for name in self._types)
        return pl.DataFrame([column.cast(self._types[name]) for column, name in columns])


def _by_words(told: Told) -> Told:
    """Return the texts of a small table as words: they are gathered and written in less time."""
    return replace(told, table=told.table.with_columns(pl.col(pl.String).cast(pl.Categorical)))


def _handed_over(given: pl.DataType, dtype: pl.DataType) -> pl.DataType:
    """Return the type in which a column is handed to polars: text that is words stays that."""
    is_words = dtype == pl.String and isinstance(given, pl.Categorical | pl.Enum)
    return given if is_words and is_heeded() else dtype


def _in_one_piece(columns: list[pl.Series]) -> pl.DataFrame:
    """Return columns each in one piece of memory; they are taken out of the list one by one.

    To pick rows out of many pieces takes five times as long. There is no room for all twice.
    """

    def take(at: int) -> pl.Series:
        column, columns[at] = columns[at], pl.Series()
        return column.rechunk()

    with ThreadPoolExecutor() as pool:
        return pl.DataFrame(list(pool.map(take, range(len(columns)))))


def _column(rows: pl.DataFrame, name: str, by_place: Mapping[str, Told]) -> pl.Series:
    """Return a column; one that is told by place from where it stands."""
    told = by_place.get(name)
    return rows[name] if told is None else told.table[name].gather(rows[told.place])
