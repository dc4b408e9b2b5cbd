"""What comparing two systems needs: second codes, consultations, operators, vaccines, authors.

From extracts written by hand, as each system has it.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from recordpick.index.build.build_index import build_index
from recordpick.index.practice_index import PracticeIndex

import emis_extracts as emis
import systmone_extracts as systmone
import vision_extracts as vision


def indexed(folder: Path) -> PracticeIndex:
    return build_index([folder], folder.with_name("index"))


def values(index: PracticeIndex, table: str, *columns: str) -> list[tuple[object, ...]]:
    """Give columns of all rows, sorted by the first column."""
    return index.scan(table).select(columns).sort(columns[0]).collect().rows()


def accounted_for(index: PracticeIndex, table: str) -> bool:
    """Whether rows read are those indexed, rejected and deleted in every file of a table."""
    files = [file for file in index.manifest.files if file.table == table]
    assert files
    return all(
        file.rows_read == file.rows_indexed + file.rows_rejected + file.rows_deleted
        for file in files
    )


STAFF = {
    "UserInRoleGuid": emis.guid(50),
    "OrganisationGuid": emis.ORG,
    "Title": "Dr",
    "Surname": "Okafor",
}


def test_emis(tmp_path: Path) -> None:
    """Read codes beside SNOMED CT, consultations with place and kind, prescribers."""
    folder = tmp_path / "emis"
    emis.write_extract(
        folder,
        Admin_Patient=[emis.patient(1)],
        Admin_UserInRole=[STAFF],
        Coding_ClinicalCode=[
            {"CodeId": "1", "Term": "Asthma", "ReadTermId": "H33..", "SnomedCTConceptId": "1957"},
            {"CodeId": "2", "Term": "Ours", "ReadTermId": "EMISNQ1", "SnomedCTConceptId": "19"},
            {"CodeId": "3", "Term": "Local", "ReadTermId": "EMISNQ2", "SnomedCTConceptId": ""},
        ],
        CareRecord_Observation=[
            emis.entry(11, 1, ConsultationGuid=emis.guid(40)),
            emis.entry(12, 1, CodeId="2"),
            emis.entry(13, 1, CodeId="3"),
        ],
        CareRecord_Consultation=[
            emis.consultation(
                40,
                1,
                ConsultationSourceTerm="GP surgery",
                ConsultationType="Home visit",
                ClinicianUserInRoleGuid=emis.guid(50),
            ),
            emis.consultation(41, 404),
            emis.consultation(42, 1, Deleted="TRUE"),
        ],
        Prescribing_DrugRecord=[emis.drug(21, 1, ClinicianUserInRoleGuid=emis.guid(50))],
    )
    index = indexed(folder)

    assert values(index, "events", "event_id", "second_code", "second_code_system") == [
        (emis.bare(11), "H33..", "read2"),
        (emis.bare(12), "EMISNQ1", "local"),
        (emis.bare(13), None, None),
    ]
    assert values(index, "events", "consultation_id") == [(None,), (None,), (emis.bare(40),)]
    assert index.scan("consultations").drop("date").collect().rows() == [
        ("1", emis.bare(40), "Dr Okafor", "GP surgery", "Home visit")
    ]
    assert accounted_for(index, "consultations")
    assert values(index, "medications", "prescriber") == [("Dr Okafor",)]
    assert not {"value_operator", "batch_number", "body_site"} & set(index.columns("events"))
    assert "stop_reason" not in index.columns("medications")


def test_systmone(tmp_path: Path) -> None:
    """CTV3 beside SNOMED CT, comparators, parts and batches, events as consultations."""
    folder = tmp_path / "systmone"
    number = {"IsNumeric": "TRUE", "NumericValue": "5"}
    systmone.write_extract(
        folder,
        SRPatient=[systmone.patient(1)],
        SRStaffMember=[{"RowIdentifier": "70", "StaffName": "Dr A Okafor"}],
        SRProblem=[],
        SRMapping=[{"RowIdentifier": "801", "Mapping": "2"}],
        SRCode=[
            systmone.code(11, 1, IDEvent="90", **number, NumericComparator="<"),
            systmone.code(12, 1, IDEvent="-1", **number, NumericComparator="="),
            systmone.code(13, 1, SNOMEDCode="-1", CTV3Code="Y1234"),
        ],
        SRImmunisation=[
            systmone.row(
                14, 1, VaccPart="801", VaccBatchNumber="AB12", Location="Left arm", IDEvent="90"
            )
        ],
        SREvent=[
            systmone.row(
                90, 1, IDDoneBy="70", ContactEventLocation="Surgery", ContactMethod="Face to face"
            ),
            systmone.row(91, 1, TextualEventDoneBy="A locum"),
            systmone.row(92, 1, RemovedData="1"),
        ],
        SRRepeatTemplate=[systmone.row(21, 1, NameOfMedication="Aspirin", IDDoneBy="70")],
        SRPrimaryCareMedication=[
            systmone.row(22, 1, NameOfMedication="Aspirin", TextualEventDoneBy="A locum")
        ],
    )
    index = indexed(folder)

    columns = ("event_id", "code", "second_code", "second_code_system", "consultation_id")
    assert values(index, "events", *columns) == [
        ("SRCode-11", "195967001", "H33..", "ctv3", "90"),
        ("SRCode-12", "195967001", "H33..", "ctv3", None),
        ("SRCode-13", "Y1234", None, None, None),
        ("SRImmunisation-14", None, None, None, "90"),
    ]
    columns = ("event_id", "value", "value_text", "value_operator")
    assert values(index, "events", *columns)[:3] == [
        ("SRCode-11", None, "<5", "<"),
        ("SRCode-12", 5.0, None, None),
        ("SRCode-13", None, None, None),
    ]
    given = index.scan("events").filter(pl.col("kind") == "immunisation")
    details = given.select("dose_number", "batch_number", "body_site").collect().rows()
    assert details == [("2", "AB12", "Left arm")]
    assert values(index, "consultations", "consultation_id", "clinician", "place", "kind") == [
        ("90", "Dr A Okafor", "Surgery", "Face to face"),
        ("91", "A locum", None, None),
    ]
    assert accounted_for(index, "consultations")
    assert values(index, "medications", "prescriber") == [("A locum",), ("Dr A Okafor",)]


def test_vision(tmp_path: Path) -> None:
    """Read codes beside SNOMED CT, results that are limits, encounters named in links."""
    folder = tmp_path / "vision"
    vision.write_extract(
        folder,
        Patient=[vision.patient(1)],
        Journal=[
            vision.entry(11, 1, VALUE1="<5", LINKS="E90|13"),
            vision.entry(12, 1, VALUE1="5", LINKS="E90|E91"),
            vision.entry(13, 1, SNOMED_CODE="", VALUE1="<normal"),
            vision.entry(14, 1, SUBSET="I", IMMS_BATCH="AB12", IMMS_SITE="Left arm"),
        ],
        Encounter=[
            {"PID": "1", "ID": "90", "DATE": "20200201", "LOCATION": "Home", "ACTION": "A"},
            {"PID": "1", "ID": "91", "DATE": "20200201", "ACTION": "D"},
            {"PID": "404", "ID": "92", "DATE": "20200201", "ACTION": "A"},
        ],
    )
    index = indexed(folder)

    columns = ("event_id", "second_code", "value_operator", "value_text", "consultation_id")
    assert values(index, "events", *columns) == [
        ("11", "H33..", "<", "<5", "90"),
        ("12", "H33..", None, None, None),
        ("13", None, None, "<normal", None),
        ("14", "H33..", None, None, None),
    ]
    assert values(index, "events", "event_id", "parent_id")[0] == ("11", "13")
    assert values(index, "events", "batch_number", "body_site")[-1] == ("AB12", "Left arm")
    assert values(index, "consultations", "consultation_id", "place") == [("90", "Home")]
    assert accounted_for(index, "consultations")
    assert "kind" not in index.columns("consultations")


def test_tables_and_mappings_supply_them(tmp_path: Path) -> None:
    """A folder of tables by its columns' names; a mapping file by what it says."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "people.csv").write_text("patient_id\n1\n", encoding="utf-8")
    (tmp_path / "in" / "visits.csv").write_text("who,no,where\n1,7,Home\n", encoding="utf-8")
    (tmp_path / "in" / "entries.csv").write_text(
        "who,no,read,visit,sign\n1,5,0012,7,<=\n1,6,,7,less\n", encoding="utf-8"
    )
    mapping = tmp_path / "map.toml"
    mapping.write_text(
        """
[source]
as_at = 2026-01-31
[[table]]
name = "patients"
file = "people.csv"
[table.columns]
patient_id = "patient_id"
[[table]]
name = "consultations"
file = "visits.csv"
[table.columns]
patient_id = "who"
consultation_id = "no"
place = "where"
[[table]]
name = "events"
file = "entries.csv"
[table.columns]
patient_id = "who"
event_id = "no"
second_code = "read"
value_operator = "sign"
consultation_id = "visit"
""",
        encoding="utf-8",
    )
    index = build_index([tmp_path / "in"], tmp_path / "index", mapping=mapping)

    columns = ("event_id", "second_code", "value_operator", "consultation_id")
    assert values(index, "events", *columns) == [("5", "0012", "<=", "7"), ("6", None, None, "7")]
    again = build_index([tmp_path / "index"], tmp_path / "again")
    assert values(again, "events", *columns) == values(index, "events", *columns)
    assert values(again, "consultations", "consultation_id", "place") == [("7", "Home")]


@pytest.mark.parametrize("extra", [0, 3])
def test_consultations_are_not_entries_of_the_record(tmp_path: Path, extra: int) -> None:
    """The size of a record is that of its entries, however many consultations there are."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "patients.csv").write_text("patient_id\n1\n2\n", encoding="utf-8")
    (folder / "events.csv").write_text("patient_id,event_id\n1,5\n", encoding="utf-8")
    rows = "".join(f"2,{number}\n" for number in range(extra))
    text = f"patient_id,consultation_id\n1,7\n{rows}"
    (folder / "consultations.csv").write_text(text, encoding="utf-8")
    (folder / "practice.toml").write_text("as_at = 2026-01-31\n", encoding="utf-8")
    index = indexed(folder)

    assert values(index, "patients", "patient_id", "entries") == [("1", 1), ("2", 0)]
