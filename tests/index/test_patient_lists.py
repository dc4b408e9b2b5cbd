"""A list of patients that people exported or made by hand is read for what it is."""

from __future__ import annotations

import csv
import tomllib
from datetime import date
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from recordpick.errors import UserError
from recordpick.index.build.build_index import build_index
from recordpick.index.list_columns import find_header
from recordpick.index.practice_index import PracticeIndex
from recordpick.index.readers.list_dates import dates_of
from recordpick.index.readers.registry import questions_about
from recordpick.index.source import NO_ANSWERS, Answers, Question
from recordpick.resources import data_file
from recordpick.schema import PATIENTS

EMIS_REPORT = """\
Patients of the practice,,,,,,,,,
Last run: 01/02/2026,,,,,,,,,
,,,,,,,,,
EMIS Number,Usual GP's Full Name,NHS Number,Family Name,Calling Name,Date of Birth,Gender,\
House Name / Flat Number,Number and Street,Town
12,"SMITH, Jo (Dr)",943 476 5919,O'Neil,Ann,01-Jan-1950,Female,,1 High St,Exeter
13,,9434765918,Baker,Cy,31-Dec-1999,Male,Flat 1,2 High St,Exeter
"""


def built(folder: Path, content: str | bytes, name: str = "list.csv") -> PracticeIndex:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return build_index([path], folder / "index")


def column(index: PracticeIndex, name: str) -> list[object]:
    return index.scan("patients").collect()[name].to_list()


def rejected(index: PracticeIndex) -> list[tuple[int, str]]:
    with (index.folder / "rejected_rows.csv").open(encoding="utf-8", newline="") as file:
        return [(int(row["line"]), row["reason"]) for row in csv.DictReader(file)]


def emptied(index: PracticeIndex) -> list[tuple[int, str, str, str]]:
    with (index.folder / "set_aside_values.csv").open(encoding="utf-8", newline="") as file:
        return [
            (int(row["line"]), row["column"], row["value"].removeprefix("'"), row["reason"])
            for row in csv.DictReader(file)
        ]


def test_an_emis_report_with_lines_above_its_header(tmp_path: Path) -> None:
    index = built(tmp_path, EMIS_REPORT)

    assert column(index, "patient_id") == ["12", "13"]
    assert column(index, "nhs_number") == ["9434765919", None]
    assert column(index, "family_name") == ["O'Neil", "Baker"]
    assert column(index, "date_of_birth") == [date(1950, 1, 1), date(1999, 12, 31)]
    assert column(index, "sex") == ["F", "M"]
    assert column(index, "usual_gp") == ["SMITH, Jo (Dr)", None]
    assert column(index, "address") == ["1 High St, Exeter", "Flat 1, 2 High St, Exeter"]


def test_what_was_taken_for_what_is_said(tmp_path: Path) -> None:
    notes = built(tmp_path, EMIS_REPORT.replace("Gender", "Colour")).manifest.notes

    assert notes[0].startswith("list.csv: read patient_id from EMIS Number, nhs_number from NHS")
    assert "list.csv: not used: Colour" in notes
    assert "list.csv: Date of Birth was read as day-month-year" in notes


def test_a_list_with_nhs_numbers_only(tmp_path: Path) -> None:
    """They stand for the patient number then; a number that is none can name nobody."""
    index = built(
        tmp_path,
        "NHS Number;Surname\r\n943 476 5919;Zoë\r\n1234567890;x\r\n;y\r\n".encode("cp1252"),
    )

    assert column(index, "patient_id") == ["9434765919"]
    assert column(index, "nhs_number") == ["9434765919"]
    assert column(index, "family_name") == ["Zoë"]
    assert rejected(index) == [
        (3, "its NHS number 1234567890 is not valid"),
        (4, "it has no NHS number"),
    ]


def test_nhs_numbers_in_a_column_called_patient_id(tmp_path: Path) -> None:
    index = built(tmp_path, "Patient ID\n943 476 5919\n943-476-5870\n")

    assert column(index, "patient_id") == ["9434765870", "9434765919"]
    assert column(index, "nhs_number") == ["9434765870", "9434765919"]
    assert "all values of Patient ID are NHS numbers" in index.manifest.notes[1]


def test_numbers_that_a_spreadsheet_has_damaged_are_reported(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"damaged the NHS numbers \(such as 9\.43E\+09\)"):
        built(tmp_path, "NHS No,Surname\n9.43E+09,A\n9.43E+09,B\n")


def test_two_rows_of_one_patient_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="patient 9434765919 is on more than one row"):
        built(tmp_path, "NHS No\n943 476 5919\n9434765919\n")


def test_a_spreadsheet(tmp_path: Path) -> None:
    """Numbers and dates are kept as such in it; rows are counted from its first."""
    path = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(path) as book:
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        sheet = book.add_worksheet()
        sheet.write(0, 0, "My patients")
        sheet.write_row(2, 0, ["Patient Number", "NHS Number", "DOB", "Sex"])
        sheet.write_row(3, 0, [17, 9434765919])
        sheet.write_datetime(3, 2, date(1980, 2, 3), day)
        sheet.write_row(4, 0, [18, 9434765870, "32/01/1980", "f"])

    index = build_index([path], tmp_path / "index")

    assert column(index, "patient_id") == ["17", "18"]
    assert column(index, "nhs_number") == ["9434765919", "9434765870"]
    assert column(index, "date_of_birth") == [date(1980, 2, 3), None]
    assert emptied(index) == [(5, "date_of_birth", "32/01/1980", "not a day of the calendar")]


def test_a_parquet_file_with_names_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "list.parquet"
    pl.DataFrame({"EMIS No": [5], "DOB": [date(1980, 2, 3)]}).write_parquet(path)

    index = build_index([path], tmp_path / "index")

    assert (column(index, "patient_id"), column(index, "date_of_birth")) == (
        ["5"],
        [date(1980, 2, 3)],
    )


def test_short_lines_are_read_and_totals_below_are_rejected(tmp_path: Path) -> None:
    """A line may lack its empty last cells, and have empty ones more than the header."""
    index = built(tmp_path, "EMIS Number,Surname\n1,A,\n2\n\n,\n3,B,x\n4,C\nTotal: 2 patients,,\n")

    assert column(index, "patient_id") == ["1", "2", "4"]
    assert [line for line, _ in rejected(index)] == [6, 8]
    assert rejected(index)[0][1] == "it has 3 fields, the header 2"
    assert rejected(index)[1][1].startswith("it is not a patient: Total: 2 patients is not")
    assert any("line 8 says that the list has 2 patients, but 3" in n for n in index.manifest.notes)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("foo,bar\n1,2\n", r"no column is called NHS Number, .* \(the first row has foo, bar\)"),
        ("", "empty"),
        ("EMIS Number,Date of Birth\n1,12-Jan-80\n", "Date of Birth has years of two digits"),
        (b"PK\x03\x04", "a spreadsheet or an archive"),
        ("EMIS Number\n", "there are no patients in this file"),
        ("EMIS Number,DOB\n1,soon\n2,later\n", "no value of DOB is a date such as 31/01/1980"),
    ],
)
def test_a_list_that_cannot_be_read_is_reported(
    tmp_path: Path, content: str | bytes, says: str
) -> None:
    with pytest.raises(UserError, match=says):
        built(tmp_path, content)


def test_a_column_that_must_be_something_else_does_not_cost_the_patients(tmp_path: Path) -> None:
    """Of a guess by its name, when every value says no: left out, and told."""
    index = built(tmp_path, "EMIS Number,Registered,Status,Sex\n1,Yes,Gold,F\n2,No,,q\n")

    assert set(index.columns("patients")) == {"patient_id", "sex"}
    assert "list.csv: Registered was not used: none of its values is a date" in index.manifest.notes
    assert (
        "list.csv: Status was not used: none of its words are known (such as Gold)"
        in index.manifest.notes
    )
    assert column(index, "sex") == ["F", None]
    assert rejected(index) == []


@pytest.mark.parametrize(
    ("texts", "says", "is_sure"),
    [
        (["31/01/1980", "01/02/1980"], "day/month/year", True),
        (["01/02/1980", "03/04/1981"], "day/month/year", False),
        (["12/31/1980", "01/02/1980"], "month/day/year", True),
        (["31/01/1980", "01/31/1980", "02/02/1980"], "day/month/year", False),
        (["01-Jan-1980"], "day-month-year", True),
        (["1 January 1980"], "day month year", True),
        (["1980-01-31", "1980-02-01 00:00"], "year-month-day", True),
        (["31.01.1980 00:00:00"], "day.month.year", True),
        (["19800131"], "yearmonthday", True),
        ([], "year-month-day", True),
    ],
)
def test_dates_are_day_first_unless_the_column_proves_otherwise(
    texts: list[str], says: str, is_sure: bool
) -> None:
    """And one way throughout a column: what does not fit it is set aside."""
    found = dates_of(pl.Series(texts, dtype=pl.String))

    assert (found.says, found.is_sure) == (says, is_sure)


def test_month_first_is_never_mixed_in(tmp_path: Path) -> None:
    index = built(tmp_path, "EMIS Number,DOB\n1,31/01/1980\n2,01/31/1980\n3,02/03/1981\n")

    assert column(index, "date_of_birth") == [date(1980, 1, 31), None, date(1981, 3, 2)]
    assert emptied(index) == [(3, "date_of_birth", "01/31/1980", "not a day of the calendar")]


def test_every_synonym_stands_for_a_column_of_the_table() -> None:
    """A name that is given to two columns would make one of them unreachable."""
    synonyms = tomllib.loads(data_file("column_synonyms.toml").read_text(encoding="utf-8"))

    assert set(synonyms["columns"]) <= set(PATIENTS.names)
    for column_name, names in synonyms["columns"].items():
        for name in names:
            found = find_header([["NHS Number", name]])
            assert found is not None
            assert column_name in found.taken
    for column_name, words in synonyms["words"].items():
        known = PATIENTS.column(column_name)
        assert known is not None
        assert set(words.values()) <= set(known.words)


def test_two_columns_for_one_of_ours_are_reported_and_the_first_name_wins() -> None:
    found = find_header([["NHS Number", "Calling Name", "Forename"]])

    assert found is not None
    assert found.taken["given_name"] == 2
    assert found.doubled == {"given_name": ("Forename", "Calling Name")}


UNSURE = "NHS Number,Date of Birth,Registered\n9434765919,01/02/1980,03/04/2020\n"


def asked(folder: Path, content: str, answers: Answers = NO_ANSWERS) -> list[Question]:
    (folder / "list.csv").write_text(content, encoding="utf-8")
    return list(questions_about([folder / "list.csv"], answers=answers))


def test_dates_that_could_be_read_in_two_ways_are_asked_about(tmp_path: Path) -> None:
    """With a date of the column, read in both ways; and nothing is asked that is proven."""
    dates = [question for question in asked(tmp_path, UNSURE) if question.about == "dates"]
    assert [question.column for question in dates] == ["Date of Birth", "Registered"]
    assert "Is 01/02/1980 1 February 1980, or 2 January 1980?" in dates[0].asks

    proven = UNSURE + "9434765870,31/01/1980,31/01/2020\n"
    assert {question.about for question in asked(tmp_path, proven)} == {"registered", "as_at"}
    same_either_way = "NHS Number,Date of Birth,Status\n9434765919,01/01/1980,registered\n"
    assert [question.about for question in asked(tmp_path, same_either_way)] == ["as_at"]


@pytest.mark.parametrize(
    ("day_first", "born"), [(True, date(1980, 2, 1)), (False, date(1980, 1, 2))]
)
def test_what_was_said_about_dates_holds(tmp_path: Path, day_first: bool, born: date) -> None:
    (tmp_path / "list.csv").write_text(UNSURE, encoding="utf-8")
    index = build_index(
        [tmp_path / "list.csv"], tmp_path / "index", answers=Answers(day_first=day_first)
    )
    assert column(index, "date_of_birth") == [born]
    assert any("as answered" in note for note in index.manifest.notes)


def test_an_answer_is_of_one_column_only(tmp_path: Path) -> None:
    """One column month first, another day first, as the person said of each."""
    questions = asked(tmp_path, UNSURE)
    answers = Answers({question.key: question.column == "Registered" for question in questions})
    index = build_index([tmp_path / "list.csv"], tmp_path / "index", answers=answers)
    assert column(index, "date_of_birth") == [date(1980, 1, 2)]
    assert column(index, "registered_on") == [date(2020, 4, 3)]
    assert "status" not in index.columns("patients")


def test_what_a_column_proves_is_not_overruled(tmp_path: Path) -> None:
    """The 31st is no month, whatever was said beforehand."""
    (tmp_path / "list.csv").write_text(UNSURE.replace("01/02", "31/01"), encoding="utf-8")
    index = build_index(
        [tmp_path / "list.csv"], tmp_path / "index", answers=Answers(day_first=False)
    )
    assert column(index, "date_of_birth") == [date(1980, 1, 31)]


def test_a_list_of_registered_patients_can_be_said_to_be_one(tmp_path: Path) -> None:
    """Then criteria about registered patients are answered; unsaid, they are not."""
    (tmp_path / "list.csv").write_text(UNSURE, encoding="utf-8")
    unsaid = build_index([tmp_path / "list.csv"], tmp_path / "unsaid")
    assert "status" not in unsaid.columns("patients")
    assert any("--registered" in note for note in unsaid.manifest.notes)
    said = build_index([tmp_path / "list.csv"], tmp_path / "said", answers=Answers(registered=True))
    assert column(said, "status") == ["registered"]


def test_a_list_beside_an_extract_is_not_asked_who_is_registered(tmp_path: Path) -> None:
    """The other source says that."""
    tables = tmp_path / "tables"
    tables.mkdir()
    (tables / "patients.csv").write_text("patient_id,status\n1,left\n", encoding="utf-8")
    (tmp_path / "list.csv").write_text(UNSURE, encoding="utf-8")
    found = questions_about([tables, tmp_path / "list.csv"])
    assert {question.about for question in found} == {"dates", "as_at"}


@pytest.mark.parametrize("more", ["", "4,20/01/1980\n5,21/01/1980\n"])
def test_dates_of_both_orders_in_one_column_are_named(tmp_path, more):
    """What fits the other order only is left empty, and nobody is told that nothing proves it."""
    listed = tmp_path / "list.csv"
    rows = f"1,01/31/1980\n2,31/01/1980\n3,03/04/1980\n{more}"
    listed.write_text(f"Patient ID,Date of Birth\n{rows}", encoding="utf-8")
    index = build_index([listed], tmp_path / "index")
    (note,) = [note for note in index.manifest.notes if "mixes two orders" in note]
    assert "such as 01/31/1980 do not fit" in note
    assert not any("no date in it proves" in note for note in index.manifest.notes)
    born = index.scan("patients").sort("patient_id").collect()["date_of_birth"].to_list()
    assert born[:3] == [None, date(1980, 1, 31), date(1980, 4, 3)]


@pytest.mark.parametrize("word", ["Removed from list", "De-registered", "Moved out of area"])
def test_words_for_those_who_left_are_known(tmp_path, word):
    listed = tmp_path / "list.csv"
    listed.write_text(
        f"Patient ID,Date of Birth,Status\n1,31/01/1980,Registered\n2,31/01/1980,{word}\n",
        encoding="utf-8",
    )
    index = build_index([listed], tmp_path / "index")
    rows = index.scan("patients").select("patient_id", "status").sort("patient_id").collect()
    assert rows.rows() == [("1", "registered"), ("2", "left")]
