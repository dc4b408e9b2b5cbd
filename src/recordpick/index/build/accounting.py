"""Accounting for every row: the counts of each file, its rejected rows and its emptied values.

Any number of rows may be rejected, so they are read and written in batches.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

import polars as pl

from recordpick.csv_safety import safe
from recordpick.csvio.rejects import ROW
from recordpick.errors import UserError
from recordpick.index.build.background import BackgroundHasher
from recordpick.index.build.cast import BAD
from recordpick.index.build.staging import Staged, rows_with_reasons
from recordpick.index.build.table_builder import TableBuilder
from recordpick.index.emptied_values import SCHEMA, EmptiedCounts, emptied_values
from recordpick.index.manifest import EMPTIED_VALUES, REJECTED, FileCount
from recordpick.index.source import DELETED, LookUp

_REJECTED = {
    "file": pl.String,
    "line": pl.Int64,
    "table": pl.String,
    "reason": pl.String,
    "row": pl.String,
}
AT_ONCE = 500_000
"""Rows written at a time; a part with fewer rejected rows lists them in line order."""


def write_accounts(
    tables: dict[str, TableBuilder],
    look_ups: Sequence[LookUp],
    digests: BackgroundHasher,
    folder: Path,
) -> tuple[tuple[FileCount, ...], EmptiedCounts]:
    """Write `rejected_rows.csv` and `set_aside_values.csv`; return the counts of files and values.

    UserError for a table without any usable row, or whose NHS numbers are all damaged.
    """
    counts: list[FileCount] = []
    emptied = EmptiedCounts()
    with ExitStack() as files:
        rejected = _Csv(files.enter_context((folder / REJECTED).open("wb")))
        values = _Csv(files.enter_context((folder / EMPTIED_VALUES).open("wb")))
        for table in tables.values():
            unusable = ""
            failed = [_failed(table, number) for number in range(len(table.staged))]
            for number, staged in enumerate(table.staged):
                before = emptied.total
                for batch in emptied_values(table, number):
                    emptied.add(batch)
                    values.write(batch)
                rejections = failed[number].height + staged.part.rejects.height
                count = _count(table, number, digests, (rejections, emptied.total - before))
                if count.rows_rejected == count.rows_read > 0 and not unusable:
                    first = next(_batches(staged, failed[number])).row(0, named=True)
                    unusable = (
                        f"{staged.part.file}: none of its {count.rows_read:,} rows can be used. "
                        f"Line {first['line']}: {first['reason']}."
                    )
                counts.append(count)
            if unusable and not any(c.rows_indexed for c in counts if c.table == table.name):
                raise UserError(unusable)
            for staged, found in zip(table.staged, failed, strict=True):
                for batch in _batches(staged, found):
                    rejected.write(_named(batch, staged.part.file, table.name))
        for look_up in look_ups:
            counts.append(_count_of_look_up(look_up, digests))
            for batch in look_up.rejects.batches():
                rejected.write(_named(batch, look_up.file, look_up.what))
        rejected.write(pl.DataFrame(schema=_REJECTED))
        values.write(pl.DataFrame(schema=SCHEMA))
    return tuple(counts), emptied


class _Csv:
    """A CSV file that is safe to open in a spreadsheet, which does not run or change its texts."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._has_header = False

    def write(self, frame: pl.DataFrame) -> None:
        """Write rows, with the header above the first."""
        text = frame.with_columns(safe(pl.col(pl.String)))
        text.write_csv(self._file, include_header=not self._has_header)
        self._has_header = True


def _failed(table: TableBuilder, number: int) -> pl.DataFrame:
    """Return the rows of a part that were read and then rejected: ROW and BAD."""
    flagged = table.staged[number].typed
    failed = flagged.filter(pl.col(BAD).is_not_null() & ~pl.col(DELETED)).select(ROW, BAD)
    return pl.concat([failed.collect(engine="streaming"), table.failed[number]])


def _batches(staged: Staged, failed: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield the rejected rows of a part as `REJECT_COLUMNS`, in batches."""
    damaged = staged.part.rejects
    if failed.height + damaged.height <= AT_ONCE:
        rejected = [rows_with_reasons(staged, failed), *damaged.batches()]
        yield pl.concat(rejected).sort("line", maintain_order=True)
        return
    yield from damaged.batches()
    for batch in failed.sort(ROW).iter_slices(AT_ONCE):
        yield rows_with_reasons(staged, batch)


def _named(rows: pl.DataFrame, file: str, table: str) -> pl.DataFrame:
    return rows.select(
        pl.lit(file).alias("file"), "line", pl.lit(table).alias("table"), "reason", "row"
    )


def _count_of_look_up(look_up: LookUp, digests: BackgroundHasher) -> FileCount:
    """Return the counts of a lookup file: its usable rows count as indexed."""
    rejected = look_up.rejects.height
    return FileCount(
        file=look_up.file,
        table=look_up.what,
        size=look_up.path.stat().st_size,
        sha256=digests.of(look_up.path),
        rows_read=look_up.rows,
        rows_indexed=look_up.rows - rejected - look_up.replaced,
        rows_rejected=rejected,
        rows_deleted=look_up.replaced,
    )


def _count(
    table: TableBuilder,
    number: int,
    digests: BackgroundHasher,
    rejected_and_emptied: tuple[int, int],
) -> FileCount:
    rejected, emptied = rejected_and_emptied
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
        rows_read=staged.rows + part.rejects.height + part.dropped,
        rows_indexed=table.indexed(number),
        rows_rejected=rejected,
        rows_deleted=deleted,
        values_emptied=emptied,
    )
    # Whatever else is wrong, no row may be lost: a wrong sum is our own bug.
    assert count.rows_read == count.rows_indexed + rejected + deleted, count
    return count
