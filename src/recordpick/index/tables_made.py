"""The tables of an index while it is being made: which rows go in, and how they are written."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from recordpick.errors import UserError
from recordpick.index.conform import BAD, DUPLICATE, ORPHAN
from recordpick.index.manifest import TableSummary
from recordpick.index.parts import ROW, Source
from recordpick.index.staging import Staged, stage
from recordpick.progress import Progress
from recordpick.tables import TABLES, Kind

ROW_GROUP = 100_000
"""Rows of a row group: a rule that asks for a few codes skips most of a table sorted by code."""

PATIENT = "patient_id"
_FOUND = {ROW: pl.UInt32, BAD: pl.UInt16}


@dataclass
class TableMade:
    """One table: its parts, and for each of them the rows that cannot go in after all."""

    name: str
    staged: list[Staged] = field(default_factory=list)
    found: list[pl.DataFrame] = field(default_factory=list)

    def add(self, staged: Staged) -> None:
        """Take the rows of one more part."""
        self.staged.append(staged)
        self.found.append(pl.DataFrame(schema=_FOUND))

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
        """Give the rows of one part that go in, with ROW."""
        rows, found = self.staged[number].good(), self.found[number]
        if found.is_empty():
            return rows
        return rows.join(found.lazy(), on=ROW, how="anti", maintain_order="left")

    def rows(self) -> pl.LazyFrame:
        """Give all rows that go in, of all parts, in their order."""
        parts = [self.part(number).drop(ROW) for number in range(len(self.staged))]
        return pl.concat(parts, how="diagonal_relaxed")

    def indexed(self, number: int) -> int:
        """Count the rows of one part that go in."""
        return int(self.part(number).select(pl.len()).collect(engine="streaming").item())


def stage_all(read: list[Source], work: Path, progress: Progress) -> dict[str, TableMade]:
    """Type every part of every source; give the tables, patients first, then in their order."""
    tables: dict[str, TableMade] = {}
    parts = [part for source in read for part in source.parts]
    sizes = [max(part.path.stat().st_size, 1) for part in parts]
    for number, part in enumerate(parts):
        done = 0.5 * sum(sizes[:number]) / sum(sizes)
        progress(f"reading {part.file}, {number + 1} of {len(parts)}", done)
        table = tables.setdefault(part.table, TableMade(part.table))
        table.add(stage(part, work / f"typed.{number}.parquet"))
    if "patients" not in tables:
        raise UserError("No source gives any patients: an index cannot be made without them.")
    order = [*TABLES, *sorted(set(tables) - set(TABLES))]
    return {name: tables[name] for name in order if name in tables}


def find_misfits(table: TableMade, ids: pl.DataFrame) -> None:
    """Find rows of patients that are not there, and rows whose id was there already.

    `ids` has the column patient_id. The first row of an id stays.
    """
    for number in range(len(table.staged)):
        table.found[number] = (
            table.part(number)
            .select(ROW, PATIENT)
            .join(ids.lazy(), on=PATIENT, how="anti")
            .select(ROW, pl.lit(ORPHAN, pl.UInt16).alias(BAD))
            .collect(engine="streaming")
        )
    row_id = TABLES[table.name].row_id if table.name in TABLES else None
    if row_id is None or _all_different(table, row_id):
        return
    parts = [
        table.part(number).select(pl.lit(number).alias("part"), ROW, row_id)
        for number in range(len(table.staged))
    ]
    again = (
        pl.concat(parts)
        .sort("part", ROW)
        .filter(~pl.col(row_id).is_first_distinct())
        .select("part", ROW, pl.lit(DUPLICATE, pl.UInt16).alias(BAD))
        .collect()
    )
    for number, found in enumerate(table.found):
        more = again.filter(pl.col("part") == number).select(ROW, BAD)
        table.found[number] = pl.concat([found, more])


def _all_different(table: TableMade, row_id: str) -> bool:
    """Tell whether all ids differ, by their hashes: true is sure, false may be chance."""
    count = table.rows().select(
        pl.col(row_id).hash().n_unique().alias("different"), pl.len().alias("all")
    )
    found = count.collect(engine="streaming")
    return bool(found["different"][0] == found["all"][0])


def write_table(table: TableMade, folder: Path) -> tuple[TableSummary, pl.DataFrame]:
    """Write a table, sorted by code and patient; give its summary and the rows a patient.

    The latter has patient_id and `entries`.
    """
    kinds = table.kinds
    keys = [key for key in ("code", PATIENT) if key in kinds]
    path = folder / f"{table.name}.parquet"
    table.rows().select(*kinds).sort(keys, maintain_order=True).sink_parquet(
        path, row_group_size=ROW_GROUP, engine="streaming"
    )
    scan = pl.scan_parquet(path, glob=False)
    counts = scan.group_by(PATIENT).agg(entries=pl.len()).collect(engine="streaming")
    return TableSummary(int(counts["entries"].sum()), kinds), counts
