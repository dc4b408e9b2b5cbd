"""The QOF report: every indicator of one year's table with the figures to compare.

The table is a data file named by its year, `qof_2025_26.csv`, so that another year needs no new
version of recordpick. Columns: indicator, group, measures, points, lower_threshold,
upper_threshold (the thresholds in percent), and `source`: where the row is from, and how sure.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from recordpick.errors import UserError
from recordpick.os_errors import cannot_read
from recordpick.regular_files import check_regular
from recordpick.reports.columns import Column, Table, schema_of
from recordpick.reports.figures import (
    FIGURE_COLUMNS,
    PERIOD_COLUMNS,
    Figures,
    with_figures,
    with_period,
)
from recordpick.reports.period import Period
from recordpick.resources import data_file

QOF_FIGURES = {
    "register": "patients",
    "denominator": "patients",
    "numerator": "patients",
    "personalised_care_adjustments": "patients",
    "achievement": "percent",
    "points": "points",
}
"""The figures that are compared for each indicator, with their units."""

_NAMING_COLUMNS = (
    Column("indicator", pl.String(), "the indicator's name", required=True),
    Column("group", pl.String(), "the indicator's group", required=True),
    Column("measures", pl.String(), "what it measures", required=True),
    Column("points_available", pl.Float64(), "points at most", required=True, minimum=0),
    Column(
        "lower_threshold",
        pl.Float64(),
        "percent from which points are earned",
        required=True,
    ),
    Column(
        "upper_threshold",
        pl.Float64(),
        "percent from which all points are earned",
        required=True,
    ),
    Column("figure", pl.String(), "which figure", required=True, words=tuple(QOF_FIGURES)),
    Column(
        "unit",
        pl.String(),
        "of the figure",
        required=True,
        words=("patients", "percent", "points"),
    ),
)
"""The columns that name a figure."""

QOF = Table(
    "qof_report.csv",
    "QOF indicators: a row a figure, with room for both systems' own",
    (*_NAMING_COLUMNS, *FIGURE_COLUMNS, *PERIOD_COLUMNS),
    key=("indicator", "figure"),
)
QOF_REPORT = QOF.schema
"""The columns of qof_report.csv, in order, with their types."""

_COLUMNS = ("indicator", "group", "measures", "points", "lower_threshold", "upper_threshold")
_MAX_BYTES = 1024**2
_NAME = re.compile(r"qof_(20\d\d)_(\d\d)\.csv")


@dataclass(frozen=True, slots=True)
class Indicator:
    """One QOF indicator: its points and thresholds (percent) in one year."""

    name: str
    group: str
    measures: str
    points: float
    lower_threshold: float
    upper_threshold: float
    source: str = ""
    """Where the row is from, and how sure."""


@dataclass(frozen=True, slots=True)
class QofTable:
    """The indicators of one year (`2025/26`) in file order, and the file they were read from.

    `sha256` is that of the file.
    """

    year: str
    file: str
    indicators: tuple[Indicator, ...]
    sha256: str = ""

    @property
    def certainty(self) -> str:
        """A sentence on what the table was put together from; "" where its rows do not say."""
        if not any("secondary" in indicator.source for indicator in self.indicators):
            return ""
        return (
            f"The QOF table of {self.year} is from secondary sources, not checked against the "
            f"official document: {self.file} has the source of each row."
        )


def year_caution(table: QofTable, period: Period) -> str:
    """Return a caution where the table is of another QOF year than the reports; "" otherwise.

    Every report, pack and screen shows this sentence.
    """
    if table.year == period.year:
        return ""
    whose = "last year's" if int(period.year[:4]) - int(table.year[:4]) == 1 else "another year's"
    return (
        f"The QOF table is of {table.year}, and the reports are of QOF {period.year} (as-at date "
        f"{period.as_at.isoformat()}): thresholds and points are {whose}."
    )


def shipped_qof_table(year: str = "") -> Path:
    """Return the path of the table that ships for a QOF year; of the newest where none does."""
    tables = [path for path in data_file("").iterdir() if _NAME.fullmatch(path.name)]
    of_year = f"qof_{year.replace('/', '_')}.csv"
    return next((path for path in tables if path.name == of_year), max(tables))


def read_qof_table(path: Path) -> QofTable:
    """Read a year's table; raise a UserError, one message for each problem, if it is not one."""
    return qof_table(path.name, qof_text(path), str(path))


def qof_text(path: Path) -> str:
    """Return the text of a table's file; raise a UserError if it cannot be read."""
    check_regular(path)
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise cannot_read(path, error) from error
    if len(content) > _MAX_BYTES:
        raise UserError(f"{path} is larger than any QOF table: is it the right file?")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not text in UTF-8. Save it as CSV UTF-8.") from error


def qof_table(file_name: str, text: str, path: str = "") -> QofTable:
    """Read a year's table from its text; raise a UserError (about `path`) if it is not one."""
    path = path or file_name
    name = _NAME.fullmatch(file_name)
    if name is None:
        raise UserError(
            f"{path}: the file name of a QOF table has to give its year. Name it like "
            "qof_2026_27.csv."
        )
    rows = list(_rows(path, text.removeprefix("\ufeff")))
    problems: list[str] = []
    indicators: list[Indicator] = []
    for line, row in rows:
        try:
            indicators.append(_indicator(row))
        except ValueError as error:
            problems.append(f"{path}, line {line}: {error}.")
    names = [indicator.name for indicator in indicators]
    problems += [
        f"{path}: {name} appears more than once. Keep one."
        for name in sorted({name for name in names if names.count(name) > 1})
    ]
    if not rows:
        problems.append(f"{path} has no indicators.")
    if problems:
        raise UserError.of(problems)
    digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
    return QofTable(f"{name[1]}/{name[2]}", file_name, tuple(indicators), digest)


def qof_rows(table: QofTable, figures: Figures, period: Period) -> pl.DataFrame:
    """Return the report: one row for each figure of each indicator, columns as in `QOF_REPORT`."""
    rows = pl.DataFrame(
        [
            (
                indicator.name,
                indicator.group,
                indicator.measures,
                indicator.points,
                indicator.lower_threshold,
                indicator.upper_threshold,
                figure,
                unit,
            )
            for indicator in table.indicators
            for figure, unit in QOF_FIGURES.items()
        ],
        schema=schema_of(_NAMING_COLUMNS),
        orient="row",
    )
    return with_period(with_figures(rows, ["indicator"], figures), period)


def _rows(path: str, text: str) -> Iterable[tuple[int, dict[str, str]]]:
    reader = csv.DictReader(text.splitlines(), strict=True)
    try:
        missing = [name for name in _COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise UserError(
                f"{path}, line 1: no column {', '.join(missing)}. "
                f"A QOF table has the columns {', '.join(_COLUMNS)}."
            )
        rows, line = [], reader.line_num
        for row in reader:
            if reader.line_num > line + 1 and any(text.splitlines()[line : reader.line_num - 1]):
                raise UserError(
                    f"{path}, line {line + 1}: a quotation mark is not closed on this line, and "
                    f"would enclose the lines up to {reader.line_num}."
                )
            line = reader.line_num
            rows.append((line, row))
    except csv.Error as error:
        raise UserError(f"{path}, line {reader.line_num}: {error}.") from error
    return rows


def _indicator(row: dict[str, str]) -> Indicator:
    texts = {name: (row[name] or "").strip() for name in _COLUMNS}
    empty = [name for name, text in texts.items() if not text]
    if empty:
        raise ValueError(f"{', '.join(empty)} is empty")
    points = _number("points", texts["points"])
    lower, upper = (_number(name, texts[name].removesuffix("%").rstrip()) for name in _COLUMNS[4:])
    if upper <= 1 and not texts["upper_threshold"].endswith("%"):
        raise ValueError(
            f"the upper threshold is {texts['upper_threshold']}, which is a fraction: write the "
            "thresholds in percent, such as 40 and 90"
        )
    if not 0 <= lower < upper <= 100:
        raise ValueError("the thresholds must be percentages, the lower below the upper")
    return Indicator(
        texts["indicator"],
        texts["group"],
        texts["measures"],
        points,
        lower,
        upper,
        (row.get("source") or "").strip(),
    )


def _number(name: str, text: str) -> float:
    if not re.fullmatch(r"\d{1,4}(\.\d{1,4})?", text):
        raise ValueError(f"{name} is {text!r}, which is not a number from 0 up")
    return float(text)
