"""The target report: cervical screening and childhood immunisation.

The figures that are compared for each target are in a data file, `target_figures.csv` (target,
group, figure, unit, means), so that they can be replaced as the targets change.
"""

from __future__ import annotations

import csv
from pathlib import Path

import polars as pl

from recordpick.handover.figures import FILLED_IN, Figures, with_figures
from recordpick.shipped import data_file

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
