"""Where typed rows are kept until the index is written: in memory, while there is room.

To write rows into a file and to read them again costs a tenth of the time of making an index. The
largest files of a large practice have more rows than there is room for.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

ROOM = 1536 * 1024**2
"""Bytes, as they are reckoned here: what most practices need, on the computers that they have."""

_TEXT = 48
"""Bytes of a text: where it stands, and what is there."""

_OTHER = 8
"""Bytes of any other value, or fewer."""


@dataclass
class Workroom:
    """A folder for what there is no room for, which may be new; and how much room is left."""

    folder: Path
    room: int = ROOM

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
    return sum(_TEXT if dtype == pl.String else _OTHER for dtype in schema.dtypes())
