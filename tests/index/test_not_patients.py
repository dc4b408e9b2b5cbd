"""Totals, feet of pages and headers that come again are no patients, whatever reads the file."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from recordpick.errors import UserError
from recordpick.index.build.build_index import build_index
from recordpick.index.readers.list_day import day_of_list
from recordpick.index.readers.not_patients import says_it_is_no_patient, stated_count

HEADER = ["EMIS Number", "NHS Number", "Surname", "First Name", "Date of Birth"]
PATIENTS = [
    ["11", "9990000018", "Able", "Ann", "10/04/1980"],
    ["12", "", "Baker", "Bo", ""],
    ["T13", "", "", "", "12/04/1980"],
    ["14", "9990001111", "", "", ""],
]
FOOT = [
    ["Page 1 of 2"],
    ["Total", "4"],
    ["Total patients 4"],
    ["Patient Count: 4"],
    ["Report run by: Practice Manager"],
    ["Report run by:", "", "Practice", "Manager"],
    ["*** End of report ***"],
    ["----------"],
    ["Printed on 01/10/2026"],
    ["Confidential"],
    ["#N/A"],
    ["Sorted by Surname"],
    ["User: A Clerk"],
    ["1/2"],
    ["- 1 -"],
    ["EOF"],
    ["Printed", "", "", "", "01/10/2026"],
    ["Report run", "", "Clerk", "", "01/10/2026"],
]


def filled(rows: list[list[str]], width: int) -> list[list[str]]:
    return [row + [""] * (width - len(row)) for row in rows]


def written(path: Path, rows: list[list[str]]) -> Path:
    if path.suffix == ".xlsx":
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet()
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
    else:
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
    return path


def patients_and_rejected(index):
    with (index.folder / "rejected_rows.csv").open(encoding="utf-8", newline="") as file:
        lines = [int(row["line"]) for row in csv.DictReader(file)]
    return index.scan("patients").collect()["patient_id"].to_list(), lines


@pytest.mark.parametrize(
    ("name", "feet"),
    [
        *(pytest.param("list.csv", [foot], id=foot[0]) for foot in FOOT),
        pytest.param("list.xlsx", FOOT, id="a spreadsheet"),
        pytest.param("practice", FOOT, id="a folder of tables"),
    ],
)
def test_a_line_that_is_no_patient_is_rejected_and_counted(tmp_path, name, feet):
    """In a list of text, a spreadsheet and a folder of tables; each patient above and below stays.

    A patient stays who has a name, a date of birth or an NHS number, though the number is odd.
    """
    header = HEADER
    if name == "practice":
        header = ["patient_id", "nhs_number", "family_name", "given_name", "date_of_birth"]
        (tmp_path / name).mkdir()
    rows = [header, *PATIENTS[:2], *filled(feet, 5), header, *PATIENTS[2:]]
    path = tmp_path / name / "patients.csv" if name == "practice" else tmp_path / name
    written(path, rows)

    index = build_index([tmp_path / name], tmp_path / "index")

    numbers, lines = patients_and_rejected(index)
    assert numbers == ["11", "12", "14", "T13"]
    no_patients = len(feet) + 1  # the header that comes again, too
    assert lines == [4 + number for number in range(no_patients)]
    (count,) = index.manifest.files
    assert (count.rows_read, count.rows_indexed) == (4 + no_patients, 4)
    assert count.rows_rejected == no_patients


@pytest.mark.parametrize(
    ("cells", "count"),
    [
        (["Patient Count: 270"], 270),
        (["Total", "", "1,270"], 1270),
        (["Total patients 270"], 270),
        (["Total number of patients:", "270"], 270),
        (["270 patients found"], 270),
        (["Number of patients = 3"], 3),
        (["Patient Count"], None),
        (["Page 1 of 2"], None),
        (["270"], None),
        (["Total", "many"], None),
        (["1", "Total", "270 High Street"], None),
    ],
)
def test_a_count_is_found_where_a_line_states_one(cells, count):
    assert stated_count(cells) == count


def test_a_stated_count_is_held_against_what_was_read(tmp_path):
    """Above the header and below the patients; where it is right nothing is said."""
    for stated, says in ((270, True), (4, False)):
        rows = [["Patient Count:", str(stated)], HEADER, *PATIENTS, ["Total", str(stated)]]
        path = written(tmp_path / f"{stated}.csv", rows)
        index = build_index([path], tmp_path / f"index {stated}")
        notes = [note for note in index.manifest.notes if "says that the list has" in note]
        assert len(notes) == (2 if says else 0)
        assert all("270 patients, but 4 were read" in note for note in notes)


def test_more_lines_at_the_end_than_patients(tmp_path):
    """What the numbers of patients are like is learnt from those who say who they are."""
    rows = [HEADER, PATIENTS[0], *filled([*map(list, FOOT), ["Practice leaflet"]], 5)]
    index = build_index([written(tmp_path / "a.csv", rows)], tmp_path / "index")
    assert patients_and_rejected(index)[0] == ["11"]


@pytest.mark.parametrize("name", ["list.csv", "list.xlsx", "practice"])
@pytest.mark.parametrize("odd", ["12.5", "TRUE", "12,5"])
def test_a_decimal_among_whole_numbers_is_no_patients_number(tmp_path, name, odd):
    """Whatever stands beside it: it would lead to nobody in the clinical system."""
    header = HEADER
    if name == "practice":
        header = ["patient_id", "nhs_number", "family_name", "given_name", "date_of_birth"]
        (tmp_path / name).mkdir()
    path = tmp_path / name / "patients.csv" if name == "practice" else tmp_path / name
    written(path, [header, *PATIENTS[:2], [odd, "9990001480", "Clay", "Cy", "1980-04-11"]])

    index = build_index([tmp_path / name], tmp_path / "index")

    assert patients_and_rejected(index) == (["11", "12"], [4])
    reason = (index.folder / "rejected_rows.csv").read_text(encoding="utf-8").lower()
    assert f"{odd} is not a whole number".lower() in reason


def test_decimals_are_numbers_where_all_are(tmp_path):
    rows = [HEADER, ["1.5", "", "Able", "Ann", "10/04/1980"], ["2.5", "", "Bo", "Bo", ""]]
    index = build_index([written(tmp_path / "a.csv", rows)], tmp_path / "index")
    assert patients_and_rejected(index)[0] == ["1.5", "2.5"]


def test_a_count_at_the_end_stands_above_other_lines(tmp_path):
    rows = [HEADER, *PATIENTS, ["4"], ["", "", "Total", "4"], ["Page 1 of 1"]]
    index = build_index([written(tmp_path / "a.csv", filled(rows, 5))], tmp_path / "index")
    assert len(patients_and_rejected(index)[0]) == 4
    assert [note for note in index.manifest.notes if "says that the list has" in note] == []


def test_lines_without_a_number_are_not_counted_as_patients(tmp_path):
    """Where a report has more lines at its end than patients, blank ones among them."""
    foot = [["Total", "4"], *map(list, FOOT), ["--- End ---"], ["", "4"], ["4 records"]]
    rows = [HEADER, *filled([*PATIENTS, *foot], 5)]
    index = build_index([written(tmp_path / "a.csv", rows)], tmp_path / "index")

    assert len(patients_and_rejected(index)[0]) == 4
    assert [note for note in index.manifest.notes if "says that the list has" in note] == []


def test_a_bare_number_at_the_end_that_counts_the_rows_is_no_patient(tmp_path):
    rows = [HEADER, *PATIENTS, ["4"]]
    index = build_index([written(tmp_path / "a.csv", rows)], tmp_path / "index")
    assert patients_and_rejected(index) == (["11", "12", "14", "T13"], [6])


def test_a_report_with_several_rows_a_patient_is_read_once_each(tmp_path):
    """Where the patient's cells are the same; else the file is refused."""
    header = [*HEADER, "Code Term"]
    rows = [header, [*PATIENTS[0], "Asthma"], [*PATIENTS[0], "Gout"], [*PATIENTS[1], "Gout"]]
    index = build_index([written(tmp_path / "a.csv", rows)], tmp_path / "index")
    assert patients_and_rejected(index) == (["11", "12"], [3])

    rows.append(["12", "", "Other", "Bo", "", "Gout"])
    with pytest.raises(UserError, match=r"patient 12 is on .* \(lines 4 and 5\)"):
        build_index([written(tmp_path / "b.csv", rows)], tmp_path / "again")


@given(st.integers(0, 10**12).map(str) | st.sampled_from(["Ann", "Count Dracula", "AB12", "T-9"]))
def test_numbers_and_names_do_not_say_that_they_are_no_patient(text):
    """Only a text that says so: an odd number alone costs nobody the place on the list."""
    assert says_it_is_no_patient(text) == text.startswith("Count ")


@pytest.mark.parametrize(
    ("cells", "day"),
    [
        (["Last Run", "", "", "14/06/2026 08:12"], date(2026, 6, 14)),
        (["Last run: 14-Jun-2026"], date(2026, 6, 14)),
        (["Report date: 14 June 2026 08:12 for Practice X"], date(2026, 6, 14)),
        (["Run date", "2026-06-14"], date(2026, 6, 14)),
        (["Run date", "14/06/26"], None),
        (["Last Run", "never"], None),
        (["Nothing on 14/06/2026"], None),
    ],
)
def test_the_day_of_the_list_is_that_of_its_banner(cells, day):
    """Years of two digits are no day here either."""
    found = day_of_list([cells])
    assert (found.day if found else None) == day


def test_a_list_is_as_at_the_day_that_its_banner_says(tmp_path):
    rows = [["Last Run", "", "", "14/06/2026 08:12"], HEADER, *PATIENTS]
    path = written(tmp_path / "a.csv", rows)
    index = build_index([path], tmp_path / "index")
    assert index.manifest.as_at == date(2026, 6, 14)
    assert "Last Run 14/06/2026" in index.manifest.as_at_from
    below = written(tmp_path / "b.csv", [*rows[1:], ["Report date: 15/06/2026"]])
    assert build_index([below], tmp_path / "below").manifest.as_at == date(2026, 6, 15)
    said = build_index([path], tmp_path / "said", as_at=date(2026, 10, 1))
    assert said.manifest.as_at == date(2026, 10, 1)
