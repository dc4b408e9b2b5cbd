"""Which stretches of the typed rows hold whose rows: so that only these are read for some patients.

Most sources have the rows of one patient together, and so only a few stretches have rows of the
patients of one block. Where a source has them in any order, every stretch has rows of everybody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from recordpick.index.parts import PATIENT

PART, STRETCH = "__part", "__stretch"
"""Columns: which part of a table, and which stretch of its rows, both counted from 0."""

LENGTH = 100_000
"""Rows of a stretch: about as many as polars writes together."""

_BLOCK = "__block"


@dataclass(frozen=True)
class Reading:
    """The blocks from `first` to before `end` are read together, of these rows of each part."""

    first: int
    end: int
    only: Mapping[int, Sequence[range]]


@dataclass(frozen=True)
class Stretches:
    """How many rows each patient has in each stretch: PART, STRETCH, patient_id, `entries`."""

    frame: pl.DataFrame

    def counts(self) -> pl.DataFrame:
        """Return the rows a patient: patient_id and `entries`, by patient_id."""
        return self.frame.group_by(PATIENT).agg(pl.col("entries").sum()).sort(PATIENT)

    def readings(self, starts: Sequence[str], together: int) -> list[Reading]:
        """Return what is to be read for all blocks; `starts` are the first patient_id of each.

        One block at a time where that reads no stretch much more than once, else `together`.
        """
        block = pl.Series(starts).search_sorted(self.frame[PATIENT], side="right") - 1
        stand = self.frame.select(PART, STRETCH, block.alias(_BLOCK)).unique()
        stretches = stand.select(PART, STRETCH).n_unique()
        step = 1 if stand.height <= 2 * (stretches + len(starts)) else together
        found = []
        for first in range(0, len(starts), step):
            end = min(first + step, len(starts))
            asked = stand.filter(pl.col(_BLOCK).is_between(first, end - 1))
            found.append(Reading(first, end, _ranges(asked)))
        return found


def _ranges(asked: pl.DataFrame) -> dict[int, list[range]]:
    """Return the rows of stretches (PART, STRETCH), those that follow one another as one range."""
    found: dict[int, list[range]] = {}
    for part, stretch in asked.select(PART, STRETCH).unique().sort(PART, STRETCH).iter_rows():
        ranges = found.setdefault(part, [])
        start = stretch * LENGTH
        if ranges and ranges[-1].stop == start:
            start = ranges.pop().start
        ranges.append(range(start, (stretch + 1) * LENGTH))
    return found
