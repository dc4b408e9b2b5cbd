"""What a random sample shows: the exact bound, checked against scipy, and its wording."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from examples import examples
from recordpick.picking.assurance import (
    assurance,
    assurance_by_strata,
    curve,
    need_in_words,
    sample_needed,
)


@st.composite
def samples(draw) -> tuple[int, int, int]:
    population = draw(st.integers(1, 3000))
    sample = draw(st.integers(0, min(population, 200)))
    return population, sample, draw(st.integers(0, min(sample, 5)))


@settings(deadline=None, max_examples=examples(200))
@given(samples(), st.sampled_from([0.9, 0.95, 0.99]))
def test_the_bound_is_where_scipy_says(sampled, confidence):
    """The bound is ruled out; one faulty record fewer is not."""
    from scipy.stats import hypergeom  # a second in each process that collects this module

    population, sample, faults = sampled
    said = assurance(population, sample, faults, confidence)

    def chance(faulty: int) -> float:
        return float(hypergeom(population, faulty, sample).cdf(faults))

    last = population if said.ruled_out is None else said.ruled_out - 1
    assert chance(last) > 1 - confidence - 1e-9
    if said.ruled_out is not None:
        assert chance(said.ruled_out) <= 1 - confidence + 1e-9


@settings(deadline=None)
@given(st.integers(1, 3000), st.sampled_from([0.01, 0.05, 0.1, 0.5]), st.integers(0, 3))
def test_the_number_needed_is_the_smallest_that_does(population, below, faults):
    """That number of random records shows it; one fewer does not."""
    faults = min(faults, population)
    needed = sample_needed(population, below, faults)

    if needed is None:
        assert faults >= below * population
        return
    share = assurance(population, needed, faults).ruled_out
    assert share is not None
    assert share - 1 < below * population
    if needed > faults:
        before = assurance(population, needed - 1, faults).ruled_out
        assert before is None or before - 1 >= below * population


def test_twenty_of_fifteen_thousand():
    """The figures that the project promises."""
    said = assurance(15_000, 20)

    assert said.ruled_out == 2086
    assert said.in_words == (
        "20 random records of 15,000 checked, none faulty: with 95% confidence "
        "fewer than 2,086 of all records (13.9%) are faulty."
    )
    assert said.beforehand == (
        "If none of 20 random records (out of 15,000) is faulty: with 95% confidence "
        "fewer than 2,086 of all records (13.9%) are faulty."
    )
    assert sample_needed(15_000, 0.05) == 59
    assert need_in_words(15_000, 0.05) == (
        "To show with 95% confidence that fewer than 5% of 15,000 records are faulty, check "
        "59 random records, none of them faulty."
    )


def test_faults_found_make_the_bound_weaker():
    """With two of the twenty faulty, many more records may be faulty."""
    assert assurance(15_000, 20, 2).in_words == (
        "20 random records of 15,000 checked, 2 faulty: with 95% confidence fewer than "
        "4,238 of all records (28.3%) are faulty."
    )
    assert assurance(15_000, 20, 2).beforehand.startswith(
        "If no more than 2 of 20 random records (out of 15,000) are faulty: with 95% confidence"
    )
    needed = sample_needed(15_000, 0.05, faults=1)
    assert needed is not None
    assert needed > 59


def test_the_ends_of_the_scale():
    """Nothing checked, everything checked, everything faulty, and shares that cannot be shown."""
    assert assurance(100, 0).ruled_out is None
    assert assurance(100, 0).in_words.endswith("this does not rule anything out.")
    assert assurance(100, 3, 3).share == 1.0
    assert assurance(100, 100, 2).ruled_out == 3
    assert assurance(100, 100, 2).in_words.endswith(
        "that is every record, so nothing is left unknown."
    )
    assert assurance(1, 1).ruled_out == 1
    assert sample_needed(100, 0.05, faults=5) is None
    assert "cannot be shown" in need_in_words(100, 0.05, faults=5)


@pytest.mark.parametrize(
    ("population", "sample", "faults", "confidence"),
    [(0, 0, 0, 0.95), (10, 11, 0, 0.95), (10, 5, 6, 0.95), (10, 5, -1, 0.95), (10, 5, 0, 1.0)],
)
def test_impossible_numbers_are_refused(population, sample, faults, confidence):
    """More drawn than there are, more faulty than drawn, a confidence of 100%."""
    with pytest.raises(ValueError, match="between|≤"):
        assurance(population, sample, faults, confidence)


def test_the_curve_falls():
    """Each larger sample shows more."""
    points = curve(15_000)

    shares = [point.share for point in points]
    assert sorted(shares, reverse=True) == shares
    assert [point.sample for point in points][:3] == [5, 10, 20]
    assert [point.sample for point in curve(25)] == [5, 10, 20]


def test_a_draw_by_strata_shows_what_is_true_wherever_the_faults_are():
    """One stratum is a simple draw; a stratum nobody was drawn from may be entirely faulty."""
    assert assurance_by_strata([(15_000, 20)]).ruled_out == 2086
    even = assurance_by_strata([(5_000, 7), (10_000, 13)]).ruled_out
    one_left_out = assurance_by_strata([(500, 0), (14_500, 20)]).ruled_out
    assert even is not None
    assert one_left_out is not None
    assert 2086 <= even < one_left_out
    assert one_left_out == 500 + (assurance(14_500, 20).ruled_out or 0)


@settings(deadline=None, max_examples=examples(50))
@given(st.lists(st.tuples(st.integers(1, 12), st.integers(0, 12)), min_size=1, max_size=3))
def test_the_worst_place_for_faults_is_found(given_strata):
    """The bound agrees with trying every way to distribute faulty records over the strata."""
    strata = [(size, min(size, drawn)) for size, drawn in given_strata]
    ruled_out = assurance_by_strata(strata).ruled_out

    def missed(faulty: int, left: list[tuple[int, int]]) -> Fraction:
        if not left:
            return Fraction(int(faulty == 0))
        (size, drawn), *others = left
        return max(
            Fraction(comb(size - here, drawn), comb(size, drawn)) * missed(faulty - here, others)
            for here in range(min(size, faulty) + 1)
        )

    population = sum(size for size, _ in strata)
    for faulty in range(population + 1):
        is_ruled_out = missed(faulty, strata) <= Fraction(1, 20)
        assert is_ruled_out == (ruled_out is not None and faulty >= ruled_out)


@settings(deadline=None, max_examples=examples(200))
@given(samples(), st.sampled_from([0.5, 0.9, 0.95, 0.99]))
@example((140, 1, 0), 0.95)  # 7 of 140 are exactly 5%
@example((160, 1, 0), 0.95)
@example((180, 1, 0), 0.95)
@example((10, 1, 0), 0.9)
def test_a_draw_from_one_stratum_shows_exactly_what_a_simple_draw_does(sampled, confidence):
    """Both are exact: a probability of exactly 5% is ruled out by both, never by only one."""
    population, sample, _ = sampled
    by_strata = assurance_by_strata([(population, sample)], confidence)
    assert by_strata == assurance(population, sample, 0, confidence)
    said = by_strata.ruled_out
    limit = 1 - Fraction(str(confidence))
    chances = [
        Fraction(comb(population - faulty, sample), comb(population, sample))
        for faulty in ((population,) if said is None else (said - 1, said))
    ]
    assert chances[0] > limit
    assert said is None or chances[1] <= limit
