"""The target report: cervical screening and childhood immunisation.

The figures that are compared for each target are in a data file, `target_figures.csv` (target,
group, figure, unit, means), so that they can be replaced as the targets change.
"""

from __future__ import annotations

import csv
from pathlib import Path

import polars as pl

from recordpick.reports.columns import Column, Table, schema_of
from recordpick.reports.figures import (
    FIGURE_COLUMNS,
    PERIOD_COLUMNS,
    Figures,
    with_figures,
    with_period,
)
from recordpick.reports.period import Period
from recordpick.resources import data_file

_NAMING_COLUMNS = (
    Column("target", pl.String(), "the target's name", required=True),
    Column("group", pl.String(), "the target's group", required=True),
    Column("figure", pl.String(), "which figure", required=True),
    Column("means", pl.String(), "what the figure counts", required=True),
    Column("unit", pl.String(), "of the figure", required=True, words=("patients", "percent")),
)
"""The columns that name a figure."""

TARGETS = Table(
    "target_report.csv",
    "Cervical screening and childhood immunisation targets: a row a figure",
    (*_NAMING_COLUMNS, *FIGURE_COLUMNS, *PERIOD_COLUMNS),
    key=("target", "figure"),
)
TARGET_REPORT = TARGETS.schema
"""The columns of target_report.csv, in order, with their types."""


def target_table(path: Path | None = None) -> pl.DataFrame:
    """Read which figures of which targets are reported: target, group, figure, means, unit."""
    with (path or data_file("target_figures.csv")).open(encoding="utf-8", newline="") as file:
        return pl.DataFrame(
            list(csv.DictReader(file)),
            schema=schema_of(_NAMING_COLUMNS),
        )


def target_rows(table: pl.DataFrame, figures: Figures, period: Period) -> pl.DataFrame:
    """Return the report: one row for each figure of each target, columns as in `TARGET_REPORT`."""
    return with_period(with_figures(table, ["target"], figures), period)
