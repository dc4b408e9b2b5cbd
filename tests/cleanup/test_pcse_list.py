"""PCSE's list is read as it was sent; what cannot be used is reported with its line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from recordpick.cleanup import PcseList, read_pcse_list
from recordpick.errors import UserError

LIST = """\
GP practice list,,,,
As at 01/10/2026,,,,
NHS Number,Surname,Forenames,Date of Birth,Sex
999 000 0018,AMES,ANN MARY,31/12/1950,Female
9990000026,BAKER,BO,01/02/1960,M
"""


@pytest.fixture
def read(tmp_path: Path):
    def make(content: str | bytes, name: str = "pcse.csv") -> PcseList:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_pcse_list(path)

    return make


def test_a_list_with_lines_above_its_header(read):
    """Numbers are tidied, dates read as the whole column is written, words translated to ours."""
    pcse = read(LIST)
    assert pcse.rows.drop("nhs_damaged", "unread", "nhs_as_written").rows() == [
        (4, "9990000018", "AMES", "ANN MARY", None, date(1950, 12, 31), "F"),
        (5, "9990000026", "BAKER", "BO", None, date(1960, 2, 1), "M"),
    ]
    assert (pcse.read, pcse.left_out.height) == (2, 0)
    assert pcse.columns == {"nhs_number", "family_name", "given_name", "date_of_birth", "sex"}
    assert pcse.notes == ("Dates of birth were read as day/month/year.",)


def test_a_spreadsheet(tmp_path: Path):
    path = tmp_path / "pcse.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["NHS No", "Surname", "Forename", "DOB"])
        sheet.write_row(1, 0, [9990000018, "Ames", "Ann", "1950-12-31"])
    pcse = read_pcse_list(path)
    assert pcse.rows["nhs_number"].to_list() == ["9990000018"]
    assert pcse.rows["date_of_birth"].to_list() == [date(1950, 12, 31)]
    assert "sex" not in pcse.columns


def test_numbers_of_which_some_are_damaged_or_wrong(read):
    """Those with a name and a birth can still be looked for; the others are told one by one."""
    pcse = read(
        "NHS Number,Surname,Forenames,Date of Birth\n"
        "9990000018,A,A,1950-01-01\n"
        "9.99E+09,B,B,1950-01-01\n"
        "1234567890,C,C,1950-01-01\n"
        "9.99E+09,D,D,\n"
        "1234567890,,E,1950-01-01\n"
        ",F,,1950-01-01\n"
        "Total,,,\n"
        "x,y\n"
    )
    assert pcse.rows["nhs_number"].to_list() == ["9990000018", None, None]
    assert pcse.rows["nhs_damaged"].to_list() == [False, True, False]
    without = "and without a name and date of birth the patient cannot be found"
    assert pcse.left_out.rows() == [
        (5, f"the NHS number 9.99E+09 was damaged by a spreadsheet, {without}"),
        (6, f"1234567890 is not a valid NHS number, {without}"),
        (7, f"there is no NHS number, {without}"),
        (8, f"Total is not a valid NHS number, {without}"),
        (9, f"x is not a valid NHS number, {without}"),
    ]
    assert pcse.read == 8
    assert pcse.notes[0].startswith(
        "NHS numbers that were damaged by a spreadsheet: 2, such as 9.99E+09"
    )
    assert "(line 3)" in pcse.notes[0]
    assert "NHS numbers that cannot be right: 4, such as 1234567890 (line 4)" in pcse.notes[1]


def test_values_that_cannot_be_read_are_not_compared_and_reported_once(read):
    pcse = read(
        "NHS Number,Date of Birth,Gender\n"
        "9990000018,31/12/1950,X9\n9990000026,12/31/1950,male\n9990000034,,\n"
    )
    assert pcse.rows["date_of_birth"].to_list() == [date(1950, 12, 31), None, None]
    assert pcse.rows["sex"].to_list() == [None, "M", None]
    assert pcse.rows["unread"].to_list() == [["sex"], ["date_of_birth"], []]
    assert any(
        "Lines where the sex could not be read: 1, such as 'X9' (line 2)" in n for n in pcse.notes
    )


def test_an_unconfirmed_date_order_is_reported(read):
    pcse = read("NHS Number,DOB\n9990000018,01/02/1950\n")
    assert pcse.notes == (
        "Dates of birth were read as day/month/year, but no date in the column confirms it.",
    )


def test_nhs_numbers_under_another_name(read):
    """A column of patient numbers that are NHS numbers is used as such."""
    assert read("Patient ID\n9990000018\n").rows["nhs_number"].to_list() == ["9990000018"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "empty"),
        ("Surname,Forename\nAmes,Ann\n", r"no column is called NHS Number .*Surname, Forename"),
        ("EMIS Number,Surname\n12,Ames\n", "there is no column of NHS numbers"),
        ("NHS Number,Surname\n", "no patient below its header"),
        ("NHS Number,Surname\n9.99E+09,Ames\n9.99E+09,Bo\n", "damaged the NHS numbers"),
        ("NHS Number,NHS Number\n9990000018,9990000018\n", "2 columns are called NHS Number"),
        ("NHS Number,DOB\n9990000018,31/12/50\n", "years of two digits"),
        (b"PK\x03\x04", "a spreadsheet or an archive"),
        (b"\x00\x01\x02" * 50, "not a text file"),
        (b"\xd0\xcf\x11\xe0" * 50, "old .xls format"),
    ],
)
def test_a_list_that_cannot_be_used(read, content, says):
    """One sentence, which names the file."""
    with pytest.raises(UserError, match=says) as error:
        read(content)
    assert "pcse.csv" in str(error.value)


def test_a_list_that_is_not_there(tmp_path: Path):
    for name in ("gone.csv", "gone.xlsx"):
        with pytest.raises(UserError, match="no such file"):
            read_pcse_list(tmp_path / name)


def test_an_xlsx_that_is_not_one(read):
    with pytest.raises(UserError, match=r"not an \.xlsx spreadsheet"):
        read("NHS Number\n9990000018\n", "pcse.xlsx")
