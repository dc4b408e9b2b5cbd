"""Which codes of a practice's records are in a list, and which are in none, the most used first."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from recordpick.criteria.codelists import codelist_from_csv
from recordpick.criteria.pack import CODELISTS_FOLDER, Codelist
from recordpick.criteria.problems import Problems
from recordpick.csvio.records import decoded, read_bytes
from recordpick.errors import UserError
from recordpick.index.practice_index import PracticeIndex

_LARGEST = 20 * 1024**2
_TABLES = {"events": ("term", "date"), "medications": ("drug", "started_on")}
"""The tables with codes: the column of the code's words, and of the day."""

UNLISTED = {
    "table": pl.String(),
    "code": pl.String(),
    "term": pl.String(),
    "patients": pl.UInt32(),
    "entries": pl.UInt32(),
    "last_used": pl.Date(),
}
"""Columns of `Coverage.unlisted`: the term is the commonest of the records, "" if none has one."""


@dataclass(frozen=True)
class Coverage:
    """How many codes and entries the lists cover, and the codes that are in none."""

    codes: int
    listed_codes: int
    entries: int
    """Entries that have a code."""
    listed_entries: int
    uncoded: int
    """Entries without a code, which no list can find."""
    unlisted: pl.DataFrame
    """Columns `UNLISTED`, those in most entries first."""
    unused_lists: tuple[str, ...]
    """Lists with codes, none of which occurs in the records."""
    missing_tables: tuple[str, ...]


def lists_in(folder: Path) -> dict[str, Codelist]:
    """Return the codelists of a folder: of an import, beside a pack, or of CSV files.

    Raise a UserError where there are none, or one cannot be used.
    """
    inside = folder / CODELISTS_FOLDER if (folder / CODELISTS_FOLDER).is_dir() else folder
    problems = Problems(str(folder))
    found = {}
    for path in sorted(inside.glob("*.csv")):
        text = decoded(read_bytes(path, _LARGEST), str(path))
        codelist = codelist_from_csv(path.stem, text, problems)
        if codelist is not None:
            found[path.stem] = codelist
    problems.raise_any()
    if not found:
        raise UserError(f"{folder}: there are no codelists (CSV files with code and term) in it.")
    return found


def coverage(index: PracticeIndex, lists: Collection[Codelist]) -> Coverage:
    """Return which codes of the index's events and medications are in one of the lists."""
    listed = sorted({code for one in lists for code in one.codes})
    missing = tuple(table for table in _TABLES if "code" not in index.columns(table))
    frames = [_counted(index, table) for table in _TABLES if table not in missing]
    if not frames:
        raise UserError("The index has no table with codes, so nothing can be said of the lists.")
    counted = pl.concat(frames).with_columns(is_listed=pl.col("code").is_in(listed))
    coded = counted.filter(pl.col("code") != "")
    seen = set(coded["code"])
    return Coverage(
        codes=coded["code"].n_unique(),
        listed_codes=coded.filter("is_listed")["code"].n_unique(),
        entries=int(coded["entries"].sum()),
        listed_entries=int(coded.filter("is_listed")["entries"].sum()),
        uncoded=int(counted["entries"].sum()) - int(coded["entries"].sum()),
        unlisted=coded.filter(~pl.col("is_listed"))
        .select(*UNLISTED)
        .sort("entries", "patients", "code", descending=[True, True, False]),
        unused_lists=tuple(
            sorted(one.name for one in lists if one.codes and not seen.intersection(one.codes))
        ),
        missing_tables=missing,
    )


def _counted(index: PracticeIndex, table: str) -> pl.DataFrame:
    """Return each code of a table with how often it is used, columns `UNLISTED`."""
    term, day = _TABLES[table]
    there = index.columns(table)
    rows = index.scan(table).select(
        "patient_id",
        pl.col("code").fill_null("").alias("code"),
        (pl.col(term) if term in there else pl.lit("")).fill_null("").alias("term"),
        (pl.col(day) if day in there else pl.lit(None, pl.Date)).alias("day"),
    )
    terms = (
        rows.group_by("code", "term")
        .agg(pl.len().alias("uses"))
        .sort("uses", "term", descending=[True, False])
        .group_by("code", maintain_order=True)
        .agg(pl.col("term").first())
    )
    return (
        rows.group_by("code")
        .agg(
            patients=pl.col("patient_id").n_unique(),
            entries=pl.len(),
            last_used=pl.col("day").max(),
        )
        .join(terms, on="code")
        .select(
            pl.lit(table).alias("table"),
            *(pl.col(name).cast(kind) for name, kind in UNLISTED.items() if name != "table"),
        )
        .collect(engine="streaming")
    )
