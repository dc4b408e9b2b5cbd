"""Finding the row of a hand-made list that names its columns: titles and counts may be above it.

What a list is of, and what its columns are called, is the caller's business: the row that names the
most columns is the header, and of several such rows the first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

HEADER_WITHIN = 40
"""The header is looked for among so many rows from the top."""

Columns = TypeVar("Columns")


def find_header_row(
    rows: Sequence[Sequence[str]],
    columns_of: Callable[[Sequence[str]], Columns | None],
    number_of: Callable[[Columns], int],
) -> tuple[int, Columns] | None:
    """Return the place of the header among the rows and what it names; None if there is none.

    `columns_of` returns the columns that a row names, None where it cannot be the header;
    `number_of` how many those are.
    """
    best: tuple[int, Columns] | None = None
    for place, cells in enumerate(rows[:HEADER_WITHIN]):
        columns = columns_of(cells)
        if columns is not None and (best is None or number_of(columns) > number_of(best[1])):
            best = place, columns
    return best
