"""The systems' own figures are read as systems export them, and stand beside ours."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from recordpick.csv_safety import as_csv
from recordpick.errors import UserError
from recordpick.handover.export import export
from recordpick.index.practice_index import PracticeIndex
from recordpick.matching import Matches
from recordpick.reports.figures import stored_form
from recordpick.reports.import_figures import import_figures
from recordpick.reports.period import report_period
from recordpick.reports.qof import qof_rows, read_qof_table, shipped_qof_table
from recordpick.reports.system_figures import fill_in_figures, read_system_figures, without_a_report
from recordpick.selection.kinds.figures import is_name, is_value
from recordpick.selection.working_file import WorkingFile

WIDE = """\
QOF achievement report
Last run,01/10/2026
Indicator,Description,Register Size,Denominator,Numerator,% Achieved,Points Achieved
AF 006,Stroke risk,"1,290",280,259,92.5%,12
copd010,Review,221,,,n/a,
AF001,The register,290,,,,
"""


def _file(tmp_path: Path, text: str, name: str = "system.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8", newline="")
    return path


def _report() -> pl.DataFrame:
    return qof_rows(
        read_qof_table(shipped_qof_table("2025/26")), {}, report_period(date(2026, 3, 1))
    )


def test_a_report_as_a_system_exports_it_is_read(tmp_path: Path) -> None:
    assert read_system_figures(_file(tmp_path, WIDE), "current_system") == {
        ("qof", "AF006", "register"): 1290,
        ("qof", "AF006", "denominator"): 280,
        ("qof", "AF006", "numerator"): 259,
        ("qof", "AF006", "achievement"): 92.5,
        ("qof", "AF006", "points"): 12,
        ("qof", "COPD010", "register"): 221,
        ("qof", "AF001", "register"): 290,
    }


def test_figures_refuse_a_quoted_value_that_may_hold_rows(tmp_path: Path) -> None:
    """A figure inside a value would be missing without a word."""
    text = 'Indicator,Description,Denominator\nAF006,"a,4\nAF007, b", 3\n'
    with pytest.raises(UserError, match=r"line 2: a quoted value there spans 2 lines that may"):
        read_system_figures(_file(tmp_path, text), "current_system")


def test_figures_stand_in_their_rows_and_nothing_else_is_filled_in(tmp_path: Path) -> None:
    figures = read_system_figures(_file(tmp_path, WIDE), "current_system")
    filled = fill_in_figures(_report(), "qof", ["indicator"], "current_system", figures)
    assert filled.schema == _report().schema
    assert filled.height == _report().height
    there = filled.filter(pl.col("current_system").is_not_null())
    assert sorted(there["indicator"].unique()) == ["AF006", "COPD010"]
    assert there.height == 6
    assert filled["new_system"].null_count() == filled.height


def test_the_difference_is_the_new_figure_less_the_current_one(tmp_path: Path) -> None:
    current = {("qof", "AF006", "register"): 290.0, ("qof", "AF006", "points"): 12.0}
    new = {("qof", "AF006", "register"): 288.0}
    rows = fill_in_figures(_report(), "qof", ["indicator"], "current_system", current)
    rows = fill_in_figures(rows, "qof", ["indicator"], "new_system", new)
    differences = rows.filter(pl.col("difference").is_not_null())
    assert differences.select("indicator", "figure", "difference").rows() == [
        ("AF006", "register", -2.0)
    ]


def test_what_no_report_has_is_named(tmp_path: Path) -> None:
    figures = read_system_figures(_file(tmp_path, WIDE), "current_system")
    assert without_a_report(figures, {"qof": (_report(), ["indicator"])}) == ["AF001"]


def test_a_filled_in_report_is_read_back(tmp_path: Path) -> None:
    figures = {("qof", "AF006", "register"): 290.0, ("qof", "HYP008", "achievement"): 61.25}
    report = fill_in_figures(_report(), "qof", ["indicator"], "new_system", figures)
    path = tmp_path / "qof_report.csv"
    path.write_bytes(as_csv(report))
    assert read_system_figures(path, "new_system") == figures
    assert read_system_figures(tmp_path, "new_system") == figures
    with pytest.raises(UserError, match="no figures were found"):
        read_system_figures(path, "current_system")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("indicator,points\nAF006,twelve\n", "line 2: 'twelve' is not a number"),
        ("indicator,points\nAF006,1.2.3\n", "line 2: '1.2.3' is not a number"),
        ("indicator,points\nAF006,12\nAF006,11\n", "line 3: AF006 points is 11 here and 12 before"),
        ("name,size\nAF006,12\n", "no header was found"),
        ("indicator,points\n", "no figures were found"),
    ],
)
def test_what_cannot_be_read_is_a_sentence(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(UserError) as raised:
        read_system_figures(_file(tmp_path, text), "current_system")
    assert says in str(raised.value)


def test_a_folder_without_reports_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="this folder has none of qof_report.csv"):
        read_system_figures(tmp_path, "current_system")


def test_an_export_carries_both_systems_figures_and_says_what_it_could_not_place(
    file: WorkingFile, index: PracticeIndex, answers: Matches, tmp_path: Path
) -> None:
    current = _file(tmp_path, WIDE)
    new = _file(tmp_path, "target,register\nAF006,1288\n", "new.csv")
    import_figures(file, index, {"current_system": current, "new_system": new})
    folder = export(file, index, tmp_path / "out", answers)
    rows = pl.read_csv(folder / "qof_report.csv").filter(
        pl.col("indicator") == "AF006", pl.col("figure") == "register"
    )
    assert rows.select("current_system", "new_system", "difference").row(0) == (1290, 1288, -2)
    readme = (folder / "README.txt").read_text(encoding="utf-8")
    assert "Figures of the current system that no report here has: AF001." in readme


CELLS = st.one_of(
    st.sampled_from(["indicator", "target", "register", "eligible", "achievement", "figure"]),
    st.sampled_from(["current_system", "age_band", "sex", "CS005", "AF006", "12", "87.5%", "-1"]),
    st.text(max_size=8),
)


@given(st.lists(st.lists(CELLS, max_size=5), max_size=6))
@example([["indicator", "figure", "value"], ["AF006", "", "1"]])
@example([["indicator", "register"], ["A\u2028B", "1"]])
@example([["register", "figure", "current_system"], ["indicator", "indicator", "12"]])
@example([["sex", "age_band", "figure", "current_system"], ["F", "0 to 4", "patients", "1"]])
def test_any_table_gives_figures_that_can_be_kept_or_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    with path.open("w", encoding="utf-8", errors="replace", newline="") as file:
        csv.writer(file).writerows(rows)
    try:
        figures = read_system_figures(path, "current_system")
    except UserError:
        return
    assert all(is_name(name) and is_value(stored_form(value)) for name, value in figures.items())
