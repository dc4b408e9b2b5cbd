"""The tables of an index while it is being made: their parts, and what became of their rows."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from recordpick.errors import UserError
from recordpick.index.conform import BAD
from recordpick.index.parts import FOLDED, ORDER, ROW
from recordpick.index.staging import Staged
from recordpick.tables import TABLES, Kind

PATIENT = "patient_id"
PLACE = "__place"
_MISFITS = {ROW: pl.UInt32, BAD: pl.UInt16}
_GONE = {ROW: pl.UInt32}


@dataclass
class TableMade:
    """One table: its parts, and for each of them the rows that cannot go in after all.

    `misfits` (ROW, BAD) are rejected; `gone` (ROW) were taken back by the source itself: replaced
    by a later row, or of somebody or something that it says is deleted.
    """

    name: str
    staged: list[Staged] = field(default_factory=list)
    misfits: list[pl.DataFrame] = field(default_factory=list)
    gone: list[pl.DataFrame] = field(default_factory=list)

    def add(self, staged: Staged) -> None:
        """Take the rows of one more part."""
        self.staged.append(staged)
        self.misfits.append(pl.DataFrame(schema=_MISFITS))
        self.gone.append(pl.DataFrame(schema=_GONE))

    def reject(self, number: int, found: pl.DataFrame, why: int) -> None:
        """Take rows (ROW) of a part that cannot go in, with the number of the reason."""
        more = found.select(pl.col(ROW).cast(pl.UInt32), pl.lit(why, pl.UInt16).alias(BAD))
        self.misfits[number] = pl.concat([self.misfits[number], more])

    def take_back(self, number: int, found: pl.DataFrame) -> None:
        """Take rows (ROW) of a part that the source has taken back."""
        more = found.select(pl.col(ROW).cast(pl.UInt32))
        self.gone[number] = pl.concat([self.gone[number], more])

    @property
    def row_id(self) -> str | None:
        """The column that names a row; None for a table that tables.py does not know."""
        table = TABLES.get(self.name)
        return table.row_id if table else None

    @property
    def kinds(self) -> dict[str, Kind]:
        """The columns that any part gives, in the table's order, and what they hold."""
        given: dict[str, Kind] = {}
        for staged in self.staged:
            for name, kind in staged.conformed.kinds.items():
                if given.setdefault(name, kind) != kind:
                    raise UserError(
                        f"{staged.part.file}: column {name} of table {self.name} holds {kind} "
                        f"here, but {given[name]} in another file."
                    )
        table = TABLES.get(self.name)
        order = [name for name in table.names if name in given] if table else list(given)
        return {name: given[name] for name in order}

    def part(self, number: int) -> pl.LazyFrame:
        """Give the rows of one part that go in, with ROW; those too that only tell of others."""
        rows = self.staged[number].good()
        for away in (self.misfits[number], self.gone[number]):
            if away.height:
                rows = rows.join(away.lazy(), on=ROW, how="anti", maintain_order="left")
        return rows

    def rows(self) -> pl.LazyFrame:
        """Give all rows that go in, of all parts."""
        return self.placed_rows().drop(PLACE)

    def placed_rows(self) -> pl.LazyFrame:
        """Give all rows that go in, with PLACE: a number by which they stand as in their files."""
        parts = []
        for number, staged in enumerate(self.staged):
            rows = self.part(number)
            if FOLDED in staged.conformed.technical:
                rows = rows.filter(pl.col(FOLDED).is_null())
            place = pl.col(ROW).cast(pl.UInt64) + pl.lit(number << 32, pl.UInt64)
            rows = rows.with_columns(place.alias(PLACE))
            parts.append(rows.drop(ROW, ORDER, FOLDED, strict=False))
        return pl.concat(parts, how="diagonal_relaxed")

    def fed(self, name: str) -> pl.LazyFrame:
        """Give the rows that parts feed under that name."""
        parts = [
            self.part(number)
            for number, staged in enumerate(self.staged)
            if staged.part.feeds == name
        ]
        return pl.concat(parts, how="diagonal_relaxed").drop(ROW, ORDER, strict=False)

    def indexed(self, number: int) -> int:
        """Count the rows of one part that go in."""
        return int(self.part(number).select(pl.len()).collect(engine="streaming").item())
