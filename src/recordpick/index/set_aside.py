"""Rows of a file that no table can take because the file is damaged there.

There may be as many of them as the file has lines. So what is more than a few is kept on disk: in
memory stands one batch, whatever a file holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

PLACES = {"line": pl.Int64, "reason": pl.String, "row": pl.String}
"""Columns of rows that were set aside: line in the file, why, and the row as it was read."""

BATCH = 200_000
"""Rows that are held in memory."""

CHARACTERS = 32 * 1024**2
"""Characters of such rows: a single one may be megabytes long."""


@dataclass(frozen=True)
class SetAside:
    """Rows that were set aside, in batches with columns `PLACES`; those of `files` come first."""

    height: int = 0
    files: tuple[Path, ...] = ()
    frame: pl.DataFrame | None = None

    @classmethod
    def of(cls, rows: pl.DataFrame) -> SetAside:
        """Take rows that are few."""
        return cls(rows.height, (), rows)

    def batches(self) -> Iterator[pl.DataFrame]:
        """Yield the rows, so many at a time."""
        for file in self.files:
            yield pl.read_parquet(file, glob=False)
        if self.frame is not None:
            yield self.frame

    def with_more(self, rows: pl.DataFrame) -> SetAside:
        """Add rows (columns `PLACES`) that are few."""
        added = rows.select(*PLACES)
        frame = added if self.frame is None else pl.concat([self.frame, added])
        return SetAside(self.height + added.height, self.files, frame)


NOTHING = SetAside()


class SettingAside:
    """Takes such rows one by one; `folder` is for what is more than a batch."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._rows: list[tuple[int, str, str]] = []
        self._characters = 0
        self._files: list[Path] = []
        self._height = 0

    def add(self, line: int, reason: str, row: str) -> None:
        """Take one row."""
        self._rows.append((line, reason, row))
        self._characters += len(row)
        if len(self._rows) == BATCH or self._characters > CHARACTERS:
            file = self._folder / f"set_aside.{len(self._files)}.parquet"
            self._frame().write_parquet(file, compression="lz4")
            self._files.append(file)
            self._height += len(self._rows)
            self._rows.clear()
            self._characters = 0

    def all(self) -> SetAside:
        """Return all rows that were taken."""
        return SetAside(self._height + len(self._rows), tuple(self._files), self._frame())

    def _frame(self) -> pl.DataFrame:
        return pl.DataFrame(self._rows, schema=PLACES, orient="row")
