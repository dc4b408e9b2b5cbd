"""A written hand-over pack in a few lines, for whoever just wrote it."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from recordpick.handover.criteria_report import STATES


def summary(folder: Path) -> list[str]:
    """Read a pack that recordpick wrote and say what is in it, a line each."""
    selected = pl.read_csv(folder / "selection_list.csv", infer_schema=False, glob=False)
    criteria = pl.read_csv(
        folder / "criteria_report.csv", infer_schema=False, glob=False
    ).with_columns(pl.col("wanted", "found", "picked").cast(pl.UInt32))
    random = criteria.filter(pl.col("criterion_id").is_null())
    criteria = criteria.filter(pl.col("criterion_id").is_not_null())
    states = dict(criteria["state"].value_counts().iter_rows())
    records = selected["patient_id"].n_unique()
    picks = criteria["picked"].sum()
    return [
        f"{folder}: {selected.height:,} lines for {records:,} patient records",
        f"  {criteria.height} criteria, {picks:,} picks; {random['picked'].sum()} random records",
        *(
            f"  {states[state]:>4} {meaning}"
            for state, meaning in STATES.items()
            if state in states
        ),
        *(f"  {path.name}" for path in sorted(folder.iterdir())),
    ]
