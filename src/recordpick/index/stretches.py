"""A zone map: which chunks of the staged rows hold rows of which patients.

So only some chunks are read for the patients of one block. Most sources keep the rows of a patient
together, so that only a few chunks have rows of one block's patients. Where a source has rows in
any order, every chunk has rows of everybody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from recordpick.index.parts import PATIENT

PART, CHUNK = "__part", "__chunk"
"""Columns: the number of the part in its table, and of the chunk of its rows, both from 0."""

LENGTH = 100_000
"""Rows of a chunk: about as many as polars writes together."""

_BLOCK_OF_ROWS = "__block"


@dataclass(frozen=True)
class ChunkRead:
    """The blocks from `first` to before `end` are read together, from these row ranges by part."""

    first: int
    end: int
    only: Mapping[int, Sequence[range]]


@dataclass(frozen=True)
class ChunkCounts:
    """How many rows each patient has in each chunk: PART, CHUNK, patient_id, `entries`."""

    frame: pl.DataFrame

    def counts(self) -> pl.DataFrame:
        """Return the number of rows per patient: patient_id and `entries`, sorted by patient_id."""
        return self.frame.group_by(PATIENT).agg(pl.col("entries").sum()).sort(PATIENT)

    def read_plan(self, starts: Sequence[str], together: int) -> list[ChunkRead]:
        """Return the reads that cover all blocks; `starts` are the first patient_id of each.

        One block at a time if that reads hardly any chunk twice, otherwise `together` at a time.
        """
        block = pl.Series(starts).search_sorted(self.frame[PATIENT], side="right") - 1
        held = self.frame.select(PART, CHUNK, block.alias(_BLOCK_OF_ROWS)).unique()
        chunks = held.select(PART, CHUNK).n_unique()
        step = 1 if held.height <= 2 * (chunks + len(starts)) else together
        found = []
        for first in range(0, len(starts), step):
            end = min(first + step, len(starts))
            wanted = held.filter(pl.col(_BLOCK_OF_ROWS).is_between(first, end - 1))
            found.append(ChunkRead(first, end, _ranges(wanted)))
        return found


def _ranges(wanted: pl.DataFrame) -> dict[int, list[range]]:
    """Return the row ranges of chunks (PART, CHUNK), adjacent ones merged, by part."""
    found: dict[int, list[range]] = {}
    for part, chunk in wanted.select(PART, CHUNK).unique().sort(PART, CHUNK).iter_rows():
        ranges = found.setdefault(part, [])
        start = chunk * LENGTH
        if ranges and ranges[-1].stop == start:
            start = ranges.pop().start
        ranges.append(range(start, (chunk + 1) * LENGTH))
    return found
