"""Some of each: who is of which kind, and what is said where the index cannot tell."""

from __future__ import annotations

from dataclasses import replace

import pytest

from recordpick.criteria.pack import PatientKind, Rule, Step
from recordpick.matching import explain, match
from recordpick.picking.patient_kinds import remarks_on_kinds

from small_practice import AS_AT, criterion, pack, parsed, small_index

PATIENTS = [
    {"patient_id": "1", "status": "registered", "sex": "F", "age": 80},
    {"patient_id": "2", "status": "registered", "sex": "M", "age": 30},
    {"patient_id": "3", "status": "left", "sex": "M", "age": 90},
    {"patient_id": "4", "status": "registered", "sex": None, "age": None},
]
EVENTS = [
    {"patient_id": "1", "event_id": "e1", "code": "warfarin"},
    {"patient_id": "1", "event_id": "e2", "code": "dmard"},
    {"patient_id": "2", "event_id": "e3", "code": "dmard"},
    {"patient_id": "3", "event_id": "e4", "code": "warfarin"},
]
LISTS = {"warfarin": ["warfarin"], "dmards": ["dmard"], "nothing": ["zzz"]}
CODED = Rule("a coded entry", "events", parsed("code <> ''", "events"))


def kind(says: str, *rules: Rule, least: int = 1) -> PatientKind:
    """Return a kind; its rules' conditions over patients are parsed."""
    return PatientKind(
        says,
        least,
        tuple(replace(rule, where=parsed(rule.where, rule.table)) for rule in rules),
    )


WARFARIN = kind("warfarin", Rule("warfarin", "events", codes="warfarin"))
DMARD = kind("a DMARD", Rule("a DMARD", "events", codes="dmards"))


@pytest.fixture
def index():
    return small_index(patients=PATIENTS, events=EVENTS)


def matched(index, *kinds: PatientKind, population="status = 'registered'"):
    """Return criterion and matches of a criterion with these kinds."""
    made = pack(criterion(Step((CODED,)), kinds=kinds, population=population), codelists=LISTS)
    return made, match(made, index, AS_AT)


def test_who_meets_the_criterion_is_of_every_kind_whose_rule_holds(index):
    """Kinds may overlap; who is not found, or not in the population, is of none."""
    _, matches = matched(index, WARFARIN, DMARD)

    assert matches.patients("C-1").to_list() == ["1", "2"]
    assert sorted(matches.kinds.rows()) == [("C-1", "1", 0), ("C-1", "1", 1), ("C-1", "2", 1)]
    assert [(one.says, one.found) for one in matches.answers["C-1"].kinds] == [
        ("warfarin", 1),
        ("a DMARD", 2),
    ]
    assert dict(matches.kinds_in_words("C-1").select("patient_id", "kind").rows()) == {
        "1": "warfarin; a DMARD",
        "2": "a DMARD",
    }
    assert matches.kinds_in_words("other").height == 0


def test_kinds_do_not_change_who_meets_the_criterion(index):
    """Nor what is uncertain about that: their cautions are their own."""
    _, plain = matched(index)
    made, matches = matched(
        index,
        kind("verified", Rule("verified", where="email_verified")),
        kind("nobody's", Rule("nobody's", "events", codes="nothing")),
    )

    assert matches.found.equals(plain.found)
    answer = matches.answers["C-1"]
    assert (answer.cautions, answer.left) == (
        plain.answers["C-1"].cautions,
        plain.answers["C-1"].left,
    )
    remarks = remarks_on_kinds(made.criterion("C-1"), matches)
    assert any("Nobody who meets it is of the kind “nobody's”" in one for one in remarks)


def test_a_kind_that_asks_for_a_missing_column_is_not_known_and_the_rest_works(index):
    """It has no number, never 0, and the reason; the other kind is answered."""
    verified = kind("verified", Rule("verified", where="email_verified"))
    made, matches = matched(index, verified, DMARD)

    first, second = matches.answers["C-1"].kinds
    assert (first.found, second.found) == (None, 2)
    assert first.why_not == "the index has no column email_verified in patients"
    assert "It is not known who is of the kind “verified”: the index has no column" in " ".join(
        remarks_on_kinds(made.criterion("C-1"), matches)
    )


def test_one_rule_of_a_kind_that_cannot_be_counted_is_a_caution(index):
    """The kind is counted by its other rules, and that is said."""
    either = kind(
        "an address", Rule("an e-mail address", where="email <> ''"), Rule("old", where="age >= 80")
    )
    made, matches = matched(index, either)

    (found,) = matches.answers["C-1"].kinds
    assert found.found == 1
    assert "Not checked: the index has no column email" in found.cautions[0]
    assert found.cautions[0] in " ".join(remarks_on_kinds(made.criterion("C-1"), matches))


def test_explaining_says_of_which_kinds_a_patient_is(index):
    """Also of one who does not meet the criterion; None where it is not known."""
    verified = kind("verified", Rule("verified", where="email_verified"))
    made, _ = matched(index, WARFARIN, DMARD, verified)

    def kinds(patient: str):
        why = explain(made, index, AS_AT, "C-1", patient)
        return [(one.says, one.is_of) for one in why.kinds]

    assert kinds("2") == [("warfarin", False), ("a DMARD", True), ("verified", None)]
    assert kinds("3") == [("warfarin", True), ("a DMARD", False), ("verified", None)]
