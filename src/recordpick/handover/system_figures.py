"""The systems' own figures: read from their CSVs or from our filled-in reports, put into ours.

A figure's name says which report it is of: CS005 has an achievement in the QOF report, after
personalised care adjustments, and another one in the target report, without them.

Two forms are read. *Wide*, as systems export it: a row an indicator, a column a figure, whatever
stands above the header. *Long*, as our reports are: a row a figure, with the columns of that
report and the figures in current_system, new_system or value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import polars as pl

from recordpick.delimited import Record, read_records
from recordpick.errors import UserError
from recordpick.handover.figure_values import is_empty, unit_of, value_of, why_none
from recordpick.handover.percentages import settled
from recordpick.handover.targets import target_table

Column = Literal["current_system", "new_system", "from_records"]

SystemFigures = Mapping[tuple[str, ...], float]
"""Figures by report (a key of `REPORT_FILES`), name (an indicator or target, or a sex and an age
band) and figure."""

REPORT_FILES = {
    "qof": "qof_report.csv",
    "target": "target_report.csv",
    "capitation": "capitation.csv",
}
"""The reports that hold figures, by the word that names them, with their files in a pack."""
REPORTS = tuple(REPORT_FILES.values())

_QOF_WORDS = {
    "register": ("register", "registersize", "onregister"),
    "denominator": ("denominator", "den"),
    "numerator": ("numerator", "num"),
    "personalised_care_adjustments": (
        *("personalisedcareadjustments", "pca", "pcas", "exceptions", "excepted"),
    ),
    "achievement": ("achievement", "%achieved", "achieved%", "%", "percentage", "achievement%"),
    "points": ("points", "pointsachieved", "achievedpoints", "pointsearned"),
}
_TARGET_WORDS = {
    name: (name.replace("_", ""),)
    for name in (
        *("eligible", "in_date", "overdue", "never_screened", "unsuitable", "declined"),
        *("non_responder", "next_due", "immunised", "not_immunised"),
    )
}
_WORDS = _QOF_WORDS | _TARGET_WORDS
FIGURES = frozenset(_WORDS)
"""The figures of the QOF and the target report."""
"""What a column of a wide report may be called: letters, digits and % only, in small letters."""

_FIGURES = {word: figure for figure, words in _WORDS.items() for word in words}
_NAMES = ("indicator", "indicatorcode", "indicatorid", "qofindicator", "target", "code")
_HEADER_WITHIN = 40
_SHOWN = 40
_LONGEST_NAME = 60
_IN_BOTH = "achievement"
"""The figure that both reports have."""


@dataclass(frozen=True, slots=True)
class NoNumber:
    """A cell that should hold a figure and does not: where, which figure, and what stands there."""

    file: str
    line: int
    name: tuple[str, ...]
    text: str
    why: str = ""
    """What is wrong with it, where that is more than the text alone shows."""

    def __str__(self) -> str:
        why = self.why or why_none(self.name[-1], self.text)
        shown = self.text if len(self.text) <= _SHOWN else f"{self.text[: _SHOWN - 1]}…"
        of = f"{' '.join(self.name[1:])} " if self.why else ""
        return f"{self.file}, line {self.line}: {of}{shown!r} {why}."


@dataclass(frozen=True, slots=True)
class Read:
    """What was read of one system: its figures, cells that are no numbers, and other problems."""

    figures: SystemFigures
    no_numbers: tuple[NoNumber, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Header:
    """Where a file's header stands, and what its columns are."""

    place: int
    keys: tuple[int, ...]
    report: str
    """Which report the figures are of; "" where only the figure's own name can tell."""
    figures: dict[int, str]
    """Columns of a wide report, with the figure each holds."""
    figure: int | None = None
    """In a long report the column that names the figure, and `value` the one that holds it."""
    value: int | None = None


def read_system_figures(path: Path, column: Column) -> SystemFigures:
    """Read one system's figures from a CSV, or from every report in a folder that holds a pack.

    `column` says which system's: it is the column looked at in a filled-in report of ours.
    UserError, one message a problem, where a cell is no number or a figure stands twice with
    different values, and where no figures are found.
    """
    read = read_figures(path, column)
    problems = [*read.problems, *map(str, read.no_numbers)]
    if problems:
        raise UserError.of(problems)
    if not read.figures:
        raise UserError(
            f"{path}: no figures were found. Fill in the column {column} of a report, or give a "
            "CSV with a column of indicators and one for each figure."
        )
    return read.figures


def read_figures(path: Path, column: Column) -> Read:
    """Read one system's figures as far as they can be read; what cannot be is in the answer.

    UserError where the file, or a report in the folder, is not there or no text.
    """
    files = [path]
    if path.is_dir():
        files = [path / name for name in REPORTS if (path / name).is_file()]
        if not files:
            raise UserError(f"{path}: there is none of {', '.join(REPORTS)} in this folder.")
    figures: dict[tuple[str, ...], float] = {}
    no_numbers: list[NoNumber] = []
    problems: list[str] = []
    for file in files:
        _read_file(file, column, figures, no_numbers, problems)
    return Read(figures, tuple(no_numbers), tuple(problems))


def fill(
    rows: pl.DataFrame, report: str, keys: Sequence[str], column: Column, figures: SystemFigures
) -> pl.DataFrame:
    """Put a system's figures into a report named by `keys` and `figure`, and the difference.

    `difference` is the new system's figure less the current's, where both are there.
    """
    named = [*keys, "figure"]
    given = pl.DataFrame(
        [
            (*name[1:], value)
            for name, value in figures.items()
            if name[0] == report and len(name) == len(named) + 1
        ],
        schema={**dict.fromkeys(named, pl.String), column: pl.Float64},
        orient="row",
    )
    return (
        rows.drop(column)
        .join(given, on=named, how="left", maintain_order="left")
        .with_columns((pl.col("new_system") - pl.col("current_system")).alias("difference"))
        .select(rows.columns)
    )


def not_in(
    figures: SystemFigures, reports: Mapping[str, tuple[pl.DataFrame, Sequence[str]]]
) -> list[str]:
    """Name what a system gave figures for and none of the reports has, sorted."""
    known = {
        (report, *row)
        for report, (rows, keys) in reports.items()
        for row in rows.select(*keys, "figure").iter_rows()
    }
    return sorted({" ".join(name[1:-1]) for name in figures if name not in known})


def _read_file(
    path: Path,
    column: Column,
    figures: dict[tuple[str, ...], float],
    no_numbers: list[NoNumber],
    problems: list[str],
) -> None:
    rows, damaged = read_records(path)
    problems += [f"{path.name}, line {one.line}: {one.why}" for one in damaged]
    header = _header(rows, column)
    if header is None:
        problems.append(
            f"{path.name}: no header was found. It has a column indicator (or target) and others "
            "such as denominator, numerator, points; or the columns of a report of recordpick's."
        )
        return
    in_both = _names_in_both() if not header.report else frozenset()
    cells: list[_Cell] = []
    for row in rows[header.place + 1 :]:
        for name, text in _cells(row, header):
            if is_empty(text):
                continue
            where = f"{path.name}, line {row.line}"
            if not all(0 < len(one) <= _LONGEST_NAME and one.isprintable() for one in name):
                problems.append(f"{where}: what the figure is of cannot be read.")
            elif name[1] in in_both and name[-1] == _IN_BOTH:
                problems.append(
                    f"{where}: both the QOF and the target report have an achievement of "
                    f"{name[1]}, and the file does not tell which this is. Give it a column "
                    "denominator or eligible, or type it."
                )
            else:
                cells.append(_Cell(row.line, name, text))
    for cell, value in zip(cells, _values(cells, column), strict=True):
        if not isinstance(value, float):
            why = value or ""
            no_numbers.append(NoNumber(path.name, cell.line, cell.name, cell.text.strip(), why))
        elif figures.setdefault(cell.name, value) != value:
            problems.append(
                f"{path.name}, line {cell.line}: {' '.join(cell.name[1:])} is {cell.text} here "
                f"and {figures[cell.name]:g} before. Keep one."
            )


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell that holds something: its line, which figure it is, and its text."""

    line: int
    name: tuple[str, ...]
    text: str


def _values(cells: Sequence[_Cell], column: Column) -> list[float | str | None]:
    """Give each cell's figure; what is wrong with it, or None where the text alone shows that.

    A percentage is judged by the patients beside it: see `percentages`. Those that recordpick
    wrote itself (`from_records`) are percentages as they are.
    """
    values: list[float | str | None] = [value_of(cell.name[-1], cell.text) for cell in cells]
    if column == "from_records":
        return values
    numbers: dict[tuple[str, ...], float] = {}
    percentages: list[int] = []
    for at, (cell, value) in enumerate(zip(cells, values, strict=True)):
        if unit_of(cell.name[-1]) == "percent":
            percentages.append(at)
        elif isinstance(value, float):
            numbers.setdefault(cell.name, value)
    found = settled([(cells[at].name, cells[at].text) for at in percentages], numbers)
    for at, value in zip(percentages, found, strict=True):
        values[at] = value
    return values


def _names_in_both() -> frozenset[str]:
    """Give the targets: those are indicators of QOF as well."""
    return frozenset(target_table()["target"])


def _header(rows: Sequence[Record], column: Column) -> _Header | None:
    """Find the row that names the columns, among the first of the file."""
    for place, row in enumerate(rows[:_HEADER_WITHIN]):
        words = [_word(text) for text in row.fields]
        found = _long(place, words, column) or _wide(place, words)
        if found:
            return found
    return None


def _long(place: int, words: list[str], column: Column) -> _Header | None:
    value = next((word for word in (_word(column), "value") if word in words), None)
    if "figure" not in words or value is None:
        return None
    keys = [words.index(word) for word in ("sex", "ageband", *_NAMES) if word in words]
    if not keys:
        return None
    report = "capitation" if "ageband" in words else "target" if "target" in words else "qof"
    return _Header(place, tuple(keys), report, {}, words.index("figure"), words.index(value))


def _wide(place: int, words: list[str]) -> _Header | None:
    key = next((words.index(word) for word in _NAMES if word in words), None)
    figures = {at: _FIGURES[word] for at, word in enumerate(words) if word in _FIGURES}
    if key is None or not figures:
        return None
    reports = {_report_of(figure) for figure in figures.values()} - {""}
    if not reports and words[key] == "target":
        reports = {"target"}
    return _Header(place, (key,), reports.pop() if len(reports) == 1 else "", figures)


def _report_of(figure: str) -> str:
    """Tell which report a figure of a wide CSV is of; "" for the one that both have."""
    if figure == _IN_BOTH:
        return ""
    return "target" if figure in _TARGET_WORDS else "qof"


def _cells(row: Record, header: _Header) -> list[tuple[tuple[str, ...], str]]:
    """Give the figures of a row: their names, and the text of each."""
    fields = row.fields

    def cell(at: int) -> str:
        return fields[at].strip() if at < len(fields) else ""

    names = tuple(cell(at) for at in header.keys)
    if not all(names):
        return []
    if len(names) == 1:
        names = (names[0].upper().replace(" ", ""),)
    if header.figure is not None and header.value is not None:
        figure = cell(header.figure).casefold().replace(" ", "_")
        return [((header.report, *names, figure), cell(header.value))]
    return [
        ((_report_of(figure) or header.report or "qof", *names, figure), cell(at))
        for at, figure in header.figures.items()
    ]


def _word(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum() or letter == "%")
