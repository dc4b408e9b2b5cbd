"""The reports of an open working file: what is counted, and the figures of both systems.

The systems' figures, and what the reports are counted by, are kept in the working file: whatever is
given here is an event there, and can be undone. Only what was counted is kept in memory.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from recordpick.progress import Progress, silent

if TYPE_CHECKING:
    import polars as pl

    from recordpick.reports.import_figures import ImportedFigures
    from recordpick.reports.practice_reports import CountedReports
    from recordpick.selection.figures import System, SystemFigure
    from recordpick.tui.session import Session


@dataclass(frozen=True)
class Reports:
    """The reports of a session as they were counted, with the figures that its file keeps now."""

    session: Session
    counted: CountedReports
    state: object = field(repr=False)

    @property
    def current(self) -> bool:
        """Whether they are counted by what the working file says now."""
        return self.state == _state(self.session)

    def figure(self, system: System, name: tuple[str, ...]) -> SystemFigure | None:
        """Give a figure of a system: who gave it, when, from which file."""
        return self.session.selection.figures.get((system, name))

    def cautions(self, report: str) -> tuple[str, ...]:
        """Return what to read a report with; "" is for all of them."""
        counted = self.counted
        return counted.cautions_of.get(report, ()) if report else counted.cautions

    def filled(self) -> tuple[dict[str, pl.DataFrame], tuple[str, ...]]:
        """Give the reports with the systems' figures in them, and what no report has."""
        from recordpick.reports.practice_reports import with_system_figures

        reports, notes = with_system_figures(self.counted.reports, self.session.selection)
        return reports, tuple(notes)

    def differences(self) -> pl.DataFrame:
        """Give both systems' figures side by side, the largest difference first."""
        from recordpick.reports.compare import compare_working_file

        return compare_working_file(self.session.selection, self.counted)


def _state(session: Session) -> object:
    return session.selection.reports_by, session.file.index_fingerprint, session.file.as_at


def count(session: Session, progress: Progress = silent) -> Reports:
    """Count what the index can give for every report: for a thread."""
    from recordpick.reports import practice_reports as reports
    from recordpick.tui.session import in_reach

    state = _state(session)
    with in_reach(session.index):
        by = reports.counted_by(session.selection)
        return Reports(
            session, reports.count(session.index, session.file.as_at, by, progress), state
        )


def load(reports: Reports, path: Path, system: System) -> ImportedFigures:
    """Keep a system's figures from a CSV or a folder of reports, beside those known: for a thread.

    A figure read takes the place of one known before. UserError says what cannot be read.
    """
    from recordpick.reports.import_figures import load_figures

    return load_figures(reports.session.file, path, system)


def typed(reports: Reports, name: tuple[str, ...], text: str, system: System) -> None:
    """Keep one figure as it was typed; an empty text takes it away. UserError if no number."""
    from recordpick.reports.import_figures import keep_typed_figure

    keep_typed_figure(reports.session.file, name, text, system)


def count_by(session: Session, path: Path) -> None:
    """Count by another QOF table (CSV) or other report rules (TOML) from now on: for a thread."""
    from recordpick.reports.import_figures import import_figures
    from recordpick.tui.session import in_reach

    with in_reach(session.index):
        if path.suffix.casefold() == ".toml":
            import_figures(session.file, session.index, {}, rules=path)
        else:
            import_figures(session.file, session.index, {}, qof=path)


def write_differences(reports: Reports, out: Path) -> None:
    """Write both systems' figures side by side as a new CSV file: for a thread."""
    from recordpick.atomic import write_file
    from recordpick.csv_safety import as_csv

    write_file(out, as_csv(reports.differences()))
