"""A golden file guards each format: what others read does not change unless somebody means it to.

After a change that is meant, write the file again and look at the difference before committing it.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
from workbook_dump import dump

from recordpick import __version__
from recordpick.criteria.pack import Pack
from recordpick.csv_safety import as_csv
from recordpick.data_checking.checking_workbook import Content, checking_workbook
from recordpick.data_checking.evidence import LineEvidence, MatchingEntry
from recordpick.data_checking.issue_log import issue_log
from recordpick.handover.contract import TABLES
from recordpick.handover.descriptor import descriptor
from recordpick.handover.readme import About, readme
from recordpick.handover.tick_sheet_model import sheets_of
from recordpick.handover.tick_sheet_text import tick_text
from recordpick.handover.tick_sheets import tick_sheets
from recordpick.reports.capitation import capitation_rows
from recordpick.selection.events import Person
from recordpick.selection.results import Entry, Issue, Phase, Result
from recordpick.selection.state import Selection

from small_practice import AS_AT, small_index

STAFF = Person("Aoife Ní Bhriain", "practice")
PICKED_ON = datetime(2026, 10, 5, 9, 30, tzinfo=UTC)
GOLDEN = Path(__file__).parent / "golden"


def _golden(name: str) -> str:
    return (GOLDEN / name).read_bytes().decode("utf-8")


def test_readme(about: About, selection: Selection) -> None:
    assert readme(about, selection).replace(__version__, "VERSION") == _golden("README.txt")


def test_datapackage(about: About, selection: Selection) -> None:
    contents = {table.file: b"" for table in TABLES}
    written = json.loads(descriptor(about, selection, contents))
    written["recordpick"]["version"] = "VERSION"
    assert written == json.loads(_golden("datapackage.json"))


def test_tick_sheets_on_paper(about: About, pack: Pack, selected: pl.DataFrame) -> None:
    assert tick_text(about, sheets_of(pack, selected)) == _golden("tick_sheets.txt")


def test_tick_sheets(
    about: About, pack: Pack, selected: pl.DataFrame, criteria: pl.DataFrame
) -> None:
    """Sheets, headings, choices, formulas, panes and print set-up."""
    book = tick_sheets(about, sheets_of(pack, selected), selected, criteria)
    assert dump(book) == _golden("tick_sheets.xlsx.txt")


def test_the_practice_s_own_workbook(about: About, pack: Pack, selected: pl.DataFrame) -> None:
    """With names, what to look at, and what was found before beside the lines."""
    rows = selected.filter(pl.col("criterion_id") == "MED-04")
    found = {("MED-04", "100"): "Issue 1 (open), different, high: =the dose"}
    sheets = sheets_of(pack, rows, {"100": "O'Neill, Zoë"}, found)
    entry = MatchingEntry(("a drug",), "medications", "m1", AS_AT, term="=Morphine 10mg", dose="1")
    evidence = {("MED-04", "100"): LineEvidence((entry,), ("Nothing else.",))}
    content = Content(
        about, "recheck", "How it is done.", "about 1 hour", sheets, {"MED-04": 2}, evidence, rows
    )
    book = checking_workbook(content, with_names=True)
    assert dump(book) == _golden("checking_workbook.xlsx.txt")
    assert book == checking_workbook(content, with_names=True)


def test_capitation() -> None:
    patient: dict[str, Any] = {
        "patient_id": "1", "status": "registered", "registration": "regular", "sex": "F",
        "date_of_birth": AS_AT.replace(year=1980), "age": 46, "registered_on": AS_AT,
        "institution": None,
    }  # fmt: skip
    rows = capitation_rows(small_index(patients=[patient]), AS_AT)
    assert as_csv(rows).decode("utf-8") == _golden("capitation.csv")


def test_issue_log(selection: Selection, pack: Pack) -> None:
    """One issue that is open, one resolved, one withdrawn: the supplier's program reads this."""

    def result(phase: Phase, *said: Any) -> Result:
        return Result(Entry(*said), phase, "RP-TESTTEST-01", STAFF, PICKED_ON)

    seen, later = date(2026, 10, 12), date(2026, 11, 2)
    dose = ("different", "Dose: ½ tablet\nnot 1 tablet", "high", "ANB", seen)
    issues = [
        (result("first check", "MED-04", "007", 1, 1, *dose),),
        (
            result("first check", None, "=2+3", 7, 6, "not there", "=the letter", "", "JD", seen),
            result("recheck", None, "=2+3", 7, 6, "same", "", "", "JD", later),
        ),
        (result("first check", "DEM-01", "102", 3, 2, "different", 'spelt "Ann", not Anne'),),
    ]
    found = Selection(
        issues=tuple(
            Issue(number, results[0], results if number < 3 else ())
            for number, results in enumerate(issues, start=1)
        )
    )
    assert as_csv(issue_log(found, pack)).decode("utf-8") == _golden("issue_log.csv")
