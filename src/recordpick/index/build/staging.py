"""Staging: one pass over each part casts its rows and flags what is wrong with them.

After this no source file is read again, except for the rows that were rejected. Staged rows have a
memory budget and spill to Parquet files when it is used up. Writing rows to a file and reading them
again costs a tenth of the time of making an index. The largest files of the largest practices have
more rows than fit, and so have those of any practice on a small computer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import polars as pl

from recordpick.atomic import as_system_error
from recordpick.csvio.rejects import REJECT_COLUMNS, ROW
from recordpick.errors import UserError
from recordpick.index.build.cast import BAD, EMPTIED_FLAG, CastPart, cast_part, reasons
from recordpick.index.lookup import decoded
from recordpick.index.source import DELETED, DETAIL_OF, SourcePart
from recordpick.polars_env import free_memory

ROOM = 4 * 1024**3
"""The most bytes, as estimated here: all event rows of 35,000 patients. Making an index needs 2 GiB
more, and should never need more than 6."""

_RESERVED = 2 * 1024**3
"""Bytes of free memory that are not used for rows."""

_TEXT = 48
"""Bytes of a text: its view and its content."""

_BYTES = {pl.Int64: 8, pl.Float64: 8, pl.UInt64: 8, pl.UInt16: 2, pl.Boolean: 1, pl.Enum: 1}
"""Bytes of a value of these types; Enums of many words take more, but do not occur here."""

_OTHER = 4
"""Bytes of a date, an index, a Categorical."""


def room_available() -> int:
    """Return how many bytes of rows may be kept in memory without displacing other programs.

    In a container its own limit applies.
    """
    return max(0, min(ROOM, free_memory() - _RESERVED))


@dataclass
class SpillBuffer:
    """A spill buffer: a folder for rows that do not fit in memory, and the bytes of memory left."""

    folder: Path
    room: int = field(default_factory=room_available)

    def keep(self, rows: pl.LazyFrame, count: int | None, name: str) -> pl.LazyFrame:
        """Compute these rows and return a scan that can be read several times.

        `count` is their number, if known; `name` names the file. Raises polars' errors.
        """
        needed = None if count is None else count * _width(rows.collect_schema())
        if needed is not None and needed <= self.room:
            held = rows.collect(engine="streaming")
            self.room -= needed
            return held.lazy()
        path = self.folder / f"{name}.parquet"
        # It is read once or twice and then deleted: neither compression nor statistics pay.
        rows.sink_parquet(path, compression="uncompressed", statistics=False, engine="streaming")
        return pl.scan_parquet(path, glob=False)


def _width(schema: pl.Schema) -> int:
    """Return the estimated bytes of a row."""
    return sum(
        _TEXT if dtype == pl.String else _BYTES.get(dtype.base_type(), _OTHER)
        for dtype in schema.dtypes()
    )


_FITS = pl.col(BAD).is_null() & ~pl.col(DELETED)


@dataclass(frozen=True)
class Staged:
    """A part whose rows were cast: ROW, BAD, DELETED, EMPTIED_FLAG and the columns in `typed`."""

    part: SourcePart
    cast: CastPart
    typed: pl.LazyFrame
    rows: int
    aliases: pl.DataFrame | None = None
    """Other numbers of its patients (`patients.link_records`), if any."""

    def good(self) -> pl.LazyFrame:
        """Return the rows that are valid by themselves: ROW and the table's columns."""
        return decoded(self.encoded(), self.part.lookups)

    def encoded(self, only: Sequence[range] | None = None, at: str | None = None) -> pl.LazyFrame:
        """Return the same rows with dictionary-encoded columns (`SourcePart.lookups`) as indexes.

        `only` are ranges of typed rows; `at` names a column for the position among these.
        """
        rows = self.typed if at is None else self.typed.with_row_index(at)
        if only is not None:
            rows = pl.concat([rows.slice(some.start, len(some)) for some in only or [range(0)]])
        rows = rows.filter(_FITS).drop(BAD, DELETED, EMPTIED_FLAG)
        if self.aliases is None or self.aliases.is_empty():
            return rows
        rows = rows.with_columns(pl.col("patient_id").cast(pl.String))
        known = rows.join(self.aliases.lazy(), on="patient_id", how="left", maintain_order="left")
        return known.with_columns(pl.coalesce("__other", "patient_id").alias("patient_id")).drop(
            "__other"
        )

    @cached_property
    def has_own_rows(self) -> bool:
        """Return whether any valid row is a row of the table, not only a detail of another row."""
        if DETAIL_OF not in self.cast.technical:
            return True
        own = self.encoded().filter(pl.col(DETAIL_OF).is_null()).select(pl.len())
        return bool(own.collect(engine="streaming").item())


class OddLinesError(Exception):
    """An optimistic scan found lines for the strict reader: call `SourcePart.reread_strict`."""


def stage(part: SourcePart, name: str, buffer: SpillBuffer) -> Staged:
    """Cast the part's rows and store them under a name.

    OddLinesError where the part must be read by its strict reader (`SourcePart.reread_strict`).
    """
    cast = cast_part(part)
    try:
        typed = buffer.keep(cast.frame, part.rows, name)
        read = typed.select(pl.len(), odd=pl.col(ROW).null_count())
        rows, odd = read.collect().row(0)
    except pl.exceptions.PolarsError as error:
        refused = as_system_error(error, buffer.folder)
        if refused is not None:
            raise refused from error
        if part.reread_strict is not None:
            raise OddLinesError from error
        raise UserError(f"{part.file}: cannot be read ({_first_line(error)}).") from error
    if part.reread_strict is not None and (odd or rows != part.rows):
        raise OddLinesError
    if part.rows is not None and rows != part.rows:
        raise UserError(
            f"{part.file}: this file has {part.rows:,} rows, but reading it returned {rows:,}, so "
            "it "
            "was not indexed. Export it again, as CSV UTF-8."
        )
    return Staged(part, cast, typed, rows)


def rows_with_reasons(staged: Staged, found: pl.DataFrame) -> pl.DataFrame:
    """Return the rows in `found` (ROW, BAD) as `REJECT_COLUMNS`: line, reason, row as read."""
    if found.is_empty():
        return pl.DataFrame(schema=REJECT_COLUMNS)
    part = staged.part
    wanted = found.lazy().with_columns(pl.col(ROW).cast(pl.UInt32))
    # Limits the scan, so that no more than a batch of rows is ever held.
    near = pl.col(ROW).is_between(pl.lit(found[ROW].min()), pl.lit(found[ROW].max()))
    rows = part.frame.filter(near).join(wanted, on=ROW, how="inner")
    with_reason = reasons(staged.cast, rows)
    names = [name for name in part.raw.collect_schema().names() if name != ROW]
    as_read = (
        part.raw.filter(near)
        .join(wanted.select(ROW), on=ROW, how="inner")
        .select(ROW, _as_csv(names).alias("row"))
    )
    both = with_reason.join(as_read, on=ROW).sort(ROW).collect(engine="streaming")
    assert both.height == found.height, (part.file, both.height, found.height)
    lines = pl.Series("line", part.line_of(both[ROW].to_list()), pl.Int64)
    return both.select(lines, pl.col("reason"), pl.col("row"))


def _as_csv(names: list[str]) -> pl.Expr:
    """Return a row's values as a line of CSV, for people to recognise."""
    fields = []
    for name in names:
        value = pl.col(name).cast(pl.String).fill_null("")
        quoted = pl.format('"{}"', value.str.replace_all('"', '""', literal=True))
        needs = value.str.contains('[",\r\n]')
        fields.append(pl.when(needs).then(quoted).otherwise(value))
    return pl.concat_str(fields, separator=",")


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]
