"""Who is registered here, who was, and who is not: elsewhere, only applied, only later."""

import pytest

import emis_extracts as emis
import vision_extracts as vision
from emis_extracts import indexed, rows_of
from systmone_extracts import patient, row, write_extract, write_table

HERE, ELSEWHERE = "A81001", "B82002"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "extract"


def registration(number, of, began="01 Jan 2010", ended="", status="GMS", organisation=HERE):
    """Make a row of SRPatientRegistration, visible to this organisation."""
    return row(
        number,
        of,
        DateRegistration=f"{began} 00:00:00",
        DateDeRegistration=f"{ended} 00:00:00" if ended else "",
        RegistrationStatus=status,
        IDOrganisationVisibleTo=HERE,
        IDOrganisation=organisation,
    )


def statuses(folder, *rows):
    """Give status, kind of registration and day of leaving of each patient of SystmOne."""
    patients = sorted({each["IDPatient"] for each in rows})
    write_extract(
        folder, SRPatient=[patient(int(one)) for one in patients], SRPatientRegistration=rows
    )
    index = indexed(folder)
    found = rows_of(index, "patients", "patient_id", "status", "registration", "left_on")
    return {entry[0]: tuple(value and str(value) for value in entry[1:]) for entry in found}, index


def test_registrations_at_other_organisations_say_nothing_of_this_one(folder):
    """Whoever left and joined another practice has left; whoever was never here has no status."""
    found, index = statuses(
        folder,
        registration(31, 1),
        registration(32, 2, ended="01 Jun 2025"),
        registration(33, 2, began="02 Jun 2025", organisation=ELSEWHERE),
        registration(34, 3, organisation=ELSEWHERE),
        registration(35, 4, organisation=""),
        registration(36, 5),
        registration(37, 5, began="01 Aug 2026", status="Temporary", organisation=ELSEWHERE),
    )
    assert found == {
        "1": ("registered", "regular", None),
        "2": ("left", "regular", "2025-06-01"),
        "3": (None, None, None),
        "4": ("registered", "regular", None),
        "5": ("registered", "regular", None),
    }
    notes = " ".join(index.manifest.notes)
    assert "1 patient is registered at other organisations only" in notes
    (count,) = [each for each in index.manifest.files if each.table == "registrations"]
    assert (count.rows_read, count.rows_indexed) == (7, 7)


def test_an_organisation_may_be_named_by_its_row_or_its_code(folder):
    """SROrganisation has both."""
    write_table(folder, "SROrganisation", [{"RowIdentifier": "7", "ID": HERE, "Name": "Ours"}])
    found, _ = statuses(
        folder, registration(31, 1, organisation="7"), registration(32, 2, organisation="8")
    )
    assert [found[each][0] for each in "12"] == ["registered", None]


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("Applied", None),
        ("Application pending", None),
        ("Pre-registered", None),
        ("Rejected", None),
        ("Applied,Contraception", "registered"),
        ("GMS,Contraception", "registered"),
        ("Remotely Registered", "registered"),
        ("Removed", "left"),
        ("Deducted", "left"),
        ("", "registered"),
    ],
)
def test_whoever_has_only_applied_is_not_registered(folder, words, status):
    """Of several words one that says more than that decides."""
    found, _ = statuses(folder, registration(31, 1, status=words))
    assert found["1"][0] == status


def test_a_registration_that_begins_later_is_not_yet_one(folder):
    """Beside an earlier one that one holds."""
    found, index = statuses(
        folder,
        registration(31, 1, began="02 Oct 2026"),
        registration(32, 2, began="01 Oct 2026"),
        registration(33, 3, ended="01 Jun 2025"),
        registration(34, 3, began="01 Nov 2026"),
    )
    assert [found[each][0] for each in "123"] == [None, "registered", "left"]
    assert "1 patient is not registered yet (only applied for, or from a day after" in " ".join(
        index.manifest.notes
    )


def test_of_several_rows_of_one_registration_the_last_holds(folder):
    """One that is removed later is none."""
    found, index = statuses(
        folder,
        registration(31, 1),
        registration(31, 1, ended="01 Jun 2025"),
        registration(32, 2, ended="01 Jun 2025"),
        registration(32, 2),
        registration(33, 3),
        registration(33, 3) | {"RemovedData": "1"},
    )
    assert [found[each][0] for each in "123"] == ["left", "registered", None]
    (count,) = [each for each in index.manifest.files if each.table == "registrations"]
    assert (count.rows_read, count.rows_indexed, count.rows_deleted) == (6, 2, 4)


def test_a_placeholder_for_the_end_is_no_end(folder):
    """Nobody leaves, or dies, in the year 9999 or 1900."""
    write_extract(
        folder,
        SRPatient=[patient(1, DateDeath="31 Dec 9999 00:00"), patient(2, DateDeath="01 Jan 1900")],
        SRPatientRegistration=[
            registration(31, 1, ended="31 Dec 9999"),
            registration(32, 2, ended="01 Jan 1900"),
        ],
    )
    assert rows_of(indexed(folder), "patients", "status") == [("registered",), ("registered",)]


def test_emis_s_patients_are_registered_from_their_day_on(folder):
    """Neither the pre-registered nor those who will join; whoever left and will come back left."""
    kinds = {"PatientTypeDescription": "Regular", "DateOfRegistration": "2010-01-01"}
    emis.write_extract(
        folder,
        Admin_Patient=[
            emis.patient(1, **kinds),
            emis.patient(2, **kinds | {"DateOfRegistration": "2026-10-02"}),
            emis.patient(3, **kinds | {"PatientTypeDescription": "Pre Registration"}),
            emis.patient(4, **kinds | {"DateofDeactivation": "2026-10-02"}),
            emis.patient(
                5,
                **kinds | {"DateOfRegistration": "2026-10-02", "DateofDeactivation": "2020-01-01"},
            ),
            emis.patient(6, **kinds | {"DateOfDeath": "9999-12-31"}),
            emis.patient(7, **kinds | {"DateofDeactivation": "1900-01-01"}),
        ],
    )
    index = indexed(folder)
    assert [row[1] for row in rows_of(index, "patients", "patient_id", "status")] == [
        "registered",
        None,
        None,
        "registered",
        "left",
        "registered",
        "registered",
    ]
    assert "2 patients are not registered yet (pre-registered, or from a day" in " ".join(
        index.manifest.notes
    )


def test_vision_s_patients_are_registered_from_their_day_on(folder):
    """A letter that is not known is another kind of registration, and the patient stays."""
    vision.write_extract(
        folder,
        Patient=[
            vision.patient(1, REGISTERED_DATE="20261001"),
            vision.patient(2, REGISTERED_DATE="20261002"),
            vision.patient(3, REGISTERED_DATE="20261002", REMOVED_DATE="20200101"),
            vision.patient(4, ACTIVE="X"),
            vision.patient(5, DATE_OF_DEATH="99991231"),
            vision.patient(6, ACTIVE=""),
        ],
    )
    index = indexed(folder)
    found = rows_of(index, "patients", "patient_id", "status", "registration")
    assert [row[1:] for row in found] == [
        ("registered", "regular"),
        (None, "regular"),
        ("left", "regular"),
        ("registered", "other"),
        ("registered", "regular"),
        (None, None),
    ]
    notes = " ".join(index.manifest.notes)
    assert "ACTIVE X is not a known letter: 1 patient is read" in notes
    assert "1 patient is not registered yet (from a day after the as-at date)" in notes
