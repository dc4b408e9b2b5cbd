"""Columns of few words, written to Parquet as such, and read as the texts that they are.

Polars writes a Categorical in a fifth of the time of a String, as it need not find out for each
row group which texts are the same. What stands in the file is the same: a list of texts, and places
in it. Only what polars notes beside it differs, from which it would make Categoricals again.
"""

from __future__ import annotations

import io
from functools import cache

import polars as pl

_NOTE = "ARROW:schema"
"""The key under which Arrow's schema stands in a Parquet file (Arrow's documentation)."""


def noted_as(schema: pl.Schema) -> dict[str, str]:
    """Give the metadata of a Parquet file that is to be read with this schema."""
    file = io.BytesIO()
    pl.DataFrame(schema=schema).write_parquet(file)
    file.seek(0)
    return {_NOTE: pl.read_parquet_metadata(file)[_NOTE]}


@cache
def is_heeded() -> bool:
    """Tell whether the polars that is installed lets a file say this: it is no promise of its."""
    schema = pl.Schema({"text": pl.String})
    words = pl.DataFrame({"text": ["a"]}, schema={"text": pl.Categorical})
    file = io.BytesIO()
    words.write_parquet(file, metadata=noted_as(schema))
    file.seek(0)
    return pl.read_parquet_schema(file) == schema
