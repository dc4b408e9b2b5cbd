"""Numbers that people give: each finds exactly one patient, or is told and left out."""

import pytest

from recordpick.errors import UserError
from recordpick.index.patient_lookup import patient_of, patients_of_list

from small_practice import small_index

INDEX = small_index(
    patients=[
        {"patient_id": "17", "nhs_number": "9434765919"},
        {"patient_id": "18", "nhs_number": None},
        {"patient_id": "19", "nhs_number": "9434765870"},
        {"patient_id": "20", "nhs_number": "9434765870"},
        {"patient_id": "9434765919", "nhs_number": None},
        {"patient_id": "21", "nhs_number": "9876543210"},
    ]
)


def listed(tmp_path, text, name="list.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return patients_of_list(INDEX, path)


def test_a_number_typed_in_is_a_patient_number_or_an_nhs_number():
    """Blanks and hyphens in an NHS number do not matter."""
    assert patient_of(INDEX, "17") == "17"
    assert patient_of(INDEX, " 987 654-3210 ") == "21"


@pytest.mark.parametrize("text", ["", "99", "9434765870", "9434765919", "9.43E+09"])
def test_a_number_of_nobody_or_of_two_is_reported(text):
    """Unknown, shared by two, or a patient number that is another's NHS number."""
    with pytest.raises(UserError):
        patient_of(INDEX, text)


def test_lines_above_the_header_and_other_columns_do_not_matter(tmp_path):
    """As EMIS Web exports it: a title, when it was run, then the header."""
    text = "Search: asthma\r\nLast run 01/01/2026\r\n\r\nName,NHS Number\r\nA,987 654 3210\r\n"
    assert listed(tmp_path, text).patient_ids == ("21",)


def test_a_list_of_one_column_needs_no_header(tmp_path):
    """Just numbers, each patient once, in the list's order."""
    found = listed(tmp_path, "21\n17\n21\n")
    assert found.patient_ids == ("21", "17")
    assert found.read == 3


def test_every_line_that_finds_nobody_is_reported_with_its_number(tmp_path):
    """Nothing vanishes: found and not found add up to the lines read."""
    found = listed(tmp_path, "Patient ID\n17\nno such\n9.43E+09\n9434765870\n18\n")
    assert found.patient_ids == ("17", "18")
    assert [text.split(": ", 1)[0].rsplit(" ", 1)[1] for text in found.not_found] == ["3", "4", "5"]
    assert "damaged by a spreadsheet" in found.not_found[1]
    assert "more than one patient (19, 20)" in found.not_found[2]


def test_two_numbers_on_a_line_must_not_mean_two_patients(tmp_path):
    """A patient number that contradicts the NHS number picks nobody."""
    text = "Patient ID,NHS Number\n18,9876543210\n21,9876543210\nx,9876543210\n17,9999999999\n"
    found = listed(tmp_path, text)
    assert found.patient_ids == ("21",)
    assert len(found.not_found) == 2


@pytest.mark.parametrize("text", ["", "Name,Age\nA,3\n", "NHS Number\n"])
def test_a_list_without_numbers_is_refused(tmp_path, text):
    """Empty, without such a column, or a header only: a sentence."""
    with pytest.raises(UserError):
        listed(tmp_path, text)


def test_a_file_that_is_not_there_is_reported(tmp_path):
    """The file is named."""
    with pytest.raises(UserError, match="gone.csv"):
        patients_of_list(INDEX, tmp_path / "gone.csv")


def test_numbers_that_were_dressed_or_copied_find_their_patient(tmp_path):
    """On a list and typed in: with signs that cannot be seen, or those of spreadsheets."""
    for number in (
        "'21",
        '="21"',
        "21.0",
        "987\u200b654\u200d3210",
        "987?654?3210",
        "9876543210.0",
    ):
        assert patient_of(INDEX, number) == "21"
    text = 'Patient ID\n\'17\n"=""18"""\n21.0\n'
    assert listed(tmp_path, text).patient_ids == ("17", "18", "21")


def test_totals_and_headers_are_no_lines_of_patients(tmp_path):
    """They are named, and not counted among the lines that were read."""
    text = "Patient ID,Name\n17,A,\nPatient ID,Name\n18,B\nTotal,3\nPage 1 of 2\n"
    found = listed(tmp_path, text)
    assert found.patient_ids == ("17", "18")
    assert found.read == 2
    said = " ".join(found.not_found)
    assert "line 3: this repeats the header" in said
    assert "line 5: Total is not a patient's number" in said
    assert "line 6: Page 1 of 2 is not" in said
    assert "says that it has 3 patients, but 2 were read" in said


@pytest.mark.parametrize(
    "text",
    [
        'Patient ID,Name\n17,"A\n18,B\n21,C"\n',
        'Patient ID,Name\n17,"\n18,B\n21,"\n',
        'Patient ID,Name\n17,A\n18,"B\n21,C\n',
    ],
)
def test_stray_quotation_marks_are_mentioned_and_hide_nobody(tmp_path, text):
    """Every line is read, and the lines of the marks are named."""
    found = listed(tmp_path, text)
    assert found.patient_ids == ("17", "18", "21")
    assert found.read == 3
    assert found.not_found
    assert all("a quotation mark does not enclose a value" in said for said in found.not_found)
