"""The reports that hold figures: counted from the index, and filled with the systems' own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from recordpick.handover.capitation import capitation_rows
from recordpick.handover.qof import QofTable, qof_rows
from recordpick.handover.report_rules import Rules, qof_figures, target_figures
from recordpick.handover.system_figures import (
    Column,
    SystemFigures,
    fill,
    not_in,
    read_system_figures,
)
from recordpick.handover.targets import target_rows, target_table
from recordpick.index.practice_index import PracticeIndex

KEYS: Mapping[str, tuple[str, ...]] = {
    "qof_report.csv": ("indicator",),
    "target_report.csv": ("target",),
    "capitation.csv": ("sex", "age_band"),
}
"""What, with the figure, names a row of each report."""

Given = Path | SystemFigures | None
"""A system's own figures: where to read them (a CSV, or a folder of filled-in reports), or they."""


def counted_reports(
    index: PracticeIndex, as_at: date, table: QofTable, rules: Rules
) -> dict[str, pl.DataFrame]:
    """Give every report of figures by the name of its file, as far as the index can count."""
    targets = target_table()
    return {
        "qof_report.csv": qof_rows(table, qof_figures(table, rules)),
        "target_report.csv": target_rows(targets, target_figures(targets, rules)),
        "capitation.csv": capitation_rows(index, as_at),
    }


def with_systems_own(
    reports: dict[str, pl.DataFrame], current: Given, new: Given
) -> tuple[dict[str, pl.DataFrame], list[str]]:
    """Put the systems' own figures into the reports; say which of them no report has.

    UserError where figures are to be read and cannot be.
    """
    notes: list[str] = []
    given: tuple[tuple[Column, Given], ...] = (("current_system", current), ("new_system", new))
    for column, source in given:
        if source is None:
            continue
        figures = read_system_figures(source, column) if isinstance(source, Path) else source
        reports = {name: fill(rows, KEYS[name], column, figures) for name, rows in reports.items()}
        unknown = not_in(figures, *((rows, KEYS[name]) for name, rows in reports.items()))
        if unknown:
            notes.append(
                f"Figures of the {column.replace('_', ' ')} that no report here has: "
                f"{', '.join(unknown)}."
            )
    return reports, notes
