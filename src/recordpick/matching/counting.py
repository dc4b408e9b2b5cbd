"""Count rows for each patient: one scan for each count, with its condition pushed down.

So polars skips the row groups that cannot meet the condition; from the others it first reads the
condition's columns, and the other columns only for the rows that remain. One scan for all
conditions would have to read every column of every row. Counts with a codelist share one scan and
one join with all the codes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

import polars as pl

from recordpick.criteria.pack import Pack
from recordpick.index.practice_index import PracticeIndex
from recordpick.matching.patient_dates import NUMBER, PATIENT, coded_rows, with_dates
from recordpick.matching.rules import Count
from recordpick.matching.shared_texts import SharedTexts

ROWS = "\x1frows"  # no table can have a column of this name


def counted(
    pack: Pack,
    index: PracticeIndex,
    as_at: date,
    counts: Mapping[int, Count],
    dates: pl.DataFrame,
    patient_id: str | None = None,
) -> pl.LazyFrame:
    """Return the numbered counts for each patient, or for one; no count may be of `patients`.

    `dates` has the dates of patients that the counts use (`patient_dates`).
    One row for each patient and count above 0: PATIENT, NUMBER (UInt16), ROWS (UInt32).
    """
    used = dict.fromkeys(count.table for count in counts.values())
    tables = {table: index.scan(table) for table in used}
    if patient_id is not None:
        own = pl.col(PATIENT) == patient_id
        tables = {table: rows.filter(own) for table, rows in tables.items()}
    none = pl.LazyFrame(schema={PATIENT: pl.String, NUMBER: pl.UInt16, ROWS: pl.UInt32})
    return pl.concat([none, *_parts(pack, tables, as_at, counts, dates)])


def _parts(
    pack: Pack,
    tables: Mapping[str, pl.LazyFrame],
    as_at: date,
    counts: Mapping[int, Count],
    dates: pl.DataFrame,
) -> Iterator[pl.LazyFrame]:
    """Yield frames with the columns of `counted`, each count in one of them."""
    with_codes: dict[str, dict[int, Count]] = {}
    separate: dict[int, Count] = {}
    for number, count in counts.items():
        if count.codes is not None and count.distinct is None and count.per is None:
            with_codes.setdefault(count.table, {})[number] = count
        else:
            separate[number] = count
    tables_with_dates = {
        table: with_dates(
            rows, dates, [one.where for one in separate.values() if one.table == table]
        )
        for table, rows in tables.items()
    }
    shared = _shared(tables_with_dates, as_at, separate.values())
    for number, count in separate.items():
        texts = shared.get(count.table)
        rows = tables_with_dates[count.table] if texts is None else texts.rows
        rows = rows.filter(*_conditions(pack, count, as_at, texts))
        yield _tally(rows, count).select(PATIENT, pl.lit(number, pl.UInt16).alias(NUMBER), ROWS)
    for table, of_table in with_codes.items():
        rows = coded_rows(pack, tables[table], as_at, of_table, dates)
        yield rows.group_by(PATIENT, NUMBER).agg(pl.len().cast(pl.UInt32).alias(ROWS))


def _shared(
    tables: Mapping[str, pl.LazyFrame], as_at: date, counts: Iterable[Count]
) -> dict[str, SharedTexts]:
    """Read the tables whose texts are searched by very many conditions, by table."""
    by_table: dict[str, list[Count]] = {}
    for count in counts:
        by_table.setdefault(count.table, []).append(count)
    found: dict[str, SharedTexts] = {}
    for table, of_table in by_table.items():
        nodes = [one.where.node for one in of_table if one.where is not None]
        keys = [
            PATIENT,
            *(name for one in of_table for name in (one.distinct, one.per) if name),
            *("code" for one in of_table if one.codes is not None),
        ]
        texts = SharedTexts.of(tables[table], nodes, keys, as_at)
        if texts is not None:
            found[table] = texts
    return found


def _conditions(
    pack: Pack, count: Count, as_at: date, texts: SharedTexts | None = None
) -> list[pl.Expr]:
    """Return the conditions for a row to be counted: null, which is unknown, counts as false."""
    conditions = [pl.col(name).is_not_null() for name in (count.distinct, count.per) if name]
    if count.codes is not None:
        conditions.append(pl.col("code").is_in(list(pack.codelists[count.codes].codes)))
    if count.where is not None:
        where = count.where
        conditions.append(where.filter(as_at) if texts is None else texts.condition(where.node))
    return conditions


def _tally(rows: pl.LazyFrame, count: Count) -> pl.LazyFrame:
    """Count the rows of each patient, or distinct values; with `per`, in its largest group."""
    number = pl.col(count.distinct).n_unique() if count.distinct else pl.len()
    keys = list(dict.fromkeys([PATIENT, *([count.per] if count.per else [])]))
    tallied = rows.group_by(keys).agg(number.cast(pl.UInt32).alias(ROWS))
    return tallied.group_by(PATIENT).agg(pl.col(ROWS).max()) if len(keys) > 1 else tallied
