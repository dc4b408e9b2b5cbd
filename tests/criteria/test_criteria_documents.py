"""Suppliers' sheets of criteria in words: workbooks, OpenDocument and Word tables."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from examples import examples
from recordpick.criteria.list_documents import WhichTableError
from recordpick.criteria.load import parse_pack, read_criteria_list, read_pack
from recordpick.criteria.numbered_criteria import numbered_parts
from recordpick.errors import UserError

from office_files import cell, ods_row, paragraph, word_table, write_docx, write_ods

HEADER = ["Ref", "Section/Area", "Test criteria", "What to check in new system", "Qty"]
ROWS = [
    ["D-1", "Demographics", "Pts over 75", "Age\nDate of birth", "up to 20"],
    ["D-2", "", "Previous surname", "Both names", "x5"],
    ["M-1", "Medication", "More than 8 rpts", "Dose; review date", "20 pts"],
]
EXPECTED = [
    ("D-1", "Demographics", "Pts over 75", ("Age", "Date of birth"), 20),
    ("D-2", "Demographics", "Previous surname", ("Both names",), 5),
    ("M-1", "Medication", "More than 8 rpts", ("Dose", "review date"), 20),
]


def criteria_of(path: Path, sheets: tuple[str, ...] = ()) -> list[tuple[object, ...]]:
    pack = read_pack(path, sheets)
    return [(one.id, one.area, one.find, one.compare, one.records) for one in pack.criteria]


def workbook(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    """A workbook; as .ods it is read in a third of the time."""
    if path.suffix == ".ods":
        return write_ods(path, {name: "".join(map(ods_row, rows)) for name, rows in sheets.items()})
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for row, cells in enumerate(rows):
                sheet.write_row(row, 0, cells)
    return path


def message_of(path: Path, sheets: tuple[str, ...] = ()) -> str:
    with pytest.raises(UserError) as refused:
        read_pack(path, sheets)
    return str(refused.value)


BANNER = [["Data validation criteria"], ["Please select patients for each line"], []]


def test_the_same_list_is_read_from_every_kind_of_document(tmp_path: Path) -> None:
    """With a banner above the header, as XLSX, ODS and DOCX; a pack of it reads back the same."""
    excel = workbook(tmp_path / "a.xlsx", {"Criteria": [*BANNER, HEADER, *ROWS]})
    rows = "".join(ods_row(row) for row in [*BANNER, HEADER, *ROWS])
    calc = write_ods(tmp_path / "a.ods", {"Criteria": rows})
    word = write_docx(
        tmp_path / "a.docx", paragraph("Data validation criteria"), word_table([HEADER, *ROWS])
    )
    for path in (excel, calc, word):
        assert criteria_of(path) == EXPECTED, path.name
        pack = read_pack(path)
        assert parse_pack(pack.files).criteria == pack.criteria


def test_a_list_on_the_third_sheet_below_a_banner(tmp_path: Path) -> None:
    """Its sheets are named; what is above the header is named too, so nothing is lost unsaid."""
    sheets = {"Cover": [["Welcome"]], "Contacts": [["Name", "Telephone"], ["A", "1"]]}
    path = workbook(tmp_path / "a.ods", {**sheets, "Data": [*BANNER, HEADER, *ROWS]})
    found = read_criteria_list(path)
    assert found.places["M-1"] == 'sheet "Data", row 7'
    notes = "\n".join(found.pack.notes)
    assert 'Of its sheets only "Data" is used, not "Cover" and "Contacts".' in notes
    assert (
        'What is above the header is not used: "Data validation criteria" (row 1) and '
        '"Please select patients for each line" (row 2).'
    ) in notes


def test_two_sheets_that_could_be_meant_are_asked_about(tmp_path: Path) -> None:
    """Nothing is read unasked; by name one is read, or both as one list with areas."""
    path = workbook(
        tmp_path / "a.ods",
        {
            "Medication": [["Ref", "Test criteria", "Qty"], ["M-1", "Warfarin", 5]],
            "Problems": [["Ref", "Test criteria", "Qty"], ["P-1", "Asthma", 5]],
        },
    )
    with pytest.raises(WhichTableError, match="name the sheets that are meant") as refused:
        read_pack(path)
    assert refused.value.names == ("Medication", "Problems")
    assert [one[0] for one in criteria_of(path, ("problems",))] == ["P-1"]
    both = criteria_of(path, ("Problems", "Medication"))
    assert [one[:2] for one in both] == [("M-1", "Medication"), ("P-1", "Problems")]
    assert 'no sheet "Other" with cells. It has "Medication" and "Problems".' in message_of(
        path, ("Other",)
    )


def test_a_second_sheet_with_fewer_columns_may_be_meant_too(tmp_path: Path) -> None:
    """It has an id and what to find: its criteria are never left out without a question."""
    path = workbook(
        tmp_path / "a.xlsx",
        {
            "Clinical": [["Ref", "Test criteria", "Qty"], ["M-1", "Warfarin", 5]],
            "Admin": [["Ref", "Test criteria"], ["P-1", "Temporary residents"]],
        },
    )
    with pytest.raises(WhichTableError) as refused:
        read_pack(path)
    assert refused.value.names == ("Clinical", "Admin")


def test_messages_name_sheet_row_and_column(tmp_path: Path) -> None:
    """As the workbook numbers and letters them, empty columns at the left included."""
    rows: list[list[object]] = [["", "Ref", "Test criteria", "Qty"], ["", "A", "x", "some"]]
    path = workbook(tmp_path / "a.xlsx", {"My list": rows})
    (note,) = read_pack(path).notes
    assert note.startswith(
        'a.xlsx, sheet "My list", criterion A, row 2, column D ("Qty"): how many'
    )
    rows += [["", "é", "y", 5], ["", "A", "", 5]]
    place = 'b.xlsx, sheet "My list"'
    no_id, again, nothing = message_of(
        workbook(tmp_path / "b.xlsx", {"My list": rows})
    ).splitlines()
    assert no_id.startswith(f"""{place}, row 3, column B ("Ref"): 'é' is not an id""")
    assert again.startswith(f'{place}, criterion A, row 4, column B ("Ref"): The id is already')
    assert nothing == f"{place}, criterion A, row 4: It does not say what to find."


def test_every_column_is_used_or_named_in_every_kind_of_document(tmp_path: Path) -> None:
    """What testers fill in is named as unused; a column without a name by its letter."""
    rows = [
        ["Ref", "Test criteria", "Tester", "", "Minimum", "Notes"],
        ["A", "x", "AB", "?", "3", "n"],
    ]
    excel = workbook(tmp_path / "a.xlsx", {"S": [list(row) for row in rows]})
    calc = write_ods(tmp_path / "a.ods", {"S": "".join(map(ods_row, rows))})
    word = write_docx(tmp_path / "a.docx", word_table(rows))
    for path, nameless in ((excel, "column D"), (calc, "column D"), (word, "column 4")):
        pack = read_pack(path)
        (note,) = pack.notes
        for name in ('"Tester"', f"{nameless}, which has no name", '"Notes"'):
            assert name in note, path.name
        assert pack.criteria[0].records == 3


_texts = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp", "Zs")),
    min_size=1,
    max_size=20,
)


@settings(max_examples=examples(40), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(_texts, _texts), min_size=1, max_size=4), st.booleans())
def test_no_cell_of_a_document_is_lost(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], is_word: bool
) -> None:
    """Whatever is written in a cell is in the criterion of its row."""
    from recordpick._ods_sheets import read_ods
    from recordpick._word_tables import read_docx

    table = [("Ref", "Find"), *rows]
    folder = tmp_path_factory.mktemp("cells")
    if is_word:
        path = write_docx(folder / "a.docx", word_table(table))
        with zipfile.ZipFile(path) as archive:
            assert read_docx(archive)[0].rows == [list(map(str.strip, row)) for row in table]
    else:
        path = write_ods(folder / "a.ods", {"S": "".join(map(ods_row, table))})
        with zipfile.ZipFile(path) as archive:
            assert read_ods(archive, 1000)[0] == {"S": [list(map(str.strip, row)) for row in table]}


def test_a_number_column_called_no_is_how_many_where_numbers_come_again(tmp_path: Path) -> None:
    """ "No." is a reference in one list and a number of patients in another."""
    rows = [["Area", "Test criteria", "No."], ["A", "x", 20], ["A", "y", 20], ["A", "z", 10]]
    path = workbook(tmp_path / "a.ods", {"S": rows})
    assert [(one.id, one.records) for one in read_pack(path).criteria] == [
        ("1", 20),
        ("2", 20),
        ("3", 10),
    ]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        (
            [["No. of\npatients", "What are we looking for?", "Data area"], [5, "x", "A"]],
            ("1", "A", "x", (), 5),
        ),
        (
            [["Test #", "Scenario to test", "Min. patients"], [1, "x", 5]],
            ("1", "Criteria", "x", (), 5),
        ),
        (
            [["Criterion", "Example patients", "Required"], ["x y", "", 5]],
            ("1", "Criteria", "x y", (), 5),
        ),
        (
            [
                ["Section", "Test criteria", "Patients to check", "New system check"],
                ["A", "x", 5, "d"],
            ],
            ("1", "A", "x", ("d",), 5),
        ),
        (
            [["Area", "Type of patient", "Suggested number"], ["A", "x", "ten"]],
            ("1", "A", "x", (), 10),
        ),
        (
            [["Ref", "Search for…", "Look at…", "Qty (max)"], ["1", "x", "d", "5 max"]],
            ("1", "Criteria", "x", ("d",), 5),
        ),
        ([["Criteria", "Patient ID"], ["x", "10482"]], ("1", "Criteria", "x", (), 20)),
        (
            [["Ref", "Criteria"], ["", "PEOPLE AND AGES"], ["P1", "x"]],
            ("P1", "PEOPLE AND AGES", "x", (), 20),
        ),
    ],
)
def test_headers_as_suppliers_write_them(
    tmp_path: Path, rows: list[list[object]], found: tuple[object, ...]
) -> None:
    """Each column where it belongs; a tester's column of patients is never taken for references."""
    assert criteria_of(workbook(tmp_path / "a.ods", {"S": rows})) == [found]


def test_references_with_spaces_and_signs_are_ids_and_named(tmp_path: Path) -> None:
    """People write them so; two that would become one are refused."""
    rows: list[list[object]] = [
        ["Ref", "Test criteria"],
        ["DEM 01", "x"],
        ["(2)", "y"],
        ["M/3", "z"],
    ]
    pack = read_pack(workbook(tmp_path / "a.ods", {"S": rows}))
    assert [one.id for one in pack.criteria] == ["DEM-01", "2", "M-3"]
    assert 'DEM-01 ("DEM 01"), 2 ("(2)") and M-3 ("M/3")' in pack.notes[-1]
    assert parse_pack(pack.files).criteria == pack.criteria
    rows.append(["DEM/01", "w"])
    assert "The id is already that of row 2." in message_of(
        workbook(tmp_path / "b.ods", {"S": rows})
    )


# ---------------------------------------------------------------------- Word


def test_several_tables_of_a_word_document_are_one_list(tmp_path: Path) -> None:
    """The heading above each is its area; a table of something else is named as not used."""
    header = ["Ref", "Test criteria", "Qty"]
    path = write_docx(
        tmp_path / "a.docx",
        word_table([["Version", "Date"], ["1", "1 May 2026"]]),
        paragraph("Medication", "Heading1"),
        paragraph("Please choose patients with current medicines."),
        word_table([header, ["M-1", "Warfarin", "5"]]),
        paragraph("Problems", "Heading1"),
        word_table([header, ["P-1", "Asthma", "5"]]),
    )
    assert [one[:2] for one in criteria_of(path)] == [("M-1", "Medication"), ("P-1", "Problems")]
    notes = "\n".join(read_pack(path).notes)
    assert 'Of its tables only 2 and 3 are used, not 1 ("Version …", 2 rows).' in notes
    assert "Tables 2 and 3 are read as one list." in notes
    assert [one[0] for one in criteria_of(path, ("3",))] == ["P-1"]


def test_automatic_numbers_of_word_are_references(tmp_path: Path) -> None:
    """A column of references is often nothing but Word's own numbering."""
    numbering = (
        '<w:abstractNum w:abstractNumId="7"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
        '<w:numFmt w:val="decimalZero"/><w:lvlText w:val="TC%1."/></w:lvl></w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>'
    )
    number = cell(paragraph("", number="1"))
    path = write_docx(
        tmp_path / "a.docx",
        word_table([["Ref", "Test criteria"], [number, "Warfarin"], [number, "Asthma"]]),
        numbering=numbering,
    )
    assert [(one.id, one.find) for one in read_pack(path).criteria] == [
        ("TC01", "Warfarin"),
        ("TC02", "Asthma"),
    ]


def test_tracked_changes_and_content_controls_are_read_as_word_shows_them(tmp_path: Path) -> None:
    """Inserted text counts, deleted text and rows do not; a row in a content control is a row."""
    inserted = cell(
        "<w:p><w:r><w:t>Pts over </w:t></w:r><w:del><w:r><w:delText>70</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>75</w:t></w:r></w:ins></w:p>"
    )
    deleted = f'<w:tr><w:trPr><w:del w:id="1"/></w:trPr>{cell("A-9")}{cell("gone")}</w:tr>'
    control = (
        f"<w:sdt><w:sdtContent><w:tr>{cell('A-2')}{cell('Asthma')}</w:tr></w:sdtContent></w:sdt>"
    )
    table = word_table([["Ref", "Test criteria"], ["A-1", inserted]])
    path = write_docx(tmp_path / "a.docx", table.replace("</w:tbl>", f"{deleted}{control}</w:tbl>"))
    assert [(one.id, one.find) for one in read_pack(path).criteria] == [
        ("A-1", "Pts over 75"),
        ("A-2", "Asthma"),
    ]


def test_merged_cells_count_for_all_their_rows(tmp_path: Path) -> None:
    """An area, what to compare and how many; rows below a merged criterion say more to compare."""
    begin, on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    path = write_docx(
        tmp_path / "a.docx",
        word_table(
            [
                ["Area", "Ref", "Test criteria", "Check", "Qty"],
                [cell("Meds", begin), "M-1", "Warfarin", cell("Dose", begin), cell("5", begin)],
                [cell("", on), "M-2", "Insulin", cell("", on), cell("", on)],
                [cell("", on), cell("M-3", begin), cell("Repeats", begin), "Date", "7"],
                [cell("", on), cell("", on), cell("", on), "Quantity", ""],
            ]
        ),
    )
    assert [(one[0], one[1], one[3], one[4]) for one in criteria_of(path)] == [
        ("M-1", "Meds", ("Dose",), 5),
        ("M-2", "Meds", ("Dose",), 5),
        ("M-3", "Meds", ("Date", "Quantity"), 7),
    ]


def test_merged_cells_of_a_workbook_do_the_same(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("S")
        sheet.write_row(0, 0, ["Ref", "Test criteria", "Check", "Qty"])
        sheet.merge_range("A2:A3", "M-1")
        sheet.merge_range("B2:B3", "Repeats")
        sheet.write("C2", "Dose")
        sheet.write("C3", "Quantity")
        sheet.write_row(3, 0, ["M-2", "Warfarin"])
        sheet.merge_range("C4:C5", "INR")
        sheet.merge_range("D4:D5", 3)
        sheet.write_row(4, 0, ["M-3", "Digoxin"])
    assert criteria_of(path) == [
        ("M-1", "Criteria", "Repeats", ("Dose", "Quantity"), 20),
        ("M-2", "Criteria", "Warfarin", ("INR",), 3),
        ("M-3", "Criteria", "Digoxin", ("INR",), 3),
    ]


# ---------------------------------------------------------------------- several criteria in a cell


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("1. Pts over 75\n2. Deceased", ["Pts over 75", "Deceased"]),
        (
            "a) Pts over 75\nand housebound\nb) Deceased",
            ["Pts over 75\nand housebound", "Deceased"],
        ),
        ("1) Warfarin; 2) Insulin", ["Warfarin", "Insulin"]),
        ("(1) Over 75. (2) Over 85.", ["Over 75.", "Over 85."]),
    ],
)
def test_numbered_criteria_in_one_cell_are_several(text: str, parts: list[str]) -> None:
    assert numbered_parts(text) == parts


@pytest.mark.parametrize(
    "text",
    [
        "1. over 75 and\n2. housebound",
        "Patients with:\n1. asthma\n2. COPD",
        "1) aged over 75 and 2) on 8 repeats",
        "Given 1.5 mg or 2.5 mg",
        "1. only one",
        "2. second\n3. third",
        "Over 2. 5 years",
        "1. Warfarin, 2. Insulin",
    ],
)
def test_conditions_of_one_criterion_are_not_parted(text: str) -> None:
    """What leads on to the next number, or has words before the first, is one criterion."""
    assert numbered_parts(text) == [text]


def test_parted_criteria_keep_the_reference_and_are_named(tmp_path: Path) -> None:
    rows = [HEADER, ["D-1", "Demog", "1. Pts over 75\n2. Deceased", "Age", 10]]
    pack = read_pack(workbook(tmp_path / "a.ods", {"S": [list(row) for row in rows]}))
    assert [(one.id, one.find, one.records) for one in pack.criteria] == [
        ("D-1.1", "Pts over 75", 10),
        ("D-1.2", "Deceased", 10),
    ]
    assert any(
        "2 numbered criteria are in one cell; they became D-1.1 and D-1.2." in note
        for note in pack.notes
    )


# ---------------------------------------------------------------------- what cannot be read


def old_office(stream: str) -> bytes:
    return b"\xd0\xcf\x11\xe0" + bytes(600) + stream.encode("utf-16-le") + b"\0\0" + bytes(100)


def archive_of(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.pdf", b"%PDF-1.7 ...", "this is a PDF"),
        (
            "a.doc",
            old_office("WordDocument"),
            "old .doc format. Open it in Word and save it as .docx",
        ),
        ("a.xls", old_office("Workbook"), "old .xls format"),
        ("a.ods", old_office("EncryptedPackage"), "has a password"),
        ("a.docx", old_office("EncryptedPackage"), "has a password"),
        ("a.msg", old_office("__nameid_version1.0"), "this is an e-mail"),
        ("a.xls", b"<html><table><tr><td>Ref</td></tr></table>", "this is a web page"),
        ("a.xls", b"\xef\xbb\xbf<?xml version='1.0'?><Workbook/>", "this is XML"),
        ("a.rtf", b"{\\rtf1 text}", "rich text (.rtf). Open it in Word"),
        ("a.doc", b"{\\rtf1 text}", "rich text (.rtf). Open it in Word"),
        ("a.mht", b"MIME-Version: 1.0\n", "web archive"),
        ("a.xlsb", archive_of("xl/workbook.bin"), "binary workbook"),
        ("a.numbers", archive_of("Index/Document.iwa"), "Apple Numbers"),
        ("a.pptx", archive_of("ppt/presentation.xml"), "presentation"),
        ("a.zip", archive_of("criteria.txt"), "take it out first"),
        ("a.ods", b"PK\x03\x04 broken", "damaged or not complete"),
        ("a.ods", b"", "this file is empty"),
        ("a.md", b"# Criteria", "is not a list of criteria"),
    ],
)
def test_what_cannot_be_read_says_what_to_do(
    tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    """One sentence with the file's name, by its content and not by its name."""
    path = tmp_path / name
    path.write_bytes(content)
    message = message_of(path)
    assert says in message
    assert str(path) in message


def test_a_document_without_a_list_says_what_is_missing(tmp_path: Path) -> None:
    path = write_docx(tmp_path / "a.docx", paragraph("Patients over 75"))
    assert "there is no table in it. Put the criteria into a table" in message_of(path)
    path = workbook(tmp_path / "a.ods", {"S": [["Apples", "Pears"], ["1", "2"]]})
    message = message_of(path)
    assert message.startswith('a.ods, sheet "S": there is no row that names the columns')
    assert '(row 1 has "Apples" and "Pears")' in message


def test_a_protected_or_other_open_document_is_refused(tmp_path: Path) -> None:
    path = write_ods(tmp_path / "a.ods", {"S": ods_row(["x"])}, protected=True)
    assert "has a password" in message_of(path)
    path = tmp_path / "a.odt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", "<x/>")
    assert "is an OpenDocument file, but not a spreadsheet" in message_of(path)


def test_entities_in_documents_are_refused(tmp_path: Path) -> None:
    """A document type could make a few bytes billions, or read another file."""
    entity = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    word = write_docx(tmp_path / "a.docx", paragraph("x"), before=entity)
    calc = write_ods(tmp_path / "a.ods", {"S": ods_row(["x"])}, before=entity)
    for path in (word, calc):
        assert "declares a document type" in message_of(path)


def test_documents_that_claim_to_be_huge_are_refused(tmp_path: Path) -> None:
    """A cell that is repeated a million times a million; an archive that unpacks to gigabytes."""
    repeated = (
        '<table:table-row table:number-rows-repeated="1000000"><table:table-cell '
        'table:number-columns-repeated="16000" office:value-type="string"><text:p>x</text:p>'
        "</table:table-cell></table:table-row>"
    )
    path = write_ods(tmp_path / "a.ods", {"S": repeated})
    assert "spans more than 5,000,000 cells" in message_of(path)
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", bytes(64 << 20))
    assert "times its size, which no list does" in message_of(path)


def test_empty_rows_at_the_end_of_an_open_document_cost_nothing(tmp_path: Path) -> None:
    """Office programs write a million of them."""
    empty = "<table:table-cell/>"
    tail = f'<table:table-row table:number-rows-repeated="1048000">{empty}</table:table-row>'
    rows = "".join(ods_row(row) for row in (HEADER, *ROWS))
    path = write_ods(tmp_path / "a.ods", {"S": rows + tail})
    assert criteria_of(path) == EXPECTED


# ---------------------------------------------------------------------- the sheets that ship

SHIPPED = Path(__file__).parents[2] / "criteria"


def test_the_sheets_that_ship_are_read_as_their_pages_say() -> None:
    """A cover sheet, merged areas, columns for testers; a table an area, numbered by Word."""
    pack = read_pack(SHIPPED / "supplier_sheet.xlsx")
    assert pack.areas == ("Demographics", "Clinical record", "Medication", "Workflow")
    assert [one.id for one in pack.criteria][-8:-5] == ["M05.1", "M05.2", "W01"]
    assert [one.records for one in pack.criteria][:4] == [20, 20, 10, 20]
    assert '"Tester", "Date tested" and "Pass/Fail"' in "\n".join(pack.notes)
    pack = read_pack(SHIPPED / "supplier_criteria.docx")
    assert [one.id for one in pack.criteria] == [f"W{number}" for number in range(1, 9)]
    assert pack.areas == ("Immunisation and screening", "Registers")
    assert pack.criteria[0].compare == ("Dose", "Batch", "Site")
