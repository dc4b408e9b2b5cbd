"""Read the systems' own figures from their CSVs or from our filled-in reports, and fill them in.

A figure's name says which report it belongs to: CS005 has an achievement in the QOF report, after
personalised care adjustments, and another one in the target report, without them.

Three layouts are read. *Wide*, as systems export it: a row for each indicator and a column for each
figure, with anything above the header. *Long*, as our reports are: a row for each figure, with the
columns of that report and the figures in current_system, new_system or value. And NHS England's
published QOF files (`published_figures.py`), of which one practice's rows are read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import polars as pl

from recordpick.csvio.sniff import Record, read_records
from recordpick.errors import UserError
from recordpick.header_row import find_header_row
from recordpick.regular_files import check_regular
from recordpick.reports.figures import is_empty, unit_of, value_of, why_not_a_figure
from recordpick.reports.percentages import resolve_percentages
from recordpick.reports.published_figures import is_published, practice_records
from recordpick.reports.targets import target_table

Column = Literal["current_system", "new_system", "from_records"]

SystemFigures = Mapping[tuple[str, ...], float]
"""Figures by report (a key of `REPORT_FILES`), name (an indicator or target, or a sex and an age
band) and figure."""

REPORT_FILES = {
    "qof": "qof_report.csv",
    "target": "target_report.csv",
    "capitation": "capitation.csv",
}
"""The reports with figures, by their keys, with their files in a pack."""
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
"""The names that a column of a wide report may have: letters, digits and % only, in lower case."""
FIGURES = frozenset(_WORDS)
"""The figures of the QOF and the target report."""

_FIGURES = {word: figure for figure, words in _WORDS.items() for word in words}
_NAMES = ("indicator", "indicatorcode", "indicatorid", "qofindicator", "target", "code")
_SHOWN = 40
_MAX_NAME = 60
_LONGEST_HEADER = 64 * 1024
_IN_BOTH = "achievement"
"""The figure that both reports have."""


@dataclass(frozen=True, slots=True)
class UnreadableFigure:
    """A cell that should hold a figure and does not: where, which figure, and its text."""

    file: str
    line: int
    name: tuple[str, ...]
    text: str
    why: str = ""
    """What is wrong with it, where the text alone does not show it."""

    def __str__(self) -> str:
        why = self.why or why_not_a_figure(self.name[-1], self.text)
        shown = self.text if len(self.text) <= _SHOWN else f"{self.text[: _SHOWN - 1]}…"
        of = f"{' '.join(self.name[1:])} " if self.why else ""
        return f"{self.file}, line {self.line}: {of}{shown!r} {why}."


@dataclass(frozen=True, slots=True)
class FiguresRead:
    """The figures read for one system, cells that are not numbers, and other problems."""

    figures: SystemFigures
    unreadable: tuple[UnreadableFigure, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Header:
    """Where a file's header is, and what its columns are."""

    position: int
    keys: tuple[int, ...]
    report: str
    """Which report the figures belong to; "" where only the figure's own name can say."""
    figures: dict[int, str]
    """Columns of a wide report, with the figure each holds."""
    figure: int | None = None
    """In a long report the column that names the figure, and `value` the one that holds it."""
    value: int | None = None


def read_system_figures(path: Path, column: Column, practice: str = "") -> SystemFigures:
    """Read one system's figures from a CSV, or from every report in a folder that holds a pack.

    `column` says which system's: it is the column that is read in a filled-in report of ours.
    `practice` is the code of the practice, for NHS England's files.
    Raise a UserError, one message for each problem, where a cell is not a number or a figure
    appears twice with different values, and where no figures are found.
    """
    read = read_figures(path, column, practice)
    problems = [*read.problems, *map(str, read.unreadable)]
    if problems:
        raise UserError.of(problems)
    if not read.figures:
        raise UserError(
            f"{path}: no figures were found. Fill in the column {column} of a report, or give a "
            "CSV with a column of indicators and one for each figure."
        )
    return read.figures


def read_figures(path: Path, column: Column, practice: str = "") -> FiguresRead:
    """Read one system's figures as far as possible; the result names what cannot be read.

    Raise a UserError where the file, or a report in the folder, is missing or not text.
    """
    files = [path]
    if path.is_dir():
        files = [path / name for name in REPORTS if (path / name).is_file()]
        if not files:
            raise UserError(f"{path}: this folder has none of {', '.join(REPORTS)}.")
    figures: dict[tuple[str, ...], float] = {}
    unreadable: list[UnreadableFigure] = []
    problems: list[str] = []
    for file in files:
        rows = _rows(file, practice, problems)
        _read_rows(file, rows, column, figures, unreadable, problems)
    return FiguresRead(figures, tuple(unreadable), tuple(problems))


def fill_in_figures(
    rows: pl.DataFrame, report: str, keys: Sequence[str], column: Column, figures: SystemFigures
) -> pl.DataFrame:
    """Return a report, with rows named by `keys` and `figure`, with a system's figures filled in.

    `difference` is the new system's figure minus the current's, where both are given.
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


def without_a_report(
    figures: SystemFigures, reports: Mapping[str, tuple[pl.DataFrame, Sequence[str]]]
) -> list[str]:
    """Return what a system gave figures for that none of the reports has, sorted."""
    known = {
        (report, *row)
        for report, (rows, keys) in reports.items()
        for row in rows.select(*keys, "figure").iter_rows()
    }
    return sorted({" ".join(name[1:-1]) for name in figures if name not in known})


def _rows(path: Path, practice: str, problems: list[str]) -> list[Record]:
    """Return the rows of a file; what cannot be read as one is added to the problems."""
    if is_published(_first_fields(path)):
        return practice_records(path, practice)
    rows, damaged = read_records(path)
    problems += [f"{path.name}, line {one.line}: {one.why}" for one in damaged]
    problems += [
        f"{path.name}, line {one.line}: a quoted value there spans {one.may_hold:,} lines that may "
        "be rows. If they are rows, take the quotation marks out; if text, write it on one line."
        for one in rows
        if one.may_hold
    ]
    return list(rows)


def _first_fields(path: Path) -> list[str]:
    """Return the fields of a file's first line, without reading the rest; [] if it has none."""
    check_regular(path)  # a pipe would never end
    try:
        with path.open("rb") as file:
            line = file.readline(_LONGEST_HEADER).decode("utf-8-sig", "replace")
    except OSError:
        return []  # said when the file is read
    return re.split("[,;\t|]", line.replace('"', "").strip())


def _read_rows(
    path: Path,
    rows: Sequence[Record],
    column: Column,
    figures: dict[tuple[str, ...], float],
    unreadable: list[UnreadableFigure],
    problems: list[str],
) -> None:
    header = _header(rows, column)
    if header is None:
        problems.append(
            f"{path.name}: no header was found. A header has a column indicator (or target) and "
            "others such as denominator, numerator, points; or the columns of a recordpick report."
        )
        return
    in_both = _names_in_both() if not header.report else frozenset()
    cells: list[_Cell] = []
    for row in rows[header.position + 1 :]:
        for name, text in _cells(row, header):
            if is_empty(text):
                continue
            where = f"{path.name}, line {row.line}"
            if not all(0 < len(one) <= _MAX_NAME and one.isprintable() for one in name):
                problems.append(f"{where}: what the figure belongs to cannot be read.")
            elif name[1] in in_both and name[-1] == _IN_BOTH:
                problems.append(
                    f"{where}: both the QOF and the target report have an achievement of "
                    f"{name[1]}, and the file does not say which this is. Add a column "
                    "denominator or eligible, or type the figure in."
                )
            else:
                cells.append(_Cell(row.line, name, text))
    for cell, value in zip(cells, _values(cells, column), strict=True):
        if not isinstance(value, float):
            why = value or ""
            unreadable.append(
                UnreadableFigure(path.name, cell.line, cell.name, cell.text.strip(), why)
            )
        elif figures.setdefault(cell.name, value) != value:
            problems.append(
                f"{path.name}, line {cell.line}: {' '.join(cell.name[1:])} is {cell.text} here "
                f"and {figures[cell.name]:g} before. Keep one."
            )


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell that is not empty: its line, which figure it is, and its text."""

    line: int
    name: tuple[str, ...]
    text: str


def _values(cells: Sequence[_Cell], column: Column) -> list[float | str | None]:
    """Return each cell's figure; or what is wrong with it, or None where the text alone shows that.

    A percentage is checked against the patients next to it: see `percentages`. Those that
    recordpick wrote itself (`from_records`) are percentages as they are.
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
    found = resolve_percentages([(cells[at].name, cells[at].text) for at in percentages], numbers)
    for at, value in zip(percentages, found, strict=True):
        values[at] = value
    return values


def _names_in_both() -> frozenset[str]:
    """Return the targets, which are QOF indicators as well."""
    return frozenset(target_table()["target"])


def _header(rows: Sequence[Record], column: Column) -> _Header | None:
    """Return the header row, searched for in the first rows of the file."""

    def columns_of(fields: Sequence[str]) -> _Header | None:
        words = [_word(text) for text in fields]
        return _long(words, column) or _wide(words)

    found = find_header_row([row.fields for row in rows], columns_of, lambda _: 1)
    return replace(found[1], position=found[0]) if found else None


def _long(words: list[str], column: Column) -> _Header | None:
    value = next((word for word in (_word(column), "value") if word in words), None)
    if "figure" not in words or value is None:
        return None
    keys = [words.index(word) for word in ("sex", "ageband", *_NAMES) if word in words]
    if not keys:
        return None
    report = "capitation" if "ageband" in words else "target" if "target" in words else "qof"
    return _Header(0, tuple(keys), report, {}, words.index("figure"), words.index(value))


def _wide(words: list[str]) -> _Header | None:
    key = next((words.index(word) for word in _NAMES if word in words), None)
    figures = {at: _FIGURES[word] for at, word in enumerate(words) if word in _FIGURES}
    if key is None or not figures:
        return None
    reports = {_report_of(figure) for figure in figures.values()} - {""}
    if not reports and words[key] == "target":
        reports = {"target"}
    return _Header(0, (key,), reports.pop() if len(reports) == 1 else "", figures)


def _report_of(figure: str) -> str:
    """Return which report a figure of a wide CSV belongs to; "" for the one that both have."""
    if figure == _IN_BOTH:
        return ""
    return "target" if figure in _TARGET_WORDS else "qof"


def _cells(row: Record, header: _Header) -> list[tuple[tuple[str, ...], str]]:
    """Return the figures of a row: their names, and the text of each."""
    fields = row.fields

    def cell(at: int) -> str:
        return fields[at].strip() if at < len(fields) else ""

    names = tuple(cell(at) for at in header.keys)
    if not all(names):
        return []
    if len(names) == 1:
        names = (names[0].upper().replace(" ", ""),)
    if header.figure is not None and header.value is not None:
        written = cell(header.figure)
        figure = _FIGURES.get(_word(written), written.casefold().replace(" ", "_"))
        return [((header.report, *names, figure), cell(header.value))]
    return [
        ((_report_of(figure) or header.report or "qof", *names, figure), cell(at))
        for at, figure in header.figures.items()
    ]


def _word(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum() or letter == "%")
