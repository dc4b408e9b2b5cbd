"""Who is who on two lists: by number, else likely by name and birth, else left undecided."""

from __future__ import annotations

from collections import Counter
from datetime import date

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from recordpick.cleanup.pairing import ALONE, LIKELY, MATCHED, UNCLEAR, pair

BORN = date(1980, 5, 4)
SCHEMA = {
    "row": pl.UInt32,
    "nhs_number": pl.String,
    "family_name": pl.String,
    "given_name": pl.String,
    "middle_names": pl.String,
    "date_of_birth": pl.Date,
}


def side(*people) -> pl.DataFrame:
    """Return a side with rows of (number, surname, first name[, middle names[, birth]])."""
    rows = [(n, *who, *(None, BORN)[len(who) - 3 :]) for n, who in enumerate(people)]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def paired(here, there):
    """Return the pairs, and the outcomes of both sides."""
    found = pair(here, there)
    return found.pairs.rows(), found.here["outcome"].to_list(), found.there["outcome"].to_list()


def test_the_number_decides_before_the_name():
    """Whoever shares the number is the same person, though somebody else has the name."""
    here = side(("1", "Ames", "Ann"), ("2", "Baker", "Bo"))
    there = side(("9", "Ames", "Ann"), ("1", "Baker", "Bo"))
    pairs, of_here, of_there = paired(here, there)
    assert pairs == [(0, 1, MATCHED)]
    assert of_here == [MATCHED, ALONE]
    assert of_there == [ALONE, MATCHED]


def test_those_left_over_are_likely_the_same_by_name_and_birth():
    """Whatever the case and spaces, and in whichever column the middle names are."""
    here = side(("1", "Ames", "Ann", "Mary"), (None, "Van Dyke", "Bo"), (None, "Cole", "Cy"))
    there = side(("2", "AMES", "ANN MARY"), ("3", "vandyke", "Bo", "X"), ("4", "Cole", "Di"))
    pairs, of_here, of_there = paired(here, there)
    assert pairs == [(0, 0, LIKELY), (1, 1, LIKELY)]
    assert of_here == of_there == [LIKELY, LIKELY, ALONE]


def test_a_number_that_appears_twice_decides_nothing():
    """Not for anybody who has it, on either side, and the name does not help."""
    here = side(("1", "Ames", "Ann"), ("1", "Ames", "Annie"), ("2", "Cole", "Cy"))
    there = side(("1", "Ames", "Ann"), ("2", "Cole", "Cy"), ("2", "Cole", "Cyd"))
    pairs, of_here, of_there = paired(here, there)
    assert pairs == []
    assert of_here == of_there == [UNCLEAR] * 3


def test_a_number_that_appears_twice_on_one_side_only_is_no_ones_there():
    here = side(("1", "Ames", "Ann"), ("1", "Ames", "Bo"))
    assert paired(here, side(("2", "Cole", "Cy")))[1:] == ([ALONE, ALONE], [ALONE])


def test_a_name_that_others_have_as_well_decides_nothing():
    """Also where one of them was matched by number already."""
    here = side(("1", "Ames", "Ann"), ("2", "Ames", "Ann"))
    there = side(("1", "Ames", "Ann"), ("3", "Ames", "Ann"))
    pairs, of_here, of_there = paired(here, there)
    assert pairs == [(0, 0, MATCHED)]
    assert of_here == of_there == [MATCHED, UNCLEAR]


def test_two_ways_to_write_the_forenames_that_lead_to_two_people_decide_nothing():
    here = side((None, "Ames", "Ann", "Mary"))
    there = side((None, "Ames", "Ann"), (None, "Ames", "Annmary"))
    assert paired(here, there) == ([], [UNCLEAR], [UNCLEAR, UNCLEAR])


def test_without_a_birth_or_a_name_nobody_is_likely():
    here = side((None, "Ames", "Ann", None, None), (None, "", "Bo"), (None, "Cole", None))
    assert paired(here, here)[0] == []


def test_a_name_that_appears_a_thousand_times_on_both_sides():
    """It does not make a million pairs."""
    crowd = side(*[(None, "Ames", "Ann")] * 3000)
    pairs, of_here, _ = paired(crowd, crowd)
    assert pairs == []
    assert set(of_here) == {UNCLEAR}


def test_nobody_on_either_side():
    assert paired(side(), side(("1", "Ames", "Ann"))) == ([], [], [ALONE])
    assert paired(side(), side()) == ([], [], [])


people = st.lists(
    st.tuples(
        st.sampled_from([None, "1", "2", "3", "4"]),
        st.sampled_from(["Ames", "ames", None]),
        st.sampled_from(["Ann", "Ann Mary", "Bo"]),
        st.sampled_from([None, "Mary"]),
        st.sampled_from([BORN, date(1990, 1, 1)]),
    ),
    max_size=7,
)


@given(people, people)
def test_everybody_has_one_place_and_nobody_is_in_two_pairs(ours, theirs):
    """The figures add up: each side = matched + likely + unclear + alone."""
    here, there = side(*ours), side(*theirs)
    found = pair(here, there)
    for name, rows in (("here", here), ("there", there)):
        outcomes: pl.DataFrame = getattr(found, name)
        assert outcomes["row"].to_list() == rows["row"].to_list()
        counts = [found.number(name, outcome) for outcome in (MATCHED, LIKELY, UNCLEAR, ALONE)]
        assert sum(counts) == rows.height
        assert found.pairs[name].n_unique() == found.pairs.height == counts[0] + counts[1]
        in_pairs = dict(found.pairs.select(name, "outcome").iter_rows())
        place_of = dict(outcomes.iter_rows())
        assert {row: place_of[row] for row in in_pairs} == in_pairs


@given(people, people)
def test_pairs_are_what_they_are_said_to_be(ours, theirs):
    """A match shares a number that nobody else has; a likely one never shares a number."""
    numbers = [Counter(who[0] for who in people if who[0]) for people in (ours, theirs)]
    for here, there, outcome in pair(side(*ours), side(*theirs)).pairs.iter_rows():
        mine, other = ours[here], theirs[there]
        if outcome == MATCHED:
            assert mine[0] == other[0]
            assert numbers[0][mine[0]] == numbers[1][other[0]] == 1
        else:
            assert mine[4] == other[4]
            assert not mine[0] or mine[0] != other[0]
            assert mine[1].lower() == other[1].lower()


@given(people, people)
def test_the_order_of_lines_and_which_list_comes_first_change_nothing(ours, theirs):
    found = pair(side(*ours), side(*theirs))
    swapped = pair(side(*theirs), side(*ours))
    assert sorted(found.pairs.rows()) == sorted((h, t, p) for t, h, p in swapped.pairs.iter_rows())
    assert found.here.rows() == swapped.there.rows()
