"""Terms for the codes of SNOMED CT reference sets, from the release's description files.

A reference set has codes only. A description file (RF2) has, tab-separated and without quotation
marks, a row for each description: conceptId, term, active and effectiveTime.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from recordpick.codelist_import.source_file import SourceFile

_FULL_NAME = r"\([a-z /-]+\)$"
"""A concept's full name ends with what it is, as in "(disorder)": it is taken if there is one."""
_NEEDED = ("conceptId", "term", "active", "effectiveTime")


def is_description_file(names: Collection[str]) -> bool:
    """Return whether columns are those of a description file."""
    return set(_NEEDED) <= set(names)


def with_terms(sets: Sequence[SourceFile], files: Sequence[Path]) -> list[SourceFile]:
    """Return reference sets with the terms of their codes, as far as the files have them."""
    codes = pl.concat([one.members["code"] for one in sets]).unique() if sets else pl.Series()
    if not files or not codes.len():
        return list(sets)
    terms = pl.concat([_terms(path, codes) for path in files])
    newest = terms.sort("is_full", "effectiveTime", "term", descending=[True, True, False])
    first = newest.unique("code", keep="first", maintain_order=True).select("code", found="term")
    return [replace(one, members=_filled(one.members, first)) for one in sets]


def _terms(path: Path, codes: pl.Series) -> pl.DataFrame:
    return (
        pl.scan_csv(
            path, separator="\t", quote_char=None, infer_schema=False, encoding="utf8-lossy"
        )
        .filter(pl.col("conceptId").is_in(codes.implode()), pl.col("active") == "1")
        .select(
            pl.col("conceptId").alias("code"),
            "term",
            "effectiveTime",
            is_full=pl.col("term").str.contains(_FULL_NAME),
        )
        .collect(engine="streaming")
    )


def _filled(members: pl.DataFrame, terms: pl.DataFrame) -> pl.DataFrame:
    joined = members.join(terms, on="code", how="left", maintain_order="left")
    term = pl.when(pl.col("term") == "").then(pl.col("found").fill_null("")).otherwise("term")
    return joined.with_columns(term=term).select(members.columns)
