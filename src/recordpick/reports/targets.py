"""The target report: cervical screening and childhood immunisation.

The figures that are compared for each target are in a data file, `target_figures.csv` (target,
group, figure, unit, means), so that they can be replaced as the targets change.

Local codes: what the practice or its system made up, and has to be remapped.

One row a code of events marked as local, and of drugs not mapped to dm+d; entries without a code
have one row a term. The terms are those the records carry; where one code carries several, the
commonest stands (the first by alphabet among equals).
"""

from __future__ import annotations

import csv
from pathlib import Path

import polars as pl

from recordpick.cleanup.codes import by_code
from recordpick.index.practice_index import PracticeIndex
from recordpick.reports.figures import FILLED_IN, Figures, with_figures
from recordpick.resources import data_file

TARGET_REPORT: dict[str, pl.DataType] = {
    "target": pl.String(),
    "group": pl.String(),
    "figure": pl.String(),
    "means": pl.String(),
    "unit": pl.String(),
    **FILLED_IN,
}
"""The columns of target_report.csv, in order, with their types."""


def target_table(path: Path | None = None) -> pl.DataFrame:
    """Read which figures of which targets are reported: target, group, figure, means, unit."""
    with (path or data_file("target_figures.csv")).open(encoding="utf-8", newline="") as file:
        return pl.DataFrame(
            list(csv.DictReader(file)),
            schema={name: kind for name, kind in TARGET_REPORT.items() if name not in FILLED_IN},
        )


def target_rows(table: pl.DataFrame, figures: Figures) -> pl.DataFrame:
    """Return the report: one row for each figure of each target, columns as in `TARGET_REPORT`."""
    return with_figures(table, ["target"], figures)


LOCAL_CODES: dict[str, pl.DataType] = {
    "kind": pl.String(),
    "code": pl.String(),
    "term": pl.String(),
    "patients": pl.UInt32(),
    "entries": pl.UInt32(),
    "last_used": pl.Date(),
    "remapped_to": pl.String(),
}
"""The columns of local_codes.csv, in order, with their types. `remapped_to` is to be filled in."""

_SOURCES = {
    "events": ("is_local_code", "term", "date"),
    "medications": ("is_unmapped", "drug", "started_on"),
}
"""For each table: the column that marks such a row, its term and its date."""


def local_code_rows(index: PracticeIndex) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Give the list, commonest first within events and medications, and what it could not tell.

    Columns as in `LOCAL_CODES`. The second part is a sentence for each table that the index
    cannot be asked about: that there is no row of it then says nothing.
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
