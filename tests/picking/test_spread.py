"""Spread: records that differ in age, sex and usual GP, and from criterion to criterion."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import polars as pl

from recordpick.picking.suggestion import suggest
from small_selection import SoFar, basis_of


def patient(number: int, age: int | None, sex: str | None = "F", gp: str | None = "Dr A"):
    return {"patient_id": f"P{number}", "age": age, "sex": sex, "usual_gp": gp}


def picked(basis, criterion_id: str) -> list[str]:
    return [who for name, who in suggest(basis, "spread").picks if name == criterion_id]


def test_ages_sexes_and_gps_are_spread_evenly():
    """With sixty alike and one of each other kind, the others are among the first picked."""
    patients = [patient(number, 30) for number in range(60)]
    patients += [patient(60, 90), patient(61, 30, "M"), patient(62, 30, "F", "Dr B")]
    meets = {"A": [row["patient_id"] for row in patients]}

    chosen = picked(basis_of(meets, 4, patients=patients), "A")

    assert {"P60", "P61", "P62"} < set(chosen)


def test_every_group_gets_as_much_as_any_other_while_it_lasts():
    """Ten records over five age bands are two from each, however many people each band has."""
    ages = [2, 10, 20, 50, 90]
    patients = [
        patient(number, ages[min(number // 3, 4)])  # three each of four bands, the rest of one
        for number in range(80)
    ]
    meets = {"A": [row["patient_id"] for row in patients]}

    chosen = picked(basis_of(meets, 10, patients=patients), "A")

    by_age = Counter(patients[int(name[1:])]["age"] for name in chosen)
    assert dict.fromkeys(ages, 2) == dict(by_age)


def test_each_criterion_has_different_patients():
    """While there are enough of them, nobody is picked twice; the scarce criterion goes first."""
    meets = {"A": [f"P{number}" for number in range(8)], "B": ["P0", "P1", "P2", "P3"]}
    basis = basis_of(meets, 4, patients=[patient(number, number * 9) for number in range(8)])

    assert suggest(basis, "spread").records == 8
    assert set(picked(basis, "A")) == {"P4", "P5", "P6", "P7"}


def test_patients_picked_by_people_or_at_random_come_last():
    """The other patients come first; existing picks count towards the spread."""
    patients = [patient(0, 20), patient(1, 21), patient(2, 80), patient(3, 81), patient(4, 22)]
    meets = {"A": ["P0", "P1", "P2", "P3", "P4"], "B": ["P4"]}
    sofar = SoFar({"A": ["P0"], "B": ["P4"], None: ["P2"]})

    chosen = picked(basis_of(meets, {"A": 3, "B": 1}, sofar, patients), "A")

    assert chosen == ["P3", "P1"]


def test_missing_values_are_a_group_of_their_own():
    """Without a date of birth, sex or GP, or without the columns, records are still spread."""
    patients = [patient(0, 20), patient(1, 20), patient(2, None, None, None)]
    basis = basis_of({"A": ["P0", "P1", "P2"]}, 2, patients=patients)

    assert "P2" in picked(basis, "A")
    without = pl.LazyFrame({"patient_id": ["P0", "P1", "P2"]})
    assert len(picked(replace(basis, patients=without), "A")) == 2
