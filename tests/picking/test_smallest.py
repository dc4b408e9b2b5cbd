"""The minimum cover: what is proven, what is said where it is not, and bounds that are certain."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recordpick.picking.greedy_cover import greedy_cover, lower_bound_without_solver
from recordpick.picking.minimum_cover import SolverResult, minimum_cover, solve_with_highs
from recordpick.picking.set_cover import SetCover
from recordpick.picking.suggestion import compare, suggest
from small_selection import SoFar, basis_of

TRIANGLES = SetCover(
    meets=((0, 1), (1, 2), (0, 2), (3, 4), (4, 5), (3, 5)), sizes=(1,) * 6, required=(1,) * 6
)
"""Fractions need 3 records (half of each); whole records need 4."""


def never(cover: SetCover, columns: Sequence[int], *, integer: bool) -> SolverResult | None:
    """A solver that stops without an answer."""
    return None


def only_fractions(
    cover: SetCover, columns: Sequence[int], *, integer: bool
) -> SolverResult | None:
    """A solver that stops without an answer when integers are required."""
    return None if integer else solve_with_highs(cover, columns, integer=False)


def wrong(cover: SetCover, columns: Sequence[int], *, integer: bool) -> SolverResult | None:
    """A solver that takes nobody and says that this is the best."""
    if not integer:
        return solve_with_highs(cover, columns, integer=False)
    return SolverResult(taken=(0.0,) * len(columns), prices=(), bound=0.0, is_optimal=True)


def stops_half_way(
    cover: SetCover, columns: Sequence[int], *, integer: bool
) -> SolverResult | None:
    """A solver that takes everybody and stops before it has finished."""
    if not integer:
        return solve_with_highs(cover, columns, integer=False)
    everybody = tuple(float(cover.sizes[number]) for number in columns)
    return SolverResult(taken=everybody, prices=(), bound=0.0, is_optimal=False)


@st.composite
def covers(draw) -> SetCover:
    places = draw(st.integers(1, 4))
    meets = draw(
        st.lists(
            st.sets(st.integers(0, places - 1), min_size=1).map(lambda s: tuple(sorted(s))),
            min_size=1,
            max_size=6,
            unique=True,
        )
    )
    sizes = tuple(draw(st.integers(1, 2)) for _ in meets)
    there = [
        sum(size for has, size in zip(meets, sizes, strict=True) if criterion in has)
        for criterion in range(places)
    ]
    return SetCover(tuple(meets), sizes, tuple(draw(st.integers(0, number)) for number in there))


def fewest_by_trying_all(cover: SetCover) -> int:
    return min(
        sum(counts)
        for counts in product(*(range(size + 1) for size in cover.sizes))
        if cover.is_covered_by(dict(enumerate(counts)))
    )


@settings(deadline=None)
@given(covers(), st.lists(st.floats(-1, 2), min_size=4, max_size=4))
def test_whatever_the_prices_the_bound_is_below_the_best(cover, prices):
    """A lower bound is certain for any prices, even if the solver is wrong."""
    dual_bound = cover.dual_bound(prices[: len(cover.required)])

    best = fewest_by_trying_all(cover)
    assert dual_bound.lower_bound <= best
    assert best <= sum(greedy_cover(cover).values())
    assert lower_bound_without_solver(cover, sum(greedy_cover(cover).values())) <= best


@settings(deadline=None)
@given(covers())
def test_the_greedy_choice_covers_and_no_record_of_it_is_redundant(cover):
    """Every record of a greedy choice is needed."""
    taken = greedy_cover(cover)

    assert cover.is_covered_by(taken)
    for number, count in taken.items():
        assert not cover.is_covered_by({**taken, number: count - 1})


@settings(deadline=None)
@given(covers(), st.sampled_from([never, only_fractions, wrong, stops_half_way]))
def test_whatever_the_solver_does_the_answer_is_one_and_the_bound_holds(cover, solver):
    """A solver that fails, lies or stops costs records at most, never truth."""
    solved = minimum_cover(cover, solver)

    best = fewest_by_trying_all(cover)
    assert cover.is_covered_by(solved.taken)
    assert solved.lower_bound <= best <= solved.records
    assert solved.proven == (solved.records == solved.lower_bound)


def test_proven_also_where_fractions_need_fewer():
    """The linear relaxation's bound is 3; a full search proves that 4 is the smallest."""
    solved = minimum_cover(TRIANGLES)

    assert (solved.records, solved.lower_bound) == (4, 4)
    assert solved.proven


def test_nothing_lacking_takes_nobody():
    """Criteria that have their number require no records."""
    assert minimum_cover(replace(TRIANGLES, required=(0,) * 6)).records == 0
    assert minimum_cover(SetCover((), (), ())).proven


TWO_TRIANGLES = {
    name: [f"{first}{second}" for first, second in pairs]
    for name, pairs in {
        "A": [("A", "B"), ("A", "C")],
        "B": [("A", "B"), ("B", "C")],
        "C": [("A", "C"), ("B", "C")],
        "D": [("D", "E"), ("D", "F")],
        "E": [("D", "E"), ("E", "F")],
        "F": [("D", "F"), ("E", "F")],
    }.items()
}


def test_a_solver_without_an_answer_is_reported():
    """The greedy choice is made instead, with a lower bound, and the message says so."""
    suggestion = suggest(basis_of(TWO_TRIANGLES, 1), "fewest", never)

    assert suggestion.solver_failed
    assert suggestion.in_words == (
        "6 picks in 4 records. The solver stopped without an answer, so these were chosen "
        "greedily, always taking the patient who meets the most criteria that lack records: at "
        "most 1 above the proven lower bound of 3."
    )


def test_a_search_that_stops_at_its_limit_says_how_far_from_proven():
    """The result is not proven smallest; the message says how far above the bound it may be."""
    comparison = compare(basis_of(TWO_TRIANGLES, 1), stops_half_way)

    suggestion = comparison.suggestions["fewest"]
    assert not suggestion.proven
    assert suggestion.in_words == "6 picks in 4 records: 1 above the proven lower bound of 3."
    assert "The proven lower bound is 3." in comparison.in_words[0]


def test_without_highs_on_the_computer_suggestions_are_still_made(monkeypatch):
    """A solver that cannot be loaded is treated as one without an answer."""
    monkeypatch.setitem(sys.modules, "highspy", None)

    suggestion = suggest(basis_of(TWO_TRIANGLES, 1, SoFar({"A": ["AB"]})), "fewest")

    assert suggestion.solver_failed
    assert {criterion for criterion, _ in suggestion.picks} == set("BCDEF")


@pytest.mark.parametrize("way", ["spread", "ticket"])
def test_other_methods_do_not_mention_the_solver(way):
    """They do not need one; only the bound they are compared with does."""
    assert not suggest(basis_of(TWO_TRIANGLES, 1), way, never).solver_failed
