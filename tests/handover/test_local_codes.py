"""Local codes are listed with how often and when they were used, so that they can be remapped."""

from __future__ import annotations

from datetime import date

from recordpick.csv_safety import as_csv
from recordpick.reports.local_codes import LOCAL_CODES, local_code_rows

from small_practice import small_index

PATIENTS = [{"patient_id": "1"}, {"patient_id": "2"}]
EVENTS = [
    {"patient_id": "1", "event_id": "a", "code": "LOC2", "term": "Winter review",
     "date": date(2024, 5, 1), "is_local_code": True},
    {"patient_id": "1", "event_id": "b", "code": "LOC2", "term": "Winter review",
     "date": date(2026, 1, 2), "is_local_code": True},
    {"patient_id": "2", "event_id": "c", "code": "LOC2", "term": "Winter Review (old)",
     "date": None, "is_local_code": True},
    {"patient_id": "2", "event_id": "d", "code": "=LOC1", "term": None,
     "date": None, "is_local_code": True},
    {"patient_id": "2", "event_id": "e", "code": "73211009", "term": "Diabetes",
     "date": date(2026, 1, 1), "is_local_code": False},
]  # fmt: skip
MEDICATIONS = [
    {"patient_id": "1", "medication_id": "m", "code": None, "drug": "Dressing A",
     "started_on": date(2025, 1, 1), "is_unmapped": True},
    {"patient_id": "2", "medication_id": "n", "code": None, "drug": "Dressing B",
     "started_on": date(2025, 2, 1), "is_unmapped": True},
    {"patient_id": "2", "medication_id": "o", "code": None, "drug": "Dressing A",
     "started_on": date(2025, 3, 1), "is_unmapped": True},
    {"patient_id": "2", "medication_id": "p", "code": "319775004", "drug": "Aspirin",
     "started_on": date(2025, 3, 1), "is_unmapped": False},
]  # fmt: skip


def test_the_file_is_as_written_here() -> None:
    rows, cannot = local_code_rows(
        small_index(patients=PATIENTS, events=EVENTS, medications=MEDICATIONS)  # type: ignore[arg-type]
    )
    assert rows.schema == LOCAL_CODES
    assert cannot == ()
    assert as_csv(rows).decode().split("\r\n") == [
        "kind,code,term,patients,entries,last_used,remapped_to",
        "events,LOC2,Winter review,2,3,2026-01-02,",
        "events,'=LOC1,,1,1,,",
        "medications,,Dressing A,2,2,2025-03-01,",
        "medications,,Dressing B,1,1,2025-02-01,",
        "",
    ]


def test_an_index_that_cannot_tell_local_codes_says_so() -> None:
    events = [{name: row[name] for name in row if name != "is_local_code"} for row in EVENTS]
    rows, cannot = local_code_rows(small_index(patients=PATIENTS, events=events))  # type: ignore[arg-type]
    assert rows.is_empty()
    assert cannot == (
        "Local codes of events are not listed: the index has no column is_local_code in events.",
        "Local codes of medications are not listed: the index has no table medications.",
    )
