"""What every method of suggesting promises, and that the fewest records are the fewest."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from recordpick.picking.suggestion import WAYS, Basis, compare, suggest
from small_selection import SoFar, basis_of

PATIENTS = [f"P{number}" for number in range(9)]
CRITERIA = ["ALL-01", "MED-04", "DEM-02", "PRO-09"]
GROUPS = [
    {"patient_id": name, "age": 11 * place, "sex": "FM"[place % 2], "usual_gp": f"Dr {place % 3}"}
    for place, name in enumerate(PATIENTS)
]

some_patients = st.lists(st.sampled_from(PATIENTS), unique=True)


@st.composite
def bases(draw) -> Basis:
    """Matches, wanted numbers, picks and closed criteria, and which criteria are requested."""
    meets = {name: draw(some_patients) for name in CRITERIA}
    wanted = {name: draw(st.integers(0, 4)) for name in CRITERIA}
    picks = {name: draw(some_patients)[: wanted[name]] for name in CRITERIA}
    few = draw(st.booleans())  # half of the time nothing is picked yet
    closed = draw(st.sets(st.sampled_from(CRITERIA), max_size=1))
    criteria = draw(st.none() | st.sets(st.sampled_from(CRITERIA), min_size=1))
    sofar = SoFar(
        {} if few else {**picks, None: draw(some_patients)[:2]}, dict.fromkeys(closed, "no more")
    )
    return basis_of(meets, wanted, sofar, GROUPS, criteria=criteria)


def due(basis: Basis) -> dict[str, int]:
    """Return how many picks each criterion can still be given."""
    due = {}
    for criterion in basis.pack.criteria:
        picked = {pick.patient_id for pick in basis.selection.of(criterion.id)}
        others = set(basis.matches.patients(criterion.id)) - picked
        is_requested = basis.criteria is None or criterion.id in basis.criteria
        if is_requested and criterion.id not in basis.selection.closed:
            due[criterion.id] = min(len(others), max(0, criterion.records - len(picked)))
    return {name: number for name, number in due.items() if number}


def opened(basis: Basis) -> set[str]:
    return {pick.patient_id for name in (None, *CRITERIA) for pick in basis.selection.of(name)}


def fewest_by_trying_all(basis: Basis) -> int:
    """Return the smallest number of further records that completes every criterion."""
    already = opened(basis)
    others = sorted(set(basis.matches.found["patient_id"]) - already)
    candidates = {
        name: set(basis.matches.patients(name))
        - {pick.patient_id for pick in basis.selection.of(name)}
        for name in basis.matches.answers
    }
    wanted = due(basis)
    for size in range(len(others) + 1):
        for chosen in combinations(others, size):
            records = already.union(chosen)
            if all(len(candidates[name] & records) >= number for name, number in wanted.items()):
                return size
    raise AssertionError("everybody together is always enough")


@settings(deadline=None, max_examples=examples(30))
@given(bases(), st.sampled_from(WAYS))
def test_each_criterion_gets_what_it_is_due_and_never_more_than_its_number(basis, way):
    """Picks and suggestions together never exceed a criterion's number."""
    picks = suggest(basis, way).picks

    given_to = Counter(criterion_id for criterion_id, _ in picks)
    assert due(basis) == dict(given_to)
    for criterion in basis.pack.criteria:
        assert given_to[criterion.id] + len(basis.selection.of(criterion.id)) <= criterion.records


@settings(deadline=None, max_examples=examples(30))
@given(bases(), st.sampled_from(WAYS))
def test_only_patients_who_meet_a_criterion_are_suggested_and_nobody_twice(basis, way):
    """Every pick is a match, is new for its criterion, and is in the pack's order."""
    picks = suggest(basis, way).picks

    assert len(set(picks)) == len(picks)
    assert set(picks) <= set(basis.matches.found.iter_rows())
    for criterion_id, patient_id in picks:
        assert patient_id not in {pick.patient_id for pick in basis.selection.of(criterion_id)}
    places = [CRITERIA.index(criterion_id) for criterion_id, _ in picks]
    assert sorted(places) == places


@settings(deadline=None, max_examples=examples(100))
@given(bases())
def test_the_fewest_records_are_the_fewest(basis):
    """No set of patients is smaller (all of them are tried here), and the result is proven."""
    suggestion = suggest(basis, "fewest")

    fewest = fewest_by_trying_all(basis)
    assert fewest == suggestion.new_records
    assert len(opened(basis)) + fewest == suggestion.records == suggestion.lower_bound
    assert suggestion.proven
    assert fewest == len({patient for _, patient in suggestion.picks} - opened(basis))


@settings(deadline=None, max_examples=examples(15))
@given(bases(), st.integers(0, 1000))
def test_the_order_of_rows_does_not_matter(basis, shuffling):
    """The same matches and patients in another order give the same picks by each method."""
    patients = basis.patients.collect().sample(fraction=1, shuffle=True, seed=shuffling)
    found = basis.matches.found.sample(fraction=1, shuffle=True, seed=shuffling)
    shuffled = replace(basis, matches=replace(basis.matches, found=found), patients=patients.lazy())

    for way in WAYS:
        assert suggest(basis, way) == suggest(shuffled, way)


@settings(deadline=None, max_examples=examples(15))
@given(bases())
def test_a_suggestion_completes_so_a_second_one_adds_nothing(basis):
    """Once a suggestion is applied, no method has anything more to suggest."""
    picks = {
        name: [pick.patient_id for pick in basis.selection.of(name)] for name in (None, *CRITERIA)
    }
    for criterion_id, patient_id in suggest(basis, "fewest").picks:
        picks[criterion_id].append(patient_id)
    closed = dict.fromkeys(basis.selection.closed, "no more")

    applied = replace(basis, selection=SoFar(picks, closed))

    assert all(suggest(applied, way).picks == () for way in WAYS)


def test_a_record_that_is_opened_already_costs_nothing():
    """A patient picked for one criterion, or at random, serves the others before anybody new."""
    meets = {"A": ["P1", "P2", "P3"], "B": ["P2", "P3", "P4"], "C": ["P4", "P5"]}
    basis = basis_of(meets, 1, SoFar({"A": ["P3"], None: ["P5"]}))

    suggestion = suggest(basis, "fewest")

    assert suggestion.picks == (("B", "P3"), ("C", "P5"))
    assert (suggestion.new_records, suggestion.records) == (0, 2)
    assert suggestion.in_words == "2 picks in 2 records, 0 of them new: proven smallest."


def test_a_patient_who_meets_many_criteria_serves_only_those_still_short():
    """Nobody is added to a criterion that has its number, however many others they meet."""
    meets = {"A": ["P1", "P2"], "B": ["P1", "P3"], "C": ["P1"]}
    basis = basis_of(meets, {"A": 1, "B": 2, "C": 1}, SoFar({"A": ["P2"]}))

    picks = suggest(basis, "fewest").picks

    assert {("B", "P1"), ("B", "P3"), ("C", "P1")} == set(picks)


def test_a_criterion_that_wants_more_than_there_are_gets_all_of_them():
    """Twenty wanted and three available: three."""
    basis = basis_of({"A": ["P1", "P2", "P3"], "B": []}, 20)

    for way in WAYS:
        assert {("A", "P1"), ("A", "P2"), ("A", "P3")} == set(suggest(basis, way).picks)


def test_nothing_to_suggest_is_not_an_error():
    """No criteria at all, or none that anybody meets."""
    for basis in (basis_of({}, 20), basis_of({"A": [], "B": []}, 20)):
        comparison = compare(basis)

        assert all(suggestion.picks == () for suggestion in comparison.suggestions.values())
        assert comparison.in_words == (
            "There is nothing to suggest: every criterion has all the records it can have.",
        )


def test_a_criterion_the_pack_does_not_have_cannot_be_requested():
    """A wrong id is an error, not an empty suggestion."""
    basis = basis_of({"A": ["P1"]}, 1, criteria=["Z"])

    for way in WAYS:
        with pytest.raises(KeyError):
            suggest(basis, way)


def test_picks_beyond_the_number_are_left_as_they_are():
    """A criterion that has more than its number (an older pack wanted more) gets nothing more."""
    basis = basis_of({"A": ["P1", "P2", "P3"]}, 1, SoFar({"A": ["P1", "P2"]}))

    for way in WAYS:
        assert suggest(basis, way).picks == ()


def test_more_criteria_than_one_integer_has_bits():
    """A pack of 130 criteria works like one of 40: here 13 patients meet ten criteria each."""
    meets = {f"C{number:03}": [f"many-{number // 10}", f"one-{number}"] for number in range(130)}

    suggestion = suggest(basis_of(meets, 1), "fewest")

    assert suggestion.proven
    assert {f"many-{number}" for number in range(13)} == {who for _, who in suggestion.picks}


def test_the_comparison_says_what_each_method_costs():
    """Before anything is applied: the fewest against the other methods and the lower bound."""
    meets = {f"C{number}": ["P0", f"P{number}", f"Q{number}"] for number in range(1, 9)}
    comparison = compare(basis_of(meets, 1))

    assert 1 == comparison.suggestions["fewest"].records == comparison.lower_bound
    assert comparison.greedy_records == 1
    assert comparison.suggestions["spread"].records == 8
    even = comparison.suggestions["ticket"].records
    assert comparison.in_words == (
        f"1 record instead of {even}. No choice has fewer.",
        "fewest records: 1 record to open",
        "balanced: 1 record to open",
        "spread: 8 records to open",
        f"ticket: {even} records to open",
        "most criteria at a time (greedy): 1 record",
    )
    for way in WAYS:
        assert comparison.suggestions[way] == suggest(basis_of(meets, 1), way)
