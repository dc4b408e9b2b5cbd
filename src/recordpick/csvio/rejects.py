"""Rejects: rows of a file that no table can use because the file is damaged there.

There may be as many as the file has lines, so memory holds one batch and the rest is on disk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

REJECT_COLUMNS = {"line": pl.Int64, "reason": pl.String, "row": pl.String}
"""Columns of rejected rows: line in the file, reason, and the row as it was read."""

BATCH = 200_000
"""Rows kept in memory."""

CHARACTERS = 32 * 1024**2
"""Characters of rejected rows kept in memory: a single row may be megabytes long."""


@dataclass(frozen=True)
class Rejects:
    """Rejected rows, in batches with columns `REJECT_COLUMNS`; those of `files` come first."""

    height: int = 0
    files: tuple[Path, ...] = ()
    frame: pl.DataFrame | None = None

    @classmethod
    def of(cls, rows: pl.DataFrame) -> Rejects:
        """Return the rejects of a few rows."""
        return cls(rows.height, (), rows)

    def batches(self) -> Iterator[pl.DataFrame]:
        """Yield the rows in batches."""
        for file in self.files:
            yield pl.read_parquet(file, glob=False)
        if self.frame is not None:
            yield self.frame

    def with_more(self, rows: pl.DataFrame) -> Rejects:
        """Return the rejects with a few rows (columns `REJECT_COLUMNS`) added."""
        added = rows.select(*REJECT_COLUMNS)
        frame = added if self.frame is None else pl.concat([self.frame, added])
        return Rejects(self.height + added.height, self.files, frame)


NOTHING = Rejects()


class RejectCollector:
    """Collects rejected rows one by one; rows beyond one batch are written to `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._rows: list[tuple[int, str, str]] = []
        self._characters = 0
        self._files: list[Path] = []
        self._height = 0

    def add(self, line: int, reason: str, row: str) -> None:
        """Add one row."""
        self._rows.append((line, reason, row))
        self._characters += len(row)
        if len(self._rows) == BATCH or self._characters > CHARACTERS:
            file = self._folder / f"rejected.{len(self._files)}.parquet"
            self._frame().write_parquet(file, compression="lz4")
            self._files.append(file)
            self._height += len(self._rows)
            self._rows.clear()
            self._characters = 0

    def all(self) -> Rejects:
        """Return all rows added."""
        return Rejects(self._height + len(self._rows), tuple(self._files), self._frame())

    def _frame(self) -> pl.DataFrame:
        return pl.DataFrame(self._rows, schema=REJECT_COLUMNS, orient="row")


ROW = "__row"
"""Column (UInt32, unique in a part) that identifies a row of the source file."""

Lines = Callable[[Sequence[int]], list[int]]
"""Returns the line in the file of each row, given the rows' numbers (`ROW`)."""


def row_is_line(rows: Sequence[int]) -> list[int]:
    """Return lines from 1 for rows from 0: a file without a header, such as Parquet."""
    return [row + 1 for row in rows]
