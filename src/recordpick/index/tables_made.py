"""The tables of an index while it is being made: their parts, and what became of their rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from recordpick.errors import UserError
from recordpick.index.conform import BAD
from recordpick.index.parts import FOLDED, HOSTED, ORDER, PATIENT, ROW, Told
from recordpick.index.small_tables import resolved
from recordpick.index.staging import Staged
from recordpick.index.stretches import LENGTH, PART, STRETCH, Stretches
from recordpick.index.values import TYPES
from recordpick.tables import TABLES, Kind

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
        """Return the rows of one part that go in, with ROW; those too that only tell of others."""
        rows = resolved(self._placed(number), self.staged[number].part.told)
        return rows.with_columns(pl.col(PATIENT).cast(pl.String))

    def patients_of(self, number: int) -> pl.DataFrame:
        """Return the patients (patient_id) of the rows of one part that go in, each once."""
        own = self._placed(number).select(pl.col(PATIENT).unique())
        return own.collect(engine="streaming").select(pl.col(PATIENT).cast(pl.String))

    def _placed(
        self, number: int, only: Sequence[range] | None = None, at: str | None = None
    ) -> pl.LazyFrame:
        """Return the same, but of columns that are told by place the places (see Staged)."""
        rows = self.staged[number].placed(only, at)
        for away in (self.misfits[number], self.gone[number]):
            if away.height:
                rows = rows.join(away.lazy(), on=ROW, how="anti", maintain_order="left")
        return rows

    def rows(self) -> pl.LazyFrame:
        """Return all rows that go in, of all parts."""
        rows, told = self.placed_rows()
        return resolved(rows, told).drop(PLACE).with_columns(pl.col(PATIENT).cast(pl.String))

    def stretches(self) -> Stretches:
        """Return where the rows that go in stand, in the files of typed rows."""
        found = []
        for number in self._own:
            rows = self._placed(number, at=STRETCH)
            if FOLDED in self.staged[number].conformed.technical:
                rows = rows.filter(pl.col(FOLDED).is_null())
            stretch = pl.col(STRETCH) // LENGTH
            several = rows.group_by(stretch, PATIENT).agg(entries=pl.len())
            found.append(
                several.select(
                    pl.lit(number).alias(PART), STRETCH, pl.col(PATIENT).cast(pl.String), "entries"
                )
            )
        return Stretches(pl.concat(found).collect(engine="streaming"))

    @property
    def _own(self) -> list[int]:
        """The parts that have rows of their own; all, if none has."""
        every = range(len(self.staged))
        return [number for number in every if self._has_rows(number)] or list(every)

    def placed_rows(
        self, only: Mapping[int, Sequence[range]] | None = None
    ) -> tuple[pl.LazyFrame, tuple[Told, ...]]:
        """Return all rows that go in, with PLACE: a number by which they stand as in their files.

        And what is told by place: columns that the rows do not have, where all parts tell them
        alike. `only` are the places, in the files of typed rows, of those that are asked for.
        """
        numbers = self._own
        told = self._told_alike(numbers)
        parts = []
        for number in numbers:
            staged = self.staged[number]
            rows = self._placed(number, None if only is None else only.get(number, ()))
            if not told:
                rows = resolved(rows, staged.part.told)
                rows = rows.with_columns(pl.col(PATIENT).cast(pl.String))
            if FOLDED in staged.conformed.technical:
                rows = rows.filter(pl.col(FOLDED).is_null())
            place = pl.col(ROW).cast(pl.UInt64) + pl.lit(number << 32, pl.UInt64)
            rows = rows.with_columns(place.alias(PLACE))
            parts.append(rows.drop(ROW, ORDER, FOLDED, HOSTED, strict=False))
        rows = _one_below_another(parts, self.kinds)
        there = {*rows.collect_schema(), *(name for each in told for name in each.table.columns)}
        # Columns that only parts without rows of their own give.
        empty = {n: pl.lit(None, TYPES[k]) for n, k in self.kinds.items() if n not in there}
        return rows.with_columns(**empty), told

    def _has_rows(self, number: int) -> bool:
        """Return whether a part may have rows of its own; one that only feeds others has none."""
        return len(self.staged) == 1 or self.staged[number].has_own_rows

    def _told_alike(self, numbers: Sequence[int]) -> tuple[Told, ...]:
        """Return what these parts tell by place, if all of them tell the same."""
        first, *others = [self.staged[number].part.told for number in numbers]
        alike = all(
            [each.place for each in told] == [each.place for each in first]
            and all(one.table.equals(two.table) for one, two in zip(told, first, strict=True))
            for told in others
        )
        return first if alike else ()

    def fed(self, name: str) -> pl.LazyFrame:
        """Return the rows that parts feed under that name."""
        parts = [
            self.part(number)
            for number, staged in enumerate(self.staged)
            if staged.part.feeds == name
        ]
        return _one_below_another(parts, self.kinds).drop(ROW, ORDER, strict=False)

    def unmet(self, feeds: str) -> pl.Series | None:
        """Return the ids of which rows fed by that name tell more, and of which no row goes in.

        None where a part with rows of its own cannot say that.
        """
        unmet: pl.Series | None = None
        for number, staged in enumerate(self.staged):
            met = staged.part.met
            if met is not None and met.feeds == feeds:
                places = self._placed(number).select(pl.col(met.place).drop_nulls().unique())
                is_met = pl.Series([False]).new_from_index(0, len(met.ids))
                is_met = is_met.scatter(places.collect(engine="streaming").to_series(), True)  # noqa: FBT003
                others = met.ids.filter(~is_met)
                unmet = others if unmet is None else others.filter(others.is_in(unmet.implode()))
            elif self._has_rows(number):
                return None
        return unmet

    def indexed(self, number: int) -> int:
        """Count the rows of one part that go in."""
        return int(self.part(number).select(pl.len()).collect(engine="streaming").item())


def _one_below_another(parts: Sequence[pl.LazyFrame], kinds: Mapping[str, Kind]) -> pl.LazyFrame:
    """Put rows of several parts together; columns that are not of one type are then as written."""
    types: dict[str, set[pl.DataType]] = {}
    schemas = [part.collect_schema() for part in parts]
    for schema in schemas:
        for name, dtype in schema.items():
            types.setdefault(name, set()).add(dtype)
    mixed = {name for name, found in types.items() if len(found) > 1 and name in kinds}
    alike = [
        part.with_columns(pl.col(name).cast(TYPES[kinds[name]]) for name in mixed & set(schema))
        for part, schema in zip(parts, schemas, strict=True)
    ]
    return pl.concat(alike, how="diagonal_relaxed")
