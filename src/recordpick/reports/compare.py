"""Compare both systems' report figures side by side, the largest differences first.

Like is compared with like: the current system's own figures with the new system's own; or, where
the new side is a pack without any, what recordpick counts in the records of both. A figure that
only one side has, or that is not a number, is reported as such; nothing replaces it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import polars as pl

from recordpick.errors import UserError
from recordpick.reports.columns import Column, Table
from recordpick.reports.figures import unit_of
from recordpick.reports.practice_reports import CountedReports, figures_of
from recordpick.reports.system_figures import (
    FiguresRead,
    SystemFigures,
    UnreadableFigure,
    read_figures,
)
from recordpick.reports.tolerance import JUDGED, judge
from recordpick.selection.figures import SYSTEMS
from recordpick.selection.state import Selection

Basis = Literal["own", "counted"]

STATES = {
    "different": "both sides have it, and it is not the same",
    "no_number": "one side has something that is not a number; see `says`",
    "only_before": "the new system's figures have none",
    "only_after": "the current system's figures have none",
    "same": "the same to two decimals",
}
"""The words of the column `state`, in the order of the rows."""

COMPARISON = Table(
    "comparison.csv",
    "Both systems' report figures side by side",
    (
        Column("report", pl.String(), "`qof`, `target` or `capitation`"),
        Column("name", pl.String(), "the indicator, the target, or sex and age band"),
        Column("figure", pl.String(), "which figure"),
        Column("unit", pl.String(), "patients, weighted patients, percent or points"),
        Column(
            "before",
            pl.Float64(),
            "the current system's own figure (or what is counted in its records)",
        ),
        Column("after", pl.Float64(), "the new system's"),
        Column("difference", pl.Float64(), "after minus before; empty unless both sides have it"),
        Column(
            "percent",
            pl.Float64(),
            "the difference as a percentage of before; empty if before is 0",
        ),
        Column("counted_before", pl.Float64(), "from_records of PACK, to see which side is wrong"),
        Column(
            "state",
            pl.String(),
            "`no_number`: a cell holds something else; `same`: to two decimals",
            words=tuple(STATES),
        ),
        Column("says", pl.String(), "which cell is not a number"),
        Column(
            "judged",
            pl.String(),
            "after against before: `within` 2% or 5 patients (whichever is more), or `outside`; "
            "empty for percentages and points, whose numerators and denominators are judged",
            words=tuple(JUDGED),
        ),
        Column(
            "counted_judged",
            pl.String(),
            "the same for counted_before against before",
            words=tuple(JUDGED),
        ),
    ),
)
COMPARED = COMPARISON.schema
"""The columns of the comparison, in order, with their types."""

_SAME = 0.005
"""Figures are shown with two decimals: those that differ by less are the same."""


@dataclass(frozen=True)
class Comparison:
    """The figures side by side (columns as in `COMPARED`), what was compared, and notes."""

    rows: pl.DataFrame
    basis: Basis
    notes: tuple[str, ...]

    def count(self, state: str) -> int:
        """Return the number of figures in a state."""
        return self.rows.filter(pl.col("state") == state).height


def compare(before: Path, after: Path) -> Comparison:
    """Compare the reports in the folder `before` with those in `after`: a folder, or a CSV.

    Raise a UserError where files cannot be read, or there is nothing to compare.
    """
    old, new = read_figures(before, "current_system"), read_figures(after, "new_system")
    counted = read_figures(before, "from_records") if before.is_dir() else FiguresRead({}, (), ())
    notes: list[str] = []
    basis: Basis = "own"
    if not _has(old) and after.is_dir():
        in_after = read_figures(after, "current_system")
        if _has(in_after):
            old = in_after
            notes.append(f"The current system's figures come from {after} as well.")
    if not _has(new) and after.is_dir():
        basis, old, new = "counted", counted, read_figures(after, "from_records")
        notes.append(
            f"{after} has no figures of the new system's own reports: what recordpick counts in "
            "the records of both is compared."
        )
    elif not _has(old):
        notes.append(
            f"{before} has no figures of the current system's own reports: load them "
            "(recordpick reports FILE --current CSV) and export again, or fill in the column "
            "current_system in a copy. What recordpick counts is shown next to them."
        )
    problems = [*old.problems, *new.problems]
    if not _has(new):
        problems.append(f"{after}: no figures were found.")
    if problems:
        raise UserError.of(problems)
    return Comparison(side_by_side(old, new, counted.figures), basis, tuple(notes))


def compare_working_file(selection: Selection, counted: CountedReports) -> pl.DataFrame:
    """Compare the figures that a working file keeps, as `compare` does for a pack."""
    old, new = (FiguresRead(figures_of(selection, system), (), ()) for system in SYSTEMS)
    return side_by_side(old, new, counted.figures)


def side_by_side(old: FiguresRead, new: FiguresRead, counted: SystemFigures) -> pl.DataFrame:
    """Return each figure that either side has, next to the other's, the largest difference first.

    Columns as in `COMPARED`; `counted` are recordpick's own figures, shown next to them.
    """
    names = dict.fromkeys(
        (*old.figures, *_unreadable_by_name(old), *new.figures, *_unreadable_by_name(new))
    )
    return _sorted([_row(name, old, new, counted) for name in names])


def _has(read: FiguresRead) -> bool:
    return bool(read.figures or read.unreadable or read.problems)


def _unreadable_by_name(read: FiguresRead) -> dict[tuple[str, ...], UnreadableFigure]:
    return {one.name: one for one in read.unreadable}


def _row(
    name: tuple[str, ...], old: FiguresRead, new: FiguresRead, counted: SystemFigures
) -> tuple[object, ...]:
    before, after = old.figures.get(name), new.figures.get(name)
    wrong = [
        str(one) for side in (old, new) if (one := _unreadable_by_name(side).get(name)) is not None
    ]
    difference = percent = None
    if wrong:
        state = "no_number"
    elif before is None:
        state = "only_after"
    elif after is None:
        state = "only_before"
    else:
        difference = round(after - before, 4)
        state = "same" if abs(difference) < _SAME else "different"
        percent = 100 * difference / abs(before) if before else None
    return (
        name[0],
        " ".join(name[1:-1]),
        name[-1],
        unit_of(name[-1]),
        before,
        after,
        difference,
        percent,
        counted.get(name),
        state,
        " ".join(wrong) or None,
        judge(unit_of(name[-1]), before, after),
        judge(unit_of(name[-1]), before, counted.get(name)),
    )


def _sorted(rows: list[tuple[object, ...]]) -> pl.DataFrame:
    """Return the rows, the largest differences first and those without a comparison last."""
    order = {state: position for position, state in enumerate(STATES)}
    return pl.DataFrame(rows, schema=COMPARED, orient="row").sort(
        pl.col("state").replace_strict(order, return_dtype=pl.UInt8),
        pl.col("difference").abs(),
        "name",
        "report",
        "figure",
        descending=[False, True, False, False, False],
    )
