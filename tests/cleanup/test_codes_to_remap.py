"""Local codes and drugs that are not mapped to dm+d are found, with how often and for whom."""

from __future__ import annotations

from datetime import date

PATIENTS = [
    {"patient_id": "1", "nhs_number": "9434765919", "status": "left", "registration": "regular"},
    {"patient_id": "2", "nhs_number": None, "status": "registered", "registration": "private"},
    {"patient_id": "3", "nhs_number": None, "status": "registered", "registration": "regular"},
]
EVENTS = [
    {"patient_id": "1", "event_id": "a", "code": "L2", "code_system": "local", "term": "Review",
     "date": date(2024, 5, 1), "is_local_code": True},
    {"patient_id": "1", "event_id": "b", "code": "L2", "code_system": "local", "term": "Review",
     "date": date(2026, 1, 2), "is_local_code": True},
    {"patient_id": "2", "event_id": "c", "code": "L2", "code_system": "local", "term": "Old name",
     "date": None, "is_local_code": True},
    {"patient_id": "2", "event_id": "d", "code": None, "code_system": None, "term": "No code",
     "date": None, "is_local_code": True},
    {"patient_id": "2", "event_id": "e", "code": "73211009", "code_system": "snomed",
     "term": "Diabetes", "date": date(2026, 1, 1), "is_local_code": False},
]  # fmt: skip
DRUGS = [
    {"patient_id": "1", "medication_id": "m", "code": None, "drug": "Dressing",
     "started_on": date(2025, 1, 1), "last_issued_on": date(2026, 2, 1), "is_active": False,
     "is_unmapped": True},
    {"patient_id": "2", "medication_id": "n", "code": None, "drug": "Dressing",
     "started_on": date(2025, 1, 1), "last_issued_on": None, "is_active": True,
     "is_unmapped": True},
    {"patient_id": "2", "medication_id": "o", "code": None, "drug": "Dressing",
     "started_on": date(2025, 3, 1), "last_issued_on": None, "is_active": False,
     "is_unmapped": True},
    {"patient_id": "3", "medication_id": "p", "code": "X", "drug": "Tar",
     "started_on": None, "last_issued_on": None, "is_active": None, "is_unmapped": True},
    {"patient_id": "3", "medication_id": "q", "code": "319775004", "drug": "Aspirin",
     "started_on": date(2025, 3, 1), "last_issued_on": None, "is_active": True,
     "is_unmapped": False},
]  # fmt: skip


def without(rows, *columns):
    return [{name: row[name] for name in row if name not in columns} for row in rows]


def test_local_codes_are_counted_with_their_commonest_term(run_check):
    """Entries without a code count under their term; the commonest comes first."""
    finding = run_check("local_codes", patients=PATIENTS, events=EVENTS)
    assert (finding.state, finding.number) == ("found", 2)
    assert finding.rows.columns == [
        "code", "term", "code_system", "patients", "entries", "last_used"
    ]  # fmt: skip
    assert finding.rows.rows() == [
        ("L2", "Review", "local", 2, 3, date(2026, 1, 2)),
        (None, "No code", None, 1, 1, None),
    ]


def test_without_local_codes_the_finding_is_none(run_check):
    """They were looked for, and there are none."""
    finding = run_check("local_codes", patients=PATIENTS, events=EVENTS[-1:])
    assert (finding.state, finding.number, finding.why) == ("none", 0, "")


def test_an_export_that_does_not_mark_local_codes_cannot_tell(run_check):
    """A column that is absent never means that there is none."""
    finding = run_check("local_codes", patients=PATIENTS, events=without(EVENTS, "is_local_code"))
    assert (finding.state, finding.number) == ("cannot be told", None)
    assert finding.why == "The index has no column is_local_code in events."
    assert run_check("local_codes", patients=PATIENTS).why == "The index has no table events."


def test_drugs_without_dmd_are_counted(run_check):
    """With how many patients have them, and how many have them now."""
    finding = run_check("unmapped_drugs", patients=PATIENTS, medications=DRUGS)
    assert finding.rows.columns == [
        "drug", "code", "patients", "patients_current", "entries", "last_used"
    ]  # fmt: skip
    assert finding.rows.rows() == [
        ("Dressing", None, 2, 1, 3, date(2026, 2, 1)),
        ("Tar", "X", 1, 0, 1, None),
    ]


def test_patients_on_such_drugs_are_named_those_who_take_them_now_first(run_check):
    """One line a patient and drug."""
    finding = run_check("unmapped_drug_patients", patients=PATIENTS, medications=DRUGS)
    shown = finding.rows.select("patient_id", "status", "drug", "code", "current", "last_used")
    assert shown.rows() == [
        ("2", "registered", "Dressing", None, "yes", date(2025, 3, 1)),
        ("3", "registered", "Tar", "X", "no", None),
        ("1", "left", "Dressing", None, "no", date(2026, 2, 1)),
    ]
    assert finding.registered == 2


def test_without_the_current_flag_the_drugs_are_reported_but_not_whether_current(run_check):
    """What is known is reported, and so is what is not known."""
    drugs = without(DRUGS, "is_active")
    for check in ("unmapped_drugs", "unmapped_drug_patients"):
        finding = run_check(check, patients=PATIENTS, medications=drugs)
        assert finding.state == "found"
        assert not {"current", "patients_current"} & set(finding.rows.columns)
        assert finding.why == (
            "It is not known which of them are current: the index has no column is_active in "
            "medications."
        )


def test_an_export_that_does_not_have_dmd(run_check):
    """No table, or no such column: "cannot be told"."""
    for check in ("unmapped_drugs", "unmapped_drug_patients"):
        assert run_check(check, patients=PATIENTS).state == "cannot be told"
        drugs = without(DRUGS, "is_unmapped")
        assert run_check(check, patients=PATIENTS, medications=drugs).state == "cannot be told"
