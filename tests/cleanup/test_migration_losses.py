"""What migrations lose silently is listed where the index has it, and else said not to be known."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from recordpick.cleanup import run_checks
from recordpick.cleanup.finding import found
from recordpick.cleanup.migration_losses import MIGRATION_LOSSES
from recordpick.index.manifest import Conflated

from small_practice import AS_AT, small_index

PATIENTS = "patient_id,status\n1,registered\n2,left\n3,registered\n"
LOSSES = [check.id for check in MIGRATION_LOSSES]


def medicine(number: str, **details: object) -> dict[str, object]:
    usual = {"patient_id": "1", "medication_id": number, "is_active": True}
    return usual | {"course": "repeat_dispensing"} | details


def test_batches_with_issues_left(run_check) -> None:
    """Not those used up, ended or of another kind; where the number is missing it is listed."""
    finding = run_check(
        "repeat_dispensing_outstanding",
        patients=[{"patient_id": "1"}],
        medications=[
            medicine("a", issues=2, issues_authorised=6),
            medicine("b", issues=6, issues_authorised=6),
            medicine("c", issues=None, issues_authorised=6),
            medicine("d", issues=1, issues_authorised=6, is_active=False),
            medicine("e", issues=1, issues_authorised=6, course="repeat"),
        ],
    )
    assert finding.rows["medication_id"].to_list() == ["a", "c"]
    assert finding.why == ""


def test_batches_that_the_source_cannot_distinguish() -> None:
    """Not known, with the reason: other repeats are not taken for them, nor none reported."""
    index = small_index(patients=[{"patient_id": "1"}], medications=[medicine("a")])
    says = "a SystmOne extract has no mark of repeat dispensing"
    same = Conflated("medications", "course", "repeat_dispensing", "repeat", says)
    index.manifest = SimpleNamespace(conflated=(same,), files=())
    check = next(one for one in MIGRATION_LOSSES if one.id == "repeat_dispensing_outstanding")
    result = check.run(index, AS_AT)
    finding = found(check, None, result.why)
    assert (result.rows, finding.number) == (None, None)
    assert "no mark of repeat dispensing" in finding.why


def test_prescriptions_that_wait_for_their_day(run_check) -> None:
    """Begun or issued after the day of the export; that very day is not later."""
    finding = run_check(
        "post_dated_prescriptions",
        patients=[{"patient_id": "1"}],
        medications=[
            medicine("a", started_on=date(2026, 10, 2), last_issued_on=None),
            medicine("b", started_on=AS_AT, last_issued_on=AS_AT),
            medicine("c", started_on=date(2020, 1, 1), last_issued_on=date(2026, 11, 1)),
            medicine("d", started_on=None, last_issued_on=None),
        ],
    )
    assert finding.rows["medication_id"].to_list() == ["a", "c"]


@pytest.mark.parametrize("check", ["fp69_patients", "open_tasks"])
def test_what_no_extract_has_is_not_known(run_check, check: str) -> None:
    """With where to look instead."""
    events = [{"patient_id": "1", "event_id": "a", "term": "Asthma"}]
    finding = run_check(check, patients=[{"patient_id": "1"}], events=events)
    assert (finding.state, finding.number) == ("cannot be told", None)
    assert "clinical system" in finding.why


def test_entries_that_mention_the_flag(run_check) -> None:
    """They are listed, and the finding says that the flag itself is not there."""
    finding = run_check(
        "fp69_patients",
        patients=[{"patient_id": number} for number in "123"],
        events=[
            {"patient_id": "2", "event_id": "a", "term": "FP69 flag received", "date": AS_AT},
            {"patient_id": "3", "event_id": "b", "term": "FP690 form", "date": AS_AT},
        ],
    )
    assert finding.rows["patient_id"].to_list() == ["2"]
    assert "mention FP69" in finding.why


def test_tables_of_their_own(indexed) -> None:
    """A folder of tables may have both; done tasks are left out."""
    index = indexed(
        patients=PATIENTS,
        fp69="patient_id,flagged_on\n3,2026-09-01\n3,2026-09-02\n",
        tasks="patient_id,task,status\n1,Ring,Open\n2,Write,Completed\n3,Read,\n",
    )
    findings = {finding.id: finding for finding in run_checks(index, AS_AT)}
    assert findings["fp69_patients"].rows["patient_id"].to_list() == ["3"]
    assert findings["open_tasks"].rows["patient_id"].to_list() == ["1", "3"]
    assert findings["post_dated_prescriptions"].state == "cannot be told"


def test_the_page_for_staff_names_them() -> None:
    """With what to do."""
    page = Path(__file__).parents[2] / "docs" / "clean-up.md"
    text = page.read_text(encoding="utf-8")
    assert all(check.title in text for check in MIGRATION_LOSSES)
