"""The SHA-256 of every file of the sources, and of every table made, while the index is made.

Most of the work on an index leaves a processor idle now and then: that is enough for all of this.
"""

from __future__ import annotations

import hashlib
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Self

from recordpick.errors import UserError

_PIECE = 1024**2


class DigestsAside:
    """Reads files one after the other, in a thread, until it is left."""

    def __init__(self) -> None:
        """Nothing is read before it is asked for."""
        self._is_over = Event()
        self._aside = ThreadPoolExecutor(1)
        self._found: dict[Path, Future[str]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._aside.shutdown(cancel_futures=True)

    def ask(self, path: Path) -> None:
        """Ask for a file; best in the order in which they are read, so that a disk does it once."""
        if path not in self._found:
            self._found[path] = self._aside.submit(self._digest, path)

    def of(self, path: Path) -> str:
        """Return the SHA-256 (hex) of a file that was asked for; UserError if it was not read."""
        try:
            return self._found[path].result()
        except OSError as error:
            raise UserError(f"{path}: cannot be read ({error.strerror or error}).") from error

    def _digest(self, path: Path) -> str:
        digest = hashlib.sha256()
        piece = bytearray(_PIECE)
        with path.open("rb", buffering=0) as file:
            while not self._is_over.is_set() and (size := file.readinto(piece)):
                digest.update(memoryview(piece)[:size])
        return digest.hexdigest()
