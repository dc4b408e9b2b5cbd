"""EMIS extract: which rows go in, which are replaced, deleted or set aside."""

import polars as pl
import pytest

from recordpick.errors import UserError

from emis_extracts import (
    ORG,
    OTHER_ORG,
    bare,
    counts_of,
    drug,
    emptied,
    entry,
    guid,
    indexed,
    issue,
    patient,
    problem,
    rejected,
    rows_of,
    write_extract,
    write_file,
)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "extract"


def test_deleted_rows_are_dropped_and_counted(folder):
    """Deleted TRUE, whatever the case: the row is neither indexed nor an error."""
    write_extract(
        folder,
        Admin_Patient=[patient(1), patient(2, Deleted="true")],
        CareRecord_Observation=[entry(11, 1), entry(12, 1, Deleted="TRUE"), entry(13, 2)],
    )
    index = indexed(folder)
    assert rows_of(index, "patients", "patient_id") == [("1",)]
    assert rows_of(index, "events", "event_id") == [(bare(11),)]
    assert counts_of(index, "Admin_Patient") == (2, 1, 0, 1)
    assert counts_of(index, "CareRecord_Observation") == (3, 1, 0, 2)


def test_a_later_file_replaces_rows_of_an_earlier_one_by_guid(folder):
    """What is replaced counts as deleted; ProcessingId decides, not the order of names."""
    write_extract(
        folder,
        Admin_Patient=[patient(1)],
        CareRecord_Observation=[entry(11, 1, Value="1"), entry(12, 1, Value="5")],
    )
    later = [entry(11, 1, Value="2", ProcessingId="3"), entry(13, 1, ProcessingId="3")]
    between = [entry(11, 1, Value="9", ProcessingId="2")]
    write_file(folder, "CareRecord_Observation", later, "20261002-20261003")
    write_file(folder, "CareRecord_Observation", between, "20261004-20261005")
    index = indexed(folder)
    assert rows_of(index, "events", "event_id", "value") == [
        (bare(11), 2.0),
        (bare(12), 5.0),
        (bare(13), None),
    ]
    assert counts_of(index, "CareRecord_Observation") == (5, 3, 0, 2)


def test_a_run_with_blanks_is_that_run_and_one_that_is_no_number_comes_first(folder):
    """What nobody can read as a number is not taken for later than anything."""
    write_extract(
        folder,
        Admin_Patient=[patient(1)],
        CareRecord_Observation=[
            entry(11, 1, Value="1", ProcessingId="2"),
            entry(12, 1, Value="1", ProcessingId="2"),
        ],
    )
    later = [entry(11, 1, Value="2", ProcessingId=" 3 ")]
    odd = [entry(12, 1, Value="9", ProcessingId="run 7")]
    write_file(folder, "CareRecord_Observation", later, "20261002-20261003")
    write_file(folder, "CareRecord_Observation", odd, "20261004-20261005")
    index = indexed(folder)
    assert rows_of(index, "events", "event_id", "value") == [(bare(11), 2.0), (bare(12), 1.0)]
    assert counts_of(index, "CareRecord_Observation") == (4, 2, 0, 2)


def test_units_and_results_in_words_are_text_with_the_blanks_off(folder):
    """However they are kept until the index is written."""
    write_extract(
        folder,
        Admin_Patient=[patient(1)],
        CareRecord_Observation=[
            entry(11, 1, Value="5", NumericUnit=" mmol/L "),
            entry(12, 1, Value=" <3 ", NumericUnit="mmol/L"),
            entry(13, 1, Value="Negative", NumericUnit=" "),
        ],
    )
    index = indexed(folder)
    assert rows_of(index, "events", "event_id", "value", "value_text", "unit") == [
        (bare(11), 5.0, None, "mmol/L"),
        (bare(12), None, "<3", "mmol/L"),
        (bare(13), None, "Negative", None),
    ]
    schema = index.scan("events").collect_schema()
    assert (schema["unit"], schema["value_text"]) == (pl.String, pl.String)


def test_a_deleted_row_in_a_later_file_takes_the_earlier_one_back(folder):
    """And one that is entered again later still is there."""
    write_extract(
        folder, Admin_Patient=[patient(1)], CareRecord_Observation=[entry(11, 1), entry(12, 1)]
    )
    gone = [
        entry(11, 1, Deleted="TRUE", ProcessingId="2"),
        entry(12, 1, Deleted="TRUE", ProcessingId="2"),
    ]
    write_file(folder, "CareRecord_Observation", gone, "20261002-20261003")
    again = [entry(12, 1, ProcessingId="3")]
    write_file(folder, "CareRecord_Observation", again, "20261004-20261005")
    index = indexed(folder)
    assert rows_of(index, "events", "event_id") == [(bare(12),)]
    assert counts_of(index, "CareRecord_Observation") == (5, 1, 0, 4)


def test_the_same_guid_twice_in_one_run_is_rejected(folder):
    """Nothing tells which holds: the first stays, the second is kept as a rejected row."""
    write_extract(
        folder, Admin_Patient=[patient(1)], CareRecord_Observation=[entry(11, 1), entry(11, 1)]
    )
    index = indexed(folder)
    assert counts_of(index, "CareRecord_Observation") == (2, 1, 1, 0)
    assert rejected(index) == [(3, f'event_id "{bare(11)}" is already on an earlier row')]


def test_a_patient_is_replaced_as_other_rows_are(folder):
    """The later row holds; a second row of one run is set aside."""
    write_extract(folder, Admin_Patient=[patient(1), patient(2), patient(2, Surname="Other")])
    later = [patient(1, Surname="Married", ProcessingId="2")]
    write_file(folder, "Admin_Patient", later, "20261002-20261003")
    index = indexed(folder)
    assert rows_of(index, "patients", "patient_id", "family_name") == [
        ("1", "Married"),
        ("2", "Name2"),
    ]
    assert counts_of(index, "Admin_Patient") == (4, 2, 1, 1)


def test_rows_of_a_patient_who_is_not_there_are_rejected(folder):
    """With the GUID that nobody has."""
    write_extract(folder, Admin_Patient=[patient(1)], CareRecord_Observation=[entry(11, 7)])
    write_file(folder, "CareRecord_Observation", [entry(12, 1)], "20261002-20261003")
    index = indexed(folder)
    assert rejected(index) == [(2, f'there is no patient "{guid(7)}" in this index')]


def test_a_guid_holds_only_with_its_organisation(folder):
    """Two organisations with the same GUIDs and EMIS numbers: nobody is mixed up."""
    write_extract(
        folder,
        Admin_Organisation=[
            {"OrganisationGuid": ORG, "OrganisationName": "A", "ODSCode": "A81001"},
            {"OrganisationGuid": OTHER_ORG, "OrganisationName": "B", "ODSCode": ""},
        ],
        Admin_Patient=[patient(1), patient(1, OrganisationGuid=OTHER_ORG, Surname="Else")],
        CareRecord_Observation=[
            entry(11, 1, Value="1"),
            entry(11, 1, Value="2", OrganisationGuid=OTHER_ORG),
        ],
    )
    index = indexed(folder)
    other = OTHER_ORG[1:-1]
    assert rows_of(index, "patients", "patient_id", "family_name") == [
        (f"{other}-1", "Else"),
        ("A81001-1", "Name1"),
    ]
    assert rows_of(index, "events", "patient_id", "event_id", "value") == [
        (f"{other}-1", f"{other}-{bare(11)}", 2.0),
        ("A81001-1", f"A81001-{bare(11)}", 1.0),
    ]


@pytest.mark.parametrize(
    ("codes", "kept"), [(["a81001", "B82002"], "A81001"), (["RX1", "B82002"], ""), ([""], "")]
)
def test_the_ods_code_is_that_of_the_organisation_with_the_patients(folder, codes, kept):
    """Others in the table, and codes that are no practice's, are not it."""
    organisations = zip((ORG, OTHER_ORG), codes, strict=False)
    write_extract(
        folder,
        Admin_Organisation=[
            {"OrganisationGuid": guid, "OrganisationName": "A", "ODSCode": code}
            for guid, code in organisations
        ],
        Admin_Patient=[patient(1)],
    )
    assert indexed(folder).manifest.ods_code == kept


def test_an_entry_of_another_organisation_is_not_the_patients(folder):
    """One organisation has patients: a row of another with the same GUID is set aside."""
    write_extract(
        folder,
        Admin_Patient=[patient(1)],
        CareRecord_Observation=[entry(11, 1), entry(12, 1, OrganisationGuid=OTHER_ORG)],
    )
    index = indexed(folder)
    assert rows_of(index, "events", "event_id") == [(bare(11),)]
    assert counts_of(index, "CareRecord_Observation") == (2, 1, 1, 0)


def test_a_patient_goes_by_the_emis_number_unless_it_is_not_theirs_alone(folder):
    """Empty or double numbers give way to the GUID; a deleted patient does not keep one."""
    write_extract(
        folder,
        Admin_Patient=[
            patient(1),
            patient(2, PatientNumber=""),
            patient(3, PatientNumber="77"),
            patient(4, PatientNumber="77"),
            patient(5, PatientNumber="88", Deleted="TRUE"),
            patient(6, PatientNumber="88"),
        ],
        CareRecord_Observation=[entry(11, 5), entry(12, 6)],
    )
    index = indexed(folder)
    assert rows_of(index, "patients", "patient_id", "family_name") == [
        (bare(2), "Name2"),
        (bare(3), "Name3"),
        (bare(4), "Name4"),
        ("1", "Name1"),
        ("88", "Name6"),
    ]
    assert rows_of(index, "events", "patient_id", "event_id") == [("88", bare(12))]
    assert counts_of(index, "CareRecord_Observation") == (2, 1, 0, 1)


def test_a_problem_without_its_entry_is_rejected_and_one_of_a_deleted_entry_goes_with_it(folder):
    """Rows of CareRecord_Problem are accounted for one by one."""
    write_extract(
        folder,
        Admin_Patient=[patient(1)],
        CareRecord_Observation=[entry(11, 1), entry(12, 1, Deleted="TRUE")],
        CareRecord_Problem=[problem(11, 1), problem(12, 1), problem(13, 1)],
    )
    index = indexed(folder)
    assert counts_of(index, "CareRecord_Problem") == (3, 1, 1, 1)
    assert rejected(index) == [(4, f'event_id "{bare(13)}", which this row belongs to, is missing')]


def test_a_problem_whose_end_cannot_be_read_stays_a_problem(folder):
    """Only the day that cannot be read is left empty, with the reason."""
    write_extract(
        folder,
        Admin_Patient=[patient(1)],
        CareRecord_Observation=[entry(11, 1), entry(12, 1)],
        CareRecord_Problem=[problem(11, 1), problem(12, 1, EndDate="soon")],
    )
    index = indexed(folder)
    assert rows_of(index, "events", "event_id", "kind", "problem_status") == [
        (bare(11), "problem", "active"),
        (bare(12), "problem", "active"),
    ]
    assert rejected(index) == []
    assert emptied(index) == [("ended_on", "soon", "not a date such as 31/01/1980")]


def test_issues_are_accounted_for_with_their_drug_record(folder):
    """A deleted or replaced issue is not the last one; one of nothing is set aside."""
    write_extract(
        folder,
        Admin_Patient=[patient(1)],
        Prescribing_DrugRecord=[drug(21, 1), drug(22, 1)],
        Prescribing_IssueRecord=[
            issue(31, 1, 21, "2026-01-01", ReviewDate="2026-12-01"),
            issue(32, 1, 21, "2026-05-05"),
            issue(33, 1, 21, "2026-09-09", Deleted="TRUE"),
            issue(34, 1, 99, "2026-09-09"),
        ],
    )
    later = [issue(32, 1, 21, "2026-04-04", ProcessingId="2")]
    write_file(folder, "Prescribing_IssueRecord", later, "20261002-20261003")
    index = indexed(folder)
    assert [
        tuple(map(str, row))
        for row in rows_of(index, "medications", "medication_id", "last_issued_on", "review_on")
    ] == [(bare(21), "2026-04-04", "2026-12-01"), (bare(22), "None", "None")]
    assert counts_of(index, "Prescribing_IssueRecord") == (5, 2, 1, 2)


def test_two_rows_of_one_code_the_later_holds(folder):
    """Rows of the files that only look up are accounted for too."""
    code = {"CodeId": "1", "Term": "New", "SnomedCTConceptId": "7", "ProcessingId": "2"}
    write_extract(folder, Admin_Patient=[patient(1)], CareRecord_Observation=[entry(11, 1)])
    write_file(folder, "Coding_ClinicalCode", [code], "20261002-20261003")
    nameless = [code | {"CodeId": ""}]
    write_file(folder, "Coding_ClinicalCode", nameless, "20261004-20261005")
    index = indexed(folder)
    assert rows_of(index, "events", "code", "term") == [("7", "New")]
    assert counts_of(index, "Coding_ClinicalCode") == (5, 3, 1, 1)
    assert rejected(index) == [(2, "CodeId is missing")]


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        ("Coding_ClinicalCode", {"CareRecord_Observation": [entry(11, 1)]}),
        ("Coding_DrugCode", {"Prescribing_DrugRecord": [drug(21, 1)]}),
    ],
)
def test_without_the_codes_an_extract_is_refused(folder, table, rows):
    """A sentence that names the missing file."""
    write_extract(folder, Admin_Patient=[patient(1)], **rows)
    next(folder.glob(f"*_{table}_*")).unlink()
    with pytest.raises(UserError, match=f"{table} is missing"):
        indexed(folder)


def test_without_patients_an_extract_is_refused(folder):
    """A sentence that names the missing file."""
    write_extract(folder, CareRecord_Observation=[entry(11, 1)])
    with pytest.raises(UserError, match="Admin_Patient is missing"):
        indexed(folder)
