"""Targets, VI004 and capitation against SQL written from what the figures say they are."""

from __future__ import annotations

import csv
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from made_practices import SEEDS, Opinions
from second_opinion import queries, read_codelists

from recordpick.resources import data_file

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
    for view in ("dose", "test", "refusal", "child", "immunised", "woman"):
        con.execute(SQL[view])
    return both.hand_over, con


def rows_of(report: Path) -> list[dict[str, str]]:
    """Return the rows of a report in the hand-over pack."""
    with report.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("seed", SEEDS)
def test_targets_are_what_sql_counts(practice: tuple[Path, duckdb.DuckDBPyConnection]) -> None:
    """Every figure of cervical screening and childhood immunisation, and of VI004."""
    hand_over, con = practice
    counted = {
        (target, figure): count for target, figure, count in con.execute(SQL["figures"]).fetchall()
    }
    given = {
        (row["target"], row["figure"]): row["from_records"]
        for row in rows_of(hand_over / "target_report.csv")
        if row["unit"] == "patients"
    } | {
        ("VI004", QOF_FIGURES[row["figure"]]): row["from_records"]
        for row in rows_of(hand_over / "qof_report.csv")
        if row["indicator"] == "VI004" and row["figure"] in QOF_FIGURES
    }

    assert given == {name: str(counted.get(name, 0)) for name in given}
    assert set(counted) - {("VI004", "not_immunised")} <= set(given)


@pytest.mark.parametrize("seed", SEEDS)
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


@pytest.mark.parametrize("seed", SEEDS)
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
        assert is_rounded(number, counted.get(name)), name
    for figure in figures:
        total = next(r for r in rows if (r["sex"], r["figure"]) == ("all", figure))["from_records"]
        exact = sum(number or 0 for (*_, of), number in counted.items() if of == figure)
        assert is_rounded(Decimal(total), exact), figure


def is_rounded(number: Decimal, exact: Decimal | int | None) -> bool:
    """Return whether a figure is the exact number to two decimals."""
    return abs(number - (exact or 0)) <= Decimal("0.005")
