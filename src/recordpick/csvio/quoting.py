"""Counting the records and fields of a simple text file, chunk by chunk.

Simple means: quotation marks enclose whole fields, those inside are doubled, and a carriage return
occurs only before a line feed. Then every CSV reader sees the same records and fields. A file is
read once, into one reused buffer: allocating memory for each chunk would cost more than all other
work on it.
"""

from __future__ import annotations

import io
from array import array
from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

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


_FEED, _RETURN, _QUOTE = b'\n\r"'

_FEW_QUOTES = 64
"""If fewer than one byte in so many is a quotation mark, slicing between them is faster."""


class RecordEnds:
    """Counts line feeds and delimiters outside quotation marks, as long as the file is simple."""

    def __init__(self, delimiter: bytes) -> None:
        """`delimiter` is one byte."""
        (self._delimiter,) = delimiter
        self._feeds = self._delimiters = 0
        self._is_simple = True
        self._is_inside = False  # a quotation mark is open
        self._last = _FEED  # the byte before the next chunk: a file begins like a line
        self._closing = False  # that byte is a quotation mark which closes a field, or one of two
        self._size = 0  # bytes of the chunks before
        self._record_at = 0  # offset of the byte that begins the last record
        self.multiline = array("Q")
        """Offsets of the records that have more than one line: bytes from the first chunk."""

    def add(self, chunk: Chunk, feeds: int) -> None:
        """Count the next chunk, which is not empty and has `feeds` line feeds."""
        if not self._is_simple:
            return
        has_quotes = b'"' in chunk
        if (
            (self._last == _RETURN and chunk[0] != _FEED)
            or (self._closing and not self._can_follow_closing(chunk[0]))
            or (b"\r" in chunk and not _has_feeds_after_returns(chunk))
        ):
            self._is_simple = False
        else:
            was_inside, quotes = self._is_inside, _quote_offsets(chunk) if has_quotes else None
            delimiter = bytes([self._delimiter])
            inside: Chunk = chunk if self._is_inside else b""
            if quotes is not None:
                inside = self._inside(chunk, quotes)
                self._check_neighbours(chunk, quotes)
            within = inside.count(b"\n")
            if within:
                self._add_multiline(chunk, quotes, was_inside=was_inside)
            elif feeds:
                self._record_at = self._size + chunk.rfind(b"\n") + 1
            self._feeds += feeds - within
            self._delimiters += count_byte(chunk, delimiter) - inside.count(delimiter)
        self._size += len(chunk)
        self._closing = has_quotes and self._closing
        self._last = chunk[-1]

    def found(self) -> tuple[int, int] | None:
        """Return the number of records, and of delimiters between fields, after all chunks.

        None if the file is not simple. The last record need not end in a line feed.
        """
        if not self._is_simple or self._is_inside or self._last == _RETURN:
            return None
        return self._feeds + (self._last != _FEED), self._delimiters

    def _can_follow_closing(self, byte: int) -> bool:
        """Return whether a byte may follow a closing quotation mark."""
        return byte in {self._delimiter, _FEED, _RETURN, _QUOTE}

    def _inside(self, chunk: Chunk, quotes: NDArray[np.intp]) -> Chunk:
        """Return what is inside quotation marks; `quotes` are the offsets of all of them."""
        if quotes.size < len(chunk) // _FEW_QUOTES:
            cuts = [-1, *quotes.tolist(), len(chunk)]
            first = int(not self._is_inside)
            between = zip(cuts[first:-1:2], cuts[first + 1 :: 2], strict=False)
            return b"".join(chunk[begin + 1 : end] for begin, end in between)
        import numpy as np

        values = np.frombuffer(chunk, np.uint8)
        turns = np.bitwise_xor.accumulate(values == _QUOTE)
        return values[turns ^ self._is_inside].tobytes()

    def _check_neighbours(self, chunk: Chunk, quotes: NDArray[np.intp]) -> None:
        """Check the bytes on both sides of each quotation mark of a chunk."""
        import numpy as np

        values = np.frombuffer(chunk, np.uint8)
        opening = quotes[int(self._is_inside) :: 2]
        closing = quotes[int(not self._is_inside) :: 2]
        before = values[opening - 1]
        if opening.size and opening[0] == 0:
            before[0] = self._last
        self._closing = bool(closing.size) and int(closing[-1]) == len(chunk) - 1
        after = values[(closing[:-1] if self._closing else closing) + 1]
        self._is_simple = self._are_all(before, _FEED) and self._are_all(after, _FEED, _RETURN)
        self._is_inside ^= bool(quotes.size % 2)

    def _add_multiline(
        self, chunk: Chunk, quotes: NDArray[np.intp] | None, *, was_inside: bool
    ) -> None:
        """Record the offsets of records with a line feed inside quotation marks."""
        import numpy as np

        feeds = np.flatnonzero(np.frombuffer(chunk, np.uint8) == _FEED)
        marks = np.searchsorted(quotes, feeds) if quotes is not None else np.zeros_like(feeds)
        is_within = (marks + was_inside) % 2 == 1
        begins = np.concatenate(([self._record_at], feeds[~is_within] + 1 + self._size))
        which = np.searchsorted(feeds[~is_within], feeds[is_within])
        for at in begins[np.unique(which)].tolist():
            if not self.multiline or self.multiline[-1] != at:
                self.multiline.append(at)
        self._record_at = int(begins[-1])

    def _are_all(self, values: NDArray[np.uint8], *more: int) -> bool:
        """Return whether all bytes are delimiters, quotation marks or among `more`."""
        fits = (values == self._delimiter) | (values == _QUOTE)
        for byte in more:
            fits |= values == byte
        return bool(fits.all())


def _quote_offsets(chunk: Chunk) -> NDArray[np.intp]:
    import numpy as np

    return np.flatnonzero(np.frombuffer(chunk, np.uint8) == _QUOTE)


def _has_feeds_after_returns(chunk: Chunk) -> bool:
    """Return whether a line feed follows each carriage return except one at the end."""
    import numpy as np

    values = np.frombuffer(chunk, np.uint8)
    before = values[np.flatnonzero(values[1:] == _FEED)]
    pairs = int(np.count_nonzero(before == _RETURN)) + (chunk[-1] == _RETURN)
    return pairs == count_byte(chunk, b"\r")
