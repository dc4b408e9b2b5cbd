"""Targets, VI004 and capitation against SQL written from what the figures say they are."""

from __future__ import annotations

import csv
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from made_practices import AS_AT, Opinions
from second_opinion import queries, read_codelists

from recordpick.shipped import data_file

SQL = queries("reports")
QOF_FIGURES = {"denominator": "eligible", "numerator": "immunised"}


@pytest.fixture
def practice(
    seed: int, opinions: Callable[[int], Opinions]
) -> tuple[Path, duckdb.DuckDBPyConnection]:
    """Return the hand-over pack of a practice, and a connection with the views of reports.sql."""
    both = opinions(seed)
    con = both.con.cursor()
    read_codelists(con, "report_code", data_file("reports") / "codelists")
    for view in ("dose", "child", "immunised", "woman"):
        con.execute(SQL[view])
    return both.hand_over, con


def rows_of(report: Path) -> list[dict[str, str]]:
    """Return the rows of a report in the hand-over pack."""
    with report.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("seed", AS_AT)
def test_targets_are_what_sql_counts(practice: tuple[Path, duckdb.DuckDBPyConnection]) -> None:
    """Every figure of cervical screening and childhood immunisation, and QOF's VI001 to VI004."""
    hand_over, con = practice
    counted = {
        (target, figure): count for target, figure, count in con.execute(SQL["figures"]).fetchall()
    }
    rows = rows_of(hand_over / "target_report.csv")
    given = {
        (row["target"], row["figure"]): row["from_records"]
        for row in rows
        if row["unit"] == "patients"
    } | {
        (row["indicator"], QOF_FIGURES[row["figure"]]): row["from_records"]
        for row in rows_of(hand_over / "qof_report.csv")
        if row["indicator"].startswith("VI") and row["figure"] in QOF_FIGURES
    }

    assert len(given) == 16 + 12 + 2
    assert given == {name: str(counted.get(name, 0)) for name in given}
    assert set(counted) <= set(given)


@pytest.mark.parametrize("seed", AS_AT)
def test_qof_and_the_targets_count_the_same_children(
    practice: tuple[Path, duckdb.DuckDBPyConnection],
) -> None:
    """VI001 to VI003 stand in two reports."""
    hand_over, _ = practice
    targets = {
        (row["target"], row["figure"]): row["from_records"]
        for row in rows_of(hand_over / "target_report.csv")
    }
    for row in rows_of(hand_over / "qof_report.csv"):
        if row["indicator"] in {"VI001", "VI002", "VI003"} and row["figure"] in QOF_FIGURES:
            figure = row["indicator"], QOF_FIGURES[row["figure"]]
            assert row["from_records"] == targets[figure]


@pytest.mark.parametrize("seed", AS_AT)
def test_capitation_is_what_sql_adds_up(practice: tuple[Path, duckdb.DuckDBPyConnection]) -> None:
    """Every band by sex, those newly registered and in homes, and the weights added up."""
    hand_over, con = practice
    figures = ("patients", "newly_registered", "in_home", "weighted")
    counted = {
        (sex, str(from_age) if from_age is not None else "unknown", figure): number
        for sex, from_age, *numbers in con.execute(SQL["capitation"]).fetchall()
        for figure, number in zip(figures, numbers, strict=True)
    }
    rows = [row for row in rows_of(hand_over / "capitation.csv") if row["from_records"]]
    bands = {
        (row["sex"], row["age_band"].split()[0], row["figure"]): Decimal(row["from_records"])
        for row in rows
        if row["sex"] != "all"
    }

    assert len(bands) >= 14 * 4
    for name, number in bands.items():
        assert number == Decimal(str(counted.get(name, 0) or 0)), name
    for figure in figures:
        total = sum(number for (*_, of), number in bands.items() if of == figure)
        assert total == next(
            Decimal(row["from_records"])
            for row in rows
            if (row["sex"], row["figure"]) == ("all", figure)
        )
