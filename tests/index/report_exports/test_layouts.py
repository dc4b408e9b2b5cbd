"""Reports as EMIS Web, SystmOne and Vision lay them out are read for what they are."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from recordpick.errors import UserError
from recordpick.index.build.build_index import build_index
from recordpick.index.source import Answers

EMIS = """\
Report Name,,,Diabetes entries
Last Run,,,"14/06/2026 08:12"
Patient Details,,,,Diabetes,,,HbA1c,,,Medication Issues,
EMIS Number,NHS Number,Full Name,Date of Birth,Code Term,Date,Associated Text,Date,Value,\
Unit of Measure,"Name, Dosage and Quantity",Date of Issue
4711,999 000 0018,"EXAMPLE, Ada (Mrs)",03-Feb-1951,Type 2 diabetes mellitus,17-Mar-2009,,\
02-May-2026,58,mmol/mol,"Metformin 500mg tablets, One To Be Taken, 56 tablet",01-Jun-2026
,,,,,,,11-Nov-2025,61,mmol/mol,"Metformin 500mg tablets, One To Be Taken, 56 tablet",04-May-2026
4712,,"TESTER, Cy (Mr)",19-Aug-1987,,,,01-Apr-2026,<20,mmol/mol,,
,,,,,,,,,,,
,,,,Type 2 diabetes mellitus,01-Jan-2020,,,,,,
"""


def test_groups_of_an_emis_report_share_the_patient_and_nothing_else(read) -> None:
    """Each group's cells are an entry of their own; a row below is the same patient's."""
    found = read({"EMIS.csv": EMIS})

    assert found.rows("events", "term", "date", "value", "value_text", "unit") == [
        ("4711", "Type 2 diabetes mellitus", date(2009, 3, 17), None, None, None),
        ("4711", "HbA1c", date(2026, 5, 2), 58.0, None, "mmol/mol"),
        ("4711", "HbA1c", date(2025, 11, 11), 61.0, None, "mmol/mol"),
        ("4712", "HbA1c", date(2026, 4, 1), None, "<20", "mmol/mol"),
    ]
    assert found.rejected() == [
        (9, "it names no patient, and nothing says for certain whose it is")
    ]


def test_issues_of_one_drug_are_one_course_of_medication(read) -> None:
    """An EMIS report lists issues; criteria count medicines. Its last issue is the last day."""
    found = read({"EMIS.csv": EMIS})

    columns = ("drug", "dosage", "quantity", "unit", "last_issued_on")
    assert found.rows("medications", *columns) == [
        ("4711", "Metformin 500mg tablets", "One To Be Taken", 56.0, "tablet", date(2026, 6, 1))
    ]
    assert "is_active" not in found.index.columns("medications")
    counts = [one for one in found.index.manifest.files if one.table == "medications"]
    assert [(one.rows_read, one.rows_indexed) for one in counts] == [(2, 2)]


def test_a_line_above_the_header_says_the_day(tmp_path: Path) -> None:
    (tmp_path / "LIST.csv").write_text("EMIS Number,Date of Birth\n4711,03/02/1951\n")
    (tmp_path / "E.csv").write_text(
        "Practice,,,Marling Surgery\nLast Run,,,14/06/2026 08:12\n"
        "EMIS Number,Code Term,Date\n4711,Asthma,01-Jan-2020\n"
    )

    index = build_index([tmp_path / "LIST.csv", tmp_path / "E.csv"], tmp_path / "index")

    assert index.manifest.as_at == date(2026, 6, 14)
    assert index.manifest.practice == "Marling Surgery"
    assert "Last Run 14/06/2026" in index.manifest.as_at_from


def test_entries_of_groups_that_are_not_named_are_not_put_together_by_guess(read) -> None:
    with pytest.raises(UserError, match=r"which of the columns (Code Term|Date), .*2 belong"):
        read({"E.csv": "NHS Number,Code Term,Date,Code Term2,Date2\n9990000034,A,,B,\n"})


def test_a_systmone_breakdown_of_joined_reports(read) -> None:
    """A patient without an entry keeps a row there: no entry, and nothing lost."""
    found = read(
        {
            "S.csv": "CHK pts: Patient ID,CHK imms: Patient ID,NHS number,CHK imms: Vaccination "
            "type,CHK imms: Event date,Patient Count\n"
            "8101,8101,999 000 0050,MMR Booster 1,02 Sep 2022,1\n8102,,999 000 0069,unknown,,1\n"
        }
    )

    assert found.rows("events", "kind", "term", "date") == [
        ("8101", "immunisation", "MMR Booster 1", date(2022, 9, 2))
    ]
    (count,) = (one for one in found.index.manifest.files if one.table == "events")
    assert (count.rows_read, count.rows_indexed, count.rows_deleted) == (2, 1, 1)


def test_a_row_that_counts_several_patients_is_nobodys(read) -> None:
    found = read(
        {
            "S.csv": "Patient ID,Code description,Event date,Patient Count\n"
            "4711,A,01 Jun 2026,1\n4711,B,01 Jun 2026,2\n"
        }
    )

    assert found.rows("events", "term") == [("4711", "A")]
    assert found.rejected() == [(3, "it counts 2 patients")]


def test_a_systmone_export_that_was_cut_off_is_warned_of(read) -> None:
    rows = "\n".join(f"4711,E{number},01 Jun 2026" for number in range(30_000))
    found = read({"S.csv": f"Patient ID,Code description,Event date\n{rows}\n"})

    assert "exactly 30,000 rows" in found.index.manifest.warnings[0]


def test_pages_totals_and_repeated_headers_are_no_entries(read) -> None:
    header = "Surname\tForename\tNHS Number\tDate of Birth\tDate\tProblem and Code\tStatus"
    row = "Example\tAda\t9990000018\t03/02/1951\t17/03/2009\tAsthma (195967001)\tActive"
    text = "\r\n".join(
        ["Marling Surgery", "Problems", header, row, "Page 1 of 2" + "\t" * 6, "", header, row,
         "Total: 2" + "\t" * 6]
    )  # fmt: skip
    found = read({"V.csv": text.encode("utf-16")})

    assert found.rows("events", "code", "term", "problem_status") == [
        ("4711", "195967001", "Asthma", "active"),
        ("4711", "195967001", "Asthma", "active"),
    ]
    assert found.rejected() == [
        (5, "it is not an entry: Page 1 of 2"),
        (7, "it is the header again"),
        (9, "it is not an entry: Total: 2"),
    ]


def test_delimiters_and_encodings(read) -> None:
    forms = [(",", "utf-8-sig"), (";", "cp1252"), ("\t", "utf-16"), ("|", "utf-8")]
    exports = {}
    for number, (separator, encoding) in enumerate(forms):
        rows = [["EMIS Number", "Allergy", "Date"], ["4711", f"Crème – {number}", "01/06/2026"]]
        text = "\r\n".join(separator.join(row) for row in rows)
        exports[f"{number}.csv"] = text.encode(encoding)

    assert read(exports).rows("events", "kind", "term") == [
        ("4711", "allergy", f"Crème – {number}") for number in range(len(forms))
    ]


def test_a_wide_report_is_one_entry_a_group(read) -> None:
    """It lists one of several entries, and answers have a caution that says so."""
    found = read(
        {
            "W.csv": "NHS Number,Latest BP date,Latest BP value,Latest HbA1c date,Latest HbA1c\n"
            "9990000018,01/06/2026,138/82,30/05/2026,48 mmol/mol\n9990000034,,,,\n"
        }
    )

    assert found.rows("events", "term", "date", "value", "value_text", "unit") == [
        ("4711", "Latest BP", date(2026, 6, 1), None, "138/82", None),
        ("4711", "Latest HbA1c", date(2026, 5, 30), 48.0, None, "mmol/mol"),
    ]
    assert "W.csv lists only one of each patient's entries (Latest BP)" in found.cautions()


def test_a_report_on_the_third_sheet_with_merged_patients(read, tmp_path: Path) -> None:
    """A merged cell says for certain whose the rows beside it are; others name their own."""
    path = tmp_path / "M.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Cover").write(0, 0, "Searches of June")
        book.add_worksheet("Empty")
        sheet = book.add_worksheet("Data")
        for place, name in enumerate(("EMIS Number", "Drug", "Start Date", "Medication Status")):
            sheet.write(2, place, name)
        sheet.merge_range("A4:A5", "4711")
        drugs = ("Aspirin", "Bisoprolol", "Codeine", "Digoxin")
        for row, drug in enumerate(drugs, 3):
            sheet.write_row(row, 1, [drug, "01/06/2026", "Current"])
        sheet.write(5, 0, 4712)

    found = read({"M.xlsx": path.read_bytes()})

    assert found.rows("medications", "drug", "is_active") == [
        ("4711", "Aspirin", True),
        ("4711", "Bisoprolol", True),
        ("4712", "Codeine", True),
    ]
    assert [line for line, _ in found.rejected()] == [7]


ODS = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2"><office:body>'
    '<office:spreadsheet><table:table table:name="A">{}</table:table></office:spreadsheet>'
    "</office:body></office:document-content>"
)
ODS_MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    '<manifest:file-entry manifest:full-path="/" '
    'manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>'
)


def test_an_open_document_sheet_with_merged_patients(read, tmp_path: Path) -> None:
    """The last row stands for the million empty ones that such programs write."""

    def cell(text: str, more: str = "") -> str:
        return (
            f'<table:table-cell office:value-type="string"{more}><text:p>{text}</text:p>'
            "</table:table-cell>"
        )

    header = "".join(map(cell, ("EMIS Number", "Problem", "Problem Date")))
    first = cell("4711", ' table:number-rows-spanned="2"') + cell("Gout") + cell("01/06/2026")
    second = "<table:covered-table-cell/>" + cell("Asthma") + cell("2001")
    third = "<table:table-cell/>" + cell("Nobody's") + cell("2001")
    rows = "".join(f"<table:table-row>{row}</table:table-row>" for row in (header, first, second))
    rows += f"<table:table-row>{third}</table:table-row>"
    rows += (
        '<table:table-row table:number-rows-repeated="1048570">'
        '<table:table-cell table:number-columns-repeated="1024"/></table:table-row>'
    )
    path = tmp_path / "made.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", ODS_MANIFEST)
        archive.writestr("content.xml", ODS.format(rows))

    found = read({"P.ods": path.read_bytes()})

    assert found.rows("events", "term", "date_precision") == [
        ("4711", "Gout", "day"),
        ("4711", "Asthma", "year"),
    ]
    assert [line for line, _ in found.rejected()] == [4]


def test_sheets_of_several_kinds_are_all_read(read, tmp_path: Path) -> None:
    path = tmp_path / "M.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for kind in ("Problem", "Allergy"):
            sheet = book.add_worksheet(kind)
            sheet.write_row(0, 0, ["EMIS Number", kind, f"{kind} Date"])
            sheet.write_row(1, 0, ["4711", "Pollen", "2026-06-01"])

    found = read({"M.xlsx": path.read_bytes()})

    assert found.rows("events", "kind") == [("4711", "allergy"), ("4711", "problem")]


def test_two_sheets_of_one_kind_are_not_chosen_between(read, tmp_path: Path) -> None:
    path = tmp_path / "M.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name in ("May", "June"):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ["EMIS Number", "Problem", "Problem Date"])
            sheet.write_row(1, 0, ["4711", "Asthma", "01/06/2026"])

    with pytest.raises(UserError, match='sheets "May" and "June" could both be the problems'):
        read({"M.xlsx": path.read_bytes()})


def test_rows_without_a_patient_belong_to_the_one_above_where_a_person_says_so(read) -> None:
    """No layout proves it here, so nothing is carried down unless somebody knows the report."""
    text = "EMIS Number,Problem,Problem Date\n4711,A,01/06/2026\n,B,02/06/2026\n4712,C,03/06/2026\n"

    found = read({"P.csv": text})
    assert found.rows("events", "term") == [("4711", "A"), ("4712", "C")]
    assert any("add --fill-down" in note for note in found.index.manifest.notes)

    said = read({"P.csv": text}, Answers(fill_down=True))
    assert said.rows("events", "term") == [("4711", "A"), ("4711", "B"), ("4712", "C")]


def test_a_patient_above_who_is_not_known_passes_nothing_down(read) -> None:
    """Rows below an unknown patient are not the earlier patient's."""
    text = (
        "Patient Details,,Problems,\nEMIS Number,NHS Number,Problem,Date\n4711,,A,01-Jun-2026\n"
        "9999,,B,01-Jun-2026\n,,C,01-Jun-2026\n,999 000 0034,D,01-Jun-2026\n,,E,01-Jun-2026\n"
    )
    found = read({"P.csv": text})

    assert found.rows("events", "term") == [("4711", "A"), ("4713", "D"), ("4713", "E")]
    assert found.rejected() == [
        (4, "there is no patient 9999 on LIST.csv"),
        (5, "the patient of the row above is not known"),
    ]


def test_a_report_that_repeats_patients_passes_nothing_down(read) -> None:
    """Where a patient is named on two rows, a row without one is a fault, whatever its groups."""
    text = (
        "Patient Details,Problems,\nEMIS Number,Problem,Date\n4711,A,01-Jun-2026\n"
        "4711,B,01-Jun-2026\n,C,01-Jun-2026\n"
    )
    found = read({"P.csv": text})

    assert found.rows("events", "term") == [("4711", "A"), ("4711", "B")]
    assert [line for line, _ in found.rejected()] == [5]
    strangers = text.replace("4711,A", "9999,A").replace("4711,B", "9999,B")
    found = read({"P.csv": strangers.replace(",C,", "4711,C,") + ",D,01-Jun-2026\n"})
    assert found.rows("events", "term") == [("4711", "C")]
