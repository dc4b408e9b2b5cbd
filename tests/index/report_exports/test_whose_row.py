"""No row of an export reaches a patient whom it does not name for certain."""

from __future__ import annotations

HEADER = "EMIS Number,NHS Number,Surname,Forename,Date of Birth,Problem,Problem Date"


def test_a_row_is_found_by_number_by_nhs_number_or_by_name_with_date_of_birth(read) -> None:
    rows = [
        "4711,,,,,by number,01/06/2026",
        ",999-000-0034,,,,by NHS number,01/06/2026",
        ",,TESTER,cy,19-Aug-1987,by name,01/06/2026",
    ]
    found = read({"P.csv": "\n".join([HEADER, *rows])})

    assert found.rows("events", "term") == [
        ("4711", "by number"),
        ("4713", "by NHS number"),
        ("4712", "by name"),
    ]


WHY = {
    "4711,999 000 0034,,,": "its NHS number 9990000034 is not that of the patient",
    "9999,999 000 0018,,,": "there is no patient 9999 on LIST.csv",
    "4711,,Sample,,": "its surname is not that of the patient",
    "8101,,Twin,Ed,05/04/2019": "its first name is not that of the patient",
    "4711,,,,04/02/1951": "its date of birth 04/02/1951 is not that of the patient",
    "4711,,,,04-Feb-51": "its date of birth 04-Feb-51 is not that of the patient",
    ",9990000124,,,": "its NHS number 9990000124 is not valid",
    ",9.99E+09,,,": "its NHS number 9.99E+09 was damaged by a spreadsheet",
    ",9990000085,,,": "there is no patient with NHS number 9990000085 on LIST.csv",
    ",,Example,Ada,": "it does not say enough to know whose it is",
    ",,Example,Eve,03/02/1951": "no patient of LIST.csv has its name and date of birth",
    "4.7E+03,,,,": "its patient number was spoilt by a spreadsheet",
    ",9990000124,Example,Ada,03/02/1951": "its NHS number 9990000124 is not valid",
    ",,,,": "it names no patient, and nothing says for certain whose it is",
}


def test_a_row_that_contradicts_itself_or_names_nobody_is_rejected(read) -> None:
    rows = [f"{cells},Asthma,01/06/2026" for cells in WHY]
    found = read({"P.csv": "\n".join([HEADER, *rows, "4713,,,,,Gout,02/06/2026"])})

    assert found.rows("events", "term") == [("4713", "Gout")]
    rejected = dict(found.rejected())
    assert list(rejected) == list(range(2, 2 + len(WHY)))
    for line, why in enumerate(WHY.values(), 2):
        assert why in rejected[line]


def test_two_patients_of_one_name_and_date_of_birth_are_not_distinguished(read) -> None:
    listed = (
        "EMIS Number,Surname,Forename,Date of Birth\n1,Smith,Jo,01/01/1980\n2,Smith,Jo,01/01/1980\n"
    )
    report = "Surname,Forename,DOB,NHS Number,Problem,Problem Date\n"
    rows = "Smith,Jo,01/01/1980,,Gout,01/06/2026\n"
    found = read(
        {"P.csv": report + rows, "Q.csv": "EMIS Number,Problem,Problem Date\n1,X,01/06/2026\n"},
        listed=listed,
    )

    assert found.rows("events", "term") == [("1", "X")]
    assert "several patients of LIST.csv have its name" in found.rejected()[0][1]


def test_names_in_one_cell(read) -> None:
    """With a comma the surname comes first; without one it is compared as a whole."""
    text = (
        "Patient Name,Date of Birth,Problem,Problem Date\n"
        '"EXAMPLE, Ada (Mrs)",03/02/1951,A,01/06/2026\nMr Cy Tester,19/08/1987,B,01/06/2026\n'
        "Bo Sampleton,01/01/1970,C,01/06/2026\n"
    )
    found = read({"P.csv": text})

    assert found.rows("events", "term") == [("4711", "A"), ("4712", "B")]
    assert [line for line, _ in found.rejected()] == [4]


def test_a_number_that_the_list_calls_otherwise_is_warned_of(read) -> None:
    """Two systems give one number to two people, and a number alone cannot show it."""
    text = "Patient ID,Problem,Date\n4711,Gout,01/06/2026\n"
    warnings = read({"P.csv": text}).index.manifest.warnings
    assert any("only by Patient ID, and LIST.csv calls their number EMIS N" in w for w in warnings)

    checked = "Patient ID,Date of Birth,Problem,Date\n4711,03/02/1951,Gout,01/06/2026\n"
    for sure in (checked, text.replace("Patient ID", "EMIS Number")):
        assert not read({"P.csv": sure}).index.manifest.warnings


def test_a_calling_name_is_not_the_first_name_of_a_report(read) -> None:
    """A list may say Bob where the record has Robert: the surname is compared, not this."""
    listed = "EMIS Number,Family Name,Calling Name\n1,Example,Bob\n2,Tester,Cy\n"
    text = "EMIS Number,Full Name,Problem,Date\n"
    rows = '1,"EXAMPLE, Robert (Mr)",Gout,01/06/2026\n2,"EXAMPLE, Cy",Asthma,01/06/2026\n'
    found = read({"P.csv": text + rows}, listed=listed)

    assert found.rows("events", "term") == [("1", "Gout")]


def test_a_name_whose_letters_an_encoding_has_lost_is_not_compared(read) -> None:
    listed = "EMIS Number,Family Name,Date of Birth\n1,Żukowski,01/01/1980\n"
    text = "EMIS Number,Surname,Problem,Problem Date\n1,?ukowski,Gout,01/06/2026\n"
    found = read({"P.csv": text}, listed=listed)

    assert found.rows("events", "term") == [("1", "Gout")]


def test_patient_numbers_that_are_nhs_numbers(read) -> None:
    """SystmOne's Patient ID may hold either: the check digits of the whole column decide."""
    header = "Patient ID,Code description,Event date"
    found = read({"S.csv": f"{header}\n9990000050,A,01 Jun 2026\n9990000034,B,01 Jun 2026\n"})

    assert found.rows("events", "term") == [("8101", "A"), ("4713", "B")]


def test_numbers_of_the_system_where_the_list_has_nhs_numbers_only(read) -> None:
    """They cannot be checked, so the NHS numbers alone say whose a row is; a note says so."""
    found = read(
        {
            "P.csv": "EMIS Number,NHS Number,Problem,Problem Date\n"
            "4711,9990000018,A,01/06/2026\n4713,,B,01/06/2026\n"
        },
        listed="NHS Number,Date of Birth\n9990000018,03/02/1951\n9990000034,01/01/1950\n",
    )

    assert found.rows("events", "term") == [("9990000018", "A")]
    assert any("has NHS numbers only" in note for note in found.index.manifest.notes)


def test_a_joined_row_of_two_patients_is_neithers(read) -> None:
    text = (
        "A: Patient ID,B: Patient ID,B: Code description,B: Event date\n"
        "4711,4713,Gout,01 Jun 2026\n4711,4711,Asthma,01 Jun 2026\n"
    )
    found = read({"S.csv": text})

    assert found.rows("events", "term") == [("4711", "Asthma")]
    assert found.rejected() == [(2, "it has two patient numbers")]
