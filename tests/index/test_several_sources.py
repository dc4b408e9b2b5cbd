"""Sources add up: an extract and a hand-made list make one practice, nobody twice."""

import pytest

from recordpick.errors import UserError
from recordpick.index.build.build_index import build_index

from emis_extracts import entry, patient, rejected, rows_of, write_extract

ONE, TWO, THREE = "9434765919", "9876543210", "9434765870"


def both(tmp_path, text, **tables):
    """Index an extract of two patients together with a list."""
    write_extract(
        tmp_path / "extract",
        **{"Admin_Patient": [patient(1, NhsNumber=ONE), patient(2, NhsNumber=TWO)]} | tables,
    )
    listed = tmp_path / "list.csv"
    listed.write_text(text, encoding="utf-8")
    return build_index([tmp_path / "extract", listed], tmp_path / "index")


def test_a_listed_nhs_number_that_is_a_patient_makes_no_second_one(tmp_path):
    """It adds what the extract does not say; a number that is new makes a new patient."""
    index = both(tmp_path, f"NHS Number,Previous Surname\n{ONE},Born\n{THREE},New\n")
    assert rows_of(index, "patients", "patient_id", "nhs_number", "family_name") == [
        ("1", ONE, "Name1"),
        ("2", TWO, "Name2"),
        (THREE, THREE, None),
    ]
    assert all(
        count.rows_read == count.rows_indexed + count.rows_rejected + count.rows_deleted
        for count in index.manifest.files
    )


def test_rows_of_the_later_source_go_to_the_patient_of_the_earlier(tmp_path):
    """A folder of tables with numbers of its own."""
    write_extract(tmp_path / "extract", Admin_Patient=[patient(1, NhsNumber=ONE)])
    tables = tmp_path / "tables"
    tables.mkdir()
    (tables / "patients.csv").write_text(f"patient_id,nhs_number\nA7,{ONE}\n", encoding="utf-8")
    (tables / "documents.csv").write_text("patient_id,document_id\nA7,d1\n", encoding="utf-8")
    index = build_index([tmp_path / "extract", tables], tmp_path / "index")
    assert rows_of(index, "patients", "patient_id") == [("1",)]
    assert rows_of(index, "documents", "patient_id", "document_id") == [("1", "d1")]


def test_an_nhs_number_of_two_patients_is_nobodys(tmp_path):
    """The row is set aside: nothing tells whose it is."""
    twins = [patient(1, NhsNumber=ONE), patient(2, NhsNumber=ONE)]
    index = both(tmp_path, f"NHS Number\n{ONE}\n{THREE}\n", Admin_Patient=twins)
    assert [row[0] for row in rows_of(index, "patients", "patient_id")] == ["1", "2", THREE]
    assert rejected(index)[0][1].startswith(f"NHS number {ONE} belongs to several patients")


def test_a_number_that_is_somebody_elses_is_refused(tmp_path):
    """The list's EMIS number is one patient, its NHS number another: not the same practice."""
    with pytest.raises(UserError, match="not the\\s+same people"):
        both(tmp_path, f"EMIS Number,NHS Number\n1,{THREE}\n")


def test_entries_of_the_extract_stay_where_they_are(tmp_path):
    """A list adds patients, and touches nothing else."""
    index = both(tmp_path, f"NHS Number\n{ONE}\n", CareRecord_Observation=[entry(11, 1)])
    assert rows_of(index, "events", "patient_id") == [("1",)]
