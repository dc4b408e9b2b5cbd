"""Two lone quotation marks never make one value of the rows between them, whoever reads the file.

And text of several lines in quotation marks stays one value.
"""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from examples import examples
from recordpick.cleanup.pcse_list import read_pcse_list
from recordpick.criteria.codelists import codelist_from_csv
from recordpick.criteria.problems import Problems
from recordpick.criteria.spreadsheet_pack import pack_from_csv
from recordpick.csvio import quoting as chunks
from recordpick.csvio.rejects import ROW
from recordpick.csvio.scan import TableFile, open_table_file
from recordpick.csvio.sniff import Record, padded_records, read_records, sniff
from recordpick.errors import UserError
from recordpick.index.build.build_index import build_index
from recordpick.index.patient_lookup import patients_of_list
from recordpick.reports.qof import qof_table

from emis_extracts import counts_of, entry, indexed, patient, rows_of, write_extract

WAYS = [{"optimistic": True}, {"optimistic": False}]
"""The optimistic reader, and the one that looks at every line."""


def opened(folder: Path, text: str, **how: object) -> TableFile:
    path = folder / "entries.csv"
    path.write_text(text, encoding="utf-8", newline="")
    work = folder / "work"
    work.mkdir(exist_ok=True)
    return open_table_file(path, work, delimiter=",", **how)  # type: ignore[arg-type]


def cells_of(table: TableFile) -> list[tuple[str, ...]]:
    return table.frame.drop(ROW).select(pl.all().fill_null("")).collect().rows()


def entries(count: int, marked: dict[int, str]) -> list[list[str]]:
    """Make rows of which some have another unit."""
    return [
        [str(row), f"2020-01-{row % 28 + 1:02}", "Height, standing", str(row % 90), "in"]
        if row not in marked
        else [str(row), "2020-01-31", "Height", "70", marked[row]]
        for row in range(count)
    ]


def as_text(rows: list[list[str]], end: str = "\n") -> str:
    """Write rows as a system does that quotes values with a comma, and forgets quotation marks."""
    lines = [
        ",".join(f'"{value}"' if "," in value else value for value in row)
        for row in [["id", "date", "term", "value", "unit"], *rows]
    ]
    return end.join(lines) + end


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("apart", [1, 2, 40, 3000])
def test_two_inch_marks_swallow_no_row(
    tmp_path: Path, how: dict[str, bool], end: str, apart: int
) -> None:
    """However far apart: each row is read, the mark is the value, and a note says on which line."""
    marked = {5: '"', 5 + apart: '"'}
    rows = [[*row[:2], "Height", *row[3:]] for row in entries(apart + 20, marked)]
    table = opened(tmp_path, as_text(rows, end), **how)

    assert cells_of(table) == [tuple(row) for row in rows]
    assert table.rows == len(rows)
    assert table.rejects.height == 0
    (note,) = table.notes
    assert f"entries.csv, lines 7, {7 + apart:,}: a quotation mark" in note


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("last", [True, False])
def test_a_mark_is_part_of_its_value_among_values_that_are_quoted(
    tmp_path: Path, how: dict[str, bool], last: bool
) -> None:
    """The next mark is that of another value: one row, not the rest of the file, is at stake."""
    rows = entries(30, {5: '"', 20: '"'} if last else {5: '"'})
    table = opened(tmp_path, as_text(rows), **how)

    assert cells_of(table) == [tuple(row) for row in rows]


@pytest.mark.parametrize("how", WAYS)
def test_a_line_that_cannot_be_read_costs_only_itself(tmp_path: Path, how: dict[str, bool]) -> None:
    """It is set aside with its line and its reason, and the rows after it are read."""
    rows = entries(30, {20: '"'})
    lines = as_text(rows).splitlines()
    lines[6] = '5,2020-01-31,"Height, standing,70,in'
    table = opened(tmp_path, "\n".join(lines) + "\n", **how)

    assert cells_of(table) == [tuple(row) for row in rows if row[0] != "5"]
    (batch,) = table.rejects.batches()
    assert batch.rows() == [(7, batch["reason"][0], lines[6])]
    assert "a quotation mark is not closed" in batch["reason"][0]


LETTERS = [
    "12 High Street,\nLeeds,\nLS1 4AB",
    "Flat 2\n12, High Street, Leeds, West Yorkshire, UK",
    "Dear Ann,\n\nthank you, and goodbye,\nyours, as ever, and so on, Bob",
    'He said ""no"", twice,\nand left, at once, for home, by bus',
    "seen\n\n\n",
    "x\n" * 300,
]


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("letter", LETTERS)
@pytest.mark.parametrize("others", [0, 1, 40])
def test_text_of_several_lines_stays_one_value(
    tmp_path: Path, how: dict[str, bool], letter: str, others: int
) -> None:
    """Addresses and letters, with commas in them too, among few rows or many."""
    rows = entries(others, {})
    letters = "".join(f'{at},2020-01-31,"{letter}",1,x\n' for at in (900, 901))
    table = opened(tmp_path, as_text(rows) + letters, **how)

    value = letter.replace('""', '"')
    written = [("900", "2020-01-31", value, "1", "x"), ("901", "2020-01-31", value, "1", "x")]
    assert cells_of(table) == [*(tuple(row) for row in rows), *written]
    assert table.notes == ()


@pytest.mark.parametrize(
    "text",
    [
        'id,name,address\n1,Bob,"Flat 2\n1 A Street, York, UK"\n2,Ann,"Flat 3\n1 A St, York, UK"\n',
        'id,note\n1,"Dear Ann, hello\nBob, your GP"\n2,short\n',
        'id,note\n1,"a list:\none, or two\nthree, or four"\n',
    ],
)
def test_a_narrow_table_may_hold_text_with_commas(tmp_path: Path, text: str) -> None:
    """As many commas in a line as in a row are not enough: prose has blanks behind them."""
    table = opened(tmp_path, text)

    assert cells_of(table) == [tuple(row) for row in csv.reader(io.StringIO(text))][1:]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50])
def test_records_of_several_lines_are_found_however_the_file_is_cut(
    tmp_path: Path, size: int
) -> None:
    """The look that counts records reads a piece at a time."""
    rows = entries(12, {3: '"', 8: '"'})
    plain = [[*row[:2], "Height", *row[3:]] for row in rows]
    with mock.patch.object(chunks, "CHUNK", size):
        swallowing = tmp_path / "a.csv"
        swallowing.write_text(as_text(plain), encoding="utf-8")
        assert sniff(swallowing, ",", counts_records=True).records is None
        honest = tmp_path / "b.csv"
        text = as_text(entries(4, {})) + '9,2020-01-31,"two\nlines",1,x\n'
        honest.write_text(text, encoding="utf-8")
        assert sniff(honest, ",", counts_records=True).records == 6


def test_an_emis_extract_keeps_every_row(tmp_path: Path) -> None:
    """An inch mark in NumericUnit of two entries: no entry stands in another one's unit."""
    folder = tmp_path / "extract"
    rows = [entry(100 + at, 1 + at % 2, NumericUnit="cm", Value="170") for at in range(60)]
    rows[3]["NumericUnit"] = rows[50]["NumericUnit"] = "@@"
    write_extract(folder, Admin_Patient=[patient(1), patient(2)], CareRecord_Observation=rows)
    (path,) = folder.glob("*CareRecord_Observation*")
    path.write_text(path.read_text().replace("@@", '"'), newline="")
    index = indexed(folder)

    assert counts_of(index, "CareRecord_Observation") == (60, 60, 0, 0)
    assert {unit for (unit,) in rows_of(index, "events", "unit")} == {"cm", '"'}
    assert any("lines 5, 52: a quotation mark" in note for note in index.manifest.notes)


def patient_list(rows: int, marked: tuple[int, ...]) -> str:
    lines = ["Patient ID,NHS Number,Surname,First name,Date of birth,Town"]
    for row in range(rows):
        town = '"' if row in marked else "Leeds"
        number = f"999{row:06}"
        check = 11 - sum((10 - at) * int(digit) for at, digit in enumerate(number)) % 11
        nhs = "" if check == 10 else f"{number}{check % 11}"
        lines.append(f"{row},{nhs},Smith,Ann,{row % 27 + 1:02}/02/1980,{town}")
    return "\n".join(lines) + "\n"


def test_a_list_loses_no_patient(tmp_path: Path) -> None:
    """Neither the index of it, nor the picks by it, nor PCSE's list."""
    path = tmp_path / "list.csv"
    path.write_text(patient_list(20, (3, 15)), encoding="utf-8")
    index = build_index([path], tmp_path / "index")

    assert index.scan("patients").collect().height == 20
    assert any("lines 5, 17: a quotation mark" in note for note in index.manifest.notes)
    listed = patients_of_list(index, path)
    assert (listed.read, len(listed.patient_ids)) == (20, 20)
    assert [said.split(": ")[0].rsplit(" ", 1)[1] for said in listed.not_found] == ["5", "17"]
    assert all("a quotation mark does not enclose a value" in said for said in listed.not_found)
    pcse = read_pcse_list(path)
    assert pcse.read == 20
    assert any("lines 5, 17: a quotation mark" in note for note in pcse.notes)


@pytest.mark.parametrize("marks", [('"', '"'), ('"9', '9"'), ('"', '9"')])
def test_a_list_of_numbers_alone_loses_none(tmp_path: Path, marks: tuple[str, str]) -> None:
    """Where there is one column, each line is a row."""
    path = tmp_path / "numbers.csv"
    lines = ["Patient ID", *map(str, range(1, 9)), marks[0], "21", "22", marks[1], "23"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    good, damaged = read_records(path)
    assert [record.fields[0] for record in good] == lines
    assert damaged == []


def test_a_quotation_mark_that_nothing_closes_is_part_of_its_value(tmp_path: Path) -> None:
    """There is one reading of such a line; the patients below are read, and a note says where."""
    listed = tmp_path / "list.csv"
    listed.write_text('patient_id,family_name\n1,"Ames\n2,Bell\n', encoding="utf-8")

    index = build_index([listed], tmp_path / "index")

    rows = index.scan("patients").select("patient_id", "family_name").collect().rows()
    assert rows == [("1", '"Ames'), ("2", "Bell")]
    assert any("line 2: a quotation mark" in note for note in index.manifest.notes)


def test_a_list_with_trailing_commas_and_short_rows_is_read(tmp_path: Path) -> None:
    """Only empty cells are too many, or missing; and rows above the header are not overlooked."""
    path = tmp_path / "list.csv"
    text = (
        "9,x,Jones,Bea,03/03/1970\n"
        "Patient ID,Surname,First name,Date of birth,Town\n"
        "1,Smith,Ann,01/02/1980,Leeds,,\n2,Smith,Bob,13/02/1980\n3,Smith,Cee,14/02/1980,Hull\n"
        "4,Smith,Dee,14/02/1980,Hull,,x\n"
    )
    path.write_text(text, encoding="utf-8")
    index = build_index([path], tmp_path / "index")

    found = index.scan("patients").collect()
    assert found["patient_id"].to_list() == ["1", "2", "3"]
    (count,) = index.manifest.files
    assert (count.rows_read, count.rows_indexed, count.rows_rejected) == (4, 3, 1)
    notes = " ".join(index.manifest.notes)
    assert "lines 3, 4: there are fewer fields" in notes
    assert "line 1: above the header" in notes


@pytest.mark.parametrize("how", WAYS)
def test_trailing_delimiters_are_cut_off_wherever_they_stand(
    tmp_path: Path, how: dict[str, bool]
) -> None:
    """In each row, or in some: as long as nothing stands behind them."""
    each = opened(tmp_path, "a,b\n1,2,,\n3,4,,\n5,6\n7,8,,x\n", **how)
    assert cells_of(each) == [("1", "2"), ("3", "4"), ("5", "6")]
    assert each.rejects.height == 1
    some = opened(tmp_path, "a,b\n1,2\n3,4,\n5,6\n", **how)
    assert cells_of(some) == [("1", "2"), ("3", "4"), ("5", "6")]


def test_a_row_with_a_line_break_in_it_is_not_two_rows(tmp_path: Path) -> None:
    """Neither its beginning nor its rest is taken for a row that lacks its last cells."""
    table = opened(
        tmp_path,
        "id,born,address,town\n1,1980-01-01,x,y\n2,1980-01-01,12 High\nStreet,Leeds\n"
        "3,1980-01-01,z\n4,1980-01-01,,\n5,missing,1980-01-01\n",
    )

    assert [row[0] for row in cells_of(table)] == ["1", "3", "4"]
    assert table.rejects.height == 3


def test_a_pack_and_a_codelist_are_refused_with_the_line() -> None:
    """A criterion or a code that is swallowed would be missed by nobody."""
    rows = "".join(f"MED-0{at},Medicines,Somebody on x{at},Compare it,10\n" for at in range(1, 8))
    pack = "id,area,what to find,what to compare,how many\n" + rows
    assert len(pack_from_csv("a.csv", pack).criteria) == 7
    spoilt = pack.replace("on x2", '"').replace("Somebody ", "")
    spoilt = spoilt.replace("on x6", '"')
    with pytest.raises(
        UserError,
        match=r"a\.csv, line 3: A cell of this row holds whole rows of the list: a quotation",
    ):
        pack_from_csv("a.csv", spoilt)
    problems = Problems("pack.toml")
    codes = 'code,term\n1000,a\n1001,"\n1002,c\n1003,"\n1004,e\n'
    assert codelist_from_csv("mine", codes, problems) is None
    with pytest.raises(
        UserError, match=r"line 3: A cell of this row holds whole rows of the list: a quotation"
    ):
        problems.raise_any()


def test_a_table_of_qof_is_refused_with_the_line() -> None:
    """Its indicators stand on one line each."""
    head = "indicator,group,measures,points,lower_threshold,upper_threshold\n"
    text = head + 'A1,g,"m,1,10,20\nA2,g,m,1,10,20\nA3,g,m",1,10,20\n'
    with pytest.raises(UserError, match=r"line 2: a quotation mark is not closed"):
        qof_table("qof_2026_27.csv", text)


def lines_noted(notes: tuple[str, ...]) -> range:
    """Return the lines of the value that, a note says, may hold rows."""
    pattern = r"entries\.csv, line (\d+): a quoted value spans (\d+) lines that may be rows"
    for note in notes:
        if found := re.match(pattern, note):
            return range(int(found[1]), int(found[1]) + int(found[2]))
    return range(0)


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_text_that_may_be_rows_is_noted(tmp_path: Path, how: dict[str, bool], end: str) -> None:
    """It stays one value where nothing says that it is rows, and people can look at the line."""
    text = 'id,name,address\n1,Bob,"Flat 2\n1 A Street, York, UK"\n2,Ann,x\n'
    table = opened(tmp_path, text.replace("\n", end), **how)

    assert table.rows == 2
    (note,) = table.notes
    assert lines_noted((note,)) == range(2, 4)


def test_a_list_of_patients_notes_text_that_may_be_rows(tmp_path: Path) -> None:
    """The index of it, the picks by it, and PCSE's list each say on which line to look."""
    path = tmp_path / "list.csv"
    path.write_text(
        "Patient ID,NHS Number,Surname,First name,Date of birth,Town\n"
        '1,,Smith,Ann,01/02/1980,"Leeds\n2, , Smith, Bob, 02/02/1980, Hull"\n',
        encoding="utf-8",
    )
    index = build_index([path], tmp_path / "index")
    listed = patients_of_list(index, path)
    pcse = read_pcse_list(path)

    for said in (index.manifest.notes, listed.not_found, pcse.notes):
        assert any("line 2: a quoted value spans 2 lines" in note for note in said)


def test_a_codelist_refuses_text_that_may_be_rows() -> None:
    """Nobody would miss the code; whoever wrote text can write it on one line."""
    problems = Problems("pack.toml")
    codes = 'code,term\n1000,"a\n1001, b"\n'
    assert codelist_from_csv("mine", codes, problems) is None
    with pytest.raises(UserError, match=r"line 2: A cell of this row spans 2 lines that may be"):
        problems.raise_any()


@pytest.mark.parametrize("how", WAYS)
def test_lines_of_empty_cells_are_no_text(tmp_path: Path, how: dict[str, bool]) -> None:
    """Rows all but empty tell little of their kind, but text has no two commas in a row."""
    table = opened(tmp_path, 'id,a,b,c,last\np0,",,,z\np1,,,,z\np2, ", 1,,z\n', **how)

    assert [row[0] for row in cells_of(table)] == ["p0", "p1", "p2"]
    assert any("line 2: a quotation mark" in note for note in table.notes)


PLAIN = st.text('ab1 ."', max_size=4).map(lambda text: text.replace('"', ""))


@settings(max_examples=examples(200), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    others=st.lists(st.tuples(PLAIN, PLAIN, PLAIN), min_size=3, max_size=30),
    strays=st.lists(st.tuples(st.integers(0, 29), st.integers(1, 3), st.booleans()), max_size=2),
    end=st.sampled_from(["\n", "\r\n"]),
    optimistic=st.booleans(),
)
@example(
    others=[("", "", ""), ("", "", ""), (" ", " 1", "")],
    strays=[(0, 1, False), (14, 1, False)],
    end="\n",
    optimistic=False,
)
@example(
    others=[(" a", " b", " c")] * 3,
    strays=[(0, 1, True), (2, 1, False)],
    end="\n",
    optimistic=False,
)
@example(
    others=[(" a", " b", " c")] * 3,
    strays=[(0, 1, True), (2, 1, False)],
    end="\r\n",
    optimistic=True,
)
def test_no_row_disappears_and_no_cell_holds_another_row(
    others: list[tuple[str, str, str]],
    strays: list[tuple[int, int, bool]],
    end: str,
    optimistic: bool,
) -> None:
    """One or two quotation marks anywhere: each line is a row, or set aside by itself.

    Where the lines between two marks could as well be text, a note says so with file and lines:
    no row is missing without a word.
    """
    rows = [[f"p{at}", *cells, "z"] for at, cells in enumerate(others)]
    for row, place, begins in strays:
        cells = rows[row % len(rows)]
        cells[place] = f'"{cells[place]}' if begins else f'{cells[place]}"'
    text = end.join(",".join(row) for row in [["id", "a", "b", "c", "last"], *rows]) + end
    with TemporaryDirectory() as folder:
        table = opened(Path(folder), text, optimistic=optimistic)
        read = {row[0]: list(row) for row in cells_of(table)}
        away = [line for batch in table.rejects.batches() for line in batch["line"]]
        path = Path(folder) / "entries.csv"
        listed, damaged = read_records(path)
        counted = list(padded_records(path, sniff(path, ","), [5]))

    noted = lines_noted(table.notes)
    missing = noted[1:]
    assert table.rows + len(away) + len(missing) == len(rows)
    assert len(read) == table.rows
    assert len(listed) + len(damaged) == len(counted) == len(rows) + 1 - len(missing)
    assert sum(isinstance(one, Record) for one in counted) == table.rows + 1
    assert [one.line for one in listed if one.may_hold] == [*noted[:1]]
    for at, row in enumerate(rows):
        if at + 2 in away or at + 2 in missing:
            assert row[0] not in read
            continue
        if at + 2 in noted:
            continue
        assert all("\n" not in cell for cell in read[row[0]])
        if not any(row[0] == rows[stray[0] % len(rows)][0] for stray in strays):
            assert read[row[0]] == row
