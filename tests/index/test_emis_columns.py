"""EMIS extract: what each column becomes, whatever the version; what is not there is absent."""

import pytest

from recordpick.errors import UserError

from emis_extracts import (
    ORG,
    bare,
    consultation,
    drug,
    entry,
    guid,
    indexed,
    issue,
    patient,
    problem,
    rows_of,
    write_extract,
)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "extract"


def test_what_the_extract_does_not_hold_is_absent_not_empty(folder):
    """A missing file gives no table and no column, so that criteria say they cannot be answered."""
    write_extract(folder, Admin_Patient=[patient(1)], CareRecord_Observation=[entry(11, 1)])
    index = indexed(folder)
    assert set(index.manifest.tables) == {"patients", "events"}
    assert "text" not in index.columns("events")
    assert "problem_status" not in index.columns("events")
    assert "sex" not in index.columns("patients")
    assert any("Not in this extract" in note for note in index.manifest.notes)


def test_a_file_that_tells_about_nothing_is_named(folder):
    """Problems without their entries: no row of the file vanishes without a word."""
    write_extract(folder, Admin_Patient=[patient(1)], CareRecord_Problem=[problem(11, 1)])
    notes = indexed(folder).manifest.notes
    assert any("CareRecord_Problem" in note and "Not used, as" in note for note in notes)


def test_without_problems_no_entry_has_a_kind(folder):
    """Nobody could tell which entries are problems: said, and left out."""
    write_extract(folder, Admin_Patient=[patient(1)], CareRecord_Observation=[entry(11, 1)])
    index = indexed(folder)
    assert "kind" not in index.columns("events")
    assert any("kind of entries is left out" in note for note in index.manifest.notes)


def test_columns_are_found_whatever_the_case_and_the_spelling(folder):
    """Older spellings of the same columns."""
    row = patient(1, ExternalUsusalGP="Dr Old", DATEOFDEACTIVATION="2020-01-01")
    del row["DateofDeactivation"]
    row["surname"] = row.pop("Surname")
    write_extract(folder, Admin_Patient=[row])
    index = indexed(folder)
    assert rows_of(index, "patients", "family_name", "usual_gp", "status") == [
        ("Name1", "Dr Old", "left")
    ]


def test_a_column_that_stands_twice_is_refused(folder):
    """Nothing tells which of the two holds."""
    write_extract(folder, Admin_Patient=[patient(1, SURNAME="Else")])
    with pytest.raises(UserError, match="Surname is twice"):
        indexed(folder)


def test_a_missing_column_without_which_nothing_is_known_is_reported(folder):
    """File and column are named."""
    row = entry(11, 1)
    del row["CodeId"]
    write_extract(folder, Admin_Patient=[patient(1)], CareRecord_Observation=[row])
    with pytest.raises(UserError, match=r"CareRecord_Observation.*: column CodeId is missing"):
        indexed(folder)


def test_status_follows_from_the_dates(folder):
    """Deceased before left; a day to come has not come."""
    write_extract(
        folder,
        Admin_Patient=[
            patient(1),
            patient(2, DateofDeactivation="2026-01-01"),
            patient(3, DateofDeactivation="2026-01-01", DateOfDeath="2026-01-02"),
            patient(4, DateofDeactivation="2027-01-01"),
        ],
    )
    index = indexed(folder)
    assert str(index.manifest.as_at) == "2026-10-01"
    assert [status for _, status in rows_of(index, "patients", "patient_id", "status")] == [
        "registered",
        "left",
        "deceased",
        "registered",
    ]


def test_who_was_registered_again_has_not_left(folder):
    """A deactivation before the day of registration is that of an earlier registration."""
    dates = {
        1: ("2015-05-05", "2020-02-02"),
        2: ("2020-02-02", "2015-05-05"),
        3: ("2020-02-02", ""),
    }
    write_extract(
        folder,
        Admin_Patient=[
            patient(number, DateofDeactivation=left, DateOfRegistration=registered)
            for number, (left, registered) in dates.items()
        ],
    )
    assert rows_of(indexed(folder), "patients", "patient_id", "status") == [
        ("1", "registered"),
        ("2", "left"),
        ("3", "left"),
    ]


def test_kinds_of_registration_and_sex(folder):
    """Regular is the GMS list; a dummy is told by either column."""
    words = ["Regular", "Immediately Necessary", "Walk-In Patient", "Regular", "Dummy"]
    dummies = ["FALSE", "FALSE", "FALSE", "TRUE", "FALSE"]
    sexes = ["F", "Male", "I", "?", ""]
    rows = [
        patient(n + 1, PatientTypeDescription=word, DummyType=dummy, Sex=sex)
        for n, (word, dummy, sex) in enumerate(zip(words, dummies, sexes, strict=True))
    ]
    write_extract(folder, Admin_Patient=rows)
    assert [
        row[1:] for row in rows_of(indexed(folder), "patients", "patient_id", "registration", "sex")
    ] == [
        ("regular", "F"),
        ("immediately_necessary", "M"),
        ("other", "I"),
        ("dummy", "U"),
        ("dummy", None),
    ]


def test_address_carer_and_usual_gp_are_put_together(folder):
    """Parts that are empty leave no comma behind."""
    write_extract(
        folder,
        Admin_Patient=[
            patient(
                1,
                HouseNameFlatNumber="",
                NumberAndStreet="1 High Street",
                Town="Upham",
                CarerName="Ann Lee",
                CarerRelation="sister",
                UsualGpUserInRoleGuid=guid(50),
            )
        ],
        Admin_UserInRole=[
            {
                "UserInRoleGuid": guid(50),
                "OrganisationGuid": ORG,
                "Title": "Dr",
                "GivenName": "",
                "Surname": "Okafor",
            }
        ],
    )
    assert rows_of(indexed(folder), "patients", "address", "carer", "usual_gp") == [
        ("1 High Street, Upham", "Ann Lee (sister)", "Dr Okafor")
    ]


def test_codes_are_resolved_and_those_of_the_practice_are_flagged(folder):
    """No SNOMED CT concept, or a Read code that begins with EMIS: local. Degraded by its term."""
    write_extract(
        folder,
        Admin_Patient=[patient(1)],
        CareRecord_Observation=[
            entry(11, 1),
            entry(12, 1, CodeId="2"),
            entry(13, 1, CodeId="3"),
            entry(14, 1, CodeId="404"),
        ],
        CareRecord_Problem=[problem(11, 1)],
    )
    columns = ("event_id", "code", "code_system", "kind", "is_local_code", "is_degraded")
    index = indexed(folder)
    assert any("1 of 4 rows of events have no code" in note for note in index.manifest.notes)
    assert [row[1:] for row in rows_of(index, "events", *columns)] == [
        ("195967001", "snomed", "problem", False, False),
        ("EMISNQ1", "local", "other", True, False),
        ("196461000000101", "snomed", "allergy", False, True),
        (None, None, None, None, None),
    ]


def test_problems_are_joined_with_their_entries(folder):
    """Status, significance, end and parent; other entries name their problem and their header."""
    write_extract(
        folder,
        Admin_Patient=[patient(1)],
        CareRecord_Observation=[
            entry(11, 1, ParentObservationGuid="", ProblemGuid=""),
            entry(12, 1, ParentObservationGuid=guid(11), ProblemGuid=""),
            entry(13, 1, ParentObservationGuid="", ProblemGuid=guid(11)),
        ],
        CareRecord_Problem=[
            problem(11, 1, ParentProblemObservationGuid=guid(5), EndDate="2021-03-04"),
        ],
    )
    columns = ("event_id", "significance", "ended_on", "parent_id", "header_id")
    assert [tuple(map(str, row[1:])) for row in rows_of(indexed(folder), "events", *columns)] == [
        ("significant", "2021-03-04", bare(5), "None"),
        ("None", "None", "None", bare(11)),
        ("None", "None", bare(11), "None"),
    ]


def test_a_problem_stands_under_problems_only(folder):
    """Not under itself, which its own ProblemGuid may name, nor the entry it was recorded with."""
    write_extract(
        folder,
        Admin_Patient=[patient(1)],
        CareRecord_Observation=[
            entry(11, 1, ParentObservationGuid=guid(12), ProblemGuid=guid(11)),
            entry(12, 1, ParentObservationGuid="", ProblemGuid=guid(11)),
        ],
        CareRecord_Problem=[problem(11, 1, ParentProblemObservationGuid="")],
    )
    assert rows_of(indexed(folder), "events", "kind", "parent_id", "header_id") == [
        ("problem", None, bare(12)),
        ("procedure", bare(11), None),
    ]


def test_the_precision_of_a_date_is_kept(folder):
    """U unknown, Y, YM, YMD, YMDT."""
    words = ["U", "Y", "YM", "YMD", "YMDT", "ymd"]
    write_extract(
        folder,
        Admin_Patient=[patient(1)],
        CareRecord_Observation=[
            entry(11 + n, 1, EffectiveDatePrecision=word) for n, word in enumerate(words)
        ],
    )
    found = rows_of(indexed(folder), "events", "event_id", "date_precision")
    assert [word for _, word in found] == ["unknown", "year", "month", "day", "day", "day"]


def test_a_value_is_a_number_or_text(folder):
    """Nothing that was read is lost."""
    write_extract(
        folder,
        Admin_Patient=[patient(1)],
        CareRecord_Observation=[entry(11, 1, Value="5.40"), entry(12, 1, Value="<5")],
    )
    assert [
        row[1:] for row in rows_of(indexed(folder), "events", "event_id", "value", "value_text")
    ] == [
        (5.4, None),
        (None, "<5"),
    ]


def test_an_entry_of_a_confidential_consultation_is_confidential(folder):
    """As is one that is marked itself."""
    write_extract(
        folder,
        Admin_Patient=[patient(1)],
        CareRecord_Observation=[
            entry(11, 1, ConsultationGuid=guid(40), IsConfidential="FALSE"),
            entry(12, 1, ConsultationGuid="", IsConfidential="TRUE"),
            entry(13, 1, ConsultationGuid=guid(41), IsConfidential=""),
        ],
        CareRecord_Consultation=[
            consultation(n, 1, IsConfidential=c) for n, c in ((40, "TRUE"), (41, "FALSE"))
        ],
    )
    found = rows_of(indexed(folder), "events", "event_id", "is_confidential")
    assert [flag for _, flag in found] == [True, True, False]


def test_medicines_not_mapped_to_dmd_are_flagged(folder):
    """They keep their own number as code."""
    write_extract(
        folder,
        Admin_Patient=[patient(1)],
        Prescribing_DrugRecord=[drug(21, 1), drug(22, 1, CodeId="8")],
    )
    columns = ("medication_id", "code", "code_system", "drug", "is_unmapped", "course")
    index = indexed(folder)
    assert [row[1:] for row in rows_of(index, "medications", *columns)] == [
        ("322236009", "dmd", "Aspirin", False, "repeat"),
        ("8", "local", "Special mixture", True, "repeat"),
    ]
    assert "last_issued_on" not in index.columns("medications")


def test_a_medicine_that_is_over_ended_when_it_expired(folder):
    """A cancellation goes before; a current one has not ended, whenever it will expire."""
    write_extract(
        folder,
        Admin_Patient=[patient(1)],
        Prescribing_DrugRecord=[
            drug(21, 1, ExpiryDate="2026-12-31"),
            drug(22, 1, ExpiryDate="2026-01-31", IsActive="FALSE"),
            drug(23, 1, ExpiryDate="2026-01-31", IsActive="FALSE", CancellationDate="2026-01-02"),
        ],
        Prescribing_IssueRecord=[issue(31, 1, 21, "2026-09-09")],
    )
    found = rows_of(indexed(folder), "medications", "medication_id", "ended_on")
    assert [str(day) for _, day in found] == ["None", "2026-01-31", "2026-01-02"]


def test_a_referral_takes_day_and_reason_from_its_entry(folder):
    """And its own urgency, booking reference and end."""
    write_extract(
        folder,
        Admin_Patient=[patient(1)],
        CareRecord_Observation=[entry(11, 1), entry(12, 1)],
        CareRecord_ObservationReferral=[
            {
                "ObservationGuid": guid(number),
                "PatientGuid": guid(1),
                "OrganisationGuid": ORG,
                "ReferralUrgency": urgency,
                "ReferralUBRN": "000012345678",
                "ReferralEndDate": end,
            }
            for number, urgency, end in ((11, "2 Week Wait", ""), (12, "Whenever", "2020-05-05"))
        ],
    )
    columns = ("referral_id", "date", "urgency", "term", "ubrn", "status")
    assert [
        tuple(map(str, row[1:])) for row in rows_of(indexed(folder), "referrals", *columns)
    ] == [
        ("2020-02-01", "two_week_wait", "Asthma", "000012345678", "open"),
        ("2020-02-01", "other", "Asthma", "000012345678", "closed"),
    ]


def test_slots_of_nobody_are_no_appointments(folder):
    """Status by flag, times, words and day."""

    def slot(number, **more):
        return {
            "SlotGuid": guid(number),
            "PatientGuid": guid(1),
            "OrganisationGuid": ORG,
            "AppointmentDate": "2026-01-01",
            "AppointmentStartTime": "09:10:00",
            "DidNotAttend": "FALSE",
            "LeftTime": "",
            "SlotStatus": "",
            "ProcessingId": "1",
        } | more

    write_extract(
        folder,
        Admin_Patient=[patient(1)],
        Appointment_Slot=[
            slot(61, DidNotAttend="TRUE", SlotStatus="Booked"),
            slot(62, LeftTime="09:30:00"),
            slot(63, SlotStatus="Booked", AppointmentDate="2026-10-05"),
            slot(64, AppointmentDate="2026-10-05"),
            slot(65),
            slot(66, PatientGuid=""),
        ],
    )
    index = indexed(folder)
    found = rows_of(index, "appointments", "appointment_id", "status", "start_time")
    assert [row[1:] for row in found] == [
        ("did_not_attend", "09:10"),
        ("attended", "09:10"),
        ("booked", "09:10"),
        ("booked", "09:10"),
        ("other", "09:10"),
    ]


def test_diary_entries_become_recalls(folder):
    """Done, pending, or cancelled."""
    write_extract(
        folder,
        Admin_Patient=[patient(1)],
        CareRecord_Diary=[
            {
                "DiaryGuid": guid(number),
                "PatientGuid": guid(1),
                "OrganisationGuid": ORG,
                "EffectiveDate": "2026-11-11",
                "CodeId": "1",
                "OriginalTerm": term,
                "IsActive": active,
                "IsComplete": complete,
            }
            for number, term, active, complete in (
                (71, "", "TRUE", "FALSE"),
                (72, "Asthma check", "FALSE", "TRUE"),
                (73, "", "FALSE", "FALSE"),
            )
        ],
    )
    found = rows_of(indexed(folder), "recalls", "recall_id", "term", "status", "is_complete")
    assert [row[1:] for row in found] == [
        ("Asthma", "pending", False),
        ("Asthma check", "done", True),
        ("Asthma", "cancelled", False),
    ]
