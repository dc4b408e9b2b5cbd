"""Where typed rows are kept until the index is written: in memory, while there is room.

To write rows into a file and to read them again costs a tenth of the time of making an index. The
largest files of the largest practices have more rows than there is room for, and so have those of
any practice on a small computer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from recordpick.memory import free_memory

ROOM = 4 * 1024**3
"""Bytes at most, as they are reckoned here: all rows of entries of 35,000 patients. Making an index
needs 2 GiB more, and should never need more than 6."""

_SPARE = 2 * 1024**3
"""Bytes of the memory that is free here which are not for rows."""

_TEXT = 48
"""Bytes of a text: where it stands, and what is there."""

_BYTES = {pl.Int64: 8, pl.Float64: 8, pl.UInt64: 8, pl.UInt16: 2, pl.Boolean: 1, pl.Enum: 1}
"""Bytes of a value of these types, but for Enums of many words, of which there are none here."""

_OTHER = 4
"""Bytes of a day, a place, a Categorical."""


def room_there_is() -> int:
    """Return how many bytes of rows may be kept in memory: not so many that others are pushed out.

    In a container its own limit counts.
    """
    return max(0, min(ROOM, free_memory() - _SPARE))


@dataclass
class Workroom:
    """A folder for what there is no room for, which may be new; and how much room is left."""

    folder: Path
    room: int = field(default_factory=room_there_is)

    def keep(self, rows: pl.LazyFrame, count: int | None, name: str) -> pl.LazyFrame:
        """Make these rows, and give them as they can be read several times.

        They are `count`, if that is known; `name` is that of the file. Raises what polars does.
        """
        needed = None if count is None else count * _width(rows.collect_schema())
        if needed is not None and needed <= self.room:
            held = rows.collect(engine="streaming")
            self.room -= needed
            return held.lazy()
        path = self.folder / f"{name}.parquet"
        # It is read once or twice and thrown away: neither compression nor statistics pay.
        rows.sink_parquet(path, compression="uncompressed", statistics=False, engine="streaming")
        return pl.scan_parquet(path, glob=False)


def _width(schema: pl.Schema) -> int:
    """Reckon the bytes of a row."""
    return sum(
        _TEXT if dtype == pl.String else _BYTES.get(dtype.base_type(), _OTHER)
        for dtype in schema.dtypes()
    )
