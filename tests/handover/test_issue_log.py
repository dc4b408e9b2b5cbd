"""The issue log, and how far the checking is."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from recordpick.csv_safety import as_csv, plain
from recordpick.data_checking.issue_log import ISSUE_LOG, issue_log
from recordpick.data_checking.issued_lists import handed_over, list_ids
from recordpick.data_checking.progress import issues_to_recheck, progress, progress_table
from recordpick.index.practice_index import PracticeIndex
from recordpick.selection.working_file import WorkingFile
from small_checking import Checking

DOCS = Path(__file__).parents[2] / "docs" / "data-checking.md"


@pytest.fixture
def checking(file: WorkingFile) -> Checking:
    return Checking(file)


DOSE = ("different", "dose: ½ tablet\nnot 1 tablet", "low", "ANB", date(2026, 10, 12))
GONE = ("not there", "=the letter", "high", "JD", date(2026, 10, 13))


def test_the_log_has_a_row_an_issue_by_number(checking: Checking) -> None:
    checking.take_in("first check", {("BRO-01", "007"): DOSE, ("DEM-03", "102"): GONE})
    checking.take_in("recheck", {("BRO-01", "007"): ("same", "", "", "JD", date(2026, 11, 1))})
    rows = issue_log(checking.file.selection, checking.file.pack).to_dicts()
    assert [(row["issue"], row["status"], row["last_phase"]) for row in rows] == [
        (1, "resolved", "recheck"),
        (2, "open", "first check"),
    ]
    assert rows[0] | {"list_id": ""} == {
        "issue": 1,
        "status": "resolved",
        "phase": "first check",
        "last_phase": "recheck",
        "list_id": "",
        "line": 2,
        "record_number": 2,
        "patient_id": "007",
        "criterion_id": "BRO-01",
        "criterion_title": "Anyone",
        "result": "different",
        "what_differs": "dose: ½ tablet\nnot 1 tablet",
        "severity": "low",
        "found_by": "ANB",
        "found_on": date(2026, 10, 12),
        "last_result": "same",
        "last_checked_on": date(2026, 11, 1),
    }
    assert rows[0]["list_id"] == list_ids(checking.file)[0]


def test_the_log_as_a_file_is_one_row_a_line_and_runs_in_no_spreadsheet(checking: Checking) -> None:
    checking.take_in("first check", {("BRO-01", "007"): DOSE, ("DEM-03", "102"): GONE})
    written = as_csv(issue_log(checking.file.selection, checking.file.pack)).decode()
    assert written.count("\r\n") == 3
    assert "dose: ½ tablet␊not 1 tablet" in written
    assert ",'=the letter," in written
    assert ",'007," in written
    read = pl.read_csv(written.encode(), infer_schema=False).select(plain(pl.all()))
    assert read.columns == list(ISSUE_LOG)
    assert read["patient_id"].to_list() == ["007", "102"]


def test_without_issues_the_log_has_its_heading(checking: Checking) -> None:
    log = issue_log(checking.file.selection, checking.file.pack)
    assert (log.height, log.columns) == (0, list(ISSUE_LOG))


def test_the_documents_name_every_column_of_the_log() -> None:
    page = DOCS.read_text(encoding="utf-8")
    assert [name for name in ISSUE_LOG if f"| {name} |" not in page] == []


def test_an_issue_keeps_the_numbers_of_the_list_that_it_was_last_checked_with(
    checking: Checking, index: PracticeIndex
) -> None:
    """At go-live there is another list, and the supplier imports that one."""
    checking.take_in("first check", {(None, checking.random[0]): DOSE})
    checking.file.draw(index.patients(checking.file.as_at).collect()["patient_id"], 1)
    checking.file.remove("DEM-03", ["102"])
    checking.hand_over()
    checking.take_in("go-live", {(None, checking.random[0]): GONE})
    row = issue_log(checking.file.selection, checking.file.pack).row(0, named=True)
    assert row["list_id"] == list_ids(checking.file)[1]
    listed = handed_over(checking.file, row["list_id"])
    assert listed is not None
    assert listed.lines[row["line"]].patient_id == checking.random[0]


# Progress


def test_progress_counts_the_lines_of_each_phase(checking: Checking) -> None:
    checking.take_in("first check", {("BRO-01", "007"): DOSE, ("BRO-01", "102"): ("same",)})
    first, recheck, _ = progress(checking.file)
    assert (len(first.lines), first.checked, first.left) == (5, 2, 3)
    assert (first.count("same"), first.count("different")) == (1, 1)
    assert first.left_by_criterion() == {"DEM-03": 1, None: 2}
    assert recheck.checked == 0
    assert [row[0] for row in progress_table(progress(checking.file))] == ["phase", "first check"]


def test_a_later_phase_has_the_further_random_records_and_an_earlier_one_has_not(
    checking: Checking, index: PracticeIndex
) -> None:
    checking.take_in("first check", {("DEM-03", "102"): ("same",)})
    checking.file.draw(index.patients(checking.file.as_at).collect()["patient_id"], 2)
    checking.hand_over()
    checking.take_in("go-live", {("DEM-03", "102"): ("same",)})
    first, _, last = progress(checking.file)
    assert (len(first.lines), len(last.lines)) == (5, 7)
    assert (first.list_id, last.list_id) == tuple(list_ids(checking.file))


def test_what_was_taken_out_is_not_waited_for(checking: Checking) -> None:
    """But what was found in it counts."""
    checking.take_in("first check", {("BRO-01", "102"): DOSE})
    checking.file.remove("BRO-01", ["007", "102"])
    first = progress(checking.file)[0]
    assert (len(first.lines), first.checked) == (4, 1)
    assert [issue.status for issue in checking.file.selection.issues] == ["open"]


def test_what_to_recheck_is_what_is_open_the_worst_first(checking: Checking) -> None:
    checking.take_in(
        "first check",
        {
            ("BRO-01", "007"): DOSE,
            ("BRO-01", "102"): ("different", "no severity"),
            ("DEM-03", "102"): GONE,
            (None, checking.random[0]): GONE,
        },
    )
    checking.take_in("recheck", {(None, checking.random[0]): ("same",)})
    assert [issue.number for issue in issues_to_recheck(checking.file)] == [3, 1, 2]
