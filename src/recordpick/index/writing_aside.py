"""Writing tables in a background thread while the next are read: neither needs all processors."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Self

import polars as pl

from recordpick.index.digests_aside import BackgroundHasher
from recordpick.index.manifest import TableSummary
from recordpick.index.tables_made import TableMade
from recordpick.index.writing import write_table


class BackgroundWriter:
    """Writes tables into a folder, one by one in a thread, until the context ends."""

    def __init__(self, folder: Path, digests: BackgroundHasher) -> None:
        """Every table written is passed on to `digests`."""
        self._folder, self._digests = folder, digests
        self._is_over = Event()
        self._pool = ThreadPoolExecutor(1)
        self._results: dict[str, Future[tuple[TableSummary, pl.DataFrame]]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._pool.shutdown(cancel_futures=True)

    def write(self, table: TableMade) -> None:
        """Queue a complete table for writing; raise the error of an earlier one, if any."""
        for earlier in self._results.values():
            if earlier.done():
                earlier.result()
        self._results[table.name] = self._pool.submit(self._write, table)

    def written(self) -> dict[str, tuple[TableSummary, pl.DataFrame]]:
        """Wait for all tables; return the results of `write_table` by table name."""
        return {name: found.result() for name, found in self._results.items()}

    def _write(self, table: TableMade) -> tuple[TableSummary, pl.DataFrame]:
        found = write_table(table, self._folder, self._is_over)
        self._digests.ask(self._folder / f"{table.name}.parquet")
        return found
