"""The polars type of each kind of column."""

from __future__ import annotations

import polars as pl

from recordpick.schema import Kind

TYPES: dict[Kind, pl.DataType] = {
    "text": pl.String(),
    "date": pl.Date(),
    "integer": pl.Int64(),
    "number": pl.Float64(),
    "yes_no": pl.Boolean(),
}
"""The same in an index, in conditions, and in a synthetic practice."""
