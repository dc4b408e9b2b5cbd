"""Import systems' own figures, QOF tables and report rules into the working file."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from recordpick.criteria.load import parse_pack, read_pack
from recordpick.csv_safety import one_line
from recordpick.errors import UserError
from recordpick.index.practice_index import PracticeIndex
from recordpick.os_errors import cannot_read
from recordpick.reports.figures import is_empty, stored_form, unit_of, value_of, why_not_a_figure
from recordpick.reports.percentages import Percentage, parse_percentage, resolve_percentages
from recordpick.reports.period import COUNT_TO, OF_AS_AT, parse_qof_year
from recordpick.reports.qof import qof_table, qof_text
from recordpick.reports.report_index import ReportIndex
from recordpick.reports.system_figures import FIGURES, read_system_figures
from recordpick.selection.figures import SYSTEM_WORDS, FigureName, NewFigures, System, SystemFigure
from recordpick.selection.working_file import WorkingFile
from recordpick.text import plural

SHIPPED = "shipped"
"""The word given instead of a file to return to what ships."""
_MAX_SOURCE = 200


Files = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ImportedFigures:
    """How many figures were read from a system's CSV, and how many were new or different."""

    system: System
    figures: int
    changed: int

    @property
    def in_words(self) -> str:
        """The result as two sentences."""
        return (
            f"{plural(self.figures, 'figure')} of {SYSTEM_WORDS[self.system]} read, "
            f"{self.changed:,} new or changed. The working file keeps them, and the next hand-over "
            "pack has them."
        )


def load_figures(
    file: WorkingFile, path: Path, system: System, practice: str = ""
) -> ImportedFigures:
    """Read a system's figures from a CSV or a folder of filled-in reports, and keep them.

    `practice` is the code of the practice, for NHS England's files of all practices. A figure
    replaces the one known before; others stay. Raise a UserError, and keep nothing, where something
    in it cannot be read.
    """
    return _keep(file, _read(path, system, practice))


def _read(path: Path, system: System, practice: str) -> NewFigures:
    figures = read_system_figures(path, system, practice)
    return NewFigures(
        system,
        {name: stored_form(value) for name, value in figures.items()},
        one_line(path.name or str(path))[:_MAX_SOURCE],
        _sha256(path),
    )


def _keep(file: WorkingFile, given: NewFigures) -> ImportedFigures:
    before = file.selection.figures
    changed = sum(
        (known := before.get((given.system, name))) is None or known.value != value
        for name, value in given.figures.items()
    )
    file.keep_figures(given)
    return ImportedFigures(given.system, len(given.figures), changed)


def keep_typed_figure(file: WorkingFile, name: FigureName, text: str, system: System) -> None:
    """Keep one figure as somebody keep_typed_figure it; an empty text removes it.

    "0" is a figure, an empty text is not. Raise a UserError if the text is not a figure.
    """
    value = None
    if not is_empty(text):
        number = value_of(name[-1], text)
        if number is None:
            why = why_not_a_figure(name[-1], text)
            example = "87.5" if name[-1] == "achievement" else "1,234"
            raise UserError(f"{text.strip()!r} {why}: write it in figures, such as {example}.")
        value = stored_form(_resolve_percentage(file, name, text, number, system))
    file.keep_figures(NewFigures(system, {name: value}))


def _resolve_percentage(
    file: WorkingFile, name: FigureName, text: str, number: float, system: System
) -> float:
    """Return which percentage a keep_typed_figure number of 1 or less means; others are unchanged.

    The system's numerator and denominator decide, where they are known. Raise a UserError where
    they do not, unless it is the percentage that is kept already.
    """
    written = parse_percentage(text) if unit_of(name[-1]) == "percent" else None
    known = file.selection.figures
    kept = known.get((system, name))
    if written is None or not written.may_be_fraction or _is_kept(kept, written):
        return number
    known_figures = {of: one.number for (whose, of), one in known.items() if whose == system}
    (found,) = resolve_percentages([(name, text)], known_figures)
    if isinstance(found, float):
        return found
    raise UserError(f"{text.strip()!r} {found}.")


def _is_kept(kept: SystemFigure | None, written: Percentage) -> bool:
    return kept is not None and Decimal(kept.value) == written.number


def import_figures(
    file: WorkingFile,
    index: PracticeIndex,
    figures: Mapping[System, Path | None],
    qof: Path | None = None,
    rules: Path | None = None,
    practice: str = "",
    period: tuple[str | None, str | None] = (None, None),
) -> list[ImportedFigures]:
    """Keep what was given on the command line, after all of it was read.

    `period` is the QOF year (`OF_AS_AT` for that of the as-at date) and the day that is counted to;
    None leaves it as it is. Raise a UserError, and keep nothing, where any of it cannot be used.
    """
    chosen = None if period == (None, None) else period_to_choose(file, *period)
    table = None if qof is None else table_files(qof)
    texts = None if rules is None else rules_files(rules, index, file.as_at)
    given = [_read(path, system, practice) for system, path in figures.items() if path is not None]
    if chosen is not None:
        file.choose_report_period(*chosen)
    if table is not None:
        file.count_reports_by("qof", table)
    if texts is not None:
        file.count_reports_by("rules", texts)
    return [_keep(file, one) for one in given]


def period_to_choose(file: WorkingFile, year: str | None, count_to: str | None) -> tuple[str, str]:
    """Return the period to keep, from what was asked for; what is None stays as it is.

    Raise a UserError where the year is not a QOF year.
    """
    before = file.selection.reports_by.get("period")
    known_year, known_count_to = before.files[0] if before is not None else ("", COUNT_TO[0])
    if year is not None:
        known_year = "" if year == OF_AS_AT else parse_qof_year(year)
    return known_year, count_to or known_count_to


def table_files(path: Path) -> Files:
    """Read another year's QOF table, to be kept; nothing for `SHIPPED`.

    Raise a UserError if it is not a QOF table.
    """
    if str(path) == SHIPPED:
        return ()
    text = qof_text(path)
    qof_table(path.name, text, str(path))
    return [(path.name, text)]


def rules_files(path: Path, index: PracticeIndex, as_at: date) -> Files:
    """Read other report rules, to be kept; nothing for `SHIPPED`.

    Raise a UserError if they are not report rules.
    """
    if str(path) == SHIPPED:
        return ()
    pack = read_pack(path)
    ReportIndex.of(index, pack, as_at)
    if not any(_is_rule(criterion.id) for criterion in pack.criteria):
        raise UserError(
            f"{path} has no rule for a figure of the reports (such as HYP.register "
            "or HYP008.numerator). Is it the supplier's criteria pack?"
        )
    return list(parse_pack(pack.files).files.items())


def _is_rule(criterion_id: str) -> bool:
    """Return whether a criterion's id is that of a figure: indicator or target, and figure."""
    of, _, figure = criterion_id.rpartition(".")
    return bool(of) and figure in FIGURES


def _sha256(path: Path) -> str:
    """Return the SHA-256 of a file; "" for a folder."""
    if path.is_dir():
        return ""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise cannot_read(path, error) from error
