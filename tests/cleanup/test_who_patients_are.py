"""NHS numbers, duplicates, patients who left, e-mail addresses."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordpick.cleanup import CHECKS, run_checks
from recordpick.index.manifest import EMPTIED_VALUES

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
    """A number that was rejected at indexing is shown with the patient, and not as missing."""
    findings = by_id(run_checks(indexed(patients=PATIENTS), AS_AT))
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


def test_an_index_made_before_patients_were_kept_with_such_numbers(indexed):
    """The numbers are reported with file and line, and so is that they are among those without."""
    index = indexed(patients=PATIENTS)
    path = index.folder / EMPTIED_VALUES
    lines = path.read_text("utf-8").splitlines()
    path.write_text("\n".join(line.rpartition(",")[0] for line in lines) + "\n", "utf-8")
    findings = by_id(run_checks(index, AS_AT))
    assert findings["invalid_nhs_number"].rows["value"].to_list() == ["1234567890", "9.43E+09"]
    assert findings["no_nhs_number"].number == 5
    assert "among them" in findings["no_nhs_number"].why


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe\x00", b"other,columns\n1,2\n"])
def test_without_the_file_of_rejected_values_it_is_not_known(indexed, content):
    """A file that is missing or damaged does not prove that all numbers are right."""
    index = indexed(patients=PATIENTS)
    path = index.folder / EMPTIED_VALUES
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    findings = by_id(run_checks(index, AS_AT))
    assert findings["invalid_nhs_number"].state == "cannot be told"
    assert EMPTIED_VALUES in findings["invalid_nhs_number"].why
    assert "among them" in findings["no_nhs_number"].why


def test_without_a_column_of_nhs_numbers_nothing_about_them_is_known(run_check):
    """An export without them does not mean that 100% of patients have none."""
    for check in ("no_nhs_number", "invalid_nhs_number", "same_nhs_number"):
        assert run_check(check, patients=[{"patient_id": "1"}]).state == "cannot be told"


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


def test_records_that_share_an_nhs_number(run_check):
    """Each set has its number; those registered now come first in it."""
    finding = run_check(
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


def test_records_with_the_same_name_and_birth_whatever_the_case_and_blanks(run_check):
    """Accents, hyphens and apostrophes distinguish people; how an accent is stored does not."""
    finding = run_check(
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


def test_without_names_duplicates_by_name_are_not_known(run_check):
    patients = [{"patient_id": "1", "family_name": "Ames", "date_of_birth": BORN}]
    finding = run_check("same_name_and_birth", patients=patients)
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
def test_everybody_who_shares_name_and_birth_is_reported_once_and_nobody_else(people):
    """Calculated again in plain Python."""
    rows = [person(f"{n}", *who) for n, who in enumerate(people)]
    check = next(check for check in CHECKS if check.id == "same_name_and_birth")
    result = check.run(small_index(patients=rows or [person("x", "X", "X", BORN)]), AS_AT)  # type: ignore[arg-type]
    assert result.rows is not None
    reported = result.rows.collect()["patient_id"].to_list()
    keys = [
        (family.lower().replace(" ", ""), first.lower(), born)
        if family and first and born
        else None
        for family, first, born in people
    ]
    expected = [f"{n}" for n, key in enumerate(keys) if key and keys.count(key) > 1]
    assert sorted(reported) == sorted(expected)


def test_patients_who_left_are_not_those_who_died(run_check):
    """By status, with the day of leaving."""
    finding = run_check(
        "left_patients",
        patients=[
            {"patient_id": "1", "status": "left", "left_on": date(2020, 1, 1)},
            {"patient_id": "2", "status": "deceased", "left_on": date(2020, 1, 1)},
            {"patient_id": "3", "status": "registered", "left_on": None},
            {"patient_id": "4", "status": None, "left_on": date(2020, 1, 1)},
        ],
    )
    assert finding.rows.rows() == [("1", "left", date(2020, 1, 1))]


def test_without_a_status_the_day_of_leaving_decides(run_check):
    """A day to come, or a death, is not a departure; without either it is not known."""
    patients = [
        {"patient_id": "1", "left_on": date(2020, 1, 1), "died_on": None},
        {"patient_id": "2", "left_on": date(2020, 1, 1), "died_on": date(2020, 1, 1)},
        {"patient_id": "3", "left_on": date(2027, 1, 1), "died_on": None},
    ]
    finding = run_check("left_patients", patients=patients)
    assert finding.rows["patient_id"].to_list() == ["1"]
    assert "date of leaving" in finding.why
    assert run_check("left_patients", patients=[{"patient_id": "1"}]).state == "cannot be told"


EMAIL = [
    {"patient_id": "1", "status": "registered", "email": None, "email_verified": None},
    {"patient_id": "2", "status": "registered", "email": "a@b.example", "email_verified": False},
    {"patient_id": "3", "status": "registered", "email": "a@b.example", "email_verified": True},
    {"patient_id": "4", "status": "left", "email": None, "email_verified": None},
    {"patient_id": "5", "status": "registered", "email": "c@d.example", "email_verified": None},
    {"patient_id": "6", "status": "registered", "email": None, "email_verified": False},
]


def test_missing_and_unverified_addresses_of_registered_patients(run_check):
    """An address for which the source does not say is neither."""
    missing, unverified = (run_check(c, patients=EMAIL) for c in ("no_email", "unverified_email"))
    assert missing.rows["patient_id"].to_list() == ["1", "6"]
    assert unverified.rows["patient_id"].to_list() == ["2"]
    assert unverified.why == "Patients where the export does not say whether it was verified: 1."


def test_whether_an_address_was_verified_is_only_reported_where_the_export_says(run_check):
    """A missing column never means that all, or none, were verified."""
    patients = [{"patient_id": "1", "status": "registered", "email": "a@b.example"}]
    assert run_check("unverified_email", patients=patients).why == (
        "The index has no column email_verified in patients."
    )
    assert run_check("no_email", patients=[{"patient_id": "1"}]).state == "cannot be told"


def test_without_a_status_everybody_is_checked_and_that_is_reported(run_check):
    finding = run_check("no_email", patients=[{"patient_id": "1", "email": None}])
    assert finding.number == 1
    assert (
        finding.why == "All patients are included, as the index has no column status in patients."
    )
