"""Line offsets: how much to add to a row's number to get its line, by where that changes."""

from __future__ import annotations

from array import array
from bisect import bisect_right


class Steps:
    """What to add to each row number, in eight bytes for each change.

    Neither reaches 2³²: polars counts rows no further.
    """

    def __init__(self) -> None:
        self._from = array("L" if array("L").itemsize == 4 else "I")
        self._more = array(self._from.typecode)

    def add(self, number: int, more: int) -> None:
        """Add `more` from this number on, which is not smaller than the previous one."""
        if self._from and self._from[-1] == number:
            self._more[-1] = more
        else:
            self._from.append(number)
            self._more.append(more)

    def at(self, number: int) -> int:
        """Return the offset of a number."""
        place = bisect_right(self._from, number)
        return self._more[place - 1] if place else 0

    @property
    def last(self) -> int:
        """The offset after the last change."""
        return self._more[-1] if self._more else 0
