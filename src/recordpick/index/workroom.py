"""Where typed rows are kept until the index is written: in memory, while there is room.

To write rows into a file and to read them again costs a tenth of the time of making an index. The
largest files of a large practice have more rows than there is room for: their first rows are kept
in memory, the others in a file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from recordpick.index.parts import ROW

ROOM = 2 * 1024**3
"""Bytes, as they are reckoned here, which is half as much again as they take: what most practices
need, on the computers that they have."""

WORTHWHILE = 1_000_000
"""Rows: to keep fewer of a file's in memory is not worth the trouble of reading it in two goes."""

_TEXT = 48
"""Bytes of a text: where it stands, and what is there."""

_OTHER = 8
"""Bytes of any other value, or fewer."""


@dataclass(frozen=True)
class Kept:
    """Typed rows that can be read several times: `pieces` of so many rows, one below another."""

    pieces: tuple[tuple[pl.LazyFrame, int], ...]

    @property
    def rows(self) -> int:
        """How many they are."""
        return sum(count for _, count in self.pieces)

    def all(self, at: str | None = None) -> pl.LazyFrame:
        """Give all; `at` names a column that tells the place of each, from 0."""
        start, found = 0, []
        for rows, count in self.pieces:
            found.append(rows if at is None else rows.with_row_index(at, offset=start))
            start += count
        return pl.concat(found)

    def some(self, places: Sequence[range]) -> pl.LazyFrame:
        """Give the rows at some places, which may be further than there are rows."""
        start, found = 0, []
        for rows, count in self.pieces:
            for asked in places:
                first = max(asked.start - start, 0)
                end = min(asked.stop - start, count)
                if first < end:
                    found.append(rows.slice(first, end - first))
            start += count
        return pl.concat(found) if found else self.pieces[0][0].clear()


@dataclass
class Workroom:
    """A folder for what there is no room for; and how much room is left."""

    folder: Path
    room: int = ROOM

    def keep(self, rows: pl.LazyFrame, count: int | None, name: str) -> Kept:
        """Make rows that have ROW; `count` of them, if that is known. Raises what polars does.

        `name` is that of the file.
        """
        width = _width(rows.collect_schema())
        if count is not None and count * width <= self.room:
            self.room -= count * width
            return Kept((_held(rows),))
        # Some of the room is left to those that come after.
        some = self.room // 4 * 3 // width if count is not None else 0
        if some >= WORTHWHILE:
            pieces = _held(rows.head(some)), self._written(rows.slice(some), name)
            # To read in two goes is only right where rows come in the same order each time.
            if _are_counted(pieces[0], 0) and _are_counted(pieces[1], some):
                self.room -= some * width
                return Kept(pieces)
        return Kept((self._written(rows, name),))

    def _written(self, rows: pl.LazyFrame, name: str) -> tuple[pl.LazyFrame, int]:
        path = self.folder / f"{name}.parquet"
        # It is read once or twice and thrown away: neither compression nor statistics pay.
        rows.sink_parquet(path, compression="uncompressed", statistics=False, engine="streaming")
        written = pl.scan_parquet(path, glob=False)
        return written, int(written.select(pl.len()).collect().item())


def _held(rows: pl.LazyFrame) -> tuple[pl.LazyFrame, int]:
    held = rows.collect(engine="streaming")
    return held.lazy(), held.height


def _are_counted(piece: tuple[pl.LazyFrame, int], start: int) -> bool:
    """Tell whether ROW counts these rows, from the start."""
    counted = pl.int_range(pl.len(), dtype=pl.UInt32) + start
    return bool(piece[0].select(pl.col(ROW).eq_missing(counted).all()).collect().item())


def _width(schema: pl.Schema) -> int:
    """Reckon the bytes of a row."""
    return sum(_TEXT if dtype == pl.String else _OTHER for dtype in schema.dtypes())
