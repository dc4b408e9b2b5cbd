"""The QOF year of the reports, and the day that they are counted to."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordpick.errors import UserError
from recordpick.index.practice_index import open_index
from recordpick.reports.period import parse_qof_year, qof_year, report_period, year_end
from recordpick.reports.qof import read_qof_table, shipped_qof_table
from recordpick.reports.rules import answer_rules, qof_figures
from recordpick.selection.events import Person
from recordpick.selection.working_file import WorkingFile

AS_AT = date(2026, 10, 1)
STAFF = Person("Kim", "practice")
FILE = "demonstration.recordpick"


@given(st.dates(date(2000, 4, 1), date(2090, 3, 31)))
def test_a_year_is_from_april_to_march(day: date) -> None:
    year = qof_year(day)
    assert parse_qof_year(f" {year} ") == year
    assert year_end(year) - timedelta(days=366) < day <= year_end(year)
    assert report_period(day).counted_to == day
    assert report_period(day, count_to="year-end").counted_to == year_end(year)


@pytest.mark.parametrize("text", ["", "2026", "2026/28", "26/27", "2026-27", "2026/27 year-end"])
def test_what_is_no_year_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="is not a QOF year: write it as"):
        parse_qof_year(text)


def test_a_year_that_is_over_is_counted_to_its_end() -> None:
    """And says that patients are those of today; a year to come says that it has not begun."""
    past = report_period(AS_AT, "2025/26")
    assert (past.counted_to, past.known_to) == (date(2026, 3, 31), date(2026, 3, 31))
    assert "was over" in past.caution
    ahead = report_period(AS_AT, "2026/27", "year-end")
    assert (ahead.counted_to, ahead.known_to) == (date(2027, 3, 31), AS_AT)
    assert ahead.caution == ""
    assert "begins after" in report_period(AS_AT, "2027/28").caution


def test_a_past_year_does_not_count_by_the_last_issue(made_demo: Path) -> None:
    """A record has the last issue only: what was issued by then is not known, and not nobody."""
    index = open_index(made_demo / "index")
    past = report_period(AS_AT, "2025/26")
    rules = answer_rules(index, past.counted_to, known_to=past.known_to)
    figures = qof_figures(read_qof_table(shipped_qof_table("2025/26")), rules)
    by_drug, by_reading = figures["CHD005", "numerator"], figures["HYP008", "numerator"]
    assert by_drug.value is None
    assert "last issue" in by_drug.why_empty
    assert by_reading.value is not None


def test_every_report_names_its_year_and_day(
    demo: Path, run_command: Callable[..., tuple[int, str, str]]
) -> None:
    """On the screen, as JSON and in every row; what was chosen is kept, and undone."""
    file = str(demo / FILE)
    words = ["--qof-year", "2026/27", "--count-to", "year-end", "--json"]
    code, out, _ = run_command("reports", file, *words, "--name", "Kim")
    assert code == 0
    said = json.loads(out)
    assert (said["qof_year"], said["counted_to"]) == ("2026/27", "2027-03-31")
    code, out, _ = run_command("reports", file)
    assert "QOF 2026/27, to the year's end (31 March 2027)" in out
    assert run_command("reports", file, "--qof-year", "2026", "--name", "Kim")[0] == 2
    with WorkingFile.open(demo / FILE, STAFF) as kept:
        assert kept.selection.reports_by["period"].files == (("2026/27", "year-end"),)
        assert "period" not in kept.undo().reports_by
