"""Criteria that a supplier hands over as a list: CSV or a spreadsheet, without rules."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from recordpick.criteria.pack import Criterion
from recordpick.criteria.reading import parse_pack, read_pack
from recordpick.criteria.reading_rows import pack_from_csv
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
    """Its first sentence, cut between words where it is long."""
    text = (
        "id,find\nA,Two words. More of it\n"
        "B,Patients with more than eight repeat medications who are housebound and live alone\n"
    )
    first, second = pack_from_csv("list.csv", text).criteria
    assert first.title == "Two words"
    assert second.title == "Patients with more than eight repeat medications who are …"


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
    ("cell", "records"), [("5", 5), ("up to 20", 20), ("10 records", 10), ("3.0", 3), ("", 20)]
)
def test_how_many_is_the_one_number_of_its_cell(cell: str, records: int) -> None:
    """Whatever words stand around it."""
    pack = pack_from_csv("list.csv", f"id,find,how many\nA,x,{cell}\n")
    assert pack.criteria[0].records == records


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "there is no row that names the columns"),
        ("a,b\nc,d\n", "there is no row that names the columns"),
        ("MED-01,Medication,Repeats\n", "there is no row that names the columns"),
        ("area,what to find\nMedication,Repeats\n", "line 1: There is no column 'id'"),
        (HEADER, "line 1: No criteria stand below"),
        (
            HEADER + "A,a,t,f,c,5\na,a,t,f,c,5\n",
            "criterion a, line 3: The id is already that of li",
        ),
        (HEADER + ",a,t,f,c,5\n", "line 2: The row has no id"),
        (HEADER + "=A1,a,t,f,c,5\n", "line 2: '=A1' is not an id"),
        (HEADER + "A 1,a,t,f,c,5\n", "line 2: 'A 1' is not an id"),
        (
            HEADER + "A,a,t,f,c,0\n",
            "criterion A, line 2: how many is 0 and must be from 1 to 1,000",
        ),
        (HEADER + "A,a,t,f,c,5000\n", "how many is 5000 and must be from 1 to 1,000"),
        (HEADER + "A,a,t,f,c,5 to 10\n", "how many is '5 to 10', and must hold one whole number"),
        (HEADER + "A,a,t,f,c,-5\n", "how many is '-5'"),
        (HEADER + "A,a,t,f,c,some\n", "how many is 'some'"),
        (HEADER + "A,a,t,f,c,2.5\n", "how many is '2.5'"),
        (HEADER + "A,a,t,f,c," + "9" * 5000 + "\n", "must hold one whole number"),
        (HEADER + "A,a,t\u202e,f,c,5\n", "criterion A, line 2: title has the character U+202E"),
        (HEADER + f"A,a,t,{'f' * 2001},c,5\n", "what to find has 2,001 characters"),
        (HEADER + 'A,a,t,"f,c,5\nB,a,t,f,c,5\n', "line 2: The row cannot be read"),
        ("version,3\nrandom records,many\n" + LIST, "line 2: random records is 'many'"),
    ],
)
def test_what_is_wrong_with_a_list(text: str, told: str) -> None:
    """File and line, and the criterion where it has an id."""
    (message,) = problems_of(text)
    assert message.startswith("list.csv")
    assert told in message


def test_lines_are_those_of_the_file_where_cells_have_several() -> None:
    """A criterion's line is the one on which its row begins."""
    messages = problems_of(HEADER + 'A,a,t,"f\nf\nf",c,5\n,a,t,f,c,5\nB,a,t,"f\nf",c,x\n')
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
    assert str(refused.value) == "list.xlsx, criterion A, row 5: The id is already that of row 3."


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


@settings(max_examples=300)
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


def test_a_comma_that_is_not_quoted_is_told() -> None:
    """It would move every cell after it, and cut what is to be found off in the middle."""
    text = "id,what to find,what to compare\nM-1,Patients on warfarin, digoxin,Dose\n"
    told = "There are 4 cells, and the columns named are 3: put a text with the delimiter in it"
    assert any(f"list.csv, line 2: {told}" in problem for problem in problems_of(text))
