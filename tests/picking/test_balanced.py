"""Balanced: the fewest records that keep the list's ages, sexes and GPs, with a proven bound."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations, product
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from recordpick.picking.balanced_cover import balanced_problem
from recordpick.picking.list_shares import list_shares, percent
from recordpick.picking.suggestion import Basis, balanced_within, compare, suggest, trade_off
from recordpick.picking.use_every_record import assign_all
from small_selection import SoFar, basis_of

PEOPLE = [
    {"patient_id": name, "age": age, "sex": sex, "usual_gp": gp}
    for name, age, sex, gp in [
        ("a", 3, "F", "Dr 1"),
        ("b", 30, "M", "Dr 1"),
        ("c", 31, "F", "Dr 2"),
        ("d", 50, "M", "Dr 2"),
        ("e", 80, "F", None),
        ("f", 81, "F", "Dr 1"),
        ("g", 90, "M", "Dr 2"),
    ]
]


def values_of(person: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the age band, sex and GP of a person, written from the description of the bands."""
    starts = [start for start in (0, 5, 15, 45, 65, 75, 85) if start <= person["age"]]
    yield "age", str(max(starts))
    yield "sex", person["sex"]
    yield "gp", person["usual_gp"] or "unknown"


def off_by(records: set[str]) -> Fraction:
    """Return how far records are from the list, from the description in plain Python."""
    listed = Counter(value for person in PEOPLE for value in values_of(person))
    chosen = Counter(
        value for person in PEOPLE if person["patient_id"] in records for value in values_of(person)
    )
    above = Counter[str]()
    for value in listed:
        share = Fraction(chosen[value], len(records)) - Fraction(listed[value], len(PEOPLE))
        above[value[0]] += max(Fraction(0), share)
    return max(above.values())


def choices(
    meets: Mapping[str, str], wanted: Mapping[str, int], picked: Mapping[str, str]
) -> Iterator[set[str]]:
    """Yield the records to open for every way of completing the criteria."""
    opened = {patient for patients in picked.values() for patient in patients}
    every = []
    for name, found in meets.items():
        others = sorted(set(found) - set(picked[name]))
        more = min(wanted[name] - len(picked[name]), len(others))
        every.append([set(chosen) for chosen in combinations(others, more)])
    for chosen in product(*every):
        yield opened.union(*chosen)


@st.composite
def cases(draw) -> tuple[dict[str, str], dict[str, int], dict[str, str]]:
    people = st.sets(st.sampled_from("abcdefg"), min_size=1)
    meets = {name: "".join(sorted(draw(people))) for name in "AB"}
    wanted = {name: draw(st.integers(1, 4)) for name in meets}
    picked = {
        name: draw(st.sampled_from(["", *found])) if draw(st.booleans()) else ""
        for name, found in meets.items()
    }
    return meets, wanted, picked


def basis(case: Sequence[Mapping[str, Any]]) -> Basis:
    meets, wanted, picked = case
    return basis_of(meets, wanted, SoFar({k: tuple(v) for k, v in picked.items()}), PEOPLE)


@settings(deadline=None, max_examples=examples(60))
@given(cases(), st.sampled_from([10, 20, 30, 40, 60]))
def test_balanced_is_within_the_tolerance_and_its_bound_holds(case, within):
    """What is said to be within is; nobody does better than the bound, and proven is the best."""
    found = balanced_within(basis(case), within)

    sizes = [len(one) for one in choices(*case) if one and off_by(one) <= Fraction(within, 100)]
    if found is None:
        return
    records = {patient for _, patient in found.picks} | set("".join(case[2].values()))
    assert found.off_by == off_by(records) <= Fraction(within, 100)
    assert records in list(choices(*case))
    assert found.records == len(records)
    assert found.lower_bound <= min(sizes) <= found.records
    assert found.proven == (found.records == found.lower_bound)


@settings(deadline=None, max_examples=examples(30))
@given(cases(), st.lists(st.floats(-1, 2), min_size=40, max_size=40))
def test_whatever_the_prices_the_bound_is_below_the_best(case, prices):
    """The bound is certain for any prices, even if the solver is wrong."""
    within = 40
    before = basis(case)
    _, problem = balanced_problem(before.demand, before.shares, within)
    criteria = range(len(before.demand.criterion_ids))
    sets = [frozenset([index]) for index in criteria] + [frozenset(criteria)]
    problem = problem.limited(sets, before.demand.required) or problem
    bound = problem.dual_bound(prices)

    opened = {patient for patients in case[2].values() for patient in patients}
    for records in choices(*case):
        if records and off_by(records) <= Fraction(within, 100):
            assert bound.lower_bound <= len(records - opened)


def test_balanced_is_between_the_fewest_and_the_list():
    """It opens no fewer records than the fewest, and is no further from the list than it says."""
    made = compare(basis_of({"A": "fgbd", "B": "fgac"}, {"A": 2, "B": 2}, None, PEOPLE))
    few, balanced = made.suggestions["fewest"], made.suggestions["balanced"]

    assert few.records == 2
    assert few.off_by == Fraction(4, 7)  # all others are of other ages
    assert balanced.records > few.records
    assert balanced.within is not None
    assert balanced.off_by <= Fraction(balanced.within, 100)
    assert balanced.proven
    assert balanced.certainty == f"fewest within {balanced.within}%: proven"


def test_no_solver_or_no_list_is_said():
    """Without a solver, or patients to compare with, nothing is claimed about the shares."""
    without = suggest(basis_of({"A": "ab"}, 1), "balanced")
    unsolved = suggest(basis_of({"A": "ab"}, 1, None, PEOPLE), "balanced", lambda *_, **__: None)

    assert without.off_by is None
    assert (without.within, unsolved.within) == (None, None)
    assert len(without.picks) == len(unsolved.picks) == 1
    assert "no choice near the list's shares was found" in unsolved.in_words


def test_the_list_is_who_is_registered():
    """People who left or died are not in the list, but their records can be opened."""
    patients = pl.LazyFrame(
        {
            "patient_id": ["a", "b", "c"],
            "age": [3, 80, 81],
            "sex": ["F", "F", "F"],
            "status": ["registered", "left", None],
        }
    )
    shares = list_shares(patients)

    assert shares.patients == 1
    assert shares.off_by(["a"]) == 0
    assert shares.off_by(["a", "b"]) == Fraction(1, 2)
    assert shares.off_by(["b"]) == shares.off_by(["nobody known"]) == 1
    assert shares.off_by([]) is None


@pytest.mark.parametrize(
    ("distance", "says"),
    [(None, "?"), (Fraction(0), "0%"), (Fraction(1, 100), "1%"), (Fraction(11, 1000), "2%")],
)
def test_a_distance_is_never_rounded_down(distance, says):
    """Off by 1.1% is shown as 2%."""
    assert percent(distance) == says


def test_the_trade_off_gets_closer_to_the_list_with_more_records():
    """Each point is within its tolerance, which the fewest records are not."""
    people = [
        {"patient_id": f"P{n}", "age": n % 100, "sex": "FM"[n % 2], "usual_gp": f"Dr {n % 3}"}
        for n in range(300)
    ]
    old = [one["patient_id"] for one in people if one["age"] >= 65]
    everybody = [one["patient_id"] for one in people]
    before = basis_of({"A": old, "B": everybody}, {"A": 20, "B": 40}, None, people)
    few = suggest(before, "fewest")
    points = list(trade_off(before, few))

    assert len(points) >= 3
    assert [point.within for point in points] == sorted(
        (point.within for point in points), reverse=True
    )
    for point in points:
        assert point.off_by <= Fraction(point.within, 100) < few.off_by
        assert point.records >= few.records


def test_nobody_is_opened_whom_no_criterion_has_a_place_for():
    """Children meet only a criterion of two places: no more than two of them can be opened."""
    people = [
        {"patient_id": f"{kind}{n}", "age": age, "sex": "F", "usual_gp": "Dr 1"}
        for kind, age in (("child", 8), ("old", 80))
        for n in range(10)
    ]
    children = [f"child{n}" for n in range(10)]
    old = [f"old{n}" for n in range(10)]
    before = basis_of({"A": children + old, "B": old}, {"A": 2, "B": 6}, None, people)

    found = balanced_within(before, 30)
    assert found is not None
    ages = Counter(patient[:3] for patient in {patient for _, patient in found.picks})
    assert ages == {"chi": 2, "old": 6}
    assert (found.records, found.off_by, found.proven) == (8, Fraction(1, 4), True)
    assert balanced_within(before, 20) is None


def test_a_record_that_is_not_needed_is_picked_in_place_of_another():
    """Along a path of criteria, and never so that a kind of patients gets too few."""
    demand = basis_of({"A": "xy", "B": "yz"}, {"A": 1, "B": 1}).demand
    for chosen in (["x", "y"], ["y", "z"], ["x", "z"]):
        picks, full = assign_all(demand, pl.Series(chosen), "1")
        assert {patient for _, patient in picks} == set(chosen)
        assert full == ()
    picks, full = assign_all(demand, pl.Series(["x", "y", "z"]), "1")
    assert len({patient for _, patient in picks}) == 2
    assert full == (frozenset("AB"),)
