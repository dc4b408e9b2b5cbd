"""Rows that fit by themselves but not into the whole: of nobody, there already, taken back."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import polars as pl

from recordpick.index.conform import DUPLICATE, HOSTLESS, ORPHAN
from recordpick.index.parts import DELETED, FOLDED, HOSTED, ORDER, PATIENT, ROW
from recordpick.index.tables_made import TableMade

_OWN, _PART, _IS_FOLDED = "__own", "__part", "__is_folded"


@dataclass(frozen=True)
class Known:
    """Who is in the index (patient_id), and whom a source says that it deleted."""

    patients: pl.DataFrame
    deleted: pl.DataFrame


def known_patients(people: TableMade, patients: pl.DataFrame) -> Known:
    """Return who is in the index, of `patients`, and who was deleted and is not."""
    ids = patients.select(PATIENT)
    deleted = [staged.typed.filter(DELETED).select(PATIENT) for staged in people.staged]
    gone = pl.concat(deleted).drop_nulls().unique().collect()
    return Known(ids, gone.join(ids, on=PATIENT, how="anti"))


def find_misfits(table: TableMade, known: Known, tables: Mapping[str, TableMade]) -> None:
    """Find the rows of a table that cannot go in; `tables` are those that came before it."""
    _find_orphans(table, known)
    find_repeated(table, range(len(table.staged)))
    _find_hostless(table, tables)


def _find_orphans(table: TableMade, known: Known) -> None:
    """Find rows of patients that are not there; those of deleted patients are gone with them."""
    for number in range(len(table.staged)):
        strangers = table.patients_of(number).join(known.patients, on=PATIENT, how="anti")
        if strangers.is_empty():
            continue
        orphans = (
            table.part(number)
            .select(ROW, PATIENT)
            .join(strangers.lazy(), on=PATIENT, how="semi")
            .collect(engine="streaming")
        )
        table.take_back(number, orphans.join(known.deleted, on=PATIENT, how="semi"))
        table.reject(number, orphans.join(known.deleted, on=PATIENT, how="anti"), ORPHAN)


def find_repeated(table: TableMade, numbers: range) -> None:
    """Find rows of these parts whose id comes again: replaced by a later row, or duplicates.

    Of rows with `ORDER` the highest stays, and none if it is a deleted one; the others were
    replaced. Among equals of one part the first stays and the others are duplicates.
    """
    row_id = table.row_id
    if row_id is None or not numbers:
        return
    rows = pl.concat([_own_ids(table, number, row_id) for number in numbers])
    kind = pl.col(_IS_FOLDED).cast(pl.UInt64)  # to hash both together takes longer
    hashed = rows.with_columns((pl.col(_OWN).hash() ^ kind).alias("hash"))
    again = _more_than_once(hashed.select("hash").collect(engine="streaming"))
    if again.is_empty():
        return
    several = hashed.join(again.lazy(), on="hash", how="semi").collect(engine="streaming")
    same = (_OWN, _IS_FOLDED)
    is_latest = pl.col(ORDER) == pl.col(ORDER).max().over(same)
    is_taken_back = (pl.col(DELETED) & is_latest).any().over(same)
    judged = (
        several.with_columns(_order_of_part())
        .sort(_PART, ROW)
        .with_columns(gone=~is_latest | is_taken_back)
        .filter(~pl.col(DELETED))
        .with_columns(again=~pl.col("gone") & ~pl.struct(*same, "gone").is_first_distinct())
    )
    for number in numbers:
        of_part = judged.filter(pl.col(_PART) == number)
        table.take_back(number, of_part.filter("gone"))
        table.reject(number, of_part.filter("again"), DUPLICATE)


AT_ONCE = 100_000_000
"""Hashes that are sorted at a time: some 2 GB, with all that is asked of them."""


def _more_than_once(hashes: pl.DataFrame) -> pl.DataFrame:
    """Return the values of the column `hash` that stand there more than once."""
    import numpy as np

    shares = 2 * max(1, -(-hashes.height // AT_ONCE))

    def again(share: int) -> pl.DataFrame:
        # Sorted by numpy, which takes a quarter of the time of counting, or less.
        values = np.sort(hashes.filter(pl.col("hash") % shares == share)["hash"].to_numpy())
        return pl.DataFrame({"hash": np.unique(values[1:][values[1:] == values[:-1]])})

    with ThreadPoolExecutor(2) as pool:
        return pl.concat(list(pool.map(again, range(shares))))


_PARTS = 4096
"""More than a table has."""


def _order_of_part() -> pl.Expr:
    """Make one number of ORDER and the part's place; 0 for a row that is in no order."""
    run = pl.col(ORDER).fill_null(0)
    return pl.when("ordered").then(run * _PARTS + pl.col(_PART) + 1).otherwise(0).alias(ORDER)


def _own_ids(table: TableMade, number: int, row_id: str) -> pl.LazyFrame:
    """Return the ids of a part's rows; of deleted ones too, where they may replace others."""
    staged = table.staged[number]
    technical = staged.conformed.technical
    folded = pl.col(FOLDED) if FOLDED in technical else pl.lit(None, pl.String)
    order = pl.col(ORDER) if ORDER in technical else pl.lit(None, pl.Int64)
    columns = (
        pl.col(ROW),
        pl.coalesce(folded, row_id).alias(_OWN),
        folded.is_not_null().alias(_IS_FOLDED),
        order.alias(ORDER),
        pl.lit(ORDER in technical).alias("ordered"),
    )
    rows = table.part(number).select(*columns, pl.lit(value=False).alias(DELETED))
    if ORDER in technical:
        deleted = staged.typed.filter(DELETED)
        rows = pl.concat([rows, deleted.select(*columns, DELETED).drop_nulls(_OWN)])
    return rows.with_columns(pl.lit(number).alias(_PART))


def _find_hostless(table: TableMade, tables: Mapping[str, TableMade]) -> None:
    """Find rows that belong to a row that is not there; those of deleted rows are gone with it."""
    for number, staged in enumerate(table.staged):
        is_folded = FOLDED in staged.conformed.technical
        host = tables.get(staged.part.host) if staged.part.host else table if is_folded else None
        if host is None or host.row_id is None or table.row_id is None:
            continue
        lost = _without_host(table, number, host)
        if lost.height:
            gone = lost.join(_taken_back(host, host.row_id), on=_OWN, how="semi")
            table.take_back(number, gone)
            table.reject(number, lost.join(gone, on=ROW, how="anti"), HOSTLESS)


def _without_host(table: TableMade, number: int, host: TableMade) -> pl.DataFrame:
    """Return the rows of a part (ROW, _OWN) that belong to a row which is not there."""
    staged = table.staged[number]
    technical = staged.conformed.technical
    unmet = None
    if host is table and HOSTED not in technical:
        unmet = table.unmet(staged.part.feeds)
        if unmet is not None and unmet.is_empty():
            return pl.DataFrame(schema={ROW: pl.UInt32, _OWN: pl.String})
    rows = table.part(number)
    if FOLDED in technical:
        rows = rows.filter(pl.col(FOLDED).is_not_null())
    if HOSTED in technical:
        rows = rows.filter(~pl.col(HOSTED))
    found = rows.select(ROW, pl.col(str(table.row_id)).alias(_OWN)).collect(engine="streaming")
    if HOSTED in technical:
        return found
    if unmet is not None:
        return found.join(unmet.alias(_OWN).to_frame(), on=_OWN, how="semi")
    # They are fewer than the rows that they belong to: so those are asked for these.
    asked = found.lazy().select(_OWN).unique()
    ids = host.rows().select(pl.col(str(host.row_id)).alias(_OWN))
    met = ids.join(asked, on=_OWN, how="semi").collect(engine="streaming")
    return found.join(met, on=_OWN, how="anti")


def _taken_back(host: TableMade, row_id: str) -> pl.DataFrame:
    """Return the ids of rows that the source has deleted or taken back."""
    frames = []
    for staged, gone in zip(host.staged, host.gone, strict=True):
        rows = staged.typed
        taken = rows.join(gone.lazy(), on=ROW, how="semi")
        frames += [
            each.select(pl.col(row_id).alias(_OWN)) for each in (rows.filter(DELETED), taken)
        ]
    return pl.concat(frames).drop_nulls().unique().collect(engine="streaming")
