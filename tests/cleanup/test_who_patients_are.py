"""NHS numbers, duplicates, patients who left, e-mail addresses."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordpick.cleanup import CHECKS, look_through
from recordpick.index.whole_index import SET_ASIDE

from small_practice import AS_AT, small_index

PATIENTS = (
    "patient_id,nhs_number,family_name,given_name,date_of_birth,status,registration\r\n"
    "1,9990000018,Ames,Ann,1950-02-01,registered,regular\r\n"
    "2,,Baker,Bo,1960-02-01,left,regular\r\n"
    "3,,Cole,Cy,1970-02-01,registered,private\r\n"
    "4,1234567890,Dale,Di,1980-02-01,registered,regular\r\n"
    "5,9.43E+09,Eden,Ed,1990-02-01,left,regular\r\n"
    "6,,Ford,Flo,1990-02-01,registered,regular\r\n"
)


def by_id(findings):
    return {finding.id: finding for finding in findings}


def test_no_nhs_number_and_one_that_cannot_be_right_are_two_findings(indexed):
    """A number that was set aside at indexing is shown with the patient, and not as none."""
    findings = by_id(look_through(indexed(patients=PATIENTS), AS_AT))
    none, invalid = findings["no_nhs_number"], findings["invalid_nhs_number"]
    assert none.rows["patient_id"].to_list() == ["6", "3", "2"]
    assert none.registered == 2
    assert invalid.rows.rows() == [
        ("4", "registered", "regular", "1234567890", "not a valid NHS number", "patients.csv", 5),
        (
            "5",
            "left",
            "regular",
            "9.43E+09",
            "damaged by a spreadsheet: its last digits are lost",
            "patients.csv",
            6,
        ),
    ]


def test_an_index_of_before_patients_stood_beside_such_numbers(indexed):
    """The numbers are told with file and line; that they are among those without is said."""
    index = indexed(patients=PATIENTS)
    path = index.folder / SET_ASIDE
    lines = path.read_text("utf-8").splitlines()
    path.write_text("\n".join(line.rpartition(",")[0] for line in lines) + "\n", "utf-8")
    findings = by_id(look_through(index, AS_AT))
    assert findings["invalid_nhs_number"].rows["value"].to_list() == ["1234567890", "9.43E+09"]
    assert findings["no_nhs_number"].number == 5
    assert "among them" in findings["no_nhs_number"].why


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe\x00", b"other,columns\n1,2\n"])
def test_without_the_file_of_set_aside_values_it_cannot_be_told(indexed, content):
    """A file that is missing or damaged is no proof that all numbers are right."""
    index = indexed(patients=PATIENTS)
    path = index.folder / SET_ASIDE
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    findings = by_id(look_through(index, AS_AT))
    assert findings["invalid_nhs_number"].state == "cannot be told"
    assert SET_ASIDE in findings["invalid_nhs_number"].why
    assert "among them" in findings["no_nhs_number"].why


def test_without_a_column_of_nhs_numbers_nothing_about_them_can_be_told(look):
    """An export without them has not 100 % of patients without one."""
    for check in ("no_nhs_number", "invalid_nhs_number", "same_nhs_number"):
        assert look(check, patients=[{"patient_id": "1"}]).state == "cannot be told"


def person(patient_id, family, given_name, born, nhs=None, status="registered"):
    return {
        "patient_id": patient_id,
        "family_name": family,
        "given_name": given_name,
        "date_of_birth": born,
        "nhs_number": nhs,
        "status": status,
    }


BORN = date(1980, 5, 4)


def test_records_that_share_an_nhs_number(look):
    """Each set has its number; those registered now come first in it."""
    finding = look(
        "same_nhs_number",
        patients=[
            person("1", "Ames", "Ann", BORN, "9990000018", "left"),
            person("2", "Ames", "Anne", BORN, "9990000018"),
            person("3", "Cole", "Cy", BORN, "9990000026"),
            person("4", "Dale", "Di", BORN),
            person("5", "Eden", "Ed", BORN),
        ],
    )
    assert finding.rows.select("set", "patient_id").rows() == [(1, "2"), (1, "1")]


def test_records_with_the_same_name_and_birth_whatever_the_case_and_blanks(look):
    """Accents, hyphens and apostrophes tell people apart; how an accent is stored does not."""
    finding = look(
        "same_name_and_birth",
        patients=[
            person("1", "Van  Dyke", "Zo\u00eb", BORN),
            person("2", "vandyke", "ZOE\u0308 ", BORN),
            person("3", "Van-Dyke", "Zo\u00eb", BORN),
            person("4", "Van Dyke", "Zoe", BORN),
            person("5", "Van Dyke", "Zo\u00eb", date(1980, 5, 5)),
            person("6", "Van Dyke", None, BORN),
            person("7", "Van Dyke", None, BORN),
            person("8", "Van Dyke", "Zo\u00eb", None),
            person("9", "Van Dyke", "Zo\u00eb", None),
        ],
    )
    assert finding.rows.select("set", "patient_id").rows() == [(1, "1"), (1, "2")]


def test_without_names_duplicates_by_name_cannot_be_told(look):
    patients = [{"patient_id": "1", "family_name": "Ames", "date_of_birth": BORN}]
    finding = look("same_name_and_birth", patients=patients)
    assert finding.why == "The index has no column given_name in patients."


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["Ames", "ames", "A mes", "Baker", "", None]),
            st.sampled_from(["Ann", "ANN", None]),
            st.sampled_from([BORN, date(1980, 5, 5), None]),
        ),
        max_size=12,
    )
)
def test_everybody_who_shares_name_and_birth_is_told_once_and_nobody_else(people):
    """Reckoned again with plain Python."""
    rows = [person(f"{n}", *who) for n, who in enumerate(people)]
    check = next(check for check in CHECKS if check.id == "same_name_and_birth")
    asked = check.ask(small_index(patients=rows or [person("x", "X", "X", BORN)]), AS_AT)  # type: ignore[arg-type]
    assert asked.rows is not None
    told = asked.rows.collect()["patient_id"].to_list()
    keys = [
        (family.lower().replace(" ", ""), first.lower(), born)
        if family and first and born
        else None
        for family, first, born in people
    ]
    expected = [f"{n}" for n, key in enumerate(keys) if key and keys.count(key) > 1]
    assert sorted(told) == sorted(expected)


def test_patients_who_left_are_not_those_who_died(look):
    """By status, with the day of leaving."""
    finding = look(
        "left_patients",
        patients=[
            {"patient_id": "1", "status": "left", "left_on": date(2020, 1, 1)},
            {"patient_id": "2", "status": "deceased", "left_on": date(2020, 1, 1)},
            {"patient_id": "3", "status": "registered", "left_on": None},
            {"patient_id": "4", "status": None, "left_on": date(2020, 1, 1)},
        ],
    )
    assert finding.rows.rows() == [("1", "left", date(2020, 1, 1))]


def test_without_a_status_the_day_of_leaving_tells(look):
    """A day to come, or a death, is no leaving; without either it cannot be told."""
    patients = [
        {"patient_id": "1", "left_on": date(2020, 1, 1), "died_on": None},
        {"patient_id": "2", "left_on": date(2020, 1, 1), "died_on": date(2020, 1, 1)},
        {"patient_id": "3", "left_on": date(2027, 1, 1), "died_on": None},
    ]
    finding = look("left_patients", patients=patients)
    assert finding.rows["patient_id"].to_list() == ["1"]
    assert "date of leaving" in finding.why
    assert look("left_patients", patients=[{"patient_id": "1"}]).state == "cannot be told"


EMAIL = [
    {"patient_id": "1", "status": "registered", "email": None, "email_verified": None},
    {"patient_id": "2", "status": "registered", "email": "a@b.example", "email_verified": False},
    {"patient_id": "3", "status": "registered", "email": "a@b.example", "email_verified": True},
    {"patient_id": "4", "status": "left", "email": None, "email_verified": None},
    {"patient_id": "5", "status": "registered", "email": "c@d.example", "email_verified": None},
    {"patient_id": "6", "status": "registered", "email": None, "email_verified": False},
]


def test_missing_and_unverified_addresses_of_registered_patients(look):
    """An address of which the source does not say is neither."""
    missing, unverified = (look(c, patients=EMAIL) for c in ("no_email", "unverified_email"))
    assert missing.rows["patient_id"].to_list() == ["1", "6"]
    assert unverified.rows["patient_id"].to_list() == ["2"]
    assert unverified.why == "Patients of whose address the export does not say: 1."


def test_whether_an_address_was_verified_is_only_told_where_the_export_says(look):
    """A missing column never means that all, or none, were verified."""
    patients = [{"patient_id": "1", "status": "registered", "email": "a@b.example"}]
    assert look("unverified_email", patients=patients).why == (
        "The index has no column email_verified in patients."
    )
    assert look("no_email", patients=[{"patient_id": "1"}]).state == "cannot be told"


def test_without_a_status_everybody_is_looked_at_and_that_is_said(look):
    finding = look("no_email", patients=[{"patient_id": "1", "email": None}])
    assert finding.number == 1
    assert finding.why == "Of all patients, as the index has no column status in patients."
