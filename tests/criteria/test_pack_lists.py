"""Criteria that a supplier hands over as a list: CSV or a spreadsheet, without rules."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from recordpick.cli.main import main
from recordpick.criteria.list_titles import title_of
from recordpick.criteria.load import parse_pack, read_pack
from recordpick.criteria.pack import Criterion
from recordpick.criteria.spreadsheet_pack import pack_from_csv
from recordpick.errors import UserError

HEADER = "id,area,title,what to find,what to compare,how many\n"
LIST = HEADER + (
    'MED-01,Medication,Repeats,"Patients with more than 8 repeats, all current",'
    '"Drug, strength\nDose; Review date",10\n'
    "DEM-01,Demographics,Names,An accented name,Spelling,\n"
)
CRITERIA = (
    Criterion(
        "MED-01",
        "Medication",
        "Repeats",
        "Patients with more than 8 repeats, all current",
        ("Drug, strength", "Dose", "Review date"),
        10,
    ),
    Criterion("DEM-01", "Demographics", "Names", "An accented name", ("Spelling",), 20),
)


def problems_of(text: str) -> tuple[str, ...]:
    with pytest.raises(UserError) as refused:
        pack_from_csv("list.csv", text)
    return refused.value.messages


def test_a_list_of_criteria() -> None:
    """Ids, prose and numbers; no rules, so that staff pick by browsing or from a list."""
    pack = pack_from_csv("Supplier's list.csv", LIST)
    assert pack.criteria == CRITERIA
    assert pack.title == "Supplier's list"
    assert (pack.records_per_criterion, pack.random_records) == (20, 20)
    assert pack.population is pack.random_population is None
    assert pack.codelists == {}


@pytest.mark.parametrize(
    "text",
    [
        LIST,
        "\n\n" + LIST,
        LIST.replace("id,area", "Ref.,Section").replace("how many", "Number of records"),
        LIST.replace("what to find", "WHAT TO FIND:").replace("to compare", "to check (both)"),
        LIST.replace("id,area", "Criterion,Area").replace("title", "Name"),
        "Test criteria for go-live\n,,,,,\n" + LIST + "\n,,,,,\n" + HEADER,
        "Notes,," + LIST.replace("\nMED", "\n,,MED").replace("\nDEM", "\n,,DEM"),
    ],
)
def test_the_header_is_found_by_the_names_people_give(text: str) -> None:
    """With lines above it, other names, empty lines, other columns, or repeated on each page."""
    assert pack_from_csv("list.csv", text).criteria == CRITERIA


@pytest.mark.parametrize("delimiter", [";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_lists_as_spreadsheets_save_them(tmp_path: Path, delimiter: str, encoding: str) -> None:
    """With semicolons or tabs, in any of their encodings, with Windows line ends."""
    rows = [["id", "area", "find", "compare"], ["A-1", "Señas", "Zoë's", "x"]]
    path = tmp_path / "list.csv"
    text = "\r\n".join(delimiter.join(row) for row in rows) + "\r\n"
    path.write_bytes(text.encode(encoding))
    assert read_pack(path).criteria == (Criterion("A-1", "Señas", "Zoë's", "Zoë's", ("x",), 20),)


def test_rows_above_the_header_tell_of_the_pack() -> None:
    """Title, supplier, version and the numbers, in two cells or in one with a colon."""
    above = (
        "Title,Our criteria\nSupplier: Example Systems\nVersion,3.1\nrandom records,0\n"
        "Records per criterion,5\nPrinted on,Monday\n"
    )
    pack = pack_from_csv("list.csv", above + LIST)
    assert (pack.title, pack.supplier, pack.version) == ("Our criteria", "Example Systems", "3.1")
    assert (pack.records_per_criterion, pack.random_records) == (5, 0)
    assert [criterion.records for criterion in pack.criteria] == [10, 5]


def test_a_row_with_one_text_heads_the_criteria_below_it() -> None:
    """Where the list has no column for the area."""
    text = "id,what to find\nMedication,\nMED-01,Repeats\nMED-02,Acutes\nOther records,\nX-1,All\n"
    areas = [criterion.area for criterion in pack_from_csv("list.csv", text).criteria]
    assert areas == ["Medication", "Medication", "Other records"]
    text = "id,what to find\nX-1,All\n"
    assert pack_from_csv("list.csv", text).criteria[0].area == "Criteria"


def test_a_criterion_is_never_taken_for_a_heading() -> None:
    """An id with nothing beside it is a criterion that lacks all else, and that is said."""
    (message,) = problems_of("id,what to find\nMED-01,Repeats\nMED-02,\n")
    assert message == "list.csv, criterion MED-02, line 3: It does not say what to find."


def test_a_title_is_made_of_what_to_find() -> None:
    """All of it where it is short; else whole sentences, or cut between words."""
    long = "Patients with more than eight repeat medications who are housebound and live alone"
    text = (
        f"id,find\nA,Two words. More of it.\nB,{long}. They were all seen by Dr. Who this year.\n"
        f'C,{long} and have no next of kin\nD,"A line\n{long}"\n'
    )
    pack = pack_from_csv("list.csv", text)
    titles = [criterion.title for criterion in pack.criteria]
    assert titles == ["Two words. More of it", long, f"{long} and have no …", "A line"]
    assert pack.criteria[1].find == f"{long}. They were all seen by Dr. Who this year."
    assert pack.criteria[3].find == f"A line {long}"


TEXTS = [
    "Patients on a DMARD, i.e. methotrexate or leflunomide",
    "Repeat medicines e.g. inhalers; more than 8",
    "Seen by Dr. Smith vs. a locum",
    "HbA1c over 7.5 % (approx. 58 mmol/mol)",
    "Recalls: overdue, due, and done",
    "Registered at St. Mary's, ref. no. 12",
    "Patients on 2.5 mg b.d. Warfarin",
    "Under 18 yrs. Living with Mr. and Mrs. A. B. Jones",
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_title_is_not_cut_at_abbreviations_decimals_or_colons(text: str) -> None:
    """Neither where all of it fits, nor where more than fits follows."""
    assert title_of(text) == text
    assert title_of(f"{text}. {'And so on and on, all the same ' * 5}.") == text
    assert len(title_of(f"{text} {'and so on ' * 20}")) <= 100
    (criterion,) = pack_from_csv("list.csv", f'id,find\nA,"{text}"\n').criteria
    assert (criterion.title, criterion.find) == (text, text)


@given(st.text(st.sampled_from("ab .:;!?(\n\u00e9"), min_size=1, max_size=300))
def test_a_title_is_the_beginning_of_the_text_and_never_too_long(text: str) -> None:
    """Whatever the text: nothing is made up, and no more than 100 characters."""
    title = title_of(text)
    assert len(title) <= 100
    assert " ".join(text.split()).startswith(title.removesuffix("…").rstrip())


def test_a_title_that_is_a_whole_text_is_shortened_and_kept() -> None:
    """All of it is among what to find."""
    long = "Patients who " + "were seen and " * 20 + "left."
    (criterion,) = pack_from_csv("list.csv", f"id,title,find\nA,{long},Also this\n").criteria
    assert len(criterion.title) <= 100
    assert criterion.find == f"{long} Also this"


@pytest.mark.parametrize(
    ("cell", "items"),
    [
        ("Dose", ("Dose",)),
        ("Dose; Quantity ;", ("Dose", "Quantity")),
        ("- Dose\n- Quantity", ("Dose", "Quantity")),
        ("1. Dose\n2) Quantity\n• Review", ("Dose", "Quantity", "Review")),
        ("Dose, quantity", ("Dose, quantity",)),
        ("2.5 mg", ("2.5 mg",)),
        ("-", ()),
        ("", ()),
    ],
)
def test_what_to_compare_is_one_thing_a_line(cell: str, items: tuple[str, ...]) -> None:
    """Or parted by semicolons; bullets and numbers go."""
    text = f'id,find,compare\nA,x,"{cell}"\n'
    assert pack_from_csv("list.csv", text).criteria[0].compare == items


@pytest.mark.parametrize(
    ("cell", "records"),
    [
        *(("5", 5), ("up to 20", 20), ("10 records", 10), ("3.0", 3), ("", 20), ("ten", 10)),
        *(("all", 1000), ("All", 1000), ("ALL.", 1000), ("max", 1000), ("All patients", 1000)),
        *(("20 (min 10)", 20), ("10-20", 20), ("10 \u2013 20", 20), ("10 to 20", 20)),
        *(("min 5 max 15", 15), ("max 20", 20), ("at least 10", 10), ("\u226520", 20)),
        *(("20 (10 male, 10 female)", 20), ("10+", 10), ("1,000", 1000), ("between 5 and 9", 9)),
    ],
)
def test_how_many_is_understood_as_people_write_it(cell: str, records: int) -> None:
    """Whatever words stand around it; of two ends of a range the larger."""
    pack = pack_from_csv("list.csv", f'id,find,how many\nA,x,"{cell}"\n')
    assert pack.criteria[0].records == records
    assert pack.notes == ()


@pytest.mark.parametrize(
    ("cell", "said", "records"),
    [
        ("some", "how many is 'some', which is not understood: 20 are asked for.", 20),
        ("5 %", "how many is '5 %', which is not understood: 20 are asked for.", 20),
        ("-5", "how many is '-5', which is not understood", 20),
        ("2.5", "how many is '2.5', which is not understood", 20),
        ("2020-10-01", "how many is '2020-10-01', which is not understood", 20),
        ("5 and 10 others, 3 more", "which is not understood", 20),
        ("9" * 5000, "which is not understood", 20),
        ("0", "how many is 0 and must be from 1 to 1,000: 20 are asked for.", 20),
        ("5000", "how many is 5,000 and must be from 1 to 1,000: 1,000 are asked for.", 1000),
    ],
)
def test_how_many_that_is_not_understood_is_said_and_costs_no_list(
    cell: str, said: str, records: int
) -> None:
    """With its row; the other criteria are read as they are, and the note stays with the pack."""
    pack = pack_from_csv("list.csv", f'id,find,how many\nA,x,"{cell}"\nB,y,7\n')
    assert [criterion.records for criterion in pack.criteria] == [records, 7]
    (note,) = pack.notes
    assert note.startswith("list.csv, criterion A, line 2: ")
    assert said in note
    assert parse_pack(pack.files).notes == pack.notes


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("", "there is no row that names the columns"),
        ("a,b\nc,d\n", "there is no row that names the columns"),
        ("MED-01,Medication,Repeats\n", "there is no row that names the columns"),
        (HEADER, "line 1: No criteria stand below"),
        (
            HEADER + "A,a,t,f,c,5\na,a,t,f,c,5\n",
            "criterion a, line 3: The id is already that of li",
        ),
        (HEADER + "A,a,t,f,c,5\n,a,t,f,c,5\n", "line 3: The row has no id"),
        (HEADER + "=A1,a,t,f,c,5\n", "line 2: '=A1' is not an id"),
        (HEADER + "A 1,a,t,f,c,5\n", "line 2: 'A 1' is not an id"),
        (HEADER + "A,a,t\u202e,f,c,5\n", "criterion A, line 2: title has the character U+202E"),
        (HEADER + f"A,a,t,{'f' * 2001},c,5\n", "what to find has 2,001 characters"),
        (HEADER + 'A,a,t,"f,c,5\nB,a,t,f,c,5\n', "line 2: The row cannot be read"),
        ("version,3\nrandom records,many\n" + LIST, "line 2: random records is 'many'"),
    ],
)
def test_what_is_wrong_with_a_list(text: str, printed: str) -> None:
    """File and line, and the criterion where it has an id."""
    (message,) = problems_of(text)
    assert message.startswith("list.csv")
    assert printed in message


def test_lines_are_those_of_the_file_where_cells_have_several() -> None:
    """A criterion's line is the one on which its row begins."""
    messages = problems_of(HEADER + 'A,a,t,"f\nf\nf",c,5\n,a,t,f,c,5\nB,a,t,"f\nf",\u202e,5\n')
    assert [message.split(":")[0] for message in messages] == [
        "list.csv, line 5",
        "list.csv, criterion B, line 6",
    ]


def spreadsheet(path: Path, rows: list[list[object]]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Criteria")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return path


def test_a_spreadsheet_is_read_as_the_same_list_in_csv_is(tmp_path: Path) -> None:
    """Numbers as numbers or as text; the pack carries it as CSV."""
    rows: list[list[object]] = [
        ["Version", 3],
        [],
        ["Reference", "Area", "Title", "What to find", "What to compare", "How many"],
        [
            "MED-01",
            "Medication",
            "Repeats",
            CRITERIA[0].find,
            "Drug, strength\nDose\nReview date",
            10,
        ],
        ["DEM-01", "Demographics", "Names", "An accented name", "Spelling"],
    ]
    pack = read_pack(spreadsheet(tmp_path / "Go-live list.xlsx", rows))
    assert pack.criteria == CRITERIA
    assert (pack.title, pack.version) == ("Go-live list", "3")
    assert list(pack.files) == ["Go-live list.csv"]
    assert parse_pack(pack.files) == pack


def test_problems_of_a_spreadsheet_name_its_rows(tmp_path: Path) -> None:
    """As the spreadsheet numbers them."""
    rows: list[list[object]] = [[], ["id", "find"], ["A", "x"], [], ["A", "y"]]
    with pytest.raises(UserError) as refused:
        read_pack(spreadsheet(tmp_path / "list.xlsx", rows))
    place = 'list.xlsx, sheet "Criteria", criterion A, row 5, column A ("id")'
    assert str(refused.value) == f"{place}: The id is already that of row 3."


def test_a_file_that_only_claims_to_be_a_spreadsheet(tmp_path: Path) -> None:
    """Is refused with its name."""
    path = tmp_path / "list.xlsx"
    path.write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(UserError, match=r"list\.xlsx"):
        read_pack(path)


_prose = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp")),
    min_size=1,
    max_size=30,
)


@settings(max_examples=examples(300))
@given(
    st.lists(
        st.tuples(st.from_regex(r"[A-Z]{1,3}-[0-9]{1,3}", fullmatch=True), _prose, _prose, _prose),
        min_size=1,
        max_size=5,
        unique_by=lambda row: row[0],
    )
)
def test_any_list_reads_back_from_what_the_pack_carries(rows: list[tuple[str, ...]]) -> None:
    """Whatever prose a supplier wrote: read once or twice, it is the same pack."""
    quoted = (",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)
    text = "id,area,find,compare\n" + "\n".join(quoted) + "\n"
    try:
        pack = pack_from_csv("list.csv", text)
    except UserError:
        return
    assert parse_pack(pack.files) == pack
    assert len(pack.criteria) == len(rows)


def workbook(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for row, cells in enumerate(rows):
                sheet.write_row(row, 0, cells)
    return path


ONE_SHEET: list[list[object]] = [["Ref", "What to find", "How many"], ["D-1", "Names", 20]]


def test_criteria_on_two_sheets_are_not_half_read(tmp_path: Path) -> None:
    """An area a sheet: to read the first alone would leave criteria out without a word."""
    other: list[list[object]] = [["Ref", "What to find", "How many"], ["M-1", "Repeats", 20]]
    path = workbook(tmp_path / "pack.xlsx", {"Demographics": ONE_SHEET, "Medication": other})
    with pytest.raises(UserError, match=r'"Demographics", "Medication".* Put all criteria on one'):
        read_pack(path)


def test_a_cover_sheet_and_a_log_of_changes_are_no_criteria(tmp_path: Path) -> None:
    """The one sheet that holds a list is read, wherever it stands among the others."""
    log: list[list[object]] = [["No", "Description", "Date"], [1, "First issue", "2026-01-31"]]
    sheets = {"Read me": [["Please read."]], "Criteria": ONE_SHEET, "Changes": log}
    pack = read_pack(workbook(tmp_path / "pack.xlsx", sheets))
    assert [criterion.id for criterion in pack.criteria] == ["D-1"]


def test_a_criterion_without_an_id_is_no_heading() -> None:
    """A row with nothing but what to find, or more to compare, is not taken for an area."""
    header = "id,area,what to find,what to compare\nM-1,Medication,Repeats,Dose\n"
    for row, line in ((",,Patients with a pacemaker,\n", 3), (",,,Also the yellow book\n", 3)):
        assert problems_of(header + row)[0] == f"list.csv, line {line}: The row has no id."
    pack = pack_from_csv("list.csv", header + "Prevention\nP-1,,Recalls,Date\n")
    assert pack.criteria[1].area == "Prevention"


def test_a_comma_that_is_not_quoted_is_reported() -> None:
    """It would move every cell after it, and cut what is to be found off in the middle."""
    text = "id,what to find,what to compare\nM-1,Patients on warfarin, digoxin,Dose\n"
    printed = "There are 4 cells, and the columns named are 3: put a text with the delimiter in it"
    assert any(f"list.csv, line 2: {printed}" in problem for problem in problems_of(text))


def fields(header: str, row: str) -> tuple[Criterion, tuple[str, ...]]:
    pack = pack_from_csv("list.csv", f"{header}\n{row}\n")
    return pack.criteria[0], pack.notes


@pytest.mark.parametrize(
    "header",
    [
        "Ref,Area,Description,What to check in new system,No. of patients",
        "No.,Category,Criterion,Check,Qty",
        "Test,Section,Rule,Compare,How many?",
        "Test No,Where,Criteria,What to look at,Number of records",
        "Criterion,Area,Description,Points to check,Number of patients to check",
        "ID,Data area,Patients to be found (all),Items to compare in both,Sample size (max.)",
        "Number,Topic,Scenario,Expected result,How many",
        "Code,Module,Search criteria,Verify in the new system,Quantity required",
    ],
)
def test_columns_are_known_by_their_words(header: str) -> None:
    """What suppliers and practices call them: every column is used, and none is named as unused."""
    found, notes = fields(header, "M-1,Medication,Patients on warfarin,Dose,10")
    assert found == Criterion(
        "M-1", "Medication", "Patients on warfarin", "Patients on warfarin", ("Dose",), 10
    )
    assert notes == ()


def test_each_column_is_used_or_named_as_unused() -> None:
    """With a name or without one; what people fill in while they check is none of the criteria."""
    header = "Ref,Find,Checked by,,Date checked,Priority,Notes,,"
    found, notes = fields(header, "M-1,x,AB,left over,1/2/26,high,n,,")
    assert (found.find, found.compare, found.records) == ("x", (), 20)
    (note,) = notes
    assert note.startswith("list.csv, line 1: 5 columns are not used: ")
    for name in ('"Checked by"', "column 4, which has no name", '"Date checked"', '"Priority"'):
        assert name in note
    assert '"Notes"' in note


def test_several_columns_of_what_to_compare_are_all_used() -> None:
    """Of the old and of the new system."""
    header = "Ref,Find,What to check in old system,What to check in new system"
    found, notes = fields(header, "M-1,x,Dose,Date; Quantity")
    assert found.compare == ("Dose", "Date", "Quantity")
    assert notes == ()


_names = st.sampled_from(
    [
        *("Ref", "No.", "Area", "Category", "Criterion", "Test", "Description", "Rule", "Where"),
        *("Qty", "How many", "No. of patients", "Check", "Compare", "What to check in new system"),
        *("Owner", "Title", "Number", "Checked by", "Comments", "Status", "x", "Expected"),
    ]
)


@settings(max_examples=examples(200))
@given(st.lists(_names, min_size=2, max_size=8))
def test_no_column_is_dropped_in_silence(names: list[str]) -> None:
    """Whatever the columns are called: each value is in the pack, or its column is named."""
    cells = [f"Q{number}" for number in range(1, len(names) + 1)]
    text = ",".join(names) + "\n" + ",".join(cells) + "\n"
    try:
        pack = pack_from_csv("list.csv", text)
    except UserError:
        return
    (found,) = pack.criteria
    said = " ".join(pack.notes)
    used = {found.id, found.area, found.title, found.find, *found.compare}
    for name, cell in zip(names, cells, strict=True):
        number = cell[1:]
        assert cell in used or name in said or found.records == int(number), (name, pack.notes)


def test_merged_cells_of_areas_count_for_all_their_rows(tmp_path: Path) -> None:
    """In a spreadsheet, and in the CSV that is saved of it."""
    path = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Criteria")
        sheet.write_row(0, 0, ["Area", "Ref", "Find", "How many"])
        sheet.merge_range("A2:A3", "Medication")
        sheet.write_row(1, 1, ["M-1", "x", 5])
        sheet.write_row(2, 1, ["M-2", "y", "all"])
        sheet.write_row(3, 0, ["Problems", "P-1", "z"])
    criteria = read_pack(path).criteria
    assert [one.area for one in criteria] == ["Medication", "Medication", "Problems"]
    assert [one.records for one in criteria] == [5, 1000, 20]
    text = "Area,Ref,Find\nMedication,M-1,x\n,M-2,y\nProblems,P-1,z\n,P-2,z\n"
    areas = [one.area for one in pack_from_csv("list.csv", text).criteria]
    assert areas == ["Medication", "Medication", "Problems", "Problems"]


def test_sheets_that_are_not_used_are_named(tmp_path: Path) -> None:
    """So that nobody believes they were read."""
    sheets = {"Read me": [["Please read."]], "Criteria": ONE_SHEET, "Empty": []}
    pack = read_pack(workbook(tmp_path / "pack.xlsx", sheets))
    assert pack.notes == ('pack.xlsx: Of its sheets only "Criteria" is used, not "Read me".',)


def test_a_cell_that_holds_whole_rows_is_reported() -> None:
    """Two lone quotation marks would hide the criteria between them."""
    text = HEADER + 'A,a,t,"f,c,5\nB,a,t,f,c,5\nC,a,t,f",c,5\n'
    (message,) = problems_of(text)
    assert message.startswith("list.csv, line 2: A cell of this row holds whole rows of the list")


def test_criteria_check_names_what_is_not_used(tmp_path: Path, capsys) -> None:
    """Exit code 0 with notes; 2 and nothing on standard output where the pack is not loaded."""
    path = tmp_path / "list.csv"
    path.write_text("Ref,Find,Owner,Qty\nA-1,x,me,some\n", encoding="utf-8")
    assert main(["criteria", "check", str(path)]) == 0
    printed = capsys.readouterr()
    assert 'list.csv, line 1: A column is not used: "Owner".' in printed.out
    assert "list.csv, criterion A-1, line 2: how many is 'some'" in printed.out
    assert printed.out.endswith("See the notes above.\n")
    path.write_text("Ref,Find\nA-1,x\n", encoding="utf-8")
    assert main(["criteria", "check", str(path)]) == 0
    assert capsys.readouterr().out.endswith("Nothing is wrong with it.\n")
    path.write_text("Ref,Find\nA-1,x, y\n", encoding="utf-8")
    assert main(["criteria", "check", str(path)]) == 2
    assert capsys.readouterr().out == ""


OTHERS_HEADERS = [
    "Ref,Area,Test criterion,No. of patients,What to check in new system,Owner,Comments",
    "Ref,Area,Scenario,Sample,Expected result,Owner,Comments",
    "Ref No.,Module,Requirement,Qty,Verify,Owner,Comments",
    "Test ID,Category,What to look for,Number of records,Check,Owner,Comments",
    "No,Section,Criteria,How many?,Points to check,Owner,Comments",
    "Test Ref,Domain,Selection criterion,Records required,To compare,Owner,Comments",
]


@pytest.mark.parametrize("header", OTHERS_HEADERS)
def test_a_list_with_other_peoples_headers_is_read(header: str) -> None:
    """Each column where it belongs; empty rows and the row of totals are no criteria."""
    rows = (
        "1,Demographics,Patients with next of kin i.e. a relation: check all,10,Name and number,"
        "AB,\n"
        "2,,Patients over 75,all,Dose,,\n3,Medication,Drug 2.5 mg: any,up to 15,,,\n"
    )
    for foot in ("", ",,,,,,\n", "Total,,,,,,\n", ",,Total,1025,,,\n", "Total: 3,,,25,,,\n"):
        pack = pack_from_csv("p.csv", f"{header}\n{rows}{foot}")
        assert [(one.id, one.area, one.records) for one in pack.criteria] == [
            ("1", "Demographics", 10),
            ("2", "Demographics", 1000),
            ("3", "Medication", 15),
        ]
        assert pack.criteria[0].find == "Patients with next of kin i.e. a relation: check all"
        assert pack.criteria[0].compare == ("Name and number",)
        assert any("Owner" in note and "Comments" in note for note in pack.notes)


@pytest.mark.parametrize(
    "text",
    [
        "What to find\nPatients with asthma\nPatients over 75\n",
        "Test criterion,Comments\nPatients with asthma,\nPatients over 75,\n",
        "Scenario,How many\nPatients with asthma,20\nPatients over 75,20\nTotal,40\n",
        "Ref,Requirement\n,Patients with asthma\n,Patients over 75\n",
        "Our list\n\nArea;What to look for\nCriteria;Patients with asthma\n;Patients over 75\n",
    ],
)
def test_what_to_find_is_enough(text: str) -> None:
    """Criteria without ids are numbered, which a note says; what the list lacks is left open."""
    pack = pack_from_csv("p.csv", text)
    assert [(one.id, one.area, one.find, one.records) for one in pack.criteria] == [
        ("1", "Criteria", "Patients with asthma", 20),
        ("2", "Criteria", "Patients over 75", 20),
    ]
    assert any("numbered in the order of the list" in note for note in pack.notes)
    assert parse_pack(pack.files).criteria == pack.criteria


def test_a_sheet_without_ids_is_found_among_others(tmp_path: Path) -> None:
    sheets: dict[str, list[list[object]]] = {
        "Read me": [["Please read."]],
        "List": [["Scenario", "Sample"], ["Patients with asthma", 5]],
    }
    pack = read_pack(workbook(tmp_path / "pack.xlsx", sheets))
    assert [(one.id, one.records) for one in pack.criteria] == [("1", 5)]
