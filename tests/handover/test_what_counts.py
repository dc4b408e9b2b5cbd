"""What was refused, in error, suspected, of the family or dated later counts in no figure."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordpick.criteria.conditions import Condition, text_of
from recordpick.criteria.load import read_pack
from recordpick.criteria.pack import Criterion, Pack
from recordpick.errors import UserError
from recordpick.index.practice_index import PracticeIndex
from recordpick.matching import match
from recordpick.matching.rules import satisfied
from recordpick.reports.period import qof_year
from recordpick.reports.qof import read_qof_table, shipped_qof_table
from recordpick.reports.rules import (
    ReportIndex,
    answer_rules,
    qof_figures,
    target_figures,
)
from recordpick.reports.targets import target_table
from recordpick.reports.what_counts import FLAGS, shipped_report_rules
from recordpick.resources import general_practice_pack

from small_practice import small_index

AS_AT = date(2026, 10, 1)
PACK = read_pack(general_practice_pack())
RULES = read_pack(shipped_report_rules())
Written = Callable[..., PracticeIndex]
Row = Mapping[str, Any]

REFUSED = [
    *("Refused; Parent declined", "REFUSED", "Refusal to start or complete course", "Declined"),
    *("Advised", "Not given", "Given in error", "Entered in error", "Cancelled", "Contraindicated"),
    *("Contra-indicated: egg allergy", "Did not attend", "DNA", "Consent given", "Consent refused"),
    *("Invitation", "Advice given", "Postponed", "Deferred: unwell", "Withheld", "Not done"),
    *("Unsuitable", "Not indicated", "Offered", "Recommended", "Indicated"),
    *("Given advice, declined", "Given: contraindicated, entered in error"),
]
"""Statuses of a vaccine that was not given, as systems and people write them."""
GIVEN = [
    None,
    "Given",
    "Given elsewhere",
    "Batch AB123",
    "left deltoid",
    "2",
    "Booster",
    "Completed",
    "Given, paracetamol too",
]
GIVEN_BY_STATUS = ["Given, advised paracetamol", "Given; consent of the mother"]
"""Statuses of a vaccine that was given, which as a term would not say so for certain."""
BABY, TODDLER, CHILD = date(2026, 1, 10), date(2024, 12, 10), date(2021, 3, 10)
OLD = date(1946, 4, 10)


def _patient(patient_id: str, born: date = date(1960, 1, 1), **more: Any) -> Row:
    usual = {"status": "registered", "registration": "regular", "sex": "F"}
    usual |= {"registered_on": date(2000, 1, 1)}
    return {"patient_id": patient_id, "date_of_birth": born} | usual | more


def _event(patient_id: str, code: str, on: date | None, **more: Any) -> Row:
    usual = {
        "patient_id": patient_id,
        "event_id": f"{patient_id} {code} {on} {sorted(map(str, more.values()))}",
        "code": code,
        "date": on,
        "kind": "observation",
        "term": None,
        "value": None,
        "value_text": None,
    }
    return usual | more


def _targets(index: PracticeIndex) -> dict[tuple[str, ...], float | None]:
    found = target_figures(target_table(), answer_rules(index, AS_AT))
    return {name: figure.value for name, figure in found.items()}


def _qof(index: PracticeIndex) -> dict[tuple[str, ...], float | None]:
    table = read_qof_table(shipped_qof_table())
    found = qof_figures(table, answer_rules(index, AS_AT))
    return {name: figure.value for name, figure in found.items()}


def _flags(index: PracticeIndex, pack: Pack = RULES) -> dict[str, tuple[bool, ...]]:
    entries = ReportIndex.of(index, pack, AS_AT).scan("entries").select("event_id", *FLAGS)
    return {row[0]: row[1:] for row in entries.collect().iter_rows()}


# One definition


def _criterion(pack: Pack, criterion_id: str) -> Criterion:
    return next(one for one in pack.criteria if one.id == criterion_id)


def _wheres(criterion: Criterion) -> list[str]:
    return [text_of(rule.where) or "" for step in criterion.steps for rule in step.rules]


def _words(texts: Iterable[str], column: str) -> set[str]:
    """The patterns that a column is looked at for."""
    found = "\n".join(texts)
    lowered = re.findall(rf"LOWER\({column}\) LIKE '([^']*)'", found)
    return {*lowered, *re.findall(rf"(?<!\w){column} LIKE '([^']*)'", found)}


@pytest.mark.parametrize(
    ("flag", "criterion_id", "rule", "column"),
    [
        ("is_given", "PRE-01", 1, "value_text"),
        ("is_given", "PRE-01", 1, "term"),
        ("is_done", "PRE-03", 0, "term"),
        ("is_done", "PRE-03", 2, "term"),
        ("is_done", "PRE-03", 0, "value_text"),
        ("is_done", "PRE-03", 2, "value_text"),
        ("is_diagnosed", "PRE-04", 0, "term"),
        ("is_diagnosed", "WRK-08", 0, "term"),
        ("is_valid", "WRK-08", 1, "term"),
    ],
)
def test_criteria_and_reports_go_by_the_same_words(
    flag: str, criterion_id: str, rule: int, column: str
) -> None:
    """A dose that a criterion leaves out is in no report's figure either, and the other way."""
    defined = _words(_wheres(_criterion(RULES, f"entries.{flag}")), column)
    assert defined
    assert _words([_wheres(_criterion(PACK, criterion_id))[rule]], column) == defined


def test_a_vaccine_that_is_found_as_refused_is_never_one_that_is_given() -> None:
    """Each word of PRE-02 is, or holds, one that keeps a dose out of PRE-01."""
    for column in ("value_text", "term"):
        given = [word.strip("%") for word in _words(_wheres(_criterion(PACK, "PRE-01")), column)]
        refused = _words(_wheres(_criterion(PACK, "PRE-02")), column)
        assert refused
        assert all(any(one in word for one in given) for word in refused)


def test_homes_are_those_of_the_criterion() -> None:
    """The capitation report and DEM-13 count the same people."""
    ours, theirs = (
        [(rule.table, text_of(rule.where), rule.codes) for step in one.steps for rule in step.rules]
        for one in (_criterion(RULES, "capitation.in_home"), _criterion(PACK, "DEM-13"))
    )
    assert ours == theirs
    assert RULES.codelists["care_home"].codes == PACK.codelists["care_home"].codes


def test_the_terms_of_the_codelists_do_not_speak_against_themselves(written: Written) -> None:
    """Smoking cessation advice is advice, and counts; No cervix begins with no, and counts."""
    asked = {
        (rule.codes, flag)
        for criterion in RULES.criteria
        for step in criterion.steps
        for rule in step.rules
        for flag in FLAGS
        if rule.codes and rule.table == "entries" and flag in (text_of(rule.where) or "")
    }
    rows = [
        (codes, flag, code, term)
        for codes, flag in asked
        if flag != "is_refused"
        for code, term in RULES.codelists[codes].terms.items()
    ]
    assert len(rows) > 50
    index = written(
        patients=[_patient("1")],
        events=[
            _event("1", code, AS_AT, term=term, event_id=f"{codes} {flag} {code}")
            for codes, flag, code, term in rows
        ],
    )
    flags = _flags(index)
    wrong = [row for row in rows if not flags[" ".join(row[:3])][FLAGS.index(row[1])]]
    assert wrong == []


# Vaccines


def _doses(who: str, born: date, **more: Any) -> list[Row]:
    """Every dose that VI001 to VI004 ask for, each in time."""
    after = {
        "X-0301": 60, "X-0304": 90, "X-0307": 120, "X-0310": 400, "X-0314": 1200, "X-0313": 1201,
        "X-0334": 26500,
    }  # fmt: skip
    days = {code: born + timedelta(days=days) for code, days in after.items()}
    return [
        _event(who, code, day, kind="immunisation", **more)
        for code, day in days.items()
        if day <= AS_AT
    ]


AGES = {"VI001": BABY, "VI002": TODDLER, "VI003": CHILD, "VI004": OLD}


@pytest.mark.parametrize("column", ["value_text", "term"])
def test_a_vaccine_that_was_not_given_counts_in_no_indicator(written: Written, column: str) -> None:
    """VI001 to VI004, in the target and the QOF report, whatever word the status has for it."""
    said: dict[str, Row] = {"given": {}} | {status: {column: status} for status in REFUSED}
    index = written(
        patients=[_patient(f"{who} {name}", born) for name, born in AGES.items() for who in said],
        events=[
            row
            for name, born in AGES.items()
            for who, more in said.items()
            for row in _doses(f"{who} {name}", born, **more)
        ],
    )
    rules = answer_rules(index, AS_AT)
    targets = target_figures(target_table(), rules)
    qof = qof_figures(read_qof_table(shipped_qof_table()), rules)
    for name in ("VI001", "VI002", "VI003"):
        assert targets[name, "eligible"].value == len(said)
        assert targets[name, "immunised"].value == 1
        assert targets[name, "not_immunised"].value == len(REFUSED)
        assert rules.of(f"{name}.immunised").patients is not None
    for name in AGES:
        assert (qof[name, "denominator"].value, qof[name, "numerator"].value) == (len(said), 1)


def test_other_statuses_are_of_vaccines_that_were_given(written: Written) -> None:
    """What was given stays given where its status goes on with advice or a consent."""
    statuses = [*GIVEN, *GIVEN_BY_STATUS]
    names = [str(status) for status in statuses]
    index = written(
        patients=[_patient(name, BABY) for name in names],
        events=[
            row
            for name, status in zip(names, statuses, strict=True)
            for row in _doses(
                name, BABY, value_text=status, term=status if status in GIVEN else None
            )
        ],
    )
    assert _targets(index)["VI001", "immunised"] == len(statuses)


def test_where_every_dose_was_refused_nobody_is_immunised_and_it_is_said_who_declined(
    written: Written,
) -> None:
    """Not an empty figure: the codes are there, and each says that it was refused."""
    index = written(
        patients=[_patient("1", BABY)],
        events=[
            *_doses("1", BABY, value_text="Refused"),
            _event("none", "X-0345", AS_AT, kind="immunisation"),
        ],
    )
    targets = _targets(index)
    assert (targets["VI001", "immunised"], targets["VI001", "declined"]) == (0, 1)


def test_without_a_column_for_the_status_the_doses_count_as_they_are(written: Written) -> None:
    """What an index does not have is held against no entry."""
    columns = ("patient_id", "event_id", "code", "date", "kind")
    rows = [{name: row[name] for name in columns} for row in _doses("1", BABY)]
    index = written(patients=[_patient("1", BABY)], events=rows)
    assert _targets(index)["VI001", "immunised"] == 1


def _reached(born: date, months: int) -> date:
    """The day on which an age is reached: the month's last day where it has no such day."""
    place = born.year * 12 + born.month - 1 + months
    year, month = divmod(place, 12)
    after = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(born.day, (after - timedelta(days=1)).day))


@given(st.dates(date(2019, 8, 1), date(2024, 3, 31)), st.sampled_from([8, 18, 60]))
def test_who_reaches_an_age_in_time_by_one_rule(born: date, months: int) -> None:
    """Eligible from the day on which the age is reached, for 12 months; a dose counts before it.

    Also for those born on the last days of a month, which other months do not have.
    """
    name, code = {8: ("VI001", "X-0301"), 18: ("VI002", "X-0310"), 60: ("VI003", "X-0313")}[months]
    day = _reached(born, months)
    eligible = next(
        rule.where for step in _criterion(RULES, f"{name}.eligible").steps for rule in step.rules
    )
    immunised = _criterion(RULES, f"{name}.immunised").steps[0].rules[0].where
    assert eligible
    assert immunised

    def held(where: Condition, as_at: date, **cells: Any) -> bool:
        return pl.DataFrame([cells]).select(satisfied(where, as_at)).item()

    for as_at, so in ((day - timedelta(days=1), False), (day, True)):
        assert held(eligible, as_at, date_of_birth=born) is so
    a_year_on = _reached(day, 12)
    last, after = a_year_on - timedelta(days=1), a_year_on + timedelta(days=1)
    assert held(eligible, last, date_of_birth=born)
    assert not held(eligible, after, date_of_birth=born)
    for on, so in ((day - timedelta(days=1), True), (day, False)):
        entry = {"date": on, "born_on": born, "is_given": True, "code": code}
        assert held(immunised, day, **entry) is so


# Diagnoses, reviews, results

NOT_DIAGNOSED: list[Row] = [
    {"kind": "family_history"},
    {"term": "Family history of hypertension"},
    {"term": "FH: Hypertension"},
    {"term": "Suspected hypertension"},
    {"term": "?Hypertension"},
    {"term": "Hypertension ?"},
    {"term": "Query hypertension"},
    {"term": "Possible hypertension"},
    {"term": "No evidence of hypertension"},
    {"term": "Hypertension excluded"},
    {"term": "Hypertension ruled out"},
    {"term": "History of hypertension"},
    {"term": "H/O: hypertension"},
    {"term": "Hypertension resolved"},
    {"term": "Not hypertensive"},
    {"value_text": "Suspected"},
    {"value_text": "Entered in error"},
    {"term": "Essential hypertension", "value_text": "Cancelled"},
    {"date": AS_AT + timedelta(days=1)},
]
DIAGNOSED: list[Row] = [
    {"term": "Essential hypertension"},
    {"term": "Alzheimer?s disease"},  # a letter that was lost, no doubt
    {"date": AS_AT},
    {"date": None},
    {"kind": "problem", "value_text": "stage 1"},
]


def test_only_a_diagnosis_of_the_patients_own_puts_on_a_register(written: Written) -> None:
    rows = {f"no {n}": row for n, row in enumerate(NOT_DIAGNOSED)}
    rows |= {f"yes {n}": row for n, row in enumerate(DIAGNOSED)}
    index = written(
        patients=[_patient(name) for name in rows],
        events=[
            _event(name, "59621000", row.get("date", date(2015, 1, 1)), **{
                column: cell for column, cell in row.items() if column != "date"
            })
            for name, row in rows.items()
        ],
    )  # fmt: skip
    on = answer_rules(index, AS_AT).of("HYP.register").patients
    assert on is not None
    assert sorted(on) == sorted(name for name in rows if name.startswith("yes"))


@pytest.mark.parametrize(
    ("rule", "code", "value"),
    [
        ("DEM004.numerator", "X-2207", None),
        ("BP002.numerator", "271649006", 130.0),
        ("SMOK004.numerator", "X-0451", None),
        ("SMOK002.numerator", "77176002", None),
        ("CS005.in_date", "X-0401", None),
        ("CS005.unsuitable", "X-0407", None),
        ("AF008.denominator", "X-2209", 3.0),
    ],
)
def test_what_was_declined_missed_cancelled_or_in_error_is_not_done(
    written: Written, rule: str, code: str, value: float | None
) -> None:
    on = date(2026, 5, 1)
    said: dict[str, Row] = {
        "done": {},
        "declined": {"value_text": "Declined"},
        "in term": {"term": "Review declined"},
        "missed": {"value_text": "Did not attend"},
        "error": {"value_text": "Entered in error"},
        "cancelled": {"term": "Cancelled"},
        "of mother": {"kind": "family_history"},
    }
    index = written(
        patients=[_patient(name, date(1990, 1, 1)) for name in (*said, "later")],
        events=[
            *(_event(name, code, on, value=value, **row) for name, row in said.items()),
            _event("later", code, AS_AT + timedelta(days=1), value=value),
        ],
    )
    found = answer_rules(index, AS_AT).of(rule).patients
    assert found is not None
    assert list(found) == ["done"]


def test_an_adjustment_in_error_leaves_nobody_out(written: Written) -> None:
    index = written(
        patients=[_patient("1"), _patient("2")],
        events=[
            *(_event(name, "13645005", date(2015, 1, 1)) for name in ("1", "2")),
            _event("1", "X-0442", AS_AT, term="Review not suitable for patient"),
            _event("2", "X-0442", AS_AT, value_text="Entered in error"),
        ],
    )
    found = answer_rules(index, AS_AT).of("COPD010.personalised_care_adjustments").patients
    assert found is not None
    assert list(found) == ["1"]


def test_a_value_in_error_is_not_the_newest(written: Written) -> None:
    index = written(
        patients=[_patient("1")],
        events=[
            _event("1", "X-2141", date(2026, 5, 1), value=50.0),
            _event("1", "X-2141", date(2026, 6, 1), value=90.0, value_text="in error"),
        ],
    )
    found = answer_rules(index, AS_AT).of("DM020.numerator").patients
    assert found is not None
    assert list(found) == ["1"]


SMOKER, EX_SMOKER, NEVER = "77176002", "8517006", "266919005"


def test_the_latest_status_decides_who_smokes(written: Written) -> None:
    """Who gave up is no smoker, however lately the smoking was; who takes it up again is."""
    statuses = {
        "smoker": [(SMOKER, date(2025, 5, 1))],
        "gave up": [(SMOKER, date(2025, 5, 1)), (EX_SMOKER, date(2025, 9, 1))],
        "again": [(EX_SMOKER, date(2025, 5, 1)), (SMOKER, date(2025, 9, 1))],
        "long ago": [(SMOKER, date(2024, 10, 1))],
        "just": [(SMOKER, date(2024, 10, 2))],
        "to come": [(SMOKER, date(2025, 5, 1)), (NEVER, date(2026, 10, 2))],
    }
    index = written(
        patients=[_patient(name) for name in statuses],
        events=[_event(name, *one) for name, several in statuses.items() for one in several],
    )
    found = answer_rules(index, AS_AT).of("SMOK004.register").patients
    assert found is not None
    assert sorted(found) == ["again", "just", "smoker", "to come"]


# Definitions of one's own


def _own(tmp_path: Path, change: Callable[[str], str]) -> Path:
    shutil.copytree(shipped_report_rules().parent / "codelists", tmp_path / "codelists")
    path = tmp_path / "own.toml"
    path.write_text(change(shipped_report_rules().read_text(encoding="utf-8")), encoding="utf-8")
    return path


def test_rules_without_definitions_are_counted_by_those_that_ship(
    written: Written, tmp_path: Path
) -> None:
    def without(text: str) -> str:
        start = text.index('[[criterion]]\nid = "entries.is_given"')
        end = text.index('[[criterion]]\nid = "capitation.in_home"')
        return text[:start] + text[end:]

    own = read_pack(_own(tmp_path, without))
    assert not [one for one in own.criteria if one.id.startswith("entries.")]
    index = written(
        patients=[_patient("1")],
        events=[_event("1", "X-0301", AS_AT, event_id=word, value_text=word) for word in REFUSED],
    )
    assert _flags(index, own) == _flags(index)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            'id = "entries.is_given"',
            'id = "entries.is_real"',
            "what counts can be defined for is_given",
        ),
        (
            'table = "events", where = "date IS',
            'table = "patients", where = "age IS',
            "nothing else",
        ),
    ],
)
def test_a_definition_that_cannot_be_used_is_refused(
    written: Written, tmp_path: Path, old: str, new: str, said: str
) -> None:
    def changed(text: str) -> str:
        return text.replace(old, new, 1).replace("age IS NULL OR date <= :as_at", "age IS NULL")

    own = _own(tmp_path, changed)
    index = written(patients=[_patient("1")], events=[_event("1", "X-0301", AS_AT)])
    with pytest.raises(UserError, match=said):
        answer_rules(index, AS_AT, own)


# The criteria


def test_a_dose_that_was_not_given_leaves_the_schedule_unfinished() -> None:
    """PRE-01 asks for all 14 doses of its codelist; 13 given and one refused are not all."""
    codes = PACK.codelists["childhood_immunisations"].codes[:14]
    assert _criterion(PACK, "PRE-01").steps[1].rules[0].at_least == len(codes) == 14
    said: dict[str, Row] = {"all": {}, "one less": {"code": None}}
    for status in REFUSED:
        said |= {f"status {status}": {"value_text": status}, f"term {status}": {"term": status}}
    index = small_index(
        patients=[_patient(name, date(2015, 1, 1), age=11) for name in said],
        events=[
            dict(_event(name, code, date(2020, 1, 1))) | (more if code == codes[-1] else {})
            for name, more in said.items()
            for code in codes
        ],
    )
    assert match(PACK, index, AS_AT).patients("PRE-01").to_list() == ["all"]


def test_the_qof_year_begins_on_1_april() -> None:
    assert [qof_year(day) for day in (date(2026, 3, 31), date(2026, 4, 1), date(2099, 12, 31))] == [
        "2025/26",
        "2026/27",
        "2099/00",
    ]
