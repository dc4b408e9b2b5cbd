"""The reports with figures: counted from the index, with the systems' own figures filled in.

The QOF table and report rules used for counting, and the systems' figures, are those that the
working file keeps, so that the app, the command line and every pack show the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from recordpick.criteria.load import parse_pack
from recordpick.criteria.pack import Pack
from recordpick.index.practice_index import PracticeIndex
from recordpick.progress import Progress, silent
from recordpick.reports.capitation import Homes, capitation_rows
from recordpick.reports.period import Period, chosen_period
from recordpick.reports.qof import (
    QofTable,
    qof_rows,
    qof_table,
    read_qof_table,
    shipped_qof_table,
    year_caution,
)
from recordpick.reports.rules import (
    Rules,
    answer_rules,
    home_residents,
    qof_figures,
    rules_of_table,
    target_figures,
)
from recordpick.reports.system_figures import (
    REPORT_FILES,
    SystemFigures,
    fill_in_figures,
    without_a_report,
)
from recordpick.reports.targets import target_rows, target_table
from recordpick.reports.what_counts import read_shipped_rules
from recordpick.selection.figures import SYSTEM_WORDS, SYSTEMS, System
from recordpick.selection.state import Selection

KEYS: Mapping[str, tuple[str, ...]] = {
    "qof": ("indicator",),
    "target": ("target",),
    "capitation": ("sex", "age_band"),
}
"""The columns that, with the figure, identify a row of each report."""


@dataclass(frozen=True)
class CountedBy:
    """What the reports are counted by: the period, the year's QOF table, and the rules."""

    table: QofTable
    rules: Pack
    period: Period

    @property
    def in_words(self) -> tuple[str, ...]:
        """Sentences for every report and screen: the year, the day, and how sure the table is."""
        return tuple(filter(None, (self.period.in_words, self.table.certainty)))

    @property
    def cautions(self) -> tuple[str, ...]:
        """Cautions: a table, rules or a period of another year."""
        years = self.rules.qof_years
        of_others = (
            ""
            if not years or self.period.year in years
            else f"The report rules are for QOF {', '.join(years)}, and the reports are of QOF "
            f"{self.period.year}: indicators of that year may have no rule, or an older one."
        )
        table = year_caution(self.table, self.period)
        return tuple(filter(None, (table, of_others, self.period.caution)))


@dataclass(frozen=True)
class CountedReports:
    """The reports by their keys (`REPORT_FILES`), as far as the index can count them."""

    by: CountedBy
    reports: Mapping[str, pl.DataFrame]
    cautions_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Cautions for each report: a table of another year, homes known by codes only."""

    @property
    def cautions(self) -> tuple[str, ...]:
        """Return the cautions for all reports, each sentence once."""
        return tuple(dict.fromkeys(one for several in self.cautions_of.values() for one in several))

    @property
    def figures(self) -> dict[tuple[str, ...], float]:
        """The counted figures, to two decimals, by the names that the systems' figures have."""
        return {
            (report, *row[:-1]): row[-1]
            for report, rows in self.reports.items()
            for row in rows.select(
                *KEYS[report], "figure", pl.col("from_records").round(2)
            ).iter_rows()
            if row[-1] is not None
        }


def counted_by(selection: Selection, as_at: date) -> CountedBy:
    """Return the period, table and rules chosen for a working file, or those that ship.

    Raise a UserError where this recordpick cannot read what another version stored.
    """
    chosen = selection.reports_by
    table, rules = chosen.get("qof"), chosen.get("rules")
    period = chosen_period(selection, as_at)
    return CountedBy(
        qof_table(*table.files[0]) if table else read_qof_table(shipped_qof_table(period.year)),
        parse_pack(dict(rules.files)) if rules else read_shipped_rules(),
        period,
    )


def count(
    index: PracticeIndex, as_at: date, by: CountedBy, progress: Progress = silent
) -> CountedReports:
    """Return every report, counted from an index: capitation always as at `as_at`."""
    progress("counting for the reports", None)
    pack = rules_of_table(by.rules, by.table)
    rules = answer_rules(index, by.period.counted_to, pack, known_to=by.period.known_to)
    homes = home_residents(index, by.rules, rules)
    return CountedReports(
        by,
        counted_reports(index, as_at, by, rules, homes),
        {"qof": by.cautions, "target": by.cautions, "capitation": homes.cautions},
    )


def counted_reports(
    index: PracticeIndex, as_at: date, by: CountedBy, rules: Rules, homes: Homes
) -> dict[str, pl.DataFrame]:
    """Return every report of figures by its key, as far as the index can count."""
    targets = target_table()
    return {
        "qof": qof_rows(by.table, qof_figures(by.table, rules), by.period),
        "target": target_rows(targets, target_figures(targets, rules), by.period),
        "capitation": capitation_rows(index, as_at, homes),
    }


def figures_of(selection: Selection, system: System) -> SystemFigures:
    """Return the figures from a system's own reports that a working file keeps."""
    return {
        name: figure.number
        for (whose, name), figure in selection.figures.items()
        if whose == system
    }


def with_system_figures(
    reports: Mapping[str, pl.DataFrame], selection: Selection
) -> tuple[dict[str, pl.DataFrame], list[str]]:
    """Return the reports with the systems' own figures, and notes on figures in no report."""
    notes: list[str] = []
    filled = dict(reports)
    for system in SYSTEMS:
        figures = figures_of(selection, system)
        filled = {
            name: fill_in_figures(rows, name, KEYS[name], system, figures)
            for name, rows in filled.items()
        }
        unknown = without_a_report(
            figures, {name: (rows, KEYS[name]) for name, rows in filled.items()}
        )
        if unknown:
            notes.append(
                f"Figures of {SYSTEM_WORDS[system]} that no report here has: {', '.join(unknown)}."
            )
    return filled, notes


def as_files(reports: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Return the reports by the names of their files in a pack."""
    return {REPORT_FILES[name]: rows for name, rows in reports.items()}
