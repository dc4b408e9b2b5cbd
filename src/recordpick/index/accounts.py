"""What became of every row: the counts of each file, and the rows and values that did not fit.

As many rows may not fit as there are. So they are looked up and written a batch at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

import polars as pl

from recordpick.cells import safe
from recordpick.errors import UserError
from recordpick.index.conform import BAD
from recordpick.index.digests_aside import BackgroundHasher
from recordpick.index.emptied_values import SCHEMA, EmptiedCounts, emptied_values
from recordpick.index.manifest import FileCount
from recordpick.index.parts import DELETED, ROW, LookUp
from recordpick.index.staging import Staged, rows_with_reasons
from recordpick.index.tables_made import TableMade
from recordpick.index.whole_index import REJECTED, SET_ASIDE

_REJECTED = {
    "file": pl.String,
    "line": pl.Int64,
    "table": pl.String,
    "reason": pl.String,
    "row": pl.String,
}
AT_ONCE = 500_000
"""Rows that are written at a time; fewer of a part stand in the order of their lines."""


def write_accounts(
    tables: dict[str, TableMade],
    look_ups: Sequence[LookUp],
    digests: BackgroundHasher,
    folder: Path,
) -> tuple[tuple[FileCount, ...], EmptiedCounts]:
    """Write `rejected_rows.csv` and `set_aside_values.csv`; give the counts of files and values.

    UserError for a table of which no row can be used, or whose NHS numbers are all damaged.
    """
    counts: list[FileCount] = []
    emptied = EmptiedCounts()
    with ExitStack() as files:
        rejected = _Csv(files.enter_context((folder / REJECTED).open("wb")))
        values = _Csv(files.enter_context((folder / SET_ASIDE).open("wb")))
        for table in tables.values():
            useless = ""
            misfits = [_misfits(table, number) for number in range(len(table.staged))]
            for number, staged in enumerate(table.staged):
                before = emptied.total
                for batch in emptied_values(table, number):
                    emptied.add(batch)
                    values.write(batch)
                away = misfits[number].height + staged.part.set_aside.height
                count = _count(table, number, digests, (away, emptied.total - before))
                if count.rows_rejected == count.rows_read > 0 and not useless:
                    first = next(_batches(staged, misfits[number])).row(0, named=True)
                    useless = (
                        f"{staged.part.file}: none of its {count.rows_read:,} rows can be used. "
                        f"Line {first['line']}: {first['reason']}."
                    )
                counts.append(count)
            if useless and not any(c.rows_indexed for c in counts if c.table == table.name):
                raise UserError(useless)
            for staged, found in zip(table.staged, misfits, strict=True):
                for batch in _batches(staged, found):
                    rejected.write(_named(batch, staged.part.file, table.name))
        for used in look_ups:
            counts.append(_count_of(used, digests))
            for batch in used.set_aside.batches():
                rejected.write(_named(batch, used.file, used.what))
        rejected.write(pl.DataFrame(schema=_REJECTED))
        values.write(pl.DataFrame(schema=SCHEMA))
    return tuple(counts), emptied


class _Csv:
    """A file for people, who open it in a spreadsheet: no text is run there, or changed."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._begun = False

    def write(self, frame: pl.DataFrame) -> None:
        """Write some rows; the header above the first."""
        text = frame.with_columns(safe(pl.col(pl.String)))
        text.write_csv(self._file, include_header=not self._begun)
        self._begun = True


def _misfits(table: TableMade, number: int) -> pl.DataFrame:
    """Return the rows of a part that were read and do not fit: ROW and BAD."""
    flagged = table.staged[number].typed
    misfits = flagged.filter(pl.col(BAD).is_not_null() & ~pl.col(DELETED)).select(ROW, BAD)
    return pl.concat([misfits.collect(engine="streaming"), table.misfits[number]])


def _batches(staged: Staged, misfits: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield the rows of a part that are not indexed, as PLACES, so many at a time."""
    aside = staged.part.set_aside
    if misfits.height + aside.height <= AT_ONCE:
        away = [rows_with_reasons(staged, misfits), *aside.batches()]
        yield pl.concat(away).sort("line", maintain_order=True)
        return
    yield from aside.batches()
    for batch in misfits.sort(ROW).iter_slices(AT_ONCE):
        yield rows_with_reasons(staged, batch)


def _named(away: pl.DataFrame, file: str, table: str) -> pl.DataFrame:
    return away.select(
        pl.lit(file).alias("file"), "line", pl.lit(table).alias("table"), "reason", "row"
    )


def _count_of(used: LookUp, digests: BackgroundHasher) -> FileCount:
    """Count a file that only says what codes or people are: its rows are indexed if usable."""
    rejected = used.set_aside.height
    return FileCount(
        file=used.file,
        table=used.what,
        size=used.path.stat().st_size,
        sha256=digests.of(used.path),
        rows_read=used.rows,
        rows_indexed=used.rows - rejected - used.replaced,
        rows_rejected=rejected,
        rows_deleted=used.replaced,
    )


def _count(
    table: TableMade, number: int, digests: BackgroundHasher, away: tuple[int, int]
) -> FileCount:
    rejected, aside = away
    staged = table.staged[number]
    part = staged.part
    flags = staged.typed.select(pl.col(DELETED).sum())
    deleted = int(flags.collect(engine="streaming").item() or 0) + part.dropped
    deleted += table.gone[number].height
    count = FileCount(
        file=part.file,
        table=table.name,
        size=part.path.stat().st_size,
        sha256=digests.of(part.path),
        rows_read=staged.rows + part.set_aside.height + part.dropped,
        rows_indexed=table.indexed(number),
        rows_rejected=rejected,
        rows_deleted=deleted,
        values_set_aside=aside,
    )
    # Whatever else is wrong, no row may get lost: a false sum is our own bug.
    assert count.rows_read == count.rows_indexed + rejected + deleted, count
    return count
