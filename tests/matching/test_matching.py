"""Who meets what: rules, codelists, groups, and what is said where the index cannot tell."""

from datetime import date

import polars as pl
import pytest

from recordpick.criteria.pack import Rule, Step
from recordpick.errors import UserError
from recordpick.matching import evidence, evidence_lines, explain, match, random_population

from small_practice import AS_AT, criterion, pack, small_index

PATIENTS = [
    {"patient_id": "1", "status": "registered", "sex": "F", "age": 80},
    {"patient_id": "2", "status": "registered", "sex": "M", "age": 30},
    {"patient_id": "3", "status": "left", "sex": "M", "age": 30},
    {"patient_id": "4", "status": "registered", "sex": None, "age": None},
]


def event(patient: str, number: int, code: str | None, on: str | None = None, **more):
    when = date.fromisoformat(on) if on else None
    return {"patient_id": patient, "event_id": f"e{number}", "code": code, "date": when, **more}


EVENTS = [
    event("1", 1, "sys", "2026-01-01", value=150.0),
    event("1", 2, "dia", "2026-01-01", value=90.0),
    event("1", 3, "sys", "2026-02-01", value=150.0),
    event("2", 4, "sys", "2026-03-01", value=120.0),
    event("2", 5, "dia", "2026-04-01", value=None),
    event("3", 6, "sys", "2026-03-01", value=200.0),
    event("2", 7, None, "2026-03-01", value=500.0),
]
LISTS = {"systolic": ["sys"], "pressure": ["sys", "dia"], "nothing": ["zzz"]}
HIGH = Rule("a high systolic", "events", "value >= 140", codes="systolic")


@pytest.fixture
def index():
    return small_index(patients=PATIENTS, events=EVENTS)


def met(rule_or_step, index, **more):
    """Who meets a criterion of this one rule."""
    made = pack(criterion(rule_or_step, **more), codelists=LISTS)
    return match(made, index, AS_AT).patients("C-1").to_list()


def test_a_rule_counts_rows_of_its_codelist_that_satisfy_its_condition(index):
    """Only rows that carry a code of the list and satisfy the condition count."""
    assert met(HIGH, index) == ["1", "3"]


def test_missing_values_satisfy_nothing(index):
    """A row without a value, or a patient without an age, is not counted."""
    assert met(Rule("any value", "events", "value > 0", codes="pressure"), index) == ["1", "2", "3"]
    assert met(Rule("grown up", where="age >= 18"), index) == ["1", "2", "3"]
    assert met(Rule("not 80", where="NOT age = 80"), index) == ["2", "3"]


def test_rows_without_a_code_are_in_no_codelist(index):
    """The entry without a code is never found through a codelist."""
    assert met(Rule("huge", "events", "value > 300", codes="systolic"), index) == []
    assert met(Rule("huge", "events", "value > 300"), index) == ["2"]


@pytest.mark.parametrize(
    ("at_least", "at_most", "expected"),
    [
        (2, None, ["1"]),
        (1, 1, ["2", "3"]),
        (0, 0, ["4"]),
        (0, 1, ["2", "3", "4"]),
    ],
)
def test_how_many_rows_a_rule_asks_for(index, at_least, at_most, expected):
    """At least, at most, none and exactly, patients without any row included."""
    rule = Rule("systolic", "events", codes="systolic", at_least=at_least, at_most=at_most)
    assert met(rule, index) == expected


def test_none_required_over_the_patient_itself(index):
    """at_most = 0 over patients means that the condition is not satisfied."""
    assert met(Rule("no woman", where="sex = 'F'", at_least=0, at_most=0), index) == ["2", "3", "4"]


def test_distinct_values_within_one_day(index):
    """A pair of readings is two different codes on one date."""
    rule = Rule("a pair", "events", codes="pressure", distinct="code", per="date", at_least=2)
    assert met(rule, index) == ["1"]
    loose = Rule("both ever", "events", codes="pressure", distinct="code", at_least=2)
    assert met(loose, index) == ["1", "2"]


def test_distinct_values_without_a_codelist(index):
    """Counting distinct values works on plain rows too, and leaves missing values out."""
    rule = Rule("two codes", "events", distinct="code", at_least=2)
    assert met(rule, index) == ["1", "2"]


def test_one_of_several_rules_is_enough(index):
    """A step with alternatives holds where any of them does."""
    step = Step((HIGH, Rule("a man", where="sex = 'M'")))
    assert met(step, index) == ["1", "2", "3"]


def test_all_steps_must_hold_and_each_tells_how_many_are_left(index):
    """The number left after each rule, and how many meet each by itself."""
    made = pack(
        criterion(HIGH, Rule("aged 75", where="age >= 75"), population="status = 'registered'"),
        codelists=LISTS,
    )
    answer = match(made, index, AS_AT).answers["C-1"]
    assert (answer.population, answer.matches) == (3, 1)
    assert [(left.holds, left.left) for left in answer.left] == [(1, 1), (1, 1)]


def test_the_population_is_the_criterions_own(index):
    """Those outside the population are not matched, whatever they have."""
    assert met(HIGH, index, population="status = 'left'") == ["3"]


def test_a_criterion_without_rules_is_not_answered(index):
    """Nobody is looked for; the reason says how to pick."""
    answer = match(pack(criterion()), index, AS_AT).answers["C-1"]
    assert not answer.answered
    assert "no rules" in answer.why_not


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        (Rule("a referral", "referrals"), "no table referrals"),
        (Rule("abnormal", "events", "is_abnormal"), "no column is_abnormal in events"),
        (Rule("shown twice", "events", distinct="unit"), "no column unit in events"),
    ],
)
def test_what_the_index_cannot_tell_is_said_and_not_answered_with_nobody(index, rule, reason):
    """A missing table or column makes a criterion unanswerable, with the reason."""
    matches = match(pack(criterion(rule), codelists=LISTS), index, AS_AT)
    answer = matches.answers["C-1"]
    assert not answer.answered
    assert reason in answer.why_not
    assert matches.patients("C-1").is_empty()


def test_an_absent_population_column_makes_the_criterion_unanswerable(index):
    """Nobody is matched when the population is not known."""
    made = pack(criterion(HIGH, population="is_sensitive"), codelists=LISTS)
    assert "is_sensitive" in match(made, index, AS_AT).answers["C-1"].why_not


def test_an_alternative_that_cannot_be_looked_at_is_a_caution(index):
    """The other alternative is answered, and what was left out is said."""
    step = Step((HIGH, Rule("a referral", "referrals")))
    matches = match(pack(criterion(step), codelists=LISTS), index, AS_AT)
    assert matches.patients("C-1").to_list() == ["1", "3"]
    assert "a referral" in matches.answers["C-1"].cautions[0]


def test_a_codelist_of_which_no_code_occurs_is_a_caution(index):
    """Nobody matches, and the likeliest reason is given with it."""
    made = pack(criterion(Rule("x", "events", codes="nothing")), codelists=LISTS)
    answer = match(made, index, AS_AT).answers["C-1"]
    assert answer.matches == 0
    assert "code system" in answer.cautions[0]


def test_a_column_of_another_kind_than_the_pack_expects_is_not_compared():
    """A value that the index holds as text is not answered as a number."""
    index = small_index(patients=PATIENTS, events=EVENTS)
    index.kinds["events"]["value"] = "text"
    answer = match(pack(criterion(HIGH), codelists=LISTS), index, AS_AT).answers["C-1"]
    assert "expects a number" in answer.why_not


def test_evidence_is_the_rows_that_satisfy_the_rules_newest_first(index):
    """The rows shown beside a patient are those that were counted."""
    made = pack(criterion(HIGH), codelists=LISTS)
    rows = evidence(made, index, AS_AT, "C-1", ["1"])
    assert rows["row_id"].to_list() == ["e3", "e1"]
    assert rows["says"].unique().to_list() == ["a high systolic"]


def test_one_line_of_evidence_a_patient(index):
    """Each patient has one line: the newest row, and how many there are."""
    made = pack(criterion(HIGH), codelists=LISTS)
    lines = evidence_lines(made, index, AS_AT, "C-1")
    assert lines.rows() == [("1", 2, "01 Feb 2026  150"), ("3", 1, "01 Mar 2026  200")]


def test_explain_tells_each_rule_with_its_count(index):
    """For one patient: which rules hold, what was counted, and the near miss."""
    made = pack(
        criterion(HIGH, Rule("aged 75", where="age >= 75"), population="status = 'registered'"),
        codelists=LISTS,
    )
    explanation = explain(made, index, AS_AT, "C-1", "1")
    assert (explanation.meets, explanation.near_miss) == (True, False)
    assert [(rule.counted, rule.holds) for rule in explanation.rules] == [(2, True), (1, True)]
    other = explain(made, index, AS_AT, "C-1", "2")
    assert (other.meets, other.near_miss) == (False, False)
    left = explain(made, index, AS_AT, "C-1", "3")
    assert (left.in_population, left.steps) == (False, (True, False))


@pytest.mark.parametrize(("criterion_id", "patient"), [("C-9", "1"), ("C-1", "99")])
def test_explain_refuses_what_is_not_there(index, criterion_id, patient):
    """An unknown criterion or patient is reported in a sentence."""
    with pytest.raises(UserError):
        explain(pack(criterion(HIGH), codelists=LISTS), index, AS_AT, criterion_id, patient)


def test_who_may_be_drawn_is_the_packs_rule(index):
    """The random population is a condition; a missing column is reported, not taken for nobody."""
    registered = pack(criterion(HIGH), random_population="status = 'registered'")
    assert random_population(registered, index, AS_AT).to_list() == ["1", "2", "4"]
    with pytest.raises(UserError, match="is_sensitive"):
        random_population(pack(random_population="NOT is_sensitive"), index, AS_AT)


def test_matches_hold_each_pair_once_in_the_packs_order(index):
    """found is sorted by the pack's order of criteria, then by patient."""
    made = pack(
        criterion(Rule("a man", where="sex = 'M'"), criterion_id="Z"),
        criterion(HIGH, criterion_id="A"),
        codelists=LISTS,
    )
    found = match(made, index, AS_AT).found
    assert found.rows() == [("Z", "2"), ("Z", "3"), ("A", "1"), ("A", "3")]
    assert found.schema == {"criterion_id": pl.String, "patient_id": pl.String}
