"""One side's rows of a table, in the order of patients and ids, without holding them all in memory.

The index is a store of columns already: a column of a large table is read when it is needed, put in
order, and forgotten when a step is done. Small tables, and those of selected patients, are held.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import polars as pl

from recordpick.index.practice_index import PracticeIndex

PAIR = "p"
ROW = "r"
HELD = 500_000
"""Rows up to which a table is held in memory."""
_FEW = 8
"""A text column is kept as numbers of its words where each word has at least so many rows."""


class Rows:
    """Rows of patients who are in both, with `p` (the pair of patients) and the index's columns."""

    def __init__(
        self, index: PracticeIndex, table: str, columns: Sequence[str], order: pl.DataFrame
    ) -> None:
        """Take the columns that are wanted, and `p` and `at` (the row of the table) in order."""
        self._index, self._table = index, table
        self._pairs, self._at = order[PAIR], order["at"]
        schema = index.scan(table).select(columns).collect_schema()
        self.schema: dict[str, pl.DataType] = dict(schema) | {PAIR: order.schema[PAIR]}
        self.height = order.height
        self._held: dict[str, pl.Series] = {}
        self._keeps_all = False

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return list(self.schema)

    def __getitem__(self, name: str) -> pl.Series:
        """Return a whole column, in order."""
        found = self._column(name)
        return found if found.dtype == self.schema[name] else found.cast(self.schema[name])

    def gather(self, name: str, rows: pl.Series | list[int]) -> pl.Series:
        """Return a column's values of some rows; null for a row that is null."""
        found = self._column(name).gather(rows)
        return found if found.dtype == self.schema[name] else found.cast(self.schema[name])

    def frame(self, *names: str) -> pl.DataFrame:
        """Return some columns, or all, as a frame."""
        return pl.DataFrame([self[name] for name in dict.fromkeys(names or self.columns)])

    def one(self, row: int) -> pl.DataFrame:
        """Return one row, with all columns of the index."""
        at = int(self._at[row])
        return self._index.scan(self._table).slice(at, 1).select(self.columns_read).collect()

    @property
    def columns_read(self) -> list[str]:
        """The names of the columns that the index has."""
        return [name for name in self.schema if name != PAIR]

    def forget(self) -> None:
        """Free the columns that were read."""
        self._held.clear()

    def _column(self, name: str) -> pl.Series:
        if name == PAIR:
            return self._pairs
        if name not in self._held:
            read = self._index.scan(self._table).select(name).collect()[name]
            values = _compact(read.gather(self._at))
            if values.dtype == pl.String and not self._keeps_all:
                return values
            self._held[name] = values
        return self._held[name]

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Read each column once within the block, also those whose texts are long or all differ."""
        self._keeps_all = True
        try:
            yield
        finally:
            self._keeps_all = False
            self.forget()


class HeldRows(Rows):
    """Rows that are all in memory."""

    def __init__(self, rows: pl.DataFrame) -> None:
        """Take the rows, in order."""
        self._rows = rows
        self.schema = dict(rows.schema)
        self.height = rows.height

    def _column(self, name: str) -> pl.Series:
        return self._rows[name]

    def one(self, row: int) -> pl.DataFrame:
        """Return one row."""
        return self._rows.slice(row, 1)

    def forget(self) -> None:
        """Keep the rows: they are few."""

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Do nothing: all are in memory."""
        yield


BLOCK = 5_000
"""Patients whose rows are paired at a time: memory does not grow with the list."""


def blocks(old: pl.DataFrame, new: pl.DataFrame) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Yield both sides' rows a block of patients at a time; both are in the order of p."""
    most = max((side[PAIR][-1] for side in (old, new) if side.height), default=-1)
    for first in range(0, most + 1, BLOCK):
        cut = [
            (side[PAIR].search_sorted(first), side[PAIR].search_sorted(first + BLOCK))
            for side in (old, new)
        ]
        yield (
            old.slice(cut[0][0], cut[0][1] - cut[0][0]),
            new.slice(cut[1][0], cut[1][1] - cut[1][0]),
        )


def _compact(values: pl.Series) -> pl.Series:
    """Return texts of which many are equal as an Enum: one or two bytes a row instead of 16."""
    if values.dtype != pl.String:
        return values
    words = values.unique().drop_nulls()
    return values.cast(pl.Enum(words)) if words.len() * _FEW <= values.len() else values


def read_rows(
    index: PracticeIndex,
    table: str,
    columns: Sequence[str],
    row_id: str,
    pairs: pl.DataFrame,
    *,
    few: bool,
) -> Rows:
    """Return the rows of patients (`pairs` has p and patient_id) in the order of p and ids.

    `few` says that they are a small part of all: only their rows are read, once.
    """
    wanted = list(dict.fromkeys(["patient_id", row_id, *columns]))
    scan = index.scan(table)
    if few:
        scan = scan.filter(pl.col("patient_id").is_in(pairs["patient_id"].implode()))
    order = (
        scan.select(wanted if few else wanted[: 2 - (row_id == "patient_id")])
        .with_row_index("at")
        .join(pairs.lazy(), on="patient_id", how="inner")
        .collect()
        .sort(PAIR, row_id, "at")
    )
    if few:
        return HeldRows(order.drop("at"))
    found = Rows(index, table, wanted, order.select(PAIR, "at"))
    return found if order.height > HELD else HeldRows(found.frame())
