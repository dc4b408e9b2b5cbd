"""Integrity checks between rows: orphans, duplicates, and superseded rows."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import polars as pl

from recordpick.csvio.rejects import ROW
from recordpick.index.build.cast import DUPLICATE, NO_PARENT, ORPHAN
from recordpick.index.build.table_builder import TableBuilder
from recordpick.index.source import DELETED, DETAIL_OF, HAS_PARENT, PATIENT, VERSION

_OWN, _PART, _IS_DETAIL = "__own", "__part", "__is_folded"


@dataclass(frozen=True)
class Known:
    """The patients in the index (patient_id), and those that a source marks as deleted."""

    patients: pl.DataFrame
    deleted: pl.DataFrame


def known_patients(builder: TableBuilder, patients: pl.DataFrame) -> Known:
    """Return the patients in the index, and the deleted ones that are not in it."""
    ids = patients.select(PATIENT)
    deleted = [staged.typed.filter(DELETED).select(PATIENT) for staged in builder.staged]
    gone = pl.concat(deleted).drop_nulls().unique().collect()
    return Known(ids, gone.join(ids, on=PATIENT, how="anti"))


def check_integrity(table: TableBuilder, known: Known, tables: Mapping[str, TableBuilder]) -> None:
    """Reject the rows of a table that fail an integrity check; `tables` are the earlier ones."""
    _reject_orphans(table, known)
    find_repeated(table, range(len(table.staged)))
    _reject_without_parent(table, tables)


def _reject_orphans(table: TableBuilder, known: Known) -> None:
    """Reject rows of unknown patients; rows of deleted patients are superseded with them."""
    for number in range(len(table.staged)):
        unknown = table.patients_of(number).join(known.patients, on=PATIENT, how="anti")
        if unknown.is_empty():
            continue
        orphans = (
            table.part(number)
            .select(ROW, PATIENT)
            .join(unknown.lazy(), on=PATIENT, how="semi")
            .collect(engine="streaming")
        )
        table.supersede(number, orphans.join(known.deleted, on=PATIENT, how="semi"))
        table.reject(number, orphans.join(known.deleted, on=PATIENT, how="anti"), ORPHAN)


def find_repeated(table: TableBuilder, numbers: range) -> None:
    """Find rows of these parts with a repeated id: superseded by a later row, or duplicates.

    Of rows with `VERSION` the highest is kept, or none if that one is deleted; the others are
    superseded. Among equals in one part the first is kept and the others are duplicates.
    """
    row_id = table.row_id
    if row_id is None or not numbers:
        return
    rows = pl.concat([_own_ids(table, number, row_id) for number in numbers])
    kind = pl.col(_IS_DETAIL).cast(pl.UInt64)  # hashing both together takes longer
    hashed = rows.with_columns((pl.col(_OWN).hash() ^ kind).alias("hash"))
    repeated = _more_than_once(hashed.select("hash").collect(engine="streaming"))
    if repeated.is_empty():
        return
    several = hashed.join(repeated.lazy(), on="hash", how="semi").collect(engine="streaming")
    same = (_OWN, _IS_DETAIL)
    is_latest = pl.col(VERSION) == pl.col(VERSION).max().over(same)
    is_deleted = (pl.col(DELETED) & is_latest).any().over(same)
    judged = (
        several.with_columns(_version_in_part())
        .sort(_PART, ROW)
        .with_columns(gone=~is_latest | is_deleted)
        .filter(~pl.col(DELETED))
        .with_columns(repeated=~pl.col("gone") & ~pl.struct(*same, "gone").is_first_distinct())
    )
    for number in numbers:
        of_part = judged.filter(pl.col(_PART) == number)
        table.supersede(number, of_part.filter("gone"))
        table.reject(number, of_part.filter("repeated"), DUPLICATE)


AT_ONCE = 100_000_000
"""Hashes that are sorted at a time: some 2 GB, with all intermediate results."""


def _more_than_once(hashes: pl.DataFrame) -> pl.DataFrame:
    """Return the values of the column `hash` that occur more than once."""
    import numpy as np

    buckets = 2 * max(1, -(-hashes.height // AT_ONCE))

    def repeated(bucket: int) -> pl.DataFrame:
        # Sorted by numpy, which takes a quarter of the time of counting, or less.
        values = np.sort(hashes.filter(pl.col("hash") % buckets == bucket)["hash"].to_numpy())
        return pl.DataFrame({"hash": np.unique(values[1:][values[1:] == values[:-1]])})

    with ThreadPoolExecutor(2) as pool:
        return pl.concat(list(pool.map(repeated, range(buckets))))


_PARTS = 4096
"""More parts than a table has."""


def _version_in_part() -> pl.Expr:
    """Return VERSION and the part's number as one number; 0 for a row without a version."""
    run = pl.col(VERSION).fill_null(0)
    return pl.when("ordered").then(run * _PARTS + pl.col(_PART) + 1).otherwise(0).alias(VERSION)


def _own_ids(table: TableBuilder, number: int, row_id: str) -> pl.LazyFrame:
    """Return the ids of a part's rows, and of deleted ones where they may supersede others."""
    staged = table.staged[number]
    technical = staged.cast.technical
    detail_id = pl.col(DETAIL_OF) if DETAIL_OF in technical else pl.lit(None, pl.String)
    order = pl.col(VERSION) if VERSION in technical else pl.lit(None, pl.Int64)
    columns = (
        pl.col(ROW),
        pl.coalesce(detail_id, row_id).alias(_OWN),
        detail_id.is_not_null().alias(_IS_DETAIL),
        order.alias(VERSION),
        pl.lit(VERSION in technical).alias("ordered"),
    )
    rows = table.part(number).select(*columns, pl.lit(value=False).alias(DELETED))
    if VERSION in technical:
        deleted = staged.typed.filter(DELETED)
        rows = pl.concat([rows, deleted.select(*columns, DELETED).drop_nulls(_OWN)])
    return rows.with_columns(pl.lit(number).alias(_PART))


def _reject_without_parent(table: TableBuilder, tables: Mapping[str, TableBuilder]) -> None:
    """Reject rows whose parent row is missing; rows of a deleted parent are superseded with it."""
    for number, staged in enumerate(table.staged):
        is_detail = DETAIL_OF in staged.cast.technical
        parent = (
            tables.get(staged.part.parent) if staged.part.parent else table if is_detail else None
        )
        if parent is None or parent.row_id is None or table.row_id is None:
            continue
        lost = _without_parent(table, number, parent)
        if lost.height:
            gone = lost.join(_superseded_ids(parent, parent.row_id), on=_OWN, how="semi")
            table.supersede(number, gone)
            table.reject(number, lost.join(gone, on=ROW, how="anti"), NO_PARENT)


def _without_parent(table: TableBuilder, number: int, parent: TableBuilder) -> pl.DataFrame:
    """Return the rows of a part (ROW, _OWN) whose parent row is missing."""
    staged = table.staged[number]
    technical = staged.cast.technical
    unmatched = None
    if parent is table and HAS_PARENT not in technical:
        unmatched = table.unmatched(staged.part.provides)
        if unmatched is not None and unmatched.is_empty():
            return pl.DataFrame(schema={ROW: pl.UInt32, _OWN: pl.String})
    rows = table.part(number)
    if DETAIL_OF in technical:
        rows = rows.filter(pl.col(DETAIL_OF).is_not_null())
    if HAS_PARENT in technical:
        rows = rows.filter(~pl.col(HAS_PARENT))
    found = rows.select(ROW, pl.col(str(table.row_id)).alias(_OWN)).collect(engine="streaming")
    if HAS_PARENT in technical:
        return found
    if unmatched is not None:
        return found.join(unmatched.alias(_OWN).to_frame(), on=_OWN, how="semi")
    # Details are fewer than parents: so the parents are filtered by their ids.
    wanted = found.lazy().select(_OWN).unique()
    ids = parent.rows().select(pl.col(str(parent.row_id)).alias(_OWN))
    present = ids.join(wanted, on=_OWN, how="semi").collect(engine="streaming")
    return found.join(present, on=_OWN, how="anti")


def _superseded_ids(parent: TableBuilder, row_id: str) -> pl.DataFrame:
    """Return the ids of rows that the source has deleted or superseded."""
    frames = []
    for staged, gone in zip(parent.staged, parent.gone, strict=True):
        rows = staged.typed
        superseded = rows.join(gone.lazy(), on=ROW, how="semi")
        frames += [
            each.select(pl.col(row_id).alias(_OWN)) for each in (rows.filter(DELETED), superseded)
        ]
    return pl.concat(frames).drop_nulls().unique().collect(engine="streaming")
