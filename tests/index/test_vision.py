"""Vision extract: no header, columns by position, ACTION D."""

import pytest

from recordpick.errors import UserError
from recordpick.extract_columns import VISION_STAFF_ORDERS

from emis_extracts import emptied, indexed, rejected, rows_of
from vision_extracts import entry, patient, write_extract, write_file


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "extract"


def counts(index, table):
    """Give read, indexed, rejected and deleted of a table."""
    (found,) = [count for count in index.manifest.files if count.table == table]
    return found.rows_read, found.rows_indexed, found.rows_rejected, found.rows_deleted


def test_deleted_rows_are_dropped_and_counted(folder):
    """ACTION D, and rows of a deleted patient with them."""
    write_extract(
        folder,
        Patient=[patient(1), patient(2, ACTION="D")],
        Journal=[entry(11, 1), entry(12, 1, ACTION="D"), entry(13, 2)],
    )
    index = indexed(folder)
    assert counts(index, "patients") == (2, 1, 0, 1)
    assert counts(index, "events") == (3, 1, 0, 2)
    assert str(index.manifest.as_at) == "2026-10-01"


@pytest.mark.parametrize("change", [-1, 1])
def test_another_number_of_columns_is_refused(folder, change):
    """As nothing names the columns, one more or less would shift them all."""
    write_extract(folder, Patient=[patient(1)])
    path = write_file(folder, "Journal", [entry(11, 1)])
    text = path.read_text(encoding="utf-8").rstrip("\r\n")
    path.write_text((text[:-1] if change < 0 else f"{text},") + "\r\n", encoding="utf-8")
    with pytest.raises(UserError, match=f"has {42 + change} columns, but Vision's file"):
        indexed(folder)


def test_a_line_with_another_number_of_fields_is_rejected(folder):
    """A single one: kept as it was read."""
    path = write_extract(folder, Patient=[patient(1)], Journal=[entry(11, 1)])
    path = next(folder.glob("*journal*"))
    with path.open("a", encoding="utf-8") as file:
        file.write("1,12,20200202\r\n")
    index = indexed(folder)
    assert counts(index, "events") == (2, 1, 1, 0)
    assert rejected(index) == [(2, "it has 3 fields, not 42")]


def test_active_tells_registration_and_status(folder):
    """Dates tell it too."""
    write_extract(
        folder,
        Patient=[
            patient(n + 1, ACTIVE=letter, DATE_OF_DEATH=died)
            for n, (letter, died) in enumerate(
                (
                    ("R", ""),
                    ("T", ""),
                    ("S", ""),
                    ("P", ""),
                    ("L", ""),
                    ("D", ""),
                    ("R", "20200101"),
                )
            )
        ],
    )
    found = rows_of(indexed(folder), "patients", "patient_id", "registration", "status")
    assert [row[1:] for row in found] == [
        ("regular", "registered"),
        ("temporary", "registered"),
        ("other", "registered"),
        ("private", "registered"),
        (None, "left"),
        (None, "deceased"),
        ("regular", "deceased"),
    ]


def test_who_was_removed_and_registered_again_has_not_left(folder):
    """A day of removal before that of registration is of an earlier one; one to come is none."""
    again = {"REMOVED_DATE": "20150505", "REGISTERED_DATE": "20200202"}
    gone = {"REMOVED_DATE": "20200202", "REGISTERED_DATE": "20150505"}
    later = {"REMOVED_DATE": "20261002", "REGISTERED_DATE": "20150505"}
    write_extract(folder, Patient=[patient(1, **again), patient(2, **gone), patient(3, **later)])
    assert rows_of(indexed(folder), "patients", "patient_id", "status") == [
        ("1", "registered"),
        ("2", "left"),
        ("3", "registered"),
    ]


def test_the_journal_gives_entries_and_medication(folder):
    """SUBSET tells the kind, as a letter or a word; a dm+d code makes it medication."""
    write_extract(
        folder,
        Patient=[patient(1)],
        Journal=[
            entry(11, 1, SUBSET="P", END_DATE="20210101"),
            entry(12, 1, SUBSET="Problem"),
            entry(13, 1, SUBSET="I"),
            entry(14, 1, IMMS_STATUS="G"),
            entry(15, 1, RUBRIC="Allergy to egg"),
            entry(16, 1, VALUE1="5.4", VALUE1_UNITS="mmol/L"),
            entry(21, 1, SUBSET="R", DMD_CODE="322236009", RUBRIC="Aspirin", TEXT="One a day"),
            entry(22, 1, SUBSET="A", SNOMED_CODE="", CODE="local", END_DATE="20200301"),
        ],
    )
    index = indexed(folder)
    assert rows_of(index, "events", "event_id", "kind", "problem_status") == [
        ("11", "problem", "past"),
        ("12", "problem", "active"),
        ("13", "immunisation", None),
        ("14", "immunisation", None),
        ("15", "allergy", None),
        ("16", "observation", None),
    ]
    columns = ("medication_id", "course", "is_active", "code", "is_unmapped")
    assert rows_of(index, "medications", *columns) == [
        ("21", "repeat", True, "322236009", False),
        ("22", "acute", False, "local", True),
    ]
    assert counts(index, "events")[0] + counts(index, "medications")[0] == 8


def test_the_drug_of_an_allergy_is_no_medicine_of_the_patient(folder):
    """Nor is the vaccine of an immunisation: their dm+d codes make them no medication."""
    write_extract(
        folder,
        Patient=[patient(1)],
        Journal=[
            entry(11, 1, SUBSET="L", DMD_CODE="27658006", RUBRIC="Amoxicillin"),
            entry(12, 1, SUBSET="I", DMD_CODE="871751006", RUBRIC="MMR"),
            entry(21, 1, SUBSET="A", DMD_CODE="322236009", RUBRIC="Aspirin"),
        ],
    )
    index = indexed(folder)
    assert rows_of(index, "events", "event_id", "kind") == [
        ("11", "allergy"),
        ("12", "immunisation"),
    ]
    assert rows_of(index, "medications", "medication_id") == [("21",)]


def test_an_immunisation_that_was_refused_says_so(folder):
    """As text beside it; one that was given says nothing more."""
    write_extract(
        folder,
        Patient=[patient(1)],
        Journal=[
            entry(11, 1, SUBSET="I", IMMS_STATUS="Given"),
            entry(12, 1, SUBSET="I", IMMS_STATUS="Refusal to start or complete course"),
            entry(13, 1, SUBSET="I", IMMS_STATUS="Advised", IMMS_REASON="Routine"),
        ],
    )
    assert rows_of(indexed(folder), "events", "event_id", "value_text") == [
        ("11", None),
        ("12", "Refusal to start or complete course"),
        ("13", "Advised: Routine"),
    ]


def test_an_encounter_is_no_entry_that_a_problem_is_linked_to(folder):
    """LINKS names the encounter (E…) in which a row was entered, beside the rows it belongs to."""
    write_extract(
        folder,
        Patient=[patient(1)],
        Journal=[
            entry(11, 1, SUBSET="P", LINKS="E501"),
            entry(12, 1, SUBSET="P", LINKS="E501|11"),
            entry(13, 1, SUBSET="P", LINKS="11"),
            entry(14, 1, SUBSET="P", LINKS="11|12"),
        ],
    )
    assert rows_of(indexed(folder), "events", "event_id", "parent_id") == [
        ("11", None),
        ("12", "11"),
        ("13", "11"),
        ("14", None),
    ]


def test_two_values_are_both_kept(folder):
    """The second as text, with its name and unit."""
    write_extract(
        folder,
        Patient=[patient(1)],
        Journal=[
            entry(11, 1, VALUE1="120", VALUE2="80", VALUE2_NAME="Diastolic", VALUE2_UNITS="mmHg")
        ],
    )
    assert rows_of(indexed(folder), "events", "value", "value_text") == [
        (120.0, "Diastolic 80 mmHg")
    ]


def test_a_day_that_is_none_is_left_empty(folder):
    """With the reason, and its row is used."""
    days = {12: "20200230", 13: "99991231", 14: "29221", 15: "00000000"}
    entries = [entry(number, 1, DATE=day) for number, day in days.items()]
    write_extract(folder, Patient=[patient(1)], Journal=[entry(11, 1), *entries])
    index = indexed(folder)
    assert rejected(index) == []
    assert emptied(index) == [
        ("date", "20200230", "not a day of the calendar"),
        ("date", "99991231", "a placeholder for a day that is not known"),
        (
            "date",
            "29221",
            "a spreadsheet's serial number of a day: give its cells a date format",
        ),
        ("date", "00000000", "a placeholder for a day that is not known"),
    ]


def test_without_patients_an_extract_is_refused(folder):
    """A sentence that names the missing file."""
    write_extract(folder, Journal=[entry(11, 1)])
    with pytest.raises(UserError, match="patient_data_extract"):
        indexed(folder)


def test_an_empty_file_is_nothing_not_an_error(folder):
    """Such as a practice without referrals gets."""
    write_extract(folder, Patient=[patient(1)], Referral=[])
    index = indexed(folder)
    assert not index.has("referrals")
    assert any("empty" in note for note in index.manifest.notes)


def test_an_issue_of_a_repeat_is_no_second_repeat(folder):
    """Whether it is current only the repeat says; an issue whose repeat is not there stays so."""
    drug = {"DMD_CODE": "319775004", "CODE": "bu2..", "RUBRIC": "Aspirin"}
    other = {"DMD_CODE": "322236009", "CODE": "di2..", "RUBRIC": "Paracetamol"}
    write_extract(
        folder,
        Patient=[patient(1), patient(2)],
        Journal=[
            entry(11, 1, SUBSET="R", **drug),
            entry(12, 1, SUBSET="S", **drug),
            entry(13, 1, SUBSET="S", **other),
            entry(14, 2, SUBSET="S", **drug),
            entry(15, 2, SUBSET="R", ACTION="D", **drug),
            entry(16, 2, SUBSET="R", END_DATE="20200301", **other),
            entry(17, 2, SUBSET="S", **other),
        ],
    )
    index = indexed(folder)
    assert rows_of(index, "medications", "medication_id", "course", "is_active") == [
        ("11", "repeat", True),
        ("12", "repeat", None),
        ("13", "repeat", True),
        ("14", "repeat", True),
        ("16", "repeat", False),
        ("17", "repeat", None),
    ]


STAFF = (
    {"ID": "1", "TITLE": "Dr", "FORENAME": "Jane", "SURNAME": "Smith", "SEX": "F"}
    | {"GMP_CODE": "G1234567", "HCP_TYPE": "Doctor"},
    {"ID": "2", "TITLE": "Pharmacist", "FORENAME": "Bob", "SURNAME": "Lord", "SEX": "M"},
    {"ID": "3", "TITLE": "Sister", "FORENAME": "May", "SURNAME": "Prior", "HCP_TYPE": "Nurse"},
)


@pytest.mark.parametrize("order", VISION_STAFF_ORDERS)
@pytest.mark.parametrize("keys", [list(STAFF[0]), ["ID", "SURNAME", "FORENAME", "TITLE"]])
def test_the_order_of_the_staff_file_is_recognised_by_its_content(folder, order, keys):
    """Live extracts have another than the test pack, and as many columns."""
    write_extract(folder, Patient=[patient(1, GP_USUAL="1")], Journal=[entry(11, 1, HCP="3")])
    rows = [{key: row[key] for key in keys if key in row} for row in STAFF]
    write_file(folder, "Staff", rows, columns=order)
    index = indexed(folder)
    assert rows_of(index, "patients", "usual_gp") == [("Dr Jane Smith",)]
    assert rows_of(index, "events", "recorded_by") == [("Sister May Prior",)]


@pytest.mark.parametrize(
    "lines",
    [
        ["1,Smith,Jane,x,y,z,,1"],  # nothing tells
        ["1,Smith,Jane,Dr,F,G1234567,,1", "2,Nurse,,Jones,Bob,Mr,M,1"],  # both orders
        ["1,Dr,Jane,Smith,1980,here,there,1"],  # a third order
    ],
)
def test_without_certainty_no_member_of_staff_is_named(folder, lines):
    """Never a wrong name: the columns are left out, and a note says so."""
    write_extract(folder, Patient=[patient(1, GP_USUAL="1")], Journal=[entry(11, 1, HCP="1")])
    path = write_file(folder, "Staff", [])
    path.write_text("".join(f"{line}\r\n" for line in lines), encoding="utf-8")
    index = indexed(folder)
    assert "usual_gp" not in index.columns("patients")
    assert "recorded_by" not in index.columns("events")
    assert any("no member of staff is named" in note for note in index.manifest.notes)


def test_units_that_are_not_written_follow_from_the_entity(folder):
    """Kilograms, metres, beats a minute, centimetres; a unit that is written stays."""
    entities = {"WEIGHT": "kg", "HEIGHT": "m", "pulse": "bpm", "WAIST": "cm", "OTHER": None}
    write_extract(
        folder,
        Patient=[patient(1)],
        Journal=[
            *(entry(11 + n, 1, ENTITY=one, VALUE1="1.5") for n, one in enumerate(entities)),
            entry(20, 1, ENTITY="WEIGHT", VALUE1="150", VALUE1_UNITS="lb"),
            entry(21, 1, ENTITY="WEIGHT", VALUE1="refused"),
        ],
    )
    found = rows_of(indexed(folder), "events", "event_id", "unit")
    assert [row[1] for row in found] == [*entities.values(), "lb", None]


def test_a_second_value_is_text_with_its_name(folder):
    """As the file has it, or as the entity says; of what it is nothing is guessed."""
    write_extract(
        folder,
        Patient=[patient(1)],
        Journal=[
            entry(11, 1, ENTITY="BP", VALUE1="140", VALUE2="80", VALUE2_UNITS="mmHg"),
            entry(12, 1, ENTITY="BP", VALUE1="140", VALUE2="80", VALUE2_NAME="DIASTOLIC"),
            entry(13, 1, ENTITY="WEIGHT", VALUE1="82.5", VALUE2="27.1"),
            entry(14, 1, ENTITY="SMOKING", VALUE1="5", VALUE2="2"),
            entry(15, 1, VALUE1="5"),
        ],
    )
    found = rows_of(indexed(folder), "events", "event_id", "value", "value_text")
    assert [row[1:] for row in found] == [
        (140.0, "diastolic 80 mmHg"),
        (140.0, "DIASTOLIC 80"),
        (82.5, "BMI 27.1"),
        (5.0, "second value 2"),
        (5.0, None),
    ]


def test_the_type_of_a_referral_is_no_urgency(folder):
    """It is the setting (O, A, D, I, V): how urgent referrals are is not in the extract."""
    write_extract(folder, Patient=[patient(1)])
    write_file(folder, "Referral", [{"PID": "1", "ID": "5", "DATE": "20200101", "TYPE": "O"}])
    assert "urgency" not in indexed(folder).columns("referrals")
