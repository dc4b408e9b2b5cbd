"""Local codes: what the practice or its system made up, and has to be remapped.

There is one row for each code of events marked as local, and of drugs not mapped to dm+d; entries
without a code have one row for each term. The terms are those of the records; where one code has
several, the commonest is taken (the first by alphabet among equals).
"""

from __future__ import annotations

import polars as pl

from recordpick.cleanup.codes import by_code
from recordpick.index.practice_index import PracticeIndex
from recordpick.reports.columns import Column, Table

LOCAL = Table(
    "local_codes.csv",
    "Codes that the practice or its system made up, and unmapped drugs",
    (
        Column(
            "kind",
            pl.String(),
            "where it is used",
            required=True,
            words=("events", "medications"),
        ),
        Column("code", pl.String(), "the code; empty where the entries have none"),
        Column("term", pl.String(), "its term; the commonest where there are several"),
        Column("patients", pl.UInt32(), "patients with it", required=True, minimum=1),
        Column("entries", pl.UInt32(), "entries with it", required=True, minimum=1),
        Column("last_used", pl.Date(), "the date of the newest entry"),
        Column(
            "remapped_to",
            pl.String(),
            "what it is in the new system: the supplier fills it in",
        ),
    ),
)
LOCAL_CODES = LOCAL.schema
"""The columns of local_codes.csv, in order, with their types."""

_SOURCES = {
    "events": ("is_local_code", "term", "date"),
    "medications": ("is_unmapped", "drug", "started_on"),
}
"""For each table: the column that marks such a row, its term and its date."""


def local_code_rows(index: PracticeIndex) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Return the list, commonest first within events and medications, and what it lacks.

    Columns as in `LOCAL_CODES`. The second part is a sentence for each table whose codes the index
    does not describe: that there is no row of it then means nothing.
    """
    frames = [pl.DataFrame(schema=LOCAL_CODES)]
    cannot: list[str] = []
    for table, (mark, term, day) in _SOURCES.items():
        there = index.columns(table)
        missing = [name for name in (mark, term) if name not in there]
        if missing:
            what = f"no column {', '.join(missing)} in {table}" if there else f"no table {table}"
            cannot.append(f"Local codes of {table} are not listed: the index has {what}.")
            continue
        code = pl.col("code") if "code" in there else pl.lit(None, dtype=pl.String)
        date = pl.col(day) if day in there else pl.lit(None, dtype=pl.Date)
        rows = (
            index.scan(table)
            .filter(pl.col(mark))
            .select("patient_id", code.alias("code"), pl.col(term).alias("term"), date.alias("day"))
        )
        frames.append(_listed(rows, table))
    return pl.concat(frames), tuple(cannot)


def _listed(rows: pl.LazyFrame, table: str) -> pl.DataFrame:
    return (
        by_code(rows)
        .with_columns(
            pl.lit(table).alias("kind"), pl.lit(None, dtype=pl.String).alias("remapped_to")
        )
        .select(pl.col(name).cast(kind) for name, kind in LOCAL_CODES.items())
        .collect()
    )
