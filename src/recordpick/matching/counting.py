"""Counting rows for each patient: one scan a count, its condition pushed into the scan.

So polars skips the row groups that cannot meet the condition, and of the others reads first what
the condition asks about, and the rest only of the rows that are left. One scan for all conditions
would have to read every column of every row. Counts with a codelist share one scan and one join
with all the codes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

import polars as pl

from recordpick.criteria.pack import Pack
from recordpick.index.practice_index import PracticeIndex
from recordpick.matching.rules import Count, condition
from recordpick.matching.shared_texts import SharedTexts

PATIENT = "patient_id"
NUMBER = "\x1fcount"  # no table can have a column of these names
ROWS = "\x1frows"


def counted(
    pack: Pack,
    index: PracticeIndex,
    as_at: date,
    counts: Mapping[int, Count],
    patient_id: str | None = None,
) -> pl.LazyFrame:
    """Count for each patient, or for one, what is numbered here: not rows of `patients`.

    One row a patient and count of those who have any: PATIENT, NUMBER (UInt16), ROWS (UInt32).
    """
    tables = {count.table: index.scan(count.table) for count in counts.values()}
    if patient_id is not None:
        own = pl.col(PATIENT) == patient_id
        tables = {table: rows.filter(own) for table, rows in tables.items()}
    nobody = pl.LazyFrame(schema={PATIENT: pl.String, NUMBER: pl.UInt16, ROWS: pl.UInt32})
    return pl.concat([nobody, *_parts(pack, tables, as_at, counts)])


def _parts(
    pack: Pack, tables: Mapping[str, pl.LazyFrame], as_at: date, counts: Mapping[int, Count]
) -> Iterator[pl.LazyFrame]:
    """Give frames as `counted` does, each count in one of them."""
    together: dict[str, dict[int, Count]] = {}
    alone: dict[int, Count] = {}
    for number, count in counts.items():
        if count.codes is not None and count.distinct is None and count.per is None:
            together.setdefault(count.table, {})[number] = count
        else:
            alone[number] = count
    shared = _shared(pack, tables, as_at, alone.values())
    for number, count in alone.items():
        texts = shared.get(count.table)
        rows = tables[count.table] if texts is None else texts.rows
        rows = rows.filter(*_conditions(pack, count, as_at, texts))
        yield _tally(rows, count).select(PATIENT, pl.lit(number, pl.UInt16).alias(NUMBER), ROWS)
    for table, of_table in together.items():
        rows = _coded(pack, tables[table], as_at, of_table)
        yield rows.group_by(PATIENT, NUMBER).agg(pl.len().cast(pl.UInt32).alias(ROWS))


def _shared(
    pack: Pack, tables: Mapping[str, pl.LazyFrame], as_at: date, counts: Iterable[Count]
) -> dict[str, SharedTexts]:
    """Read the tables whose texts are searched by very many conditions."""
    by_table: dict[str, list[Count]] = {}
    for count in counts:
        by_table.setdefault(count.table, []).append(count)
    found: dict[str, SharedTexts] = {}
    for table, of_table in by_table.items():
        nodes = [condition(pack, table, one.where).node for one in of_table if one.where]
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
    """Give what a row must meet to count: null, where it is not known, is as good as false."""
    met = [pl.col(name).is_not_null() for name in (count.distinct, count.per) if name]
    if count.codes is not None:
        met.append(pl.col("code").is_in(list(pack.codelists[count.codes].codes)))
    if count.where is not None:
        asked = condition(pack, count.table, count.where)
        met.append(asked.filter(as_at) if texts is None else texts.condition(asked.node))
    return met


def _tally(rows: pl.LazyFrame, count: Count) -> pl.LazyFrame:
    """Count the rows of each patient, or their distinct values; the most of any group `per`."""
    number = pl.col(count.distinct).n_unique() if count.distinct else pl.len()
    keys = list(dict.fromkeys([PATIENT, *([count.per] if count.per else [])]))
    tallied = rows.group_by(keys).agg(number.cast(pl.UInt32).alias(ROWS))
    return tallied.group_by(PATIENT).agg(pl.col(ROWS).max()) if len(keys) > 1 else tallied


def _coded(
    pack: Pack, rows: pl.LazyFrame, as_at: date, counts: Mapping[int, Count]
) -> pl.LazyFrame:
    """Give the rows of a table that counts with a codelist count, once for each such count."""
    codes = _codes(pack, counts)
    joined = rows.filter(pl.col("code").is_in([code for code, _ in codes])).join(
        pl.LazyFrame(codes, schema={"code": pl.String, NUMBER: pl.UInt16}, orient="row"),
        on="code",
        how="inner",
    )
    by_where: dict[str, list[int]] = {}
    for number, count in counts.items():
        if count.where is not None:
            by_where.setdefault(count.where, []).append(number)
    table = next(iter(counts.values())).table
    fails = [
        pl.col(NUMBER).is_in(numbers) & ~condition(pack, table, where).expression(as_at)
        for where, numbers in by_where.items()
    ]
    return joined.filter(~pl.any_horizontal(fails)) if fails else joined


def _codes(pack: Pack, counts: Mapping[int, Count]) -> Sequence[tuple[str, int]]:
    """Give each code of each codelist, with the number of the count that asks for it."""
    return [
        (code, number)
        for number, count in counts.items()
        for code in dict.fromkeys(pack.codelists[count.codes or ""].codes)
    ]
