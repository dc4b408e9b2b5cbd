"""Strata: a random draw in proportion to age bands and sexes that can be continued later."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from recordpick.picking.strata import AGE_BANDS, shares, strata_of, stratified_order
from recordpick.picking.tickets import draw_order


def people(**strata: int) -> pl.DataFrame:
    rows = [(f"{name}{number}", name) for name, size in strata.items() for number in range(size)]
    return pl.DataFrame(rows, schema=["patient_id", "stratum"], orient="row")


@pytest.mark.parametrize(
    ("age", "band"),
    [(0, "0–4"), (4, "0–4"), (5, "5–14"), (44, "15–44"), (85, "85+"), (119, "85+")],
)
def test_age_bands(age, band):
    """The bands by which practices are paid for their patients."""
    patients = pl.LazyFrame({"patient_id": ["P1"], "age": [age], "sex": ["F"]})

    strata = strata_of(patients, pl.Series(["P1"]))

    assert strata["stratum"].to_list() == [f"{band} F"]
    assert band in dict(AGE_BANDS).values()


def test_missing_values_are_a_stratum_too():
    """Nobody is left out of the draw because a value is missing."""
    patients = pl.LazyFrame(
        {"patient_id": ["P1", "P2"], "age": [None, -1], "sex": ["M", None]},
        schema={"patient_id": pl.String, "age": pl.Int64, "sex": pl.String},
    )

    strata = strata_of(patients, pl.Series(["P3", "P2", "P1", "P1"]))

    assert strata.rows() == [
        ("P1", "unknown M"),
        ("P2", "unknown unknown"),
        ("P3", "unknown unknown"),
    ]


def test_one_stratum_is_the_simple_draw():
    """With a single stratum, the order is that of the tickets."""
    strata = people(A=50)

    order = stratified_order(strata, "314159")

    assert order["patient_id"].to_list() == (
        draw_order(strata["patient_id"], "314159")["patient_id"].to_list()
    )
    assert order["place"].to_list() == list(range(1, 51))


def test_shares_are_in_proportion():
    """Half of the people, half of the records."""
    strata = people(young=600, middle=300, old=100)

    first = stratified_order(strata, "1").head(20)

    assert Counter(first["stratum"]) == {"young": 12, "middle": 6, "old": 2}
    assert shares(strata, 20) == {"young": 12, "middle": 6, "old": 2}


@settings(deadline=None, max_examples=examples(50))
@given(
    st.dictionaries(st.sampled_from("ABCDEF"), st.integers(1, 40), min_size=1),
    st.integers(1, 60),
    st.text(min_size=1, max_size=5),
)
def test_a_further_draw_only_adds_and_within_a_stratum_tickets_decide(sizes, records, seed):
    """Shares stay in proportion for any number drawn; each stratum is drawn by ticket."""
    strata = people(**sizes)

    order = stratified_order(strata, seed)

    assert sorted(order["patient_id"]) == sorted(strata["patient_id"])
    for (stratum,), of in order.group_by("stratum"):
        assert of["ticket_number"].is_sorted(), stratum
    drawn = Counter(order.head(records)["stratum"])
    assert sum(shares(strata, records).values()) == sum(drawn.values())
    # Webster's own test: no record would be better placed in another stratum
    rooms = [(2 * drawn[name] + 1) / size for name, size in sizes.items() if drawn[name] < size]
    lasts = [(2 * drawn[name] - 1) / size for name, size in sizes.items() if drawn[name] > 0]
    assert not rooms or max(lasts) <= min(rooms)


def test_the_order_of_rows_does_not_matter():
    """The same people in another order are drawn in the same order."""
    strata = people(A=30, B=20, C=7)

    shuffled = strata.sample(fraction=1, shuffle=True, seed=3)

    assert stratified_order(strata, "x").equals(stratified_order(shuffled, "x"))


def test_the_documented_check_gives_the_same_order():
    """docs/random-draw.md shows how to check a stratified draw with plain Python, as here."""
    strata = people(young=30, middle=20, old=7)
    stratum = dict(strata.iter_rows())
    tickets = dict(
        draw_order(strata["patient_id"], "52403").select("patient_id", "ticket_number").iter_rows()
    )

    size, seen, order = Counter(stratum.values()), Counter(), []
    for number, patient_id in sorted((tickets[one], one) for one in stratum):
        group = stratum[patient_id]
        seen[group] += 1
        order.append((Fraction(2 * seen[group] - 1, 2 * size[group]), number, patient_id))
    order.sort()

    expected = [patient_id for _, _, patient_id in order]
    assert expected == stratified_order(strata, "52403")["patient_id"].to_list()
