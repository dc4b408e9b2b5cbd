"""Capitation counts the registered list by sex and age band, with the global sum's weights."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recordpick.handover.capitation import CAPITATION, capitation_rows, shipped_bands

from small_practice import AS_AT, small_index

AGES = st.none() | st.integers(0, 110)


def _patient(number: int, **told: Any) -> dict[str, Any]:
    usual = {
        "patient_id": str(number),
        "status": "registered",
        "registration": "regular",
        "sex": "F",
        "date_of_birth": AS_AT.replace(year=1980),
        "age": 46,
        "registered_on": AS_AT.replace(year=2001),
        "institution": None,
    }
    return usual | told


def _figures(*patients: dict[str, Any]) -> dict[tuple[str, str, str], float | None]:
    rows = capitation_rows(small_index(patients=patients), AS_AT)  # type: ignore[arg-type]
    return {
        (sex, band, figure): value
        for sex, band, figure, value in rows.select(
            "sex", "age_band", "figure", "from_records"
        ).iter_rows()
    }


def test_the_bands_are_those_of_the_global_sum() -> None:
    women = [band for band in shipped_bands() if band.sex == "F"]
    assert [band.name for band in women] == [
        *("0 to 4", "5 to 14", "15 to 44", "45 to 64", "65 to 74", "75 to 84", "85 and over")
    ]
    assert [band.weight for band in women] == [3.64, 1.04, 2.19, 3.36, 4.90, 6.56, 6.72]


def test_a_patient_counts_with_the_weight_of_sex_and_age() -> None:
    found = _figures(_patient(1), _patient(2, sex="M", age=85), _patient(3, sex="M", age=84))
    assert found["F", "45 to 64", "patients"] == 1
    assert found["F", "45 to 64", "weighted"] == 3.36
    assert found["M", "85 and over", "weighted"] == 6.27
    assert found["M", "75 to 84", "weighted"] == 5.18
    assert found["all", "all", "patients"] == 3
    assert found["all", "all", "weighted"] == pytest.approx(3.36 + 6.27 + 5.18)


def test_new_patients_and_those_in_homes_weigh_more() -> None:
    found = _figures(
        _patient(1, registered_on=AS_AT.replace(month=3)),
        _patient(2, institution="The Laurels"),
        _patient(3, institution="The Laurels", registered_on=AS_AT.replace(month=3)),
        _patient(4, registered_on=AS_AT.replace(year=AS_AT.year - 1)),
        _patient(5, registered_on=None),
        _patient(6, sex="M", registered_on=AS_AT.replace(month=12)),  # it lies before that day
    )
    assert found["M", "45 to 64", "newly_registered"] == 0
    assert found["M", "45 to 64", "weighted"] == 2.15
    assert found["F", "45 to 64", "newly_registered"] == 2
    assert found["F", "45 to 64", "in_home"] == 2
    assert found["F", "45 to 64", "weighted"] == pytest.approx(
        3.36 * (1.46 + 1.43 + 1.46 * 1.43 + 1 + 1)
    )


def test_only_the_gms_list_is_counted() -> None:
    found = _figures(
        _patient(1),
        _patient(2, status="left"),
        _patient(3, registration="temporary"),
        _patient(4, status=None),
    )
    assert found["all", "all", "patients"] == 1


def test_nobody_without_a_date_of_birth_or_of_another_sex_is_lost() -> None:
    found = _figures(_patient(1, age=None), _patient(2, sex="I"), _patient(3, sex=None))
    assert found["unknown", "unknown", "patients"] == 3
    assert found["unknown", "unknown", "weighted"] is None
    assert found["all", "all", "patients"] == 3


@pytest.mark.parametrize("column", ["institution", "registered_on", "sex", "status"])
def test_what_the_index_lacks_makes_a_figure_empty_never_zero(column: str) -> None:
    patient = _patient(1)
    del patient[column]
    rows = capitation_rows(small_index(patients=[patient]), AS_AT)  # type: ignore[arg-type]
    weighted = rows.filter(pl.col("figure") == "weighted", pl.col("sex") != "unknown")
    assert weighted["from_records"].null_count() == weighted.height
    assert set(weighted["why_empty"]) == {f"The index has no column {column} in patients."}


@settings(max_examples=40)
@given(
    st.lists(st.tuples(AGES, st.sampled_from(["F", "M", "I", "U", None])), min_size=1, max_size=30)
)
def test_the_groups_add_up_to_the_list(people: list[tuple[int | None, str | None]]) -> None:
    found = _figures(
        *(_patient(number, age=age, sex=sex) for number, (age, sex) in enumerate(people))
    )
    for figure in ("patients", "newly_registered", "in_home", "weighted"):
        parts = [
            value or 0 for (sex, _, name), value in found.items() if name == figure and sex != "all"
        ]
        assert sum(parts) == pytest.approx(found["all", "all", figure])


def test_the_columns_are_those_of_the_contract() -> None:
    assert capitation_rows(small_index(patients=[_patient(1)]), AS_AT).schema == CAPITATION  # type: ignore[arg-type]
