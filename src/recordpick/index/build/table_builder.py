"""Table builders: the tables of an index while it is built, and the state of their rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from recordpick.csvio.rejects import ROW
from recordpick.errors import UserError
from recordpick.index.build.cast import BAD
from recordpick.index.build.row_order import CHUNK, LENGTH, PART, ChunkCounts
from recordpick.index.build.staging import Staged
from recordpick.index.lookup import decoded
from recordpick.index.source import DETAIL_OF, HAS_PARENT, PATIENT, VERSION, LookupColumns
from recordpick.polars_types import TYPES
from recordpick.schema import TABLES, Kind

PLACE = "__place"
_FAILED = {ROW: pl.UInt32, BAD: pl.UInt16}
_GONE = {ROW: pl.UInt32}


@dataclass
class TableBuilder:
    """One table: its parts, and for each of them the rows that failed an integrity check.

    `failed` (ROW, BAD) are rejected; `gone` (ROW) were superseded by the source itself: replaced
    by a later row, or belonging to a patient or a row that it marks as deleted.
    """

    name: str
    staged: list[Staged] = field(default_factory=list)
    failed: list[pl.DataFrame] = field(default_factory=list)
    gone: list[pl.DataFrame] = field(default_factory=list)

    def add(self, staged: Staged) -> None:
        """Add the rows of one more part."""
        self.staged.append(staged)
        self.failed.append(pl.DataFrame(schema=_FAILED))
        self.gone.append(pl.DataFrame(schema=_GONE))

    def reject(self, number: int, found: pl.DataFrame, why: int) -> None:
        """Reject rows (ROW) of a part, with the number of the reason."""
        more = found.select(pl.col(ROW).cast(pl.UInt32), pl.lit(why, pl.UInt16).alias(BAD))
        self.failed[number] = pl.concat([self.failed[number], more])

    def supersede(self, number: int, found: pl.DataFrame) -> None:
        """Mark rows (ROW) of a part as superseded by the source."""
        more = found.select(pl.col(ROW).cast(pl.UInt32))
        self.gone[number] = pl.concat([self.gone[number], more])

    @property
    def row_id(self) -> str | None:
        """The id column; None for a table that schema.py does not define."""
        table = TABLES.get(self.name)
        return table.row_id if table else None

    @property
    def kinds(self) -> dict[str, Kind]:
        """The columns that any part supplies, in schema order, with their kinds."""
        kinds: dict[str, Kind] = {}
        for staged in self.staged:
            for name, kind in staged.cast.kinds.items():
                if kinds.setdefault(name, kind) != kind:
                    raise UserError(
                        f"{staged.part.file}: column {name} of table {self.name} holds {kind} "
                        f"here, but {kinds[name]} in another file."
                    )
        table = TABLES.get(self.name)
        order = [name for name in table.names if name in kinds] if table else list(kinds)
        return {name: kinds[name] for name in order}

    def part(self, number: int) -> pl.LazyFrame:
        """Return the accepted rows of one part, with ROW; detail rows of other rows included."""
        rows = decoded(self._encoded(number), self.staged[number].part.lookups)
        return rows.with_columns(pl.col(PATIENT).cast(pl.String))

    def patients_of(self, number: int) -> pl.DataFrame:
        """Return the distinct patients (patient_id) of the accepted rows of one part."""
        own = self._encoded(number).select(pl.col(PATIENT).unique())
        return own.collect(engine="streaming").select(pl.col(PATIENT).cast(pl.String))

    def _encoded(
        self, number: int, only: Sequence[range] | None = None, at: str | None = None
    ) -> pl.LazyFrame:
        """Return the same rows with dictionary-encoded columns as indexes (see Staged)."""
        rows = self.staged[number].encoded(only, at)
        for excluded in (self.failed[number], self.gone[number]):
            if excluded.height:
                rows = rows.join(excluded.lazy(), on=ROW, how="anti", maintain_order="left")
        return rows

    def rows(self) -> pl.LazyFrame:
        """Return all accepted rows, of all parts."""
        rows, lookups = self.encoded_rows()
        return decoded(rows, lookups).drop(PLACE).with_columns(pl.col(PATIENT).cast(pl.String))

    def chunk_counts(self) -> ChunkCounts:
        """Return which ranges of typed rows hold the accepted rows of each patient."""
        found = []
        for number in self._own:
            rows = self._encoded(number, at=CHUNK)
            if DETAIL_OF in self.staged[number].cast.technical:
                rows = rows.filter(pl.col(DETAIL_OF).is_null())
            chunk = pl.col(CHUNK) // LENGTH
            several = rows.group_by(chunk, PATIENT).agg(entries=pl.len())
            found.append(
                several.select(
                    pl.lit(number).alias(PART), CHUNK, pl.col(PATIENT).cast(pl.String), "entries"
                )
            )
        return ChunkCounts(pl.concat(found).collect(engine="streaming"))

    @property
    def _own(self) -> list[int]:
        """The parts with rows of their own; all parts, if none has any."""
        every = range(len(self.staged))
        return [number for number in every if self._has_rows(number)] or list(every)

    def encoded_rows(
        self, only: Mapping[int, Sequence[range]] | None = None
    ) -> tuple[pl.LazyFrame, tuple[LookupColumns, ...]]:
        """Return all accepted rows, with PLACE: a number in the order of the files.

        And the dictionary-encoded columns that the rows hold only as indexes, if all parts encode
        them in the same way. `only` are the ranges of typed rows that are wanted, by part.
        """
        numbers = self._own
        lookups = self._common_lookups(numbers)
        parts = []
        for number in numbers:
            staged = self.staged[number]
            rows = self._encoded(number, None if only is None else only.get(number, ()))
            if not lookups:
                rows = decoded(rows, staged.part.lookups)
                rows = rows.with_columns(pl.col(PATIENT).cast(pl.String))
            if DETAIL_OF in staged.cast.technical:
                rows = rows.filter(pl.col(DETAIL_OF).is_null())
            position = pl.col(ROW).cast(pl.UInt64) + pl.lit(number << 32, pl.UInt64)
            rows = rows.with_columns(position.alias(PLACE))
            parts.append(rows.drop(ROW, VERSION, DETAIL_OF, HAS_PARENT, strict=False))
        rows = _concat(parts, self.kinds)
        present = {
            *rows.collect_schema(),
            *(name for each in lookups for name in each.table.columns),
        }
        # Columns that only parts without rows of their own supply.
        empty = {n: pl.lit(None, TYPES[k]) for n, k in self.kinds.items() if n not in present}
        return rows.with_columns(**empty), lookups

    def _has_rows(self, number: int) -> bool:
        """Return whether a part may have rows of its own, not only details of other rows."""
        return len(self.staged) == 1 or self.staged[number].has_own_rows

    def _common_lookups(self, numbers: Sequence[int]) -> tuple[LookupColumns, ...]:
        """Return the dictionary-encoded columns of these parts, if all encode the same ones."""
        first, *others = [self.staged[number].part.lookups for number in numbers]
        is_common = all(
            [each.index_column for each in lookups] == [each.index_column for each in first]
            and all(one.table.equals(two.table) for one, two in zip(lookups, first, strict=True))
            for lookups in others
        )
        return first if is_common else ()

    def provided(self, name: str) -> pl.LazyFrame:
        """Return the rows that parts provide under that name."""
        parts = [
            self.part(number)
            for number, staged in enumerate(self.staged)
            if staged.part.provides == name
        ]
        return _concat(parts, self.kinds).drop(ROW, VERSION, strict=False)

    def unmatched(self, feeds: str) -> pl.Series | None:
        """Return the ids with detail rows provided under that name but without an accepted parent.

        None if a part with rows of its own does not know its matched keys.
        """
        unmatched: pl.Series | None = None
        for number, staged in enumerate(self.staged):
            matched = staged.part.matched
            if matched is not None and matched.provides == feeds:
                positions = self._encoded(number).select(
                    pl.col(matched.index_column).drop_nulls().unique()
                )
                is_matched = pl.Series([False]).new_from_index(0, len(matched.ids))
                found = positions.collect(engine="streaming").to_series()
                is_matched = is_matched.scatter(found, True)  # noqa: FBT003
                others = matched.ids.filter(~is_matched)
                unmatched = (
                    others
                    if unmatched is None
                    else others.filter(others.is_in(unmatched.implode()))
                )
            elif self._has_rows(number):
                return None
        return unmatched

    def indexed(self, number: int) -> int:
        """Return the number of accepted rows of one part."""
        return int(self.part(number).select(pl.len()).collect(engine="streaming").item())


def _concat(parts: Sequence[pl.LazyFrame], kinds: Mapping[str, Kind]) -> pl.LazyFrame:
    """Concatenate the rows of parts; columns of differing types get the type that is written."""
    types: dict[str, set[pl.DataType]] = {}
    schemas = [part.collect_schema() for part in parts]
    for schema in schemas:
        for name, dtype in schema.items():
            types.setdefault(name, set()).add(dtype)
    mixed = {name for name, found in types.items() if len(found) > 1 and name in kinds}
    same_types = [
        part.with_columns(pl.col(name).cast(TYPES[kinds[name]]) for name in mixed & set(schema))
        for part, schema in zip(parts, schemas, strict=True)
    ]
    return pl.concat(same_types, how="diagonal_relaxed")
