"""The reports of an open working file: what is counted, and the figures of both systems.

The systems' figures are kept as long as the working file is open, and go into every hand-over pack
that is exported meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from recordpick.errors import UserError
from recordpick.progress import Progress, silent

if TYPE_CHECKING:
    import polars as pl

    from recordpick.tui.session import Session

System = Literal["current_system", "new_system"]
Figures = Mapping[tuple[str, ...], float]


@dataclass(frozen=True)
class Reports:
    """Reports by the name of their file, as counted, and both systems' own figures."""

    counted: dict[str, pl.DataFrame]
    current: Figures = field(default_factory=dict)
    new: Figures = field(default_factory=dict)

    def of(self, system: System) -> Figures:
        """Give a system's figures."""
        return self.current if system == "current_system" else self.new

    def having(self, system: System, figures: Figures) -> Reports:
        """Give the reports with other figures of a system."""
        if system == "current_system":
            return replace(self, current=figures)
        return replace(self, new=figures)

    def filled(self) -> tuple[dict[str, pl.DataFrame], tuple[str, ...]]:
        """Give the reports with the systems' figures in them, and what no report has."""
        from recordpick.handover.reports import with_systems_own

        reports, notes = with_systems_own(self.counted, self.current, self.new)
        return reports, tuple(notes)

    def differences(self) -> pl.DataFrame:
        """Give both systems' figures side by side, the largest difference first."""
        from recordpick.handover.compare import side_by_side
        from recordpick.handover.system_figures import Read

        counted = {
            tuple(row[:-1]): row[-1]
            for name, rows in self.counted.items()
            for row in rows.select(*_keys(name), "figure", "from_records").iter_rows()
            if row[-1] is not None
        }
        return side_by_side(Read(self.current, (), ()), Read(self.new, (), ()), counted)


def _keys(name: str) -> tuple[str, ...]:
    from recordpick.handover.reports import KEYS

    return KEYS[name]


def count(session: Session, progress: Progress = silent) -> Reports:
    """Count what the index can give for every report: for a thread."""
    from recordpick.handover.qof import read_qof_table, shipped_qof_table
    from recordpick.handover.report_rules import answer_rules
    from recordpick.handover.reports import counted_reports
    from recordpick.tui.session import in_reach

    table = read_qof_table(shipped_qof_table())
    progress("counting for the reports", None)
    with in_reach(session.index):
        rules = answer_rules(session.index, session.file.as_at)
        return Reports(counted_reports(session.index, session.file.as_at, table, rules))


def load(known: Reports, path: Path, system: System) -> Reports:
    """Read a system's figures from a CSV or a folder of reports, beside those known: for a thread.

    A figure read takes the place of one known before. UserError says what cannot be read.
    """
    from recordpick.handover.system_figures import read_system_figures

    return known.having(system, {**known.of(system), **read_system_figures(path, system)})


def typed(known: Reports, name: tuple[str, ...], text: str, system: System) -> Reports:
    """Take in one figure as it was typed; an empty text takes it away. UserError if no number."""
    figures = {one: value for one, value in known.of(system).items() if one != name}
    bare = text.strip().removesuffix("%").replace(",", "").strip()
    if bare:
        whole, _, rest = bare.partition(".")
        if not (bare.isascii() and whole.isdigit() and (rest.isdigit() or "." not in bare)):
            raise UserError(f"{text.strip()!r} is no number: write it in figures, such as 87.5.")
        figures[name] = float(bare)
    return known.having(system, figures)


def export(
    session: Session, folder: Path, reports: Reports | None, progress: Progress = silent
) -> Path:
    """Write the hand-over pack with the systems' figures that are known: for a thread."""
    if session.matches is None:
        raise UserError("The criteria are still being matched: wait a moment.")
    from recordpick.handover.export import Options, export

    current, new = (reports.current, reports.new) if reports else (None, None)
    options = Options(current=current or None, new=new or None)
    return export(session.file, session.index, folder, session.matches, progress, options=options)
