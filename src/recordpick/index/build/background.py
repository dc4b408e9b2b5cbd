"""Writing tables and hashing files in background threads.

Tables are written while the next are read: neither needs all processors. Making an index leaves a
processor idle at times, which is enough to hash every source file and every table of the index.
"""

from __future__ import annotations

import hashlib
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Self

import polars as pl

from recordpick.errors import UserError
from recordpick.index.build.table_builder import TableBuilder
from recordpick.index.build.writer import write_table
from recordpick.index.manifest import TableSummary
from recordpick.os_errors import words_of

_BUFFER = 1024**2


class BackgroundHasher:
    """Hashes files one after another in a thread, until the context ends."""

    def __init__(self) -> None:
        """Start without files."""
        self._is_over = Event()
        self._pool = ThreadPoolExecutor(1)
        self._results: dict[Path, Future[str]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._pool.shutdown(cancel_futures=True)

    def ask(self, path: Path) -> None:
        """Queue a file, ideally in the order in which files are read: a disk reads it once."""
        if path not in self._results:
            self._results[path] = self._pool.submit(self._digest, path)

    def of(self, path: Path) -> str:
        """Wait for the SHA-256 (hex) of a queued file; UserError if it could not be read."""
        try:
            return self._results[path].result()
        except OSError as error:
            raise UserError(f"{path}: cannot be read ({words_of(error)}).") from error

    def _digest(self, path: Path) -> str:
        digest = hashlib.sha256()
        buffer = bytearray(_BUFFER)
        with path.open("rb", buffering=0) as file:
            while not self._is_over.is_set() and (size := file.readinto(buffer)):
                digest.update(memoryview(buffer)[:size])
        return digest.hexdigest()


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

    def write(self, table: TableBuilder) -> None:
        """Queue a complete table for writing; raise the error of an earlier one, if any."""
        for earlier in self._results.values():
            if earlier.done():
                earlier.result()
        self._results[table.name] = self._pool.submit(self._write, table)

    def written(self) -> dict[str, tuple[TableSummary, pl.DataFrame]]:
        """Wait for all tables; return the results of `write_table` by table name."""
        return {name: found.result() for name, found in self._results.items()}

    def _write(self, table: TableBuilder) -> tuple[TableSummary, pl.DataFrame]:
        found = write_table(table, self._folder, self._is_over)
        self._digests.ask(self._folder / f"{table.name}.parquet")
        return found
