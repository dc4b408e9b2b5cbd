"""How many records and fields a text file has, counted a piece at a time, if all is simple.

Simple: quotation marks enclose whole fields, those inside are doubled, and a carriage return
stands only before a line feed. Then every reader of CSV sees the same records and fields.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from recordpick.chunks import Chunk, count_byte

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FEED, _RETURN, _QUOTE = b'\n\r"'

_SELDOM = 64
"""Where fewer than one letter in so many is a quotation mark, cutting there takes less time."""


class RecordEnds:
    """Counts line feeds and delimiters outside quotation marks, as long as all is simple."""

    def __init__(self, delimiter: bytes) -> None:
        """`delimiter` is one byte."""
        (self._delimiter,) = delimiter
        self._feeds = self._delimiters = 0
        self._is_simple = True
        self._is_inside = False  # a quotation mark is open
        self._last = _FEED  # the byte before the next piece: a file begins like a line
        self._closing = False  # that byte is a quotation mark which closes a field, or one of two
        self._size = 0  # bytes of the pieces before
        self._record_at = 0  # the byte with which the last record begins
        self.several = array("Q")
        """Where the records begin that have more than one line: bytes from the first piece's."""

    def add(self, chunk: Chunk, feeds: int) -> None:
        """Take the next piece, which is not empty and has so many line feeds."""
        if not self._is_simple:
            return
        has_quotes = b'"' in chunk
        if (
            (self._last == _RETURN and chunk[0] != _FEED)
            or (self._closing and not self._may_follow(chunk[0]))
            or (b"\r" in chunk and not _has_feeds_behind_returns(chunk))
        ):
            self._is_simple = False
        else:
            was_inside, quotes = self._is_inside, _places_of_quotes(chunk) if has_quotes else None
            delimiter = bytes([self._delimiter])
            inside: Chunk = chunk if self._is_inside else b""
            if quotes is not None:
                inside = self._inside(chunk, quotes)
                self._among_quotes(chunk, quotes)
            within = inside.count(b"\n")
            if within:
                self._note_several(chunk, quotes, was_inside=was_inside)
            elif feeds:
                self._record_at = self._size + chunk.rfind(b"\n") + 1
            self._feeds += feeds - within
            self._delimiters += count_byte(chunk, delimiter) - inside.count(delimiter)
        self._size += len(chunk)
        self._closing = has_quotes and self._closing
        self._last = chunk[-1]

    def found(self) -> tuple[int, int] | None:
        """Return how many records there are, and how many fields more than records, after all pieces.

        None if not all is simple. The last record need not end in a line feed.
        """
        if not self._is_simple or self._is_inside or self._last == _RETURN:
            return None
        return self._feeds + (self._last != _FEED), self._delimiters

    def _may_follow(self, byte: int) -> bool:
        """Return whether a byte may stand behind a quotation mark that closes."""
        return byte in {self._delimiter, _FEED, _RETURN, _QUOTE}

    def _inside(self, chunk: Chunk, quotes: NDArray[np.intp]) -> Chunk:
        """Return what stands between quotation marks, of which these are all."""
        if quotes.size < len(chunk) // _SELDOM:
            cuts = [-1, *quotes.tolist(), len(chunk)]
            first = int(not self._is_inside)
            between = zip(cuts[first:-1:2], cuts[first + 1 :: 2], strict=False)
            return b"".join(chunk[begin + 1 : end] for begin, end in between)
        import numpy as np

        letters = np.frombuffer(chunk, np.uint8)
        turns = np.bitwise_xor.accumulate(letters == _QUOTE)
        return letters[turns ^ self._is_inside].tobytes()

    def _among_quotes(self, chunk: Chunk, quotes: NDArray[np.intp]) -> None:
        """Look at what stands beside each quotation mark of a piece."""
        import numpy as np

        letters = np.frombuffer(chunk, np.uint8)
        opening = quotes[int(self._is_inside) :: 2]
        closing = quotes[int(not self._is_inside) :: 2]
        before = letters[opening - 1]
        if opening.size and opening[0] == 0:
            before[0] = self._last
        self._closing = bool(closing.size) and int(closing[-1]) == len(chunk) - 1
        after = letters[(closing[:-1] if self._closing else closing) + 1]
        self._is_simple = self._are(before, _FEED) and self._are(after, _FEED, _RETURN)
        self._is_inside ^= bool(quotes.size % 2)

    def _note_several(
        self, chunk: Chunk, quotes: NDArray[np.intp] | None, *, was_inside: bool
    ) -> None:
        """Note the records of which a line feed of a piece stands between quotation marks."""
        import numpy as np

        feeds = np.flatnonzero(np.frombuffer(chunk, np.uint8) == _FEED)
        marks = np.searchsorted(quotes, feeds) if quotes is not None else np.zeros_like(feeds)
        is_within = (marks + was_inside) % 2 == 1
        begins = np.concatenate(([self._record_at], feeds[~is_within] + 1 + self._size))
        which = np.searchsorted(feeds[~is_within], feeds[is_within])
        for at in begins[np.unique(which)].tolist():
            if not self.several or self.several[-1] != at:
                self.several.append(at)
        self._record_at = int(begins[-1])

    def _are(self, letters: NDArray[np.uint8], *more: int) -> bool:
        """Return whether all are delimiters, quotation marks or one of some more bytes."""
        fits = (letters == self._delimiter) | (letters == _QUOTE)
        for byte in more:
            fits |= letters == byte
        return bool(fits.all())


def _places_of_quotes(chunk: Chunk) -> NDArray[np.intp]:
    import numpy as np

    return np.flatnonzero(np.frombuffer(chunk, np.uint8) == _QUOTE)


def _has_feeds_behind_returns(chunk: Chunk) -> bool:
    """Return whether a line feed follows each carriage return, but for one at the end."""
    import numpy as np

    letters = np.frombuffer(chunk, np.uint8)
    before = letters[np.flatnonzero(letters[1:] == _FEED)]
    pairs = int(np.count_nonzero(before == _RETURN)) + (chunk[-1] == _RETURN)
    return pairs == count_byte(chunk, b"\r")
