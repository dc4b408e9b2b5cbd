"""SystmOne extract: Windows-1252, ids into lists, what is removed, what tells about what."""

import pytest

from recordpick.errors import UserError

from emis_extracts import counts_of, emptied, indexed, rejected, rows_of
from systmone_extracts import code, patient, row, write_extract, write_table


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "extract"


def counts(index, file):
    """Give read, indexed, rejected and deleted of one file."""
    (found,) = [count for count in index.manifest.files if count.file == f"{file}.csv"]
    return found.rows_read, found.rows_indexed, found.rows_rejected, found.rows_deleted


def test_letters_of_windows_1252_are_read(folder):
    """Accents and typographic apostrophes are what they are."""
    write_extract(
        folder,
        SRPatient=[patient(1, Surname="O\N{RIGHT SINGLE QUOTATION MARK}Brien", FirstName="Zoë")],
    )
    index = indexed(folder)
    assert rows_of(index, "patients", "family_name", "given_name") == [
        ("O\N{RIGHT SINGLE QUOTATION MARK}Brien", "Zoë")
    ]
    assert str(index.manifest.as_at) == "2026-10-01"


def test_removed_rows_are_dropped_and_counted(folder):
    """RemovedData 1: neither indexed nor an error; rows of a removed patient go with them."""
    write_extract(
        folder,
        SRPatient=[patient(1), patient(2, RemovedData="1")],
        SRCode=[code(11, 1), code(12, 1, RemovedData="1"), code(13, 2)],
    )
    index = indexed(folder)
    assert counts(index, "SRPatient") == (2, 1, 0, 1)
    assert counts(index, "SRCode") == (3, 1, 0, 2)


def test_days_are_read_with_times_and_without(folder):
    """With seconds, without, without a time, as ISO; what is not a day is left empty."""
    write_extract(
        folder,
        SRPatient=[patient(1)],
        SRCode=[
            code(11, 1),
            code(12, 1, DateEvent="03 Mar 2021 09:00"),
            code(13, 1, DateEvent="04 Apr 2021"),
            code(14, 1, DateEvent="2021-04-05"),
            code(15, 1, DateEvent="05 Apr 21"),
            code(16, 1, DateEvent="01 Jan 1900 00:00:00"),
        ],
    )
    index = indexed(folder)
    assert [str(day) for _, day in rows_of(index, "events", "event_id", "date")] == [
        "2020-02-01",
        "2021-03-03",
        "2021-04-04",
        "2021-04-05",
        "None",
        "None",
    ]
    assert [(column, why) for column, _, why in emptied(index)] == [
        ("date", "a year needs four digits, as in 31/01/1980"),
        ("date", "a placeholder for a day that is not known"),
    ]


def test_ids_into_lists_become_words(folder):
    """Of SRMapping and SRConfiguredListOption; words that stand there already stay."""
    write_extract(
        folder,
        SRPatient=[patient(1)],
        SRRecall=[
            row(21, 1, DateRecall="01 Jan 2027 00:00:00", RecallStatus="77", RecallType="88"),
            row(22, 1, DateRecall="01 Jan 2027 00:00:00", RecallStatus="Seen", RecallType="Flu"),
            row(23, 1, DateRecall="01 Jan 2027 00:00:00", RecallStatus="99"),
        ],
        SRMapping=[{"RowIdentifier": "77", "IdMappingGroup": "1", "Mapping": "Pending"}],
        SRConfiguredListOption=[
            {"RowIdentifier": "88", "ConfiguredListOption": "Asthma review", "RemovedData": "0"}
        ],
    )
    index = indexed(folder)
    assert rows_of(index, "recalls", "recall_id", "status", "term") == [
        ("21", "pending", "Asthma review"),
        ("22", "done", "Flu"),
        ("23", "other", None),
    ]


def test_the_registration_that_has_not_ended_holds(folder):
    """Else the latest; deceased goes before left; a test patient is a dummy."""

    def registration(number, of, began, ended="", status="GMS"):
        return row(
            number, of, DateRegistration=began, DateDeRegistration=ended, RegistrationStatus=status
        )

    write_extract(
        folder,
        SRPatient=[
            patient(1),
            patient(2),
            patient(3, DateDeath="01 Jan 2025 00:00"),
            patient(4, TestPatient="TRUE"),
        ],
        SRPatientRegistration=[
            registration(31, 1, "01 Jan 2020 00:00:00"),
            registration(32, 1, "01 Jan 2021 00:00:00", "01 Feb 2021 00:00:00", "Temporary"),
            registration(33, 2, "01 Jan 2019 00:00:00", "01 Jan 2020 00:00:00"),
            registration(34, 2, "01 Jan 2021 00:00:00", "01 Jan 2022 00:00:00", "Private"),
            registration(35, 3, "01 Jan 2021 00:00:00", "02 Jan 2025 00:00:00"),
            registration(36, 4, "01 Jan 2021 00:00:00"),
            registration(37, 9, "01 Jan 2021 00:00:00"),
        ],
    )
    index = indexed(folder)
    found = rows_of(index, "patients", "patient_id", "registration", "status", "registered_on")
    assert [tuple(map(str, entry)) for entry in found] == [
        ("1", "regular", "registered", "2020-01-01"),
        ("2", "private", "left", "2021-01-01"),
        ("3", "regular", "deceased", "2021-01-01"),
        ("4", "dummy", "registered", "2021-01-01"),
    ]
    assert counts(index, "SRPatientRegistration") == (7, 6, 1, 0)
    assert rejected(index) == [(8, "there is no patient with this IDPatient")]


def test_a_gms_patient_stays_one_beside_other_registrations(folder):
    """Also seen privately, or for another service, since: on the list all the same."""
    write_extract(
        folder,
        SRPatient=[patient(1)],
        SRPatientRegistration=[
            row(31, 1, DateRegistration="01 Jan 2010 00:00:00", RegistrationStatus="GMS"),
            row(32, 1, DateRegistration="01 Jan 2020 00:00:00", RegistrationStatus="Private"),
        ],
    )
    columns = ("registration", "status", "registered_on")
    found = rows_of(indexed(folder), "patients", *columns)
    assert [tuple(map(str, entry)) for entry in found] == [("regular", "registered", "2010-01-01")]


def test_patients_without_a_registration_are_reported(folder):
    """They are in no population of registered patients, and nobody would notice."""
    write_extract(
        folder,
        SRPatient=[patient(1), patient(2)],
        SRPatientRegistration=[
            row(31, 1, DateRegistration="01 Jan 2010 00:00:00", RegistrationStatus="GMS")
        ],
    )
    notes = " ".join(indexed(folder).manifest.notes)
    assert "1 patient has no status: criteria about registered patients do not" in notes


def test_problems_tell_about_their_codes_or_stand_for_themselves(folder):
    """A problem of an entry that is not there is set aside."""
    write_extract(
        folder,
        SRPatient=[patient(1)],
        SRCode=[code(11, 1), code(12, 1, CTV3Text="x", SNOMEDText="Allergy to egg")],
        SRProblem=[
            row(41, 1, IDCode="11", Severity="Major", DateEnd=""),
            row(42, 1, IDCode="", CTV3Code="C10..", DateEnd="05 May 2021 00:00:00"),
            row(43, 1, IDCode="99"),
        ],
    )
    index = indexed(folder)
    columns = ("event_id", "kind", "problem_status", "significance", "code_system")
    assert rows_of(index, "events", *columns) == [
        ("SRCode-11", "problem", "active", "significant", "snomed"),
        ("SRCode-12", "allergy", None, None, "snomed"),
        ("SRProblem-42", "problem", "past", None, "ctv3"),
    ]
    assert counts(index, "SRProblem") == (3, 2, 1, 0)


def test_a_problem_that_ends_in_the_future_is_active(folder):
    """It is past from the day on which it ended."""
    write_extract(
        folder,
        SRPatient=[patient(1)],
        SRCode=[code(11, 1), code(12, 1)],
        SRProblem=[
            row(41, 1, IDCode="11", DateEnd="02 Oct 2026 00:00:00"),
            row(42, 1, IDCode="12", DateEnd="01 Oct 2026 00:00:00"),
        ],
    )
    assert rows_of(indexed(folder), "events", "event_id", "problem_status") == [
        ("SRCode-11", "active"),
        ("SRCode-12", "past"),
    ]


def test_values_with_a_sign_are_text(folder):
    """Nothing turns <5 into 5."""
    write_extract(
        folder,
        SRPatient=[patient(1)],
        SRCode=[
            code(11, 1, IsNumeric="TRUE", NumericValue="5.40", NumericUnit="mmol/L"),
            code(12, 1, IsNumeric="TRUE", NumericValue="5", NumericComparator="<"),
        ],
    )
    found = rows_of(indexed(folder), "events", "event_id", "value", "value_text", "unit")
    assert [entry[1:] for entry in found] == [(5.4, None, "mmol/L"), (None, "<5", None)]


def test_issues_of_a_template_are_no_medicines_of_their_own(folder):
    """They say how often and when last; what has no template is an acute item."""
    write_extract(
        folder,
        SRPatient=[patient(1)],
        SRRepeatTemplate=[
            row(
                51,
                1,
                DateMedicationTemplateStart="01 Jan 2020 00:00:00",
                IDMultiLexDMD="322236009",
                NameOfMedication="Aspirin",
                MedicationQuantity="28 tablets",
                MaxIssues="6",
            )
        ],
        SRPrimaryCareMedication=[
            row(61, 1, IDRepeatTemplate="51", DateMedicationStart="01 Jan 2020 00:00:00"),
            row(62, 1, IDRepeatTemplate="51", DateMedicationStart="01 Mar 2020 00:00:00"),
            row(
                63,
                1,
                DateMedicationStart="01 Apr 2020 00:00:00",
                DateMedicationEnd="08 Apr 2020 00:00:00",
                NameOfMedication="Special",
                IDMultiLexProduct="77",
                IsRepeatMedication="FALSE",
            ),
            row(64, 1, IDRepeatTemplate="99", DateMedicationStart="01 Jan 2020 00:00:00"),
        ],
    )
    index = indexed(folder)
    columns = ("medication_id", "course", "issues", "last_issued_on", "is_unmapped", "is_active")
    assert [tuple(map(str, entry)) for entry in rows_of(index, "medications", *columns)] == [
        ("SRPrimaryCareMedication-63", "acute", "1", "2020-04-01", "True", "False"),
        ("SRRepeatTemplate-51", "repeat", "2", "2020-03-01", "False", "True"),
    ]
    assert rows_of(index, "medications", "medication_id", "quantity", "unit")[1][1:] == (
        28.0,
        "tablets",
    )
    assert counts(index, "SRPrimaryCareMedication") == (4, 3, 1, 0)


def test_what_the_extract_does_not_hold_is_absent(folder):
    """A missing file gives no table; without SRProblem no entry has a kind."""
    write_extract(folder, SRPatient=[patient(1)], SRCode=[code(11, 1)])
    index = indexed(folder)
    assert set(index.manifest.tables) == {"patients", "events"}
    assert "status" not in index.columns("patients")
    assert "kind" not in index.columns("events")


def test_without_patients_an_extract_is_refused(folder):
    """A sentence that names the missing file."""
    write_extract(folder, SRCode=[code(11, 1)])
    with pytest.raises(UserError, match=r"SRPatient\.csv is missing"):
        indexed(folder)


def test_a_missing_column_is_asked_for(folder):
    """File and column are named."""
    write_extract(folder, SRPatient=[patient(1)])
    (folder / "SRCode.csv").write_text('"RowIdentifier","IDPatient"\r\n"1","1"\r\n', "cp1252")
    with pytest.raises(UserError, match=r"SRCode\.csv: column \w+ is missing"):
        indexed(folder)


def test_safeguarding_registers_and_notes_are_entries(folder):
    """With the day on which they ended."""
    write_extract(folder, SRPatient=[patient(1)], SRCode=[code(11, 1)])
    write_table(folder, "SRProblem", [])
    write_table(
        folder,
        "SRChildAtRisk",
        [row(71, 1, DateAdded="01 Jan 2020 00:00:00", ChildProtectionPlan="TRUE")],
    )
    write_table(
        folder,
        "SRSpecialNotes",
        [row(72, 1, DateStart="01 Jan 2020 00:00:00", Type="Warning", Note="Dog")],
    )
    index = indexed(folder)
    found = rows_of(index, "events", "event_id", "kind", "term", "value_text")
    assert found[0] == (
        "SRChildAtRisk-71",
        "administration",
        "Child at risk: protection plan",
        None,
    )
    assert found[2] == ("SRSpecialNotes-72", "administration", "Special note: Warning", "Dog")
    assert counts_of(index, "nothing") == (0, 0, 0, 0)


def allergies(folder, *rows, products=()):
    """Give id, code, term and text of drug sensitivities."""
    write_extract(folder, SRPatient=[patient(1)], SRDrugSensitivity=rows)
    if products:
        write_table(folder, "SRMedicationReadCodeDetails", products)
    return rows_of(indexed(folder), "events", "event_id", "code", "term", "value_text")


def product(number, of, code="bd3..", term="Penicillin V"):
    """Make a row of SRMedicationReadCodeDetails."""
    return {
        "RowIdentifier": str(number),
        "IDMultiLexProduct": str(of),
        "DrugReadCode": code,
        "DrugReadCodeDesc": term,
        "RemovedData": "0",
    }


def test_the_drug_of_an_allergy_is_a_multilex_product(folder):
    """Not the row of that number, which is of another drug."""
    found = allergies(
        folder,
        row(71, 1, IDDrugCode="500", IDMultiLexAction="0"),
        products=[product(500, 7, "x....", "Aspirin"), product(8, 500)],
    )
    assert found == [("SRDrugSensitivity-71", "bd3..", "Penicillin V", None)]


def test_an_allergy_that_the_extract_does_not_name_says_so(folder):
    """To a group of drugs, or a product without a name: no code is made up."""
    found = allergies(
        folder,
        row(71, 1, IDDrugCode="-1", IDMultiLexAction="12"),
        row(72, 1, IDDrugCode="501", IDMultiLexAction="0"),
        row(73, 1, IDDrugCode="0", IDMultiLexAction="0"),
        products=[product(8, 500)],
    )
    assert [entry[1:] for entry in found] == [
        (None, None, "Multilex group 12, not named in the extract"),
        (None, None, "Multilex product 501, not named in the extract"),
        (None, None, None),
    ]


def test_of_a_product_with_several_codes_none_is_taken(folder):
    """All its names are shown."""
    found = allergies(
        folder,
        row(71, 1, IDDrugCode="500"),
        products=[product(8, 500), product(9, 500, "bd4..", "Amoxicillin"), product(10, 500)],
    )
    assert [entry[1:3] for entry in found] == [(None, "Amoxicillin or Penicillin V")]


def test_that_allergies_may_be_nameless_is_a_caution(folder):
    """For whoever asks for codes or terms."""
    write_extract(folder, SRPatient=[patient(1)], SRDrugSensitivity=[row(71, 1, IDDrugCode="1")])
    uncertain = {one.column for one in indexed(folder).manifest.conflated if "allergy" in one.says}
    assert uncertain == {"code", "term"}


def test_nought_and_minus_one_are_no_value_where_nothing_says_they_are(folder):
    """IsNumeric decides, if it is there; without it older extracts write these for none."""
    write_extract(
        folder,
        SRPatient=[patient(1)],
        SRCode=[
            code(11, 1, IsNumeric="", NumericValue="0"),
            code(12, 1, IsNumeric="", NumericValue="-1"),
            code(13, 1, IsNumeric="", NumericValue="5"),
            code(14, 1, IsNumeric="TRUE", NumericValue="0"),
            code(15, 1, IsNumeric="FALSE", NumericValue="5"),
        ],
    )
    found = rows_of(indexed(folder), "events", "event_id", "value")
    assert [entry[1] for entry in found] == [None, None, 5.0, 0.0, None]


def test_without_the_column_is_numeric_values_of_nought_are_uncertain(folder):
    """The manifest says so."""
    write_extract(folder, SRPatient=[patient(1)], SRCode=[code(11, 1, NumericValue="0")])
    path = folder / "SRCode.csv"
    path.write_text(path.read_text("cp1252").replace('"IsNumeric"', '"Other"'), "cp1252")
    index = indexed(folder)
    assert rows_of(index, "events", "value") == [(None,)]
    assert any(one.column == "value" for one in index.manifest.conflated)


def test_ids_and_codes_of_nothing_are_none(folder):
    """0 and -1 refer to no product, code or template."""
    write_extract(
        folder,
        SRPatient=[patient(1)],
        SRPrimaryCareMedication=[
            row(61, 1, IDMultiLexDMD="-1", IDMultiLexProduct="0", IDRepeatTemplate="-1")
        ],
        SRReferralOut=[row(81, 1, SNOMEDPrimaryDiagnosis="-1", PrimaryDiagnosis="H33..")],
        SRRepeatTemplate=[],
    )
    index = indexed(folder)
    assert rows_of(index, "medications", "code", "is_unmapped") == [(None, True)]
    assert rows_of(index, "referrals", "code") == [("H33..",)]


def test_words_of_recalls_that_are_in_use(folder):
    """Sent once or twice is pending; superseded, or cancelled by an import, is cancelled."""
    words = ["1st Recall", "Superseded", "Cancelled during import", "Seen", "Undelivered"]
    write_extract(
        folder,
        SRPatient=[patient(1)],
        SRRecall=[row(21 + n, 1, RecallStatus=word) for n, word in enumerate(words)],
    )
    found = rows_of(indexed(folder), "recalls", "recall_id", "status")
    assert [entry[1] for entry in found] == ["pending", "cancelled", "cancelled", "done", "other"]
