"""Spreadsheets come out as text, and none of them takes the program down."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from recordpick.errors import UserError
from recordpick.spreadsheets import read_rows


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    path = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(path) as book:
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        moment = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        clock = book.add_format({"num_format": "hh:mm"})
        sheet = book.add_worksheet("Patients & more")
        sheet.write_row(2, 0, ["NHS Number", "Born", "Seen", "Weight", "Note"])
        sheet.write(3, 0, 9434765919)
        sheet.write_datetime(3, 1, dt.date(1980, 1, 2), day)
        sheet.write_datetime(3, 2, dt.datetime.fromisoformat("2020-01-02T03:04"), moment)
        sheet.write(3, 3, 71.5)
        sheet.write(3, 4, "é, “quoted”\nand a second line")
        sheet.write_string(4, 0, "0434765919")
        sheet.write_datetime(4, 2, dt.time(9, 30), clock)
        sheet.write_formula(4, 3, "=1+1", None, 2)
        sheet.write_formula(4, 4, "=1/0", None, "#DIV/0!")
        book.add_worksheet("Empty")
        book.add_chartsheet("Chart")
    return path


def changed(workbook: Path, change: Callable[[bytes], bytes]) -> Path:
    """Make a copy of the workbook whose first sheet's XML was changed."""
    copy = workbook.with_name("changed.xlsx")
    with (
        zipfile.ZipFile(workbook) as source,
        zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, change(data) if name == "xl/worksheets/sheet1.xml" else data)
    return copy


def with_cell(place: bytes) -> Callable[[bytes], bytes]:
    row = place.lstrip(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    cell = b'<row r="' + row + b'"><c r="' + place + b'"><v>1</v></c></row></sheetData>'
    return lambda xml: xml.replace(b"</sheetData>", cell)


def test_cells_come_out_as_a_person_would_write_them(workbook: Path) -> None:
    """Row 1 is the sheet's first row; an NHS number kept as a number is its ten digits."""
    rows = read_rows(workbook)

    assert rows[:2] == [[""] * 5] * 2
    assert rows[2] == ["NHS Number", "Born", "Seen", "Weight", "Note"]
    assert rows[3] == [
        "9434765919",
        "1980-01-02",
        "2020-01-02 03:04:00",
        "71.5",
        "é, “quoted”\nand a second line",
    ]
    assert rows[4] == ["0434765919", "", "09:30:00", "2", "#DIV/0!"]


def test_a_sheet_is_found_by_its_name(workbook: Path) -> None:
    assert len(read_rows(workbook, "Patients & more")) == 5
    assert read_rows(workbook, "Empty") == []


@pytest.mark.parametrize("sheet", ["Chart", "Nowhere"])
def test_a_sheet_without_cells_is_said_to_be_none(workbook: Path, sheet: str) -> None:
    with pytest.raises(UserError, match=f'has no sheet "{sheet}".*"Patients & more"'):
        read_rows(workbook, sheet)


def test_a_small_file_that_claims_17_billion_cells_is_refused(workbook: Path) -> None:
    """One cell at the last place of a sheet would have a naive reader make all the others."""
    bomb = changed(workbook, with_cell(b"XFD1048576"))

    assert bomb.stat().st_size < 10_000
    with pytest.raises(UserError, match=r"spans 1,048,576 rows by 16,384 columns"):
        read_rows(bomb)


def test_cells_that_only_carry_a_format_do_not_count(workbook: Path) -> None:
    """People format whole columns; that makes a sheet no larger."""
    formatted = changed(
        workbook,
        lambda xml: xml.replace(
            b"</sheetData>", b'<row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData>'
        ),
    )

    assert len(read_rows(formatted)) == 5


def test_an_archive_that_unpacks_to_far_more_is_refused(workbook: Path) -> None:
    bomb = changed(workbook, lambda xml: xml + b" " * 60_000_000)

    with pytest.raises(UserError, match="times its size"):
        read_rows(bomb)


def test_a_reader_that_takes_too_long_is_ended(workbook: Path) -> None:
    with pytest.raises(UserError, match="took more than 0 seconds"):
        read_rows(workbook, seconds=0)


def test_a_damaged_sheet_is_reported(workbook: Path) -> None:
    with pytest.raises(UserError, match="cannot be read as a spreadsheet"):
        read_rows(changed(workbook, lambda xml: xml[: len(xml) // 2]))


def test_half_a_file_is_reported(workbook: Path) -> None:
    half = workbook.with_name("half.xlsx")
    half.write_bytes(workbook.read_bytes()[:3000])

    with pytest.raises(UserError, match=r"not a whole \.xlsx file"):
        read_rows(half)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"NHS Number\n9434765919\n", "not an .xlsx spreadsheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "in the old .xls format"),
    ],
)
def test_what_is_no_spreadsheet_is_reported(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(content)

    with pytest.raises(UserError, match=says):
        read_rows(path)


def test_an_archive_that_is_no_workbook_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("letter.txt", "Dear patient")

    with pytest.raises(UserError, match="not an Excel workbook"):
        read_rows(path)


def test_a_missing_file_and_a_folder_are_reported(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file"):
        read_rows(tmp_path / "none.xlsx")
    with pytest.raises(UserError, match="folder"):
        read_rows(tmp_path)


def test_cells_that_do_not_say_where_they_are_count_by_their_row(workbook: Path) -> None:
    """The standard lets cells leave out their place: they follow the one before."""
    row = b'<row r="1048576"><c><v>1</v></c><c r="CZ1"><v>1</v></c></row></sheetData>'
    bomb = changed(workbook, lambda xml: xml.replace(b"</sheetData>", row))

    with pytest.raises(UserError, match="spans 1,048,576 rows"):
        read_rows(bomb)
