"""Lines against rows: how much is to be added to a row's number, where that changes."""

from __future__ import annotations

from array import array
from bisect import bisect_right


class Steps:
    """What to add to each number, in eight bytes for each place where that changes.

    Neither reaches four thousand million: polars counts rows no further.
    """

    def __init__(self) -> None:
        self._from = array("L" if array("L").itemsize == 4 else "I")
        self._more = array(self._from.typecode)

    def add(self, number: int, more: int) -> None:
        """From this number on (no smaller than that of the step before) add so much."""
        if self._from and self._from[-1] == number:
            self._more[-1] = more
        else:
            self._from.append(number)
            self._more.append(more)

    def at(self, number: int) -> int:
        """Return what is to be added to a number."""
        place = bisect_right(self._from, number)
        return self._more[place - 1] if place else 0

    @property
    def last(self) -> int:
        """What is to be added from the last step on."""
        return self._more[-1] if self._more else 0
