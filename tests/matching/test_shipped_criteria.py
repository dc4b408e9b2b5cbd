"""Criteria of the shipped pack, held against what they say, over extracts written by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from recordpick.criteria.load import read_pack
from recordpick.matching import match
from recordpick.resources import general_practice_pack

from emis_extracts import indexed
from small_practice import small_index
from systmone_extracts import patient, row, write_extract, write_table

DOSES = [f"X-03{number:02d}" for number in range(1, 15)]


def test_who_is_on_a_register_or_refused_vaccines_is_found_and_nobody_else(tmp_path: Path) -> None:
    """SystmOne tells refusals by a status, and those at risk by registers without codes.

    A child who refused every dose has no full schedule; a baby born after the as-at date is none
    under 8 weeks.
    """
    extract = write_extract(
        tmp_path / "extract",
        SRPatient=[
            patient(1, DateBirth="01 Jan 2018 00:00"),
            patient(2, DateBirth="01 Jan 2018 00:00"),
            patient(3, DateBirth="06 Aug 2026 00:00"),  # 56 days: 8 weeks old
            patient(4, DateBirth="07 Aug 2026 00:00"),
            patient(5, DateBirth="02 Oct 2026 00:00"),  # the day after the as-at date
            patient(6, DateBirth="01 Oct 1926 00:00"),
            patient(7, DateBirth="02 Oct 1926 00:00"),
        ],
        SRPatientRegistration=[
            row(
                90 + number,
                number,
                DateRegistration="01 Jan 2018 00:00:00",
                DateDeRegistration="",
                RegistrationStatus="GMS",
            )
            for number in range(1, 8)
        ],
        SRProblem=[],
        SRImmunisation=[
            row(100 * of + number, of, ImmsSNOMEDCode=dose, VaccinationStatus=status)
            for of, status in ((1, "Given"), (2, "Refused"))
            for number, dose in enumerate(DOSES)
        ],
        SRChildAtRisk=[row(41, 2, DateAdded="01 Jan 2020 00:00:00", ChildProtectionPlan="TRUE")],
        SRPersonAtRisk=[row(42, 6, DateAdded="01 Jan 2020 00:00:00", ProtectionPlan="FALSE")],
    )
    index = indexed(extract)
    found = match(read_pack(general_practice_pack()), index, index.manifest.as_at)
    assert str(found.as_at) == "2026-10-01"
    assert {name: found.patients(name).to_list() for name in WANTED} == WANTED


WANTED = {
    "PRE-01": ["1"],
    "PRE-02": ["2"],
    "WRK-05": ["2", "6"],
    "DEM-07": ["4", "6"],
}


def test_a_number_that_cannot_be_right_is_not_silently_no_number(tmp_path: Path) -> None:
    """The patient has one in the clinical system: whoever reads "no NHS number" must be warned."""
    for number, cautioned in (("9434765918", True), ("9434765919", False)):
        folder = tmp_path / number
        write_extract(folder, SRPatient=[patient(1, NHSNumber=number), patient(2, NHSNumber="")])
        write_table(folder, "SRPatientRegistration", REGISTERED)
        index = indexed(folder)
        answer = match(read_pack(general_practice_pack()), index, index.manifest.as_at)
        cautions = " ".join(answer.answers["DEM-03"].cautions)
        assert ("1 NHS number that cannot be right was left empty" in cautions) is cautioned
        assert "2" in answer.patients("DEM-03").to_list()


REGISTERED = [
    row(
        90 + number,
        number,
        DateRegistration="01 Jan 2018 00:00:00",
        DateDeRegistration="",
        RegistrationStatus="GMS",
    )
    for number in (1, 2)
]


# The boundaries of time, and what says of itself that it did not happen

AS_AT = date(2026, 10, 1)
BEFORE, AFTER = AS_AT - timedelta(days=1), AS_AT + timedelta(days=1)
Row = Mapping[str, Any]


def _event(who: str, code: str, on: date | None = AS_AT, **more: Any) -> Row:
    usual = {"patient_id": who, "event_id": f"{who} {code} {on}", "date": on, "code": code}
    said: Row = {"kind": "other", "term": None, "value_text": None, "text": None}
    return usual | dict(said) | more


def _meeting(criterion_id: str, patients: Sequence[Row] = (), **tables: Sequence[Row]) -> list[str]:
    """Who meets a criterion of the pack that ships, among those whose rows are given."""
    rows: dict[str, Row] = {
        str(row["patient_id"]): {"patient_id": row["patient_id"]}
        for several in tables.values()
        for row in several
    }
    rows |= {str(row["patient_id"]): row for row in patients}
    usual = {"status": "registered", "age": 40, "died_on": None, "date_of_birth": None}
    index = small_index(patients=[usual | dict(row) for row in rows.values()], **tables)
    found = match(PACK, index, AS_AT)
    assert found.answers[criterion_id].answered, found.answers[criterion_id].why_not
    return sorted(found.patients(criterion_id))


PACK = read_pack(general_practice_pack())
DAYS: dict[str, date | None] = {
    "before": BEFORE, "today": AS_AT, "after": AFTER, "undated": None,
}  # fmt: skip


def test_recalls_due_today_are_neither_overdue_nor_in_the_future() -> None:
    """WRK-01: one before the as-at date and one after it, both open."""
    due = {
        "both": (BEFORE, AFTER),
        "overdue and today": (BEFORE, AS_AT),
        "today and future": (AS_AT, AFTER),
        "future only": (AFTER, AFTER),
    }
    closed: dict[str, Row] = {
        "cancelled": {"status": "cancelled"},
        "done": {"status": "done", "is_complete": True},
    }

    def recall(who: str, on: date, **more: Any) -> Row:
        usual = {"patient_id": who, "recall_id": f"{who} {on}", "date": on}
        return usual | {"status": "pending", "is_complete": False} | more

    rows = [recall(who, on) for who, days in due.items() for on in days]
    for who, more in closed.items():
        rows += [recall(who, BEFORE), recall(who, AFTER, **more)]
    assert _meeting("WRK-01", recalls=rows) == ["both"]


def test_an_appointment_today_is_not_in_the_future_and_may_have_been_missed() -> None:
    """WRK-02: booked after the as-at date, and one not attended on it or before."""
    days = {
        "yesterday": (AFTER, BEFORE),
        "missed today": (AFTER, AS_AT),
        "booked today": (AS_AT, BEFORE),
        "missed tomorrow": (AFTER, AFTER),
    }
    rows = [
        {"patient_id": who, "appointment_id": f"{who} {n}", "date": on, "status": status}
        for who, several in days.items()
        for n, (on, status) in enumerate(zip(several, ("booked", "did_not_attend"), strict=True))
    ]
    cancelled = [dict(row) | {"patient_id": "cancelled"} for row in rows[:2]]
    cancelled[0]["status"] = "cancelled"
    assert _meeting("WRK-02", appointments=[*rows, *cancelled]) == ["missed today", "yesterday"]


@pytest.mark.parametrize(
    ("criterion_id", "first", "years", "beside"),
    [("PRE-04", "77386006", 2, ()), ("WRK-08", "X-0441", 1, ("59621000",))],
)
def test_the_last_year_or_two_end_with_the_as_at_date(
    criterion_id: str, first: str, years: int, beside: Sequence[str]
) -> None:
    """The same day so many years ago is out, the day after it in; today in, tomorrow out."""
    ago = AS_AT.replace(year=AS_AT.year - years)
    days = DAYS | {"just out": ago, "just in": ago + timedelta(days=1)}
    rows = [_event(who, code, on) for who, on in days.items() for code in (first,)]
    rows += [_event(who, code, ago) for who in days for code in beside]
    assert _meeting(criterion_id, events=rows) == ["before", "just in", "today"]


@pytest.mark.parametrize(
    ("criterion_id", "code", "beside"),
    [
        ("PRE-03", "X-0401", ()),
        ("PRE-03", "X-0407", ()),
        ("WRK-08", "59621000", ("X-0441",)),
        ("DEM-13", "160734000", ()),
    ],
)
def test_what_is_dated_after_the_as_at_date_is_not_so_yet(
    criterion_id: str, code: str, beside: Sequence[str]
) -> None:
    rows = [_event(who, code, on) for who, on in DAYS.items()]
    rows += [_event(who, other, AS_AT) for who in DAYS for other in beside]
    assert _meeting(criterion_id, events=rows) == ["before", "today", "undated"]


def test_doses_dated_after_the_as_at_date_are_not_given_yet() -> None:
    rows = [
        _event(who, code, on if code == DOSES[-1] else BEFORE)
        for who, on in DAYS.items()
        for code in DOSES
    ]
    patients = [{"patient_id": who, "age": 5} for who in DAYS]
    assert _meeting("PRE-01", patients, events=rows) == ["before", "today", "undated"]


def test_who_dies_after_the_as_at_date_is_not_deceased_on_it() -> None:
    patients = [{"patient_id": who, "died_on": on} for who, on in DAYS.items()]
    patients.append({"patient_id": "by status", "status": "deceased", "died_on": None})
    assert _meeting("DEM-08", patients) == ["before", "by status", "today"]


def test_what_is_only_to_be_on_the_record_counts_whatever_its_date() -> None:
    """It has to arrive in the new system, whatever its date."""
    for criterion_id, code, more in (
        ("ALL-01", "91936005", {"text": "rash"}),
        ("ALL-02", "300916003", {}),
        ("WRK-05", "X-0421", {}),
        ("WRK-07", "X-0431", {}),
    ):
        rows = [_event(who, code, on, **more) for who, on in DAYS.items()]
        assert _meeting(criterion_id, events=rows) == sorted(DAYS)


NOT_SO: dict[str, Sequence[Row]] = {
    "ALL-01": [
        {"kind": "family_history"},
        {"term": "Family history of penicillin allergy"},
        {"term": "No known allergy to penicillin"},
        {"term": "No evidence of allergy to penicillin"},
        {"value_text": "Entered in error"},
        {"value_text": "Excluded by the clinic"},
    ],
    "ALL-02": [{"kind": "family_history"}, {"term": "Not allergic to latex"}],
    "PRE-03": [
        {"term": "Cervical screening test declined"},
        {"term": "Cervical screening: did not attend"},
        {"term": "Cervical screening test cancelled"},
        {"term": "Cervical screening test inadequate"},
    ],
    "PRE-04": [
        {"term": "Not pregnant"},
        {"term": "?Pregnant"},
        {"term": "Suspected pregnancy"},
        {"term": "Pregnancy excluded"},
        {"term": "Family history of pregnancy loss"},
    ],
    "DEM-13": [{"term": "No longer lives in a nursing home"}, {"term": "Entered in error"}],
    "WRK-08": [
        {"kind": "family_history"},
        {"term": "FH: Hypertension"},
        {"term": "Suspected hypertension"},
        {"term": "Hypertension resolved"},
        {"term": "H/O: hypertension"},
        {"term": "No evidence of hypertension"},
    ],
}
CODES = {
    "ALL-01": "91936005", "ALL-02": "300916003", "PRE-03": "X-0401", "PRE-04": "77386006",
    "DEM-13": "160734000", "WRK-08": "59621000",
}  # fmt: skip


@pytest.mark.parametrize("criterion_id", NOT_SO)
def test_an_entry_that_says_it_is_not_so_meets_no_criterion(criterion_id: str) -> None:
    """Declined, of the family, suspected, excluded, resolved, in error; only the plain one does."""
    said: dict[str, Row] = {"plain": {}}
    said |= {str(row): row for row in NOT_SO[criterion_id]}
    rows = [
        _event(who, CODES[criterion_id], **({"text": "rash"} | dict(row)))
        for who, row in said.items()
    ]
    if criterion_id == "WRK-08":
        rows += [_event(who, "X-0442") for who in said]
    assert _meeting(criterion_id, events=rows) == ["plain"]


def test_an_adjustment_in_error_is_none() -> None:
    rows = [_event(who, "59621000", BEFORE) for who in ("plain", "error", "cancelled")]
    rows += [
        _event("plain", "X-0442", term="Review not suitable for patient"),
        _event("error", "X-0442", term="Entered in error"),
        _event("cancelled", "X-0442", term="Cancelled: review not suitable"),
    ]
    assert _meeting("WRK-08", events=rows) == ["plain"]


def test_a_vaccine_that_was_not_given_is_found_as_such_by_code_term_or_status() -> None:
    """And an invitation, an advice or an entry in error is no refusal."""
    said: dict[str, Row] = {
        "given": {},
        "status": {"value_text": "Refused; Parent declined"},
        "not given": {"value_text": "Not given"},
        "missed": {"value_text": "DNA"},
        "term": {"term": "Shingles vaccination declined"},
        "contraindicated": {"term": "Shingles vaccination contraindicated"},
        "invited": {"term": "Invitation for shingles vaccination"},
        "error": {"value_text": "Given in error"},
    }
    rows = [
        _event(who, "X-0334", **({"kind": "immunisation"} | dict(row))) for who, row in said.items()
    ]
    found = _meeting("PRE-02", events=[*rows, _event("code", "X-0341")])
    assert found == ["code", "contraindicated", "missed", "not given", "status", "term"]
