"""The columns common to every report: the figures to compare, and why one may be empty.

A report has one row for each figure (such as the denominator of AF006). Next to the figure from our
index are columns for what the current system's own report says, what the new system's says, the
difference and who checked it: the practice fills those in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

STATUS = {
    "given": "counted in the index by the report's rules",
    "no_rule": "recordpick has no rule for this figure: take it from the system's own report",
    "cannot_be_counted": "there is a rule, but the index lacks what it asks for; see why_empty",
}
"""The words of the column `status`, with the meaning of each."""


NO_RULE = "No rule: take it from the system's own report."


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure from the index: the value, or None and the sentence that says why there is none."""

    value: float | None
    why_empty: str = ""


Figures = Mapping[tuple[str, ...], Figure]
"""Figures by their subject (an indicator; a sex and an age band) and their own name."""

FILLED_IN: dict[str, pl.DataType] = {
    "from_records": pl.Float64(),
    "current_system": pl.Float64(),
    "new_system": pl.Float64(),
    "difference": pl.Float64(),
    "checked_by": pl.String(),
    "status": pl.String(),
    "why_empty": pl.String(),
}
"""The last columns of every report. `difference` is the new system's figure minus the current's."""


def with_figures(rows: pl.DataFrame, keys: Sequence[str], figures: Figures) -> pl.DataFrame:
    """Add the columns `FILLED_IN` to report rows named by the text columns `keys` and `figure`.

    Rows without a figure get an empty `from_records`, never 0, and say why.
    """
    named = [*keys, "figure"]
    given = pl.DataFrame(
        [
            (
                *name,
                figure.value,
                "given" if figure.value is not None else "cannot_be_counted",
                figure.why_empty or None,
            )
            for name, figure in figures.items()
        ],
        schema={
            **dict.fromkeys(named, pl.String),
            "from_records": pl.Float64,
            "status": pl.String,
            "why_empty": pl.String,
        },
        orient="row",
    )
    joined = rows.join(given, on=named, how="left", maintain_order="left")
    without = pl.col("status").is_null()
    return joined.with_columns(
        pl.when(without).then(pl.lit("no_rule")).otherwise("status").alias("status"),
        pl.when(without).then(pl.lit(NO_RULE)).otherwise("why_empty").alias("why_empty"),
        *(
            pl.lit(None, dtype=kind).alias(name)
            for name, kind in FILLED_IN.items()
            if name not in joined.columns
        ),
    ).select(*rows.columns, *FILLED_IN)
