"""Large files read once, a piece at a time: hashed in another thread, if a processor is idle.

The pieces are read into the same two buffers over and over. New memory for each of them would cost
more than all that is done with it.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import Self, TypeAlias

CHUNK = 1024**2
"""Bytes: as much as a processor keeps near while it is looked at several times."""

Chunk: TypeAlias = "bytes | bytearray"


def hashed(file: io.BufferedReader, digest: hashlib._Hash) -> Iterator[bytearray]:
    """Give the file piece by piece, from where it stands; all of it is in `digest` at the end.

    A piece must not be kept: the next but one stands in the same place.
    """
    buffers = (bytearray(CHUNK), bytearray(CHUNK))
    waiting: list[Future[None]] = []
    with ThreadPoolExecutor(1) as aside, _Reading() as reading:
        for turn in _forever():
            if len(waiting) == len(buffers):
                waiting.pop(0).result()
            buffer = buffers[turn]
            size = file.readinto(buffer)
            if not size:
                break
            chunk = buffer if size == CHUNK else buffer[:size]
            if reading.leaves_a_processor():
                waiting.append(aside.submit(digest.update, chunk))
            else:
                while waiting:
                    waiting.pop(0).result()
                digest.update(chunk)
            yield chunk


class _Reading:
    """One of the files that are read just now."""

    _files = 0
    _lock = Lock()

    def __enter__(self) -> Self:
        with self._lock:
            _Reading._files += 1
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            _Reading._files -= 1

    def leaves_a_processor(self) -> bool:
        """Tell whether a second thread for each file would find a processor with nothing to do.

        Where it does not, to hand a piece over only costs time: it has to be fetched twice.
        """
        return 2 * _Reading._files <= (os.cpu_count() or 1)


def _forever() -> Iterator[int]:
    while True:
        yield from (0, 1)


def count_byte(chunk: Chunk, byte: bytes) -> int:
    """Count how often a byte stands there."""
    if len(chunk) < CHUNK:  # so that small files need not wait for the import
        return chunk.count(byte)
    import numpy as np

    # A tenth of the time of `bytes.count`, where the byte stands often.
    return int(np.count_nonzero(np.frombuffer(chunk, np.uint8) == byte[0]))
