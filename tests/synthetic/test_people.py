"""The people of a synthetic practice resemble those of an English one."""

from __future__ import annotations

import nhs_number
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from recordpick.synthetic.identity import nhs_numbers
from recordpick.synthetic.practice import Practice


@settings(max_examples=examples(25), deadline=None)
@given(patients=st.integers(1, 3_000), seed=st.integers(0, 2**63))
def test_nhs_numbers_are_valid_different_and_never_issued(patients: int, seed: int) -> None:
    """There are as many as requested, valid by the nhs-number package, in the synthetic range."""
    numbers = nhs_numbers(patients, seed)

    assert patients == numbers.n_unique()
    assert all(nhs_number.is_valid(number) for number in numbers.gather_every(97))
    assert numbers.str.contains(r"^9\d{9}$").all()


def test_every_nhs_number_of_a_practice_is_valid(practice: Practice) -> None:
    """Each is checked with the package that the readers use."""
    numbers = practice.patients["nhs_number"].drop_nulls()

    assert all(nhs_number.is_valid(number) for number in numbers)
    assert len(numbers) == numbers.n_unique()


def test_patients_have_distinct_numbers(practice: Practice) -> None:
    """No two patients share a patient number."""
    assert practice.patients["patient_id"].is_unique().all()


def share(practice: Practice, condition: pl.Expr) -> float:
    return practice.patients.filter(condition).height / practice.patients.height


def test_ages_and_sexes_are_about_englands(practice: Practice) -> None:
    """About a fifth are children, about a fifth 65 and over, half are women."""
    people = practice.people.filter(pl.col("status") == "registered")
    children = people.filter(pl.col("age") < 18).height / people.height
    older = people.filter(pl.col("age") >= 65).height / people.height
    women = people.filter(pl.col("sex") == "F").height / people.height

    assert 0.16 < children < 0.26
    assert 0.13 < older < 0.25
    assert 0.45 < women < 0.56


def test_most_are_registered_some_left_and_some_died(practice: Practice) -> None:
    """Each has the dates that belong to their status, in order."""
    patients = practice.patients

    assert 0.85 < share(practice, pl.col("status") == "registered") < 0.95
    left = patients.filter(pl.col("status") == "left")
    died = patients.filter(pl.col("status") == "deceased")
    assert left["left_on"].null_count() == 0
    assert died["died_on"].null_count() == 0
    assert patients.filter(pl.col("status") == "registered")["left_on"].null_count() == (
        patients.filter(pl.col("status") == "registered").height
    )
    assert patients.filter(pl.col("registered_on") < pl.col("date_of_birth")).is_empty()
    assert patients.filter(pl.col("left_on") < pl.col("registered_on")).is_empty()
    assert patients.filter(pl.col("died_on") < pl.col("registered_on")).is_empty()


def test_households_hold_families(practice: Practice) -> None:
    """Children live with an adult, and most share that person's surname."""
    people = practice.people.filter(pl.col("status") == "registered")
    children = people.filter((pl.col("age") < 16) & pl.col("mother").is_not_null())
    mothers = people.select(
        mother="n", address_of_mother="address", name_of_mother="family_name", her_age="age"
    )
    families = children.join(mothers, on="mother")

    assert families.height > 0.9 * people.filter(pl.col("age") < 16).height
    assert (families["address"] == families["address_of_mother"]).all()
    assert (families["family_name"] == families["name_of_mother"]).mean() > 0.95  # type: ignore[operator]
    assert (families["her_age"] - families["age"]).min() >= 14  # type: ignore[operator]


def test_nobody_can_be_reached_by_mistake(practice: Practice) -> None:
    """Telephone numbers, e-mail domains and postcodes are from ranges reserved for fiction."""
    patients = practice.patients

    assert patients["email"].drop_nulls().str.contains(r"^[a-z.]+\d+@example\.(com|org|net)$").all()
    assert patients["mobile_phone"].drop_nulls().str.contains(r"^07700 900\d{3}$").all()
    assert patients["home_phone"].drop_nulls().str.contains(r"^01632 960\d{3}$").all()
    assert patients["postcode"].str.contains(r"^X[NQ]\d \d[A-Z]{2}$").all()


def test_older_people_have_more_entries(practice: Practice) -> None:
    """They have more conditions and longer records."""
    rows = practice.tables["events"].group_by("patient_id").len()
    people = practice.people.filter(pl.col("status") == "registered").join(rows, on="patient_id")
    old, young = people.filter(pl.col("age") > 70), people.filter(pl.col("age") < 30)

    assert old["conditions"].mean() > 4 * young["conditions"].mean()  # type: ignore[operator]
    assert old["len"].mean() > 2 * young["len"].mean()  # type: ignore[operator]
