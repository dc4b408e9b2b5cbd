"""The tick sheets: where staff note what they find, in a workbook or on paper."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from typing import Any

import openpyxl
import polars as pl
import pytest

from recordpick.criteria.pack import Pack
from recordpick.handover.readme import About
from recordpick.handover.selection_list import SELECTION_LIST
from recordpick.handover.tick_sheet_model import (
    NAME,
    PATIENT,
    RECORD,
    RESULT,
    RESULTS,
    SEVERITIES,
    SEVERITY,
    Sheet,
    sheets_of,
)
from recordpick.handover.tick_sheet_text import WIDTH, tick_text
from recordpick.handover.tick_sheets import tick_sheets

NAMES = {"100": "O'Neill, Zoë", "=2+3": '=HYPERLINK("x"), Ann', "007": "Bond, J"}
TOP = 5
"""The row (from 1) of the headings on a criterion's sheet."""


def _book(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


@pytest.fixture
def book(about: About, pack: Pack, selected: pl.DataFrame, criteria: pl.DataFrame) -> Any:
    return _book(tick_sheets(about, sheets_of(pack, selected), selected, criteria))


def _table(sheet: Any, top: int) -> list[dict[str, Any]]:
    rows = list(sheet.iter_rows(min_row=top, values_only=True))
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:] if row[0] is not None]


def test_there_is_a_sheet_for_each_criterion_with_a_pick_and_for_the_random_records(
    book: Any,
) -> None:
    assert book.sheetnames == [
        *("Start", "Records", "MED-04", "DEM-01", "DEM-02", "BRO-01", "Random", "List")
    ]


def test_each_patient_stands_once_among_the_records_with_the_criteria_served(book: Any) -> None:
    records = _table(book["Records"], 1)
    assert [row[RECORD] for row in records] == [1, 2, 3, 4, 5, 6]
    assert {row[PATIENT]: row["Criteria"] for row in records} == {
        "100": "MED-04",
        "{A-1}": "MED-04, DEM-01",
        "=2+3": "DEM-02",
        "123456789012345678": "BRO-01",
        "007": "Random",
        "102": "Random",
    }
    assert all(row["What to compare"] for row in records)


def test_every_line_of_the_list_is_on_one_criterion_s_sheet(
    book: Any, selected: pl.DataFrame
) -> None:
    lines = [
        row["Line"]
        for name in ("MED-04", "DEM-01", "DEM-02", "BRO-01", "Random")
        for row in _table(book[name], TOP)
    ]
    assert lines == selected["line"].to_list()


def test_every_criterion_of_the_pack_is_on_the_first_sheet_with_where_it_stands(book: Any) -> None:
    rows = _table(book["Start"], 10)
    assert [row["Criterion"] for row in rows] == [
        *("MED-04", "DEM-01", "DEM-02", "BRO-01", "DOC-01", "Random", "All")
    ]
    assert [row["Picked"] for row in rows[:-1]] == [2, 1, 1, 1, 0, 2]
    assert "the index lacks" in rows[4]["Title"]


def test_progress_counts_the_results_of_the_sheet_it_is_about(book: Any) -> None:
    rows = _table(book["Start"], 10)
    assert rows[0]["Checked"] == "=COUNTA('MED-04'!$E$6:$E$7)"
    assert rows[0]["different"] == """=COUNTIF('MED-04'!$E$6:$E$7,"different")"""
    second = _table(book["Records"], 1)[1]
    assert second["Checked"] == (
        """=COUNTIFS('MED-04'!$B$6:$B$7,A3,'MED-04'!$E$6:$E$7,"<>")"""
        """+COUNTIFS('DEM-01'!$B$6:$B$6,A3,'DEM-01'!$E$6:$E$6,"<>")"""
    )


def test_results_and_severities_are_chosen_from_lists(book: Any) -> None:
    choices = {
        str(one.sqref): one.formula1
        for one in book["MED-04"].data_validations.dataValidation
        if one.type == "list"
    }
    assert choices == {
        "E6:E7": f'"{",".join(RESULTS)}"',
        "G6:G7": f'"{",".join(SEVERITIES)}"',
    }
    headings = [cell.value for cell in book["MED-04"][TOP]]
    assert (headings[4], headings[6]) == (RESULT, SEVERITY)


def test_every_sheet_can_be_sorted(book: Any) -> None:
    """Spreadsheets refuse to sort protected cells, so nothing is protected."""
    assert not any(sheet.protection.sheet for sheet in book)
    for name in ("Records", "MED-04", "Random", "List"):
        assert book[name].auto_filter.ref


def test_who_types_over_whose_line_it_is_is_asked_to_leave_it(book: Any) -> None:
    """Line, record, patient number and NHS number; what was found is free to be typed."""
    asked = [one for one in book["MED-04"].data_validations.dataValidation if one.type == "custom"]
    assert [str(one.sqref) for one in asked] == ["A6:D7"]
    assert "Press Esc" in asked[0].error


def test_headings_stay_in_sight_and_are_printed_on_every_page(book: Any) -> None:
    for name in ("Records", "MED-04"):
        sheet = book[name]
        top = 1 if name == "Records" else TOP
        assert sheet.freeze_panes == f"A{top + 1}"
        assert sheet.print_title_rows == f"${top}:${top}"
        assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToHeight == 0


def test_data_never_becomes_a_formula_a_number_or_a_link(
    about: About, pack: Pack, selected: pl.DataFrame, criteria: pl.DataFrame
) -> None:
    content = tick_sheets(
        about, sheets_of(pack, selected, NAMES), selected, criteria, with_names=True
    )
    book = _book(content)
    kinds = {
        (sheet.title, cell.value): cell.data_type
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str) and cell.data_type != "f"
    }
    assert kinds["DEM-02", "=2+3"] == "s"
    assert kinds["DEM-02", '=HYPERLINK("x"), Ann'] == "s"
    assert kinds["List", "=2+3"] == "s"
    assert kinds["List", "007"] == "s"
    assert kinds["BRO-01", "123456789012345678"] == "s"
    formulas = {
        cell.value.partition("(")[0]
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    }
    assert formulas == {"=COUNTA", "=COUNTIF", "=COUNTIFS", "=SUM"}


def test_the_list_is_there_as_text(book: Any, selected: pl.DataFrame) -> None:
    rows = _table(book["List"], 1)
    assert list(rows[0]) == list(SELECTION_LIST)
    assert [row["patient_id"] for row in rows] == selected["patient_id"].to_list()


def test_names_are_in_the_workbook_only_when_asked_for(
    about: About, pack: Pack, selected: pl.DataFrame, criteria: pl.DataFrame
) -> None:
    without = tick_sheets(about, sheets_of(pack, selected), selected, criteria)
    named = tick_sheets(
        about, sheets_of(pack, selected, NAMES), selected, criteria, with_names=True
    )
    assert NAME not in [cell.value for cell in _book(without)["MED-04"][TOP]]
    rows = _table(_book(named)["MED-04"], TOP)
    assert [row[NAME] for row in rows] == ["O'Neill, Zoë", ""]


def test_the_workbook_says_that_the_data_is_synthetic_on_every_page(book: Any) -> None:
    for sheet in book:
        assert "SYNTHETIC DATA" in sheet.oddHeader.right.text


def test_sheets_whose_criteria_have_long_or_like_names_keep_names_of_their_own() -> None:
    long = "A" * 38
    lines = sheets_of_names(f"{long}-1", f"{long}-2", "history", "Start", "random", "x.y_z-1")
    content = lines
    names = _book(content).sheetnames
    assert len({name.casefold() for name in names}) == len(names) == 9
    assert all(len(name) <= 31 for name in names)


def sheets_of_names(*ids: str) -> bytes:
    """Make a workbook of criteria with these ids, and nobody picked for them."""
    pack = Pack("T", "S", "1", 1, 0, None, None, (), {}, {"p.toml": ""})
    about = About(
        "RP-TESTTEST-01", pack, "", datetime(2026, 10, 1, tzinfo=UTC).date(), "", True,
        datetime(2026, 10, 6, tzinfo=UTC), 0, 0, "", {},
    )  # fmt: skip
    sheets = tuple(Sheet(name, "Title", "Find", ("This",), ()) for name in ids)
    criteria = pl.DataFrame(
        schema={
            "criterion_id": pl.String,
            "criterion_title": pl.String,
            "wanted": pl.UInt32,
            "picked": pl.UInt32,
            "state": pl.String,
        }
    )
    return tick_sheets(about, sheets, pl.DataFrame(schema=SELECTION_LIST), criteria)


def test_the_same_selection_gives_the_same_bytes(
    about: About, pack: Pack, selected: pl.DataFrame, criteria: pl.DataFrame
) -> None:
    first, second = (
        tick_sheets(about, sheets_of(pack, selected), selected, criteria) for _ in range(2)
    )
    assert first == second
    assert zipfile.ZipFile(io.BytesIO(first)).testzip() is None


def test_on_paper_each_record_is_one_block_with_boxes_for_each_criterion(
    about: About, pack: Pack, selected: pl.DataFrame
) -> None:
    text = tick_text(about, sheets_of(pack, selected))
    assert "SYNTHETIC DATA" in text
    assert text.count("\r\nRECORD ") == 6
    assert text.count("[ ] same") == text.count("[ ] not there") == selected.height
    block = text.split("=" * WIDTH)[2]
    assert "patient {A-1}   NHS 999 000 0034" in block
    assert "MED-04  Controlled drug on repeat" in block
    assert 'DEM-01  Sjögren, "double" name' in block
    assert all(len(line) <= WIDTH for line in text.split("\r\n"))
    assert text.count("\n") == text.count("\r\n")
