"""Records without any entry, and documents whose file is absent."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from recordpick.cleanup import CHECKS, run_checks
from recordpick.cleanup.pcse_findings import PCSE_KINDS

from small_practice import AS_AT

PATIENTS = "patient_id,status\n1,registered\n2,left\n3,registered\n"
EVENTS = "patient_id,event_id,date\n1,a,2020-01-01\n"


def findings_of(index):
    return {finding.id: finding for finding in run_checks(index, AS_AT)}


def test_records_without_entries_those_registered_first(indexed):
    finding = findings_of(indexed(patients=PATIENTS, events=EVENTS))["records_without_entries"]
    assert finding.rows["patient_id"].to_list() == ["3", "2"]
    assert finding.registered == 1


def test_a_list_of_patients_alone_has_no_empty_records(indexed):
    """It has no entries for anybody, which shows nothing."""
    finding = findings_of(indexed(patients=PATIENTS))["records_without_entries"]
    assert (finding.state, finding.why) == ("cannot be told", "The index has no table events.")


def test_documents_whose_file_is_absent(run_check):
    finding = run_check(
        "absent_documents",
        patients=[{"patient_id": "1"}],
        documents=[
            {"patient_id": "1", "document_id": "a", "date": date(2020, 1, 1), "is_absent": True},
            {"patient_id": "1", "document_id": "b", "date": date(2020, 1, 1), "is_absent": False},
            {"patient_id": "1", "document_id": "c", "date": date(2020, 1, 1), "is_absent": None},
        ],
    )
    assert finding.rows.rows() == [("1", "a", date(2020, 1, 1))]


def test_documents_without_the_flag_in_the_export(run_check):
    documents = [{"patient_id": "1", "document_id": "a"}]
    assert run_check("absent_documents", patients=[], documents=documents).state == "cannot be told"


def test_every_check_is_reported_once_and_has_words(indexed):
    """None is left out, whatever the index lacks; each says what it means and what to do."""
    findings = run_checks(indexed(patients="patient_id\n1\n"), AS_AT)
    assert len({finding.id for finding in findings}) == len(findings) == 26
    assert all(f.title and f.means and f.to_do and f.counts and f.file for f in findings)
    assert all(f.why for f in findings if f.state == "cannot be told")


def test_the_page_for_staff_names_every_finding():
    """And every kind of difference from PCSE's list, by its word in the file."""
    page = (Path(__file__).parents[2] / "docs" / "clean-up.md").read_text("utf-8")
    assert [check.title for check in CHECKS if check.title not in page] == []
    assert [kind for kind in PCSE_KINDS if kind not in page] == []
