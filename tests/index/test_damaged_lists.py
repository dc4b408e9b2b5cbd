"""What spreadsheets do to a list is repaired, emptied or refused, and always said."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from recordpick.errors import UserError
from recordpick.index.build.build_index import build_index


def rows_of(path: Path, index_at: Path):
    index = build_index([path], index_at)
    with (index.folder / "set_aside_values.csv").open(encoding="utf-8", newline="") as file:
        emptied = [(row["column"], row["reason"]) for row in csv.DictReader(file)]
    return index, index.scan("patients").collect(), emptied


def test_errors_of_formulas_are_emptied_and_counted_in_a_workbook(tmp_path):
    """Beside empty columns and rows too; a name is never #REF!, and nobody is patient #N/A."""
    path = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(2, 2, ["EMIS Number", "NHS Number", "Surname", "DOB", "Date of Death"])
        sheet.write_row(3, 2, ["1", "9990000018", "Able"])
        sheet.write_datetime(3, 5, date(1980, 1, 2), book.add_format({"num_format": "d/m/yy"}))
        sheet.write_formula(3, 6, "=NA()", None, "#N/A")
        sheet.write_formula(4, 2, "=1+1", None, 2)
        sheet.write_formula(4, 3, "=A1/0", None, "#DIV/0!")
        sheet.write_formula(4, 4, "=X!A1", None, "#REF!")
        sheet.write_formula(4, 5, "=Y", None, "#NAME?")
        sheet.write_formula(5, 2, "=NA()", None, "#N/A")
        sheet.write_row(5, 3, ["9990000743", "Cole"])

    index, found, emptied = rows_of(path, tmp_path / "index")

    assert found["patient_id"].to_list() == ["1", "2"]
    assert found["date_of_birth"].to_list() == [date(1980, 1, 2), None]
    assert found["family_name"].to_list() == ["Able", None]
    assert {column for column, _ in emptied} == {
        *("nhs_number", "family_name", "date_of_birth", "died_on")
    }
    assert {reason for _, reason in emptied} == {"an error of a spreadsheet's formula"}
    assert index.manifest.files[0].rows_rejected == 1


@pytest.mark.parametrize("kind", ["list", "tables"])
def test_dressed_numbers_join_their_patient(tmp_path, kind):
    """In a list and in a folder of tables, where the entries have the number too."""
    path = tmp_path / "list.csv"
    if kind == "tables":
        (tmp_path / "practice").mkdir()
        path = tmp_path / "practice" / "patients.csv"
        (tmp_path / "practice" / "events.csv").write_text(
            'patient_id,event_id,code\n\'1001,a,="38341003"\n1002.0,b,38341003\n"12,345",c,\n'
            "1.2E+15,d,\n",
            encoding="utf-8",
        )
    path.write_text(
        'patient_id,nhs_number\n"=""1001""",\'9990000018\n1002.0,999\u200d000\u200d0379\n'
        '"12,345",999?000?0743\n1.13521E+12,9990001111\n',
        encoding="utf-8",
    )
    source = path if kind == "list" else path.parent

    index, found, emptied = rows_of(source, tmp_path / "index")

    assert found["patient_id"].to_list() == ["1001", "1002", "12345"]
    assert found["nhs_number"].to_list() == ["9990000018", "9990000379", "9990000743"]
    assert emptied == []
    reasons = (index.folder / "rejected_rows.csv").read_text(encoding="utf-8")
    assert 'patient_id ""1.13521E+12"" was damaged by a spreadsheet' in reasons
    if kind == "tables":
        entries = index.scan("events").collect()
        assert entries["event_id"].sort().to_list() == ["a", "b", "c"]
        assert entries["code"].drop_nulls().to_list() == ["38341003"] * 2


@pytest.mark.parametrize("kind", ["list", "tables"])
def test_words_of_sex_and_status_cost_nobody(tmp_path, kind):
    """NHS codes and EMIS statuses are read; a word that is not known is emptied and counted."""
    path = tmp_path / "list.csv"
    if kind == "tables":
        (tmp_path / "practice").mkdir()
        path = tmp_path / "practice" / "patients.csv"
    sexes = ["1", "2", "9", "X", "0", "Not Known", "female", "other word"]
    statuses = [
        *("Currently registered for GMS", "Deducted", "Registration cancelled", "Death"),
        *("Applied", "Medical record received by FHSA", "", "Registered"),
    ]
    lines = [f"{n},{sex},{what}" for n, (sex, what) in enumerate(zip(sexes, statuses, strict=True))]
    path.write_text("\n".join(["patient_id,sex,status", *lines, ""]), encoding="utf-8")

    _, found, emptied = rows_of(path if kind == "list" else path.parent, tmp_path / "index")

    assert found["sex"].to_list() == ["M", "F", "I", "U", "U", "U", "F", None]
    assert found["status"].to_list() == [
        *("registered", "left", "left", "deceased", None, None, None, "registered")
    ]
    assert [column for column, _ in emptied] == ["status", "status", "sex"]


@pytest.mark.parametrize("kind", ["list", "tables"])
def test_dates_of_several_ways_are_read_and_others_emptied_with_their_reason(tmp_path, kind):
    path = tmp_path / "list.csv"
    if kind == "tables":
        (tmp_path / "practice").mkdir()
        path = tmp_path / "practice" / "patients.csv"
    days = [
        *("2010-01-31", "31/01/2010", "20100131", "31-Jan-2010", "31 January 2010"),
        *("31.1.2010 10:00", "16/04/91", "25/01/8", "9999-12-31", "01/01/1900", "40209", "NA"),
    ]
    lines = [f"{number},{day}" for number, day in enumerate(days, 10)]
    path.write_text("\n".join(["patient_id,date_of_birth", *lines, ""]), encoding="utf-8")

    _, found, emptied = rows_of(path if kind == "list" else path.parent, tmp_path / "index")

    assert found["date_of_birth"].to_list() == [date(2010, 1, 31)] * 6 + [None] * 6
    assert [reason.split()[0:3] for _, reason in emptied] == [
        *(["a", "year", "needs"], ["a", "year", "needs"]),
        *(["a", "placeholder", "for"], ["a", "placeholder", "for"]),
        *(["a", "spreadsheet's", "serial"], ["not", "a", "date:"]),
    ]


def test_typed_days_of_parquet_are_no_placeholders(tmp_path):
    """Nobody is dead because a database writes 9999-12-31."""
    import polars as pl

    folder = tmp_path / "practice"
    folder.mkdir()
    days = [date(9999, 12, 31), date(2020, 2, 1), None]
    pl.DataFrame({"patient_id": ["1", "2", "3"], "died_on": days}).write_parquet(
        folder / "patients.parquet"
    )
    _, found, emptied = rows_of(folder, tmp_path / "index")
    assert found["died_on"].to_list() == [None, date(2020, 2, 1), None]
    assert emptied == [("died_on", "a placeholder for a day that is not known")]


def workbook(path: Path, sheets: dict[str, list[list[str]]]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
    return path


OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

LIST = [["NHS Number", "Surname"], ["9990000018", "A"]]


def test_the_sheet_that_has_the_list_is_read(tmp_path):
    """Wherever it stands; the others are named."""
    path = workbook(tmp_path / "a.xlsx", {"Cover": [["Our list"]], "People": LIST})
    index, found, _ = rows_of(path, tmp_path / "index")
    assert found["patient_id"].to_list() == ["9990000018"]
    assert 'a.xlsx: sheet "People" was read; "Cover" was not' in index.manifest.notes


def test_two_sheets_that_could_be_the_list_are_named(tmp_path):
    path = workbook(tmp_path / "a.xlsx", {"One": LIST, "Two": LIST})
    with pytest.raises(UserError, match=r'sheets "One", "Two" could be the list.*Keep only'):
        build_index([path], tmp_path / "index")


def test_a_workbook_without_a_list_names_its_sheets(tmp_path):
    path = workbook(tmp_path / "a.xlsx", {"One": [["x"]], "Two": [["y"]]})
    with pytest.raises(UserError, match=r'its sheets are "One", "Two"'):
        build_index([path], tmp_path / "index")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"<html><table><tr><td>NHS Number</td></tr></table></html>", "this is a web page"),
        (b"\xef\xbb\xbf\r\n<!DOCTYPE HTML><html>", "this is a web page"),
        ("<table>".encode("utf-16"), "this is a web page"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:x"/>', "this is XML"),
        (OLD + bytes(600), "in the old .xls format"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
            + bytes(600)
            + "EncryptedPackage".encode("utf-16-le"),
            "has a password",
        ),
    ],
)
@pytest.mark.parametrize("name", ["list.xls", "list.xlsx", "list.csv"])
def test_what_only_a_spreadsheet_opens_is_named_for_what_it_is(tmp_path, content, says, name):
    """Whatever its name says, with what to do."""
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UserError, match=f"{says}.*save it as .xlsx or") as refused:
        build_index([path], tmp_path / "index")
    assert "\n" not in str(refused.value)
    assert "NHS Number" not in str(refused.value)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("EMIS Number,DOB\n1,29221\n2,30000\n", "DOB has a spreadsheet's serial numbers of days"),
        (
            "EMIS Number,Surname\n1.1E+12,A\n1.2E+12,B\n",
            'no row .* Of 2 rows, 2 have this fault, the first on line 2: patient_id "1.1E.12" was',
        ),
    ],
)
def test_a_list_of_which_nothing_can_be_read_is_refused_with_the_reason(tmp_path, content, says):
    path = tmp_path / "list.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UserError, match=says):
        build_index([path], tmp_path / "index")
