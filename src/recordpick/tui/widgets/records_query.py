"""Which rows of a frame the records table shows and in which order: pure functions over polars.

Nothing here uses the screen, so that it can run in a thread. A row is named by its place in the
frame (UInt32), which never changes while the frame stays the same. A query and its result are
immutable: the table shows a result whole or not at all.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import polars as pl

from recordpick.index.patient_search import as_text, matching_places, search_text

_BLOCK = 64
"""Rows that are read out of the frame at a time."""


@dataclass(frozen=True, slots=True)
class Sort:
    """The column that orders the rows."""

    column: str
    descending: bool = False

    @property
    def arrow(self) -> str:
        """The sign of its direction."""
        return "▼" if self.descending else "▲"


# ---------------------------------------------------------------------- order


def sorted_places(frame: pl.DataFrame, sort: Sort | None) -> pl.Series:
    """Return the places (UInt32) of all rows in sort order; in the frame's order without a sort.

    Texts are compared in lower case; equal rows keep the order of the frame; rows without a value
    come last in either direction.
    """
    if sort is None or sort.column not in frame.columns:
        return pl.int_range(frame.height, dtype=pl.UInt32, eager=True)
    key = pl.col(sort.column)
    if frame.schema[sort.column] == pl.String:
        key = key.str.to_lowercase()
    by = pl.arg_sort_by(key, descending=sort.descending, nulls_last=True, maintain_order=True)
    return frame.select(by.cast(pl.UInt32).alias("place")).to_series()


def row_of_place(order: pl.Series, place: int | None) -> int | None:
    """Return the row in which that place of the frame is shown, or None if it is not shown."""
    if place is None or not order.len():
        return None
    row = (order == place).arg_max()
    return row if row is not None and order[row] == place else None


def place_of_patient(frame: pl.DataFrame, patient_id: str | None) -> int | None:
    """Return the place of that patient in the frame, or None."""
    if patient_id is None or not frame.height:
        return None
    place = (frame["patient_id"] == patient_id).arg_max()
    return place if place is not None and frame[place, "patient_id"] == patient_id else None


def natural_widths(frame: pl.DataFrame, names: tuple[str, ...]) -> dict[str, int]:
    """Return how many characters the longest value of each column has."""
    present = [name for name in names if name in frame.columns]
    if not present or not frame.height:
        return dict.fromkeys(names, 0)
    longest = frame.select(
        as_text(name, frame.schema[name]).str.len_chars().max().alias(name) for name in present
    ).row(0, named=True)
    return {name: longest.get(name) or 0 for name in names}


# ---------------------------------------------------------------------- queries


@dataclass(frozen=True, slots=True)
class RowsResult:
    """The rows to show for a query, and what need not be calculated again."""

    query: RowsQuery
    order: pl.Series
    sorted: pl.Series
    search: pl.Series | None


@dataclass(frozen=True, slots=True)
class RowsQuery:
    """Which rows of the frame contain the text, in which order? Later queries have higher numbers.

    `sorted` and `search` come from an earlier result for the same frame, where there was one.
    `is_prefetch` prepares the search text before anybody types.
    """

    number: int
    frame: pl.DataFrame
    sort: Sort | None
    text: str
    sorted: pl.Series | None
    search: pl.Series | None
    today: dt.date
    is_prefetch: bool = False

    def is_fast(self, many: int) -> bool:
        """Return whether running it takes no longer than painting; `many` rows take longer."""
        has_sorted = self.sort is None or self.sorted is not None
        has_search = self.search is not None or not self.text.strip()
        return self.frame.height < (10 * many if has_sorted and has_search else many)

    def run(self) -> RowsResult:
        """Return the result. Safe in any thread."""
        in_order = self.sorted if self.sorted is not None else sorted_places(self.frame, self.sort)
        search, order = self.search, in_order
        if search is None and (self.is_prefetch or self.text.strip()):
            search = search_text(self.frame)
        if search is not None:
            order = matching_places(self.frame, search, self.text, in_order, self.today)
        return RowsResult(self, order, in_order, search)


class QueryCache:
    """Numbers the queries, and keeps what earlier results for the same frame calculated."""

    def __init__(self, many: int) -> None:
        """From `many` rows on, what takes long is left to a thread."""
        self.many = many
        self.is_busy = False
        """Whether a thread is running a query; the newest one is run when it has finished."""
        self._newest = 0
        self._frame: pl.DataFrame | None = None
        self._sorted: dict[Sort | None, pl.Series] = {}
        self._search: pl.Series | None = None

    def new_query(self, frame: pl.DataFrame, sort: Sort | None, text: str) -> RowsQuery:
        """Return the newest query: results of older ones no longer count."""
        if frame is not self._frame:
            self._frame, self._sorted, self._search = frame, {}, None
        self._newest += 1
        today = dt.datetime.now(tz=dt.UTC).date()
        return RowsQuery(
            self._newest, frame, sort, text, self._sorted.get(sort), self._search, today
        )

    def keep(self, result: RowsResult) -> bool:
        """Keep what a result calculated; return whether it is that of the newest query."""
        query = result.query
        if query.frame is self._frame:
            self._sorted[query.sort] = result.sorted
            self._search = result.search
        return query.number == self._newest

    def prefetch_query(self, query: RowsQuery) -> RowsQuery | None:
        """Return what may be calculated in advance, or None."""
        if self.is_busy or query.number != self._newest or self._search is not None:
            return None
        return replace(query, is_prefetch=True) if query.frame.height >= self.many else None


class RowView:
    """The rows that are shown: a frame and the places of its rows in order. Never changed.

    A frame without an order is not shown yet.
    """

    def __init__(self, frame: pl.DataFrame | None = None, order: pl.Series | None = None) -> None:
        """Take a frame in which each `patient_id` occurs once."""
        self.frame = frame
        self.order = order
        self.height = 0 if order is None else order.len()
        self._blocks: dict[int, list[tuple[object, ...]]] = {}

    def place(self, row: int) -> int | None:
        """Return the place in the frame of what is shown in that row."""
        if self.order is None or not 0 <= row < self.height:
            return None
        return int(self.order[row])

    def row(self, place: int | None) -> int | None:
        """Return the row in which that place of the frame is shown."""
        return None if self.order is None else row_of_place(self.order, place)

    def patient(self, row: int) -> str | None:
        """Return the patient_id of that row."""
        place = self.place(row)
        return None if place is None or self.frame is None else str(self.frame[place, "patient_id"])

    def patients(self, start: int, stop: int) -> list[str]:
        """Return the patient_ids of the rows from `start` up to `stop`."""
        if self.frame is None or self.order is None:
            return []
        places = self.order[max(start, 0) : max(stop, 0)]
        return [str(patient) for patient in self.frame["patient_id"].gather(places)]

    def values(self, row: int) -> tuple[object, ...]:
        """Return the values of that row, in the order of the frame's columns."""
        assert self.frame is not None
        assert self.order is not None
        number, within = divmod(row, _BLOCK)
        if number not in self._blocks:
            places = self.order[number * _BLOCK : (number + 1) * _BLOCK]
            if len(self._blocks) > 8:
                self._blocks.clear()
            self._blocks[number] = self.frame[places].rows()
        return self._blocks[number][within]
