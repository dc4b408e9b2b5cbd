"""Births, deaths, registrations and entries whose dates cannot be right."""

from __future__ import annotations

from datetime import date

import pytest

from examples import usually
from recordpick.cleanup import run_checks
from recordpick.cli.main import main
from recordpick.index.build.build_index import build_index

BORN = date(1980, 5, 4)
AHEAD = date(2026, 10, 2)

PATIENT_DATES = {
    "born_in_future": (
        [{"date_of_birth": AHEAD}],
        [{"date_of_birth": date(2026, 10, 1)}, {"date_of_birth": None}],
    ),
    "born_long_ago": (
        [
            {"date_of_birth": date(1906, 9, 30), "status": "registered", "died_on": None},
            {"date_of_birth": date(1880, 1, 1), "status": "left", "died_on": None},
            {"date_of_birth": date(1880, 1, 1), "status": None, "died_on": None},
        ],
        [
            {"date_of_birth": date(1906, 10, 1), "status": "registered", "died_on": None},
            {"date_of_birth": date(1880, 1, 1), "status": "deceased", "died_on": None},
            {"date_of_birth": date(1880, 1, 1), "status": "left", "died_on": date(1950, 1, 1)},
        ],
    ),
    "died_before_birth": (
        [{"date_of_birth": BORN, "died_on": date(1980, 5, 3)}],
        [{"date_of_birth": BORN, "died_on": BORN}, {"date_of_birth": BORN, "died_on": None}],
    ),
    "died_in_future": ([{"died_on": AHEAD}], [{"died_on": date(2026, 10, 1)}, {"died_on": None}]),
    "registered_before_birth": (
        [{"date_of_birth": BORN, "registered_on": date(1979, 1, 1)}],
        [{"date_of_birth": BORN, "registered_on": BORN}],
    ),
    "left_before_registered": (
        [{"registered_on": BORN, "left_on": date(1980, 5, 3)}],
        [{"registered_on": BORN, "left_on": BORN}, {"registered_on": None, "left_on": BORN}],
    ),
    "dead_but_registered": (
        [{"status": "registered", "died_on": BORN}],
        [{"status": "deceased", "died_on": BORN}, {"status": "registered", "died_on": None}],
    ),
}


def numbered(rows, start=0):
    return [{"patient_id": f"{n}", **row} for n, row in enumerate(rows, start)]


@pytest.mark.parametrize("check", PATIENT_DATES)
def test_dates_of_patients(run_check, check):
    """Those that cannot be are found, with the dates in question; those on the limit are not."""
    wrong, right = PATIENT_DATES[check]
    patients = numbered(wrong) + numbered(right, 100)
    finding = run_check(check, patients=patients)
    assert finding.rows["patient_id"].to_list() == [row["patient_id"] for row in numbered(wrong)]
    days = [name for name in wrong[0] if name != "status" and name in finding.rows.columns]
    assert days
    assert run_check(check, patients=numbered(right)).state == "none"


@pytest.mark.parametrize("check", PATIENT_DATES)
def test_dates_that_the_export_does_not_have(run_check, check):
    """A missing date is not assumed to be right."""
    finding = run_check(check, patients=[{"patient_id": "1"}])
    assert finding.state == "cannot be told"
    assert finding.why.startswith("The index has no column ")


@pytest.mark.parametrize("kind", usually(["emis", "systmone", "vision"], "emis"))
def test_an_extract_whose_status_comes_from_the_dates_cannot_contradict_them(tmp_path, kind):
    """In the systems' own extracts the state is "cannot be told", not "none"."""
    assert main(["synthesise", "--patients", "40", "--as", kind, "--out", str(tmp_path / "x")]) == 0
    index = build_index([tmp_path / "x"], tmp_path / "index")
    findings = {finding.id: finding for finding in run_checks(index, index.manifest.as_at)}
    assert findings["dead_but_registered"].state == "cannot be told"
    assert findings["died_before_birth"].state == "none"


def test_a_birth_known_by_its_year_is_compared_by_year(run_check):
    """Somebody born "1980" who was registered in March 1980 is not an error."""
    patients = [
        {"patient_id": f"{n}", "date_of_birth": BORN, "date_of_birth_precision": precision,
         "registered_on": day}
        for n, (precision, day) in enumerate(
            [("year", date(1980, 3, 1)), ("month", date(1980, 5, 1)), ("unknown", date(1970, 1, 1)),
             ("year", date(1979, 3, 1)), ("month", date(1980, 4, 30)), (None, date(1980, 5, 3))]
        )
    ]  # fmt: skip
    finding = run_check("registered_before_birth", patients=patients)
    assert finding.rows["patient_id"].to_list() == ["3", "4", "5"]


PATIENTS = [{"patient_id": "1", "date_of_birth": BORN}, {"patient_id": "2", "date_of_birth": None}]


def event(event_id, day, **more):
    return {"patient_id": "1", "event_id": event_id, "date": day, "date_precision": None,
            "term": "Term", **more}  # fmt: skip


def test_entries_before_birth_in_all_tables_that_have_dates(run_check):
    """Findings name table and row. Family history and roughly known dates are not reported."""
    early = date(1980, 1, 1)
    finding = run_check(
        "entries_before_birth",
        patients=PATIENTS,
        events=[
            event("a", early, kind="observation"),
            event("b", early, kind="family_history"),
            event("c", early, kind="observation", date_precision="year"),
            event("d", early, kind="observation", date_precision="unknown"),
            event("e", None, kind="observation"),
            event("f", date(1979, 6, 1), kind=None, date_precision="year"),
            event("g", BORN, kind="observation"),
            {**event("h", early, kind="observation"), "patient_id": "2"},
        ],
        medications=[
            {"patient_id": "1", "medication_id": "m", "drug": "Drug", "started_on": early}
        ],
        documents=[{"patient_id": "1", "document_id": "d", "title": "Letter", "date": early}],
    )
    assert finding.rows.rows() == [
        ("1", "events", "f", date(1979, 6, 1), BORN, "Term"),
        ("1", "documents", "d", early, BORN, "Letter"),
        ("1", "events", "a", early, BORN, "Term"),
        ("1", "medications", "m", early, BORN, "Drug"),
    ]
    assert finding.why == (
        "Not checked, as the index does not have them or their dates: appointments, referrals."
    )


def test_entries_in_the_future(run_check):
    """A year that is not over is not the future; drugs and appointments may be in the future."""
    finding = run_check(
        "entries_in_future",
        patients=PATIENTS,
        events=[
            event("a", AHEAD),
            event("b", date(2026, 12, 1), date_precision="year"),
            event("c", date(2027, 1, 1), date_precision="year"),
            event("d", date(2026, 10, 1)),
        ],
        medications=[{"patient_id": "1", "medication_id": "m", "started_on": AHEAD}],
        referrals=[{"patient_id": "1", "referral_id": "r", "date": AHEAD}],
    )
    assert finding.rows.select("table", "row_id", "entry").rows() == [
        ("events", "a", "Term"),
        ("referrals", "r", None),
        ("events", "c", "Term"),
    ]


def test_what_ended_before_it_began(run_check):
    """In whichever table has both days."""
    finding = run_check(
        "ended_before_started",
        patients=PATIENTS,
        events=[event("a", BORN, ended_on=date(1980, 5, 3)), event("b", BORN, ended_on=BORN)],
        medications=[
            {"patient_id": "1", "medication_id": "m", "started_on": BORN, "ended_on": None}
        ],
        addresses=[
            {"patient_id": "1", "address_id": "x", "since": BORN, "until": date(1970, 1, 1)}
        ],
    )
    assert finding.rows.select("table", "row_id", "date", "ended").rows() == [
        ("addresses", "x", BORN, date(1970, 1, 1)),
        ("events", "a", BORN, date(1980, 5, 3)),
    ]
    assert "referrals, relationships" in finding.why


@pytest.mark.parametrize(
    "check", ["entries_before_birth", "entries_in_future", "ended_before_started"]
)
def test_an_index_of_patients_alone_says_nothing_about_entries(run_check, check):
    assert run_check(check, patients=PATIENTS).why == "The index has no table events."


def test_a_check_that_finds_nothing_says_which_tables_it_left_out(run_check):
    """None, but only among the tables that the index has."""
    finding = run_check("entries_in_future", patients=PATIENTS, events=[event("a", BORN)])
    assert finding.state == "none"
    assert "documents, referrals" in finding.why
