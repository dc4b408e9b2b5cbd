"""Which exports to ask for, and in which order."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from recordpick.criteria.conditions import parse_condition
from recordpick.criteria.load import read_pack
from recordpick.criteria.pack import Criterion, Proposal, Rule, Step, columns_with
from recordpick.index.practice_index import open_index
from recordpick.matching.rules import answerable
from recordpick.report_requests.criteria_status import status_of
from recordpick.report_requests.describe import as_values, document_of, summary_of
from recordpick.report_requests.instructions import LIST
from recordpick.report_requests.plan import plan_requests
from recordpick.resources import general_practice_pack

PACK = read_pack(general_practice_pack())
PROPOSED = (Proposal("age", "over 75", "words", 1.0, PACK.criteria[0].steps),)
IDS = [criterion.id for criterion in PACK.criteria]


def pack_of(ids):
    """The shipped pack with these criteria only."""
    return replace(PACK, criteria=tuple(one for one in PACK.criteria if one.id in ids))


@given(st.sets(st.sampled_from(IDS), min_size=1))
@settings(max_examples=examples(25))
def test_each_criterion_is_answered_once_or_named_with_a_reason(ids):
    """No criterion is lost: an export answers it, or the page says why none does."""
    plan = plan_requests(pack_of(ids))
    named = [one.criterion.id for one in plan.not_by_reports]
    assert sorted([*plan.to_answer, *named]) == sorted(ids)
    assert all(one.why for one in plan.not_by_reports)
    assert len({request.kind for request in plan.requests}) == len(plan.requests)
    assert all(request.answers or request.because for request in plan.requests)


@given(st.sets(st.sampled_from(IDS), min_size=1))
@settings(max_examples=examples(25))
def test_the_most_useful_export_comes_first(ids):
    """After the list, no later export alone would have answered more than the one before it."""
    requests = [one for one in plan_requests(pack_of(ids)).requests if one.kind != LIST]
    for first, second in itertools.pairwise(requests):
        if first.answers:
            alone = plan_requests(pack_of(second.answers))
            needs = {one.kind for one in alone.requests} - {LIST}
            assert len(second.answers) <= len(first.answers) or needs != {second.kind}


def test_the_list_of_patients_comes_first_without_an_index():
    """Who is a patient comes from the list alone, so nothing works without it."""
    plan = plan_requests(pack_of({"MED-04"}))
    assert [request.kind for request in plan.requests] == [LIST, "medication"]
    assert plan.requests[0].because
    assert plan.requests[1].codelists == ("controlled_drugs",)


@pytest.mark.parametrize(
    ("criterion", "kind"),
    [
        ("PRO-01", "problems"),
        ("ALL-01", "allergies"),
        ("ALL-02", "allergies"),
        ("PRE-01", "immunisations"),
        ("PRE-02", "immunisations"),
        ("PRE-04", "entries"),
        ("PRO-09", "entries"),
        ("MED-06", "medication"),
        ("WRK-01", "recalls"),
        ("WRK-02", "appointments"),
        ("WRK-03", "referrals"),
        ("WRK-04", "documents"),
    ],
)
def test_each_criterion_gets_the_export_of_its_kind_of_entry(criterion, kind):
    """Immunisations answer what asks for vaccines, problems what asks for problems, and so on."""
    kinds = [request.kind for request in plan_requests(pack_of({criterion})).requests]
    assert kinds == [LIST, kind]


def test_with_an_index_only_what_it_cannot_answer_is_asked_for(made_demo):
    """The full made-up practice answers everything: the page says so and asks for nothing."""
    index = open_index(made_demo / "index")
    open_ones = [one for one in PACK.criteria if answerable(PACK, index, one).why_not]
    plan = plan_requests(PACK, index)
    assert len(plan.answered) == len(PACK.criteria) - len(open_ones)
    whole = plan_requests(pack_of(plan.answered), index)
    assert whole.requests == ()
    assert whole.not_by_reports == ()
    assert "nothing to ask for" in summary_of(whole)
    assert document_of(whole, index).sections
    assert all(one.status != "by_hand" for one in status_of(PACK, index))


def test_exports_are_not_asked_for_where_they_cannot_be_joined(made_demo, tmp_path):
    """Beside a whole extract a search for each criterion is the way, with the file's name."""
    where = parse_condition("parent_id <> ''", columns_with({}, "events"))
    made_up = Rule("a colour", table="events", where=where)
    criterion = Criterion("X-1", "Area", "A colour", "Find it.", steps=(Step((made_up,)),))
    index = open_index(made_demo / "index")
    tables = {name: index.manifest.tables[name] for name in ("patients", "medications")}
    partly = replace(index, manifest=replace(index.manifest, tables=tables))
    problems = pack_of({"PRO-01"})
    pack = replace(problems, criteria=(*problems.criteria, criterion))
    plan = plan_requests(pack, partly)
    assert not plan.can_be_joined
    assert plan.to_answer == ("PRO-01",)
    assert [one.criterion.id for one in plan.not_by_reports] == ["X-1"]
    sections = {section.title: section for section in document_of(plan, partly).sections}
    assert "1. Problems" not in sections
    grid = sections["A search for each criterion"].blocks[1]
    assert [row[2] for row in grid.rows] == ["PRO-01.csv", "X-1.csv"]


def test_a_pack_without_rules_is_said_to_be_one():
    """Nothing is asked for, and each criterion has the name of its list."""
    bare = replace(PACK, criteria=tuple(replace(one, steps=()) for one in PACK.criteria))
    plan = plan_requests(bare)
    assert plan.requests == ()
    assert summary_of(plan).startswith("None of the 46 criteria of this pack has a rule")
    values = as_values(plan)
    assert [one["file"] for one in values["not_by_reports"]] == [f"{name}.csv" for name in IDS]


def test_proposed_rules_are_not_used_before_somebody_confirms_them():
    """A criterion with proposals only is by hand; the page says what it waits for."""
    criterion = replace(PACK.criteria[0], steps=(), proposals=PROPOSED)
    (one,) = plan_requests(replace(PACK, criteria=(criterion,))).not_by_reports
    assert not one.has_rules
    assert one.why == "its proposed rules are not confirmed yet"


def test_only_codes_of_the_packs_own_codelists_are_named():
    """A code on the page is one that the pack's author put into a codelist."""
    plan = plan_requests(PACK)
    known = {code for codelist in PACK.codelists.values() for code in codelist.codes}
    values = as_values(plan, "emis")
    assert {code for codes in values["codelists"].values() for code in codes} <= known
    wanted = {rule.codes for one in PACK.criteria for step in one.steps for rule in step.rules}
    assert values["codelists"].keys() == wanted - {None}
