"""A memory budget for staged rows, which spill to Parquet files when it is used up.

Writing rows to a file and reading them again costs a tenth of the time of making an index. The
largest files of the largest practices have more rows than fit, and so have those of any practice
on a small computer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from recordpick.memory import free_memory

ROOM = 4 * 1024**3
"""The most bytes, as estimated here: all event rows of 35,000 patients. Making an index needs 2 GiB
more, and should never need more than 6."""

_RESERVED = 2 * 1024**3
"""Bytes of free memory that are not used for rows."""

_TEXT = 48
"""Bytes of a text: its view and its content."""

_BYTES = {pl.Int64: 8, pl.Float64: 8, pl.UInt64: 8, pl.UInt16: 2, pl.Boolean: 1, pl.Enum: 1}
"""Bytes of a value of these types; Enums of many words take more, but do not occur here."""

_OTHER = 4
"""Bytes of a date, an index, a Categorical."""


def room_there_is() -> int:
    """Return how many bytes of rows may be kept in memory without displacing other programs.

    In a container its own limit applies.
    """
    return max(0, min(ROOM, free_memory() - _RESERVED))


@dataclass
class Workroom:
    """A spill buffer: a folder for rows that do not fit in memory, and the bytes of memory left."""

    folder: Path
    room: int = field(default_factory=room_there_is)

    def keep(self, rows: pl.LazyFrame, count: int | None, name: str) -> pl.LazyFrame:
        """Compute these rows and return a scan that can be read several times.

        `count` is their number, if known; `name` names the file. Raises polars' errors.
        """
        needed = None if count is None else count * _width(rows.collect_schema())
        if needed is not None and needed <= self.room:
            held = rows.collect(engine="streaming")
            self.room -= needed
            return held.lazy()
        path = self.folder / f"{name}.parquet"
        # It is read once or twice and then deleted: neither compression nor statistics pay.
        rows.sink_parquet(path, compression="uncompressed", statistics=False, engine="streaming")
        return pl.scan_parquet(path, glob=False)


def _width(schema: pl.Schema) -> int:
    """Return the estimated bytes of a row."""
    return sum(
        _TEXT if dtype == pl.String else _BYTES.get(dtype.base_type(), _OTHER)
        for dtype in schema.dtypes()
    )
