"""Tables written one after the other, while the next are read: neither needs all processors."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Self

import polars as pl

from recordpick.index.digests_aside import DigestsAside
from recordpick.index.manifest import TableSummary
from recordpick.index.tables_made import TableMade
from recordpick.index.writing import write_table


class WritingAside:
    """Writes tables into a folder, in a thread, until it is left."""

    def __init__(self, folder: Path, digests: DigestsAside) -> None:
        """Of each table, once it is written, the digest is asked for."""
        self._folder, self._digests = folder, digests
        self._is_over = Event()
        self._aside = ThreadPoolExecutor(1)
        self._found: dict[str, Future[tuple[TableSummary, pl.DataFrame]]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._aside.shutdown(cancel_futures=True)

    def write(self, table: TableMade) -> None:
        """Write a table, of which all is known; raises what went wrong with one before it."""
        for before in self._found.values():
            if before.done():
                before.result()
        self._found[table.name] = self._aside.submit(self._write, table)

    def written(self) -> dict[str, tuple[TableSummary, pl.DataFrame]]:
        """Wait for all tables, and give what `write_table` gives of each."""
        return {name: found.result() for name, found in self._found.items()}

    def _write(self, table: TableMade) -> tuple[TableSummary, pl.DataFrame]:
        found = write_table(table, self._folder, self._is_over)
        self._digests.ask(self._folder / f"{table.name}.parquet")
        return found
