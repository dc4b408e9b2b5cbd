"""Extracts of changes only are said to be such; of several rows of one thing the last holds."""

import pytest

from recordpick.criteria.load import read_pack
from recordpick.matching import match
from recordpick.resources import general_practice_pack

import emis_extracts as emis
import systmone_extracts as systmone
import vision_extracts as vision
from emis_extracts import indexed, rows_of
from systmone_extracts import code, patient, row


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "extract"


def systmone_delta(folder):
    systmone.write_extract(
        folder,
        SRPatient=[patient(1)],
        SRPatientRegistration=[row(31, 1, DateRegistration="01 Jan 2010 00:00:00")],
        SRCode=[code(11, 1)],
        SRProblem=[row(41, 1, IDCode="11")],
    )
    systmone.write_manifest(folder, is_delta="Y")


def vision_delta(folder):
    vision.write_extract(
        folder, extent="INCREMENTAL", Patient=[vision.patient(1)], Journal=[vision.entry(11, 1)]
    )


def emis_delta(folder):
    emis.write_extract(
        folder, Admin_Patient=[emis.patient(1)], CareRecord_Observation=[emis.entry(11, 1)]
    )
    for path in list(folder.iterdir()):
        path.rename(folder / f"INCREMENTAL_{path.name}")


@pytest.mark.parametrize("write", [systmone_delta, vision_delta, emis_delta])
def test_an_extract_of_changes_is_said_to_be_one(folder, write):
    """In a warning, and beside the answer of every criterion that goes by it."""
    write(folder)
    index = indexed(folder)
    (warning,) = index.manifest.warnings
    assert warning.startswith("extract holds changes only, not the whole practice (")
    assert "Ask for a full extract" in warning
    answers = match(read_pack(general_practice_pack()), index, index.manifest.as_at).answers
    answered = [answer for answer in answers.values() if answer.answered]
    assert answered
    assert all("changes only" in " ".join(answer.cautions) for answer in answered)


def test_changes_beside_the_full_files_of_emis_are_the_whole(folder):
    """As long as every table has a full file."""
    emis_delta(folder)
    for path in list(folder.iterdir()):
        full = folder / path.name.removeprefix("INCREMENTAL_").replace("20261001020", "20260901020")
        full.write_bytes(path.read_bytes())
    assert indexed(folder).manifest.warnings == ()


@pytest.mark.parametrize("is_delta", ["N", "FALSE", ""])
def test_a_full_extract_has_no_warning(folder, is_delta):
    """Nor any caution of that sort."""
    systmone.write_extract(folder, SRPatient=[patient(1)])
    systmone.write_manifest(folder, is_delta=is_delta)
    assert indexed(folder).manifest.warnings == ()


def test_rows_of_unknown_patients_by_the_hundred_are_warned_of(folder):
    """An extract of changes need not say what it is: most rows are of patients not in it."""
    systmone.write_extract(
        folder,
        SRPatient=[patient(1)],
        SRCode=[code(11, 1), *(code(100 + n, 1000 + n) for n in range(150))],
    )
    (warning,) = indexed(folder).manifest.warnings
    assert warning.startswith(
        "150 of 152 rows of extract belong to patients who are not in its file"
    )


TABLES = {
    "SRCode": ("events", {"SNOMEDText": "first"}, {"SNOMEDText": "second"}, "term"),
    "SRDrugSensitivity": ("events", {"IDDrugCode": "1"}, {"IDDrugCode": "2"}, "value_text"),
    "SRImmunisation": (
        "events",
        {"VaccinationStatus": "first"},
        {"VaccinationStatus": "second"},
        "value_text",
    ),
    "SRChildAtRisk": (
        "events",
        {"RemovalReason": "first"},
        {"RemovalReason": "second"},
        "value_text",
    ),
    "SRSpecialNotes": ("events", {"Note": "first"}, {"Note": "second"}, "value_text"),
    "SRRepeatTemplate": (
        "medications",
        {"NameOfMedication": "first"},
        {"NameOfMedication": "second"},
        "drug",
    ),
    "SRPrimaryCareMedication": (
        "medications",
        {"NameOfMedication": "first"},
        {"NameOfMedication": "second"},
        "drug",
    ),
    "SRAppointment": ("appointments", {"RotaType": "first"}, {"RotaType": "second"}, "slot_type"),
    "SRMedia": ("documents", {"FileName": "first"}, {"FileName": "second"}, "file_name"),
    "SRLetter": (
        "documents",
        {"SenderOrganisation": "first"},
        {"SenderOrganisation": "second"},
        "author",
    ),
    "SRReferralOut": ("referrals", {"Reason": "first"}, {"Reason": "second"}, "term"),
    "SRRecall": ("recalls", {"RecallType": "first"}, {"RecallType": "second"}, "term"),
    "SRPatientAddressHistory": (
        "addresses",
        {"NameOfTown": "first"},
        {"NameOfTown": "second"},
        "value",
    ),
    "SRPatientContactDetails": (
        "addresses",
        {"ContactNumber": "first"},
        {"ContactNumber": "second"},
        "value",
    ),
    "SRPatientRelationship": (
        "relationships",
        {"RelationshipWithName": "first"},
        {"RelationshipWithName": "second"},
        "name",
    ),
}


@pytest.mark.parametrize("table", TABLES)
def test_of_two_rows_of_one_row_identifier_the_later_holds(folder, table):
    """In each of SystmOne's tables; the earlier one counts as deleted, not as set aside."""
    ours, before, after, column = TABLES[table]
    systmone.write_extract(
        folder, SRPatient=[patient(1)], **{table: [row(71, 1, **before), row(71, 1, **after)]}
    )
    index = indexed(folder)
    ((value,),) = rows_of(index, ours, column)
    assert "second" in value or "product 2" in value
    (count,) = [each for each in index.manifest.files if each.file == f"{table}.csv"]
    assert (count.rows_read, count.rows_indexed, count.rows_deleted) == (2, 1, 1)


def test_a_later_row_takes_an_earlier_one_back_or_brings_it_again(folder):
    """RemovedData 1, and the row once more."""
    systmone.write_extract(
        folder,
        SRPatient=[patient(1), patient(2), patient(2, Surname="Later")],
        SRCode=[
            code(11, 1),
            code(11, 1, RemovedData="1"),
            code(12, 1, RemovedData="1"),
            code(12, 1),
        ],
    )
    index = indexed(folder)
    assert rows_of(index, "events", "event_id") == [("SRCode-12",)]
    assert rows_of(index, "patients", "family_name") == [("Later",), ("Name1",)]


def test_a_problem_that_ended_in_a_later_row_is_past(folder):
    """Though an earlier row of it says that it is open."""
    systmone.write_extract(
        folder,
        SRPatient=[patient(1)],
        SRCode=[code(11, 1)],
        SRProblem=[
            row(41, 1, IDCode="11"),
            row(41, 1, IDCode="11", DateEnd="01 Jan 2020 00:00:00"),
        ],
    )
    assert rows_of(indexed(folder), "events", "problem_status") == [("past",)]


def test_of_vision_s_changes_the_later_row_holds_for_its_patient(folder):
    """Another patient's row with the same ID is another row, and is not lost without a word."""
    vision.write_extract(
        folder,
        extent="INCREMENTAL",
        Patient=[vision.patient(1), vision.patient(1, SURNAME="Later"), vision.patient(2)],
        Journal=[
            vision.entry(11, 1, RUBRIC="first"),
            vision.entry(11, 1, RUBRIC="second"),
            vision.entry(12, 1),
            vision.entry(12, 1, ACTION="D"),
            vision.entry(13, 1),
            vision.entry(13, 2),
        ],
    )
    index = indexed(folder)
    assert rows_of(index, "patients", "family_name") == [("Later",), ("Name2",)]
    assert rows_of(index, "events", "event_id", "term") == [("11", "second"), ("13", "Asthma")]
    (count,) = [each for each in index.manifest.files if each.table == "events"]
    assert (count.rows_read, count.rows_indexed, count.rows_rejected, count.rows_deleted) == (
        6,
        2,
        1,
        3,
    )
