"""The QOF and target reports: a row a figure, with room for both systems' own."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from recordpick.csv_safety import as_csv
from recordpick.errors import UserError
from recordpick.reports.figures import Figure
from recordpick.reports.period import report_period
from recordpick.reports.qof import (
    QOF_FIGURES,
    QOF_REPORT,
    qof_rows,
    read_qof_table,
    shipped_qof_table,
    year_caution,
)
from recordpick.reports.targets import TARGET_REPORT, target_rows, target_table

GOLDEN = Path(__file__).parent / "golden"
DOMAIN = Path(__file__).parents[3] / "shared" / "domain"
PERIOD = report_period(date(2026, 3, 1))
HEADER = "indicator,group,measures,points,lower_threshold,upper_threshold\n"


def test_the_table_that_ships_holds_the_44_indicators_and_564_points_of_2025_26() -> None:
    table = read_qof_table(shipped_qof_table("2025/26"))
    assert table.year == "2025/26"
    assert len(table.indicators) == 44
    assert sum(indicator.points for indicator in table.indicators) == 564


@pytest.mark.skipif(not DOMAIN.is_dir(), reason="the published tables are not beside the project")
@pytest.mark.parametrize("year", ["2025/26", "2026/27"])
def test_the_tables_that_ship_are_the_published_ones(year: str) -> None:
    shipped = shipped_qof_table(year)
    assert shipped.name == f"qof_{year.replace('/', '_')}.csv"
    assert shipped.read_bytes() == (DOMAIN / shipped.name).read_bytes()


def test_the_table_of_2026_27_has_43_indicators_and_says_how_sure_each_row_is() -> None:
    """Two points of the published 582 are in a row that no public page shows."""
    table = read_qof_table(shipped_qof_table("2026/27"))
    assert (table.year, len(table.indicators)) == ("2026/27", 43)
    assert sum(indicator.points for indicator in table.indicators) == 580
    assert all(indicator.source for indicator in table.indicators)
    assert "from secondary sources, not checked against the official document" in table.certainty


def test_a_year_without_a_table_gets_the_newest_with_a_caution() -> None:
    table = read_qof_table(shipped_qof_table("2031/32"))
    assert table.year == "2026/27"
    caution = year_caution(table, report_period(date(2031, 6, 1)))
    assert "QOF table is of 2026/27, and the reports are of QOF 2031/32" in caution
    assert year_caution(table, report_period(date(2026, 6, 1))) == ""


def test_the_qof_report_has_every_figure_of_every_indicator() -> None:
    table = read_qof_table(shipped_qof_table("2025/26"))
    rows = qof_rows(table, {}, PERIOD)
    assert rows.schema == QOF_REPORT
    assert rows.height == 44 * len(QOF_FIGURES)
    assert rows["indicator"].n_unique() == 44


def test_what_is_not_computed_is_empty_never_zero_and_says_why() -> None:
    for rows in (
        qof_rows(read_qof_table(shipped_qof_table("2025/26")), {}, PERIOD),
        target_rows(target_table(), {}, PERIOD),
    ):
        assert rows["from_records"].null_count() == rows.height
        assert set(rows["status"]) == {"no_rule"}
        assert rows["why_empty"].null_count() == 0
        for name in ("current_system", "new_system", "difference", "checked_by"):
            assert rows[name].null_count() == rows.height


def test_a_figure_stands_in_its_row_and_a_true_zero_is_a_zero() -> None:
    figures = {
        ("CS005", "eligible"): Figure(213),
        ("CS005", "declined"): Figure(0),
        ("CS005", "in_date"): Figure(None, "The index has no table events."),
    }
    rows = target_rows(target_table(), figures, PERIOD).filter(pl.col("target") == "CS005")
    given = {row["figure"]: row for row in rows.iter_rows(named=True)}
    assert (given["eligible"]["from_records"], given["eligible"]["status"]) == (213, "given")
    assert (given["declined"]["from_records"], given["declined"]["why_empty"]) == (0, None)
    assert given["in_date"]["from_records"] is None
    assert given["in_date"]["status"] == "cannot_be_counted"
    assert given["in_date"]["why_empty"] == "The index has no table events."


def test_the_target_report_covers_screening_and_childhood_immunisation() -> None:
    rows = target_rows(target_table(), {}, PERIOD)
    assert rows.schema == TARGET_REPORT
    assert rows["target"].unique(maintain_order=True).to_list() == [
        *("CS005", "CS006", "VI001", "VI002", "VI003")
    ]


def test_the_files_are_byte_for_byte_the_golden_ones() -> None:
    qof = as_csv(qof_rows(read_qof_table(shipped_qof_table("2025/26")), {}, PERIOD))
    assert qof == (GOLDEN / "qof_report.csv").read_bytes()
    assert (
        as_csv(target_rows(target_table(), {}, PERIOD))
        == (GOLDEN / "target_report.csv").read_bytes()
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no column indicator"),
        ("indicator,points\nA,1\n", "line 1: no column group, measures"),
        (HEADER, "has no indicators"),
        (HEADER + "A1,g,m,ten,40,90\n", "line 2: points is 'ten', which is not a number"),
        (HEADER + "A1,g,m,10,90,40\n", "line 2: the thresholds must be percentages"),
        (HEADER + "A1,g,m,10\n", "line 2: lower_threshold, upper_threshold is empty"),
        (HEADER + "A1,g,m,1,40,90\nA1,g,m,1,40,90\n", "A1 appears more than once"),
        (HEADER + '"A1,g,m,1,40,90\n', "unexpected end of data"),
        (HEADER + "A1,g,m,1,4\x000,90\n", "line 2"),
    ],
)
def test_a_table_that_is_none_is_refused_with_a_sentence(
    tmp_path: Path, text: str, says: str
) -> None:
    path = tmp_path / "qof_2026_27.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=says.replace("(", r"\(")):
        read_qof_table(path)


def test_a_table_of_another_year_is_read(tmp_path: Path) -> None:
    path = tmp_path / "qof_2026_27.csv"
    path.write_text("\ufeff" + HEADER + "CD001,Heart,blood pressure,12.5,40,90\n", encoding="utf-8")
    table = read_qof_table(path)
    assert (table.year, table.file) == ("2026/27", "qof_2026_27.csv")
    assert table.indicators[0].points == 12.5


@pytest.mark.parametrize("name", ["qof.csv", "qof_2026.csv", "QOF 2026 27.csv"])
def test_a_table_must_be_named_by_its_year(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(HEADER, encoding="utf-8")
    with pytest.raises(UserError, match=r"Name it like qof_2026_27\.csv"):
        read_qof_table(tmp_path / name)


def test_a_table_that_is_not_there_or_not_text_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        read_qof_table(tmp_path / "qof_2026_27.csv")
    (tmp_path / "qof_2026_27.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserError, match="not text in UTF-8"):
        read_qof_table(tmp_path / "qof_2026_27.csv")
