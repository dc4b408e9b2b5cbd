"""The smallest cover: what is proven, what is said where it is not, and bounds that are certain."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recordpick.picking.cover import Cover
from recordpick.picking.greedy import greedy, lower_bound_without_solver
from recordpick.picking.highs import Solved, minimise
from recordpick.picking.smallest import smallest
from recordpick.picking.suggestion import compare, suggest
from small_selection import SoFar, basis_of

TRIANGLES = Cover(
    meets=((0, 1), (1, 2), (0, 2), (3, 4), (4, 5), (3, 5)), sizes=(1,) * 6, lacking=(1,) * 6
)
"""Fractions do it with 3 (a half of each), whole records only with 4."""


def never(cover: Cover, columns: Sequence[int], *, whole: bool) -> Solved | None:
    """A solver that stops without an answer."""
    return None


def only_fractions(cover: Cover, columns: Sequence[int], *, whole: bool) -> Solved | None:
    """A solver that stops without an answer once whole numbers are asked for."""
    return None if whole else minimise(cover, columns, whole=False)


def wrong(cover: Cover, columns: Sequence[int], *, whole: bool) -> Solved | None:
    """A solver that takes nobody and says that this is the answer."""
    if not whole:
        return minimise(cover, columns, whole=False)
    return Solved(taken=(0.0,) * len(columns), prices=(), bound=0.0, finished=True)


def stops_half_way(cover: Cover, columns: Sequence[int], *, whole: bool) -> Solved | None:
    """A solver that takes everybody, and was not finished."""
    if not whole:
        return minimise(cover, columns, whole=False)
    everybody = tuple(float(cover.sizes[number]) for number in columns)
    return Solved(taken=everybody, prices=(), bound=0.0, finished=False)


@st.composite
def covers(draw) -> Cover:
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
        sum(size for has, size in zip(meets, sizes, strict=True) if place in has)
        for place in range(places)
    ]
    return Cover(tuple(meets), sizes, tuple(draw(st.integers(0, number)) for number in there))


def fewest_by_trying_all(cover: Cover) -> int:
    return min(
        sum(counts)
        for counts in product(*(range(size + 1) for size in cover.sizes))
        if cover.covered_by(dict(enumerate(counts)))
    )


@settings(deadline=None)
@given(covers(), st.lists(st.floats(-1, 2), min_size=4, max_size=4))
def test_whatever_the_prices_the_bound_is_below_the_best(cover, prices):
    """A lower bound is certain whoever names the prices, also where the solver were wrong."""
    priced = cover.priced(prices[: len(cover.lacking)])

    best = fewest_by_trying_all(cover)
    assert priced.lower_bound <= best
    assert best <= sum(greedy(cover).values())
    assert lower_bound_without_solver(cover, sum(greedy(cover).values())) <= best


@settings(deadline=None)
@given(covers())
def test_the_greedy_choice_covers_and_nothing_of_it_is_needless(cover):
    """Every record of a greedy choice is needed."""
    taken = greedy(cover)

    assert cover.covered_by(taken)
    for number, count in taken.items():
        assert not cover.covered_by({**taken, number: count - 1})


@settings(deadline=None)
@given(covers(), st.sampled_from([never, only_fractions, wrong, stops_half_way]))
def test_whatever_the_solver_does_the_answer_is_one_and_the_bound_holds(cover, solver):
    """A solver that fails, lies or stops costs records at most, never truth."""
    solved = smallest(cover, solver)

    best = fewest_by_trying_all(cover)
    assert cover.covered_by(solved.taken)
    assert solved.lower_bound <= best <= solved.records
    assert solved.proven == (solved.records == solved.lower_bound)


def test_proven_also_where_fractions_need_fewer():
    """The fractions' bound is 3; that 4 is the smallest takes a search of everything."""
    solved = smallest(TRIANGLES)

    assert (solved.records, solved.lower_bound) == (4, 4)
    assert solved.proven


def test_nothing_lacking_takes_nobody():
    """Criteria that have their number ask for no records."""
    assert smallest(replace(TRIANGLES, lacking=(0,) * 6)).records == 0
    assert smallest(Cover((), (), ())).proven


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


def test_a_solver_without_an_answer_is_said():
    """The greedy choice is given instead, with a lower bound, and the person is told."""
    suggestion = suggest(basis_of(TWO_TRIANGLES, 1), "fewest", never)

    assert suggestion.solver_failed
    assert suggestion.in_words == (
        "6 picks in 4 records. The solver stopped without an answer, so these were chosen by "
        "always taking whoever meets most of what is missing: at most 1 above the proven lower "
        "bound of 3."
    )


def test_a_search_that_stops_at_its_limit_says_how_far_from_proven():
    """Not proven smallest: how many above the lower bound at most."""
    comparison = compare(basis_of(TWO_TRIANGLES, 1), stops_half_way)

    suggestion = comparison.suggestions["fewest"]
    assert not suggestion.proven
    assert suggestion.in_words == "6 picks in 4 records: 1 above the proven lower bound of 3."
    assert "The proven lower bound is 3." in comparison.in_words[0]


def test_without_highs_on_the_computer_suggestions_are_still_made(monkeypatch):
    """Where the solver cannot be loaded it is as if it had no answer."""
    monkeypatch.setitem(sys.modules, "highspy", None)

    suggestion = suggest(basis_of(TWO_TRIANGLES, 1, SoFar({"A": ["AB"]})), "fewest")

    assert suggestion.solver_failed
    assert {criterion for criterion, _ in suggestion.picks} == set("BCDEF")


@pytest.mark.parametrize("way", ["spread", "ticket"])
def test_other_ways_do_not_speak_of_the_solver(way):
    """They need none; only the bound they are compared with does."""
    assert not suggest(basis_of(TWO_TRIANGLES, 1), way, never).solver_failed
