"""Capitation counts the registered list by sex and age band, with the global sum's weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from recordpick.criteria.load import read_pack
from recordpick.index.practice_index import PracticeIndex
from recordpick.matching import match
from recordpick.reports.capitation import CAPITATION, Homes, capitation_rows, shipped_bands
from recordpick.reports.rules import answer_rules, home_residents
from recordpick.reports.what_counts import shipped_report_rules
from recordpick.resources import general_practice_pack

from small_practice import AS_AT, small_index

AGES = st.none() | st.integers(0, 110)


def _patient(number: int, **details: Any) -> dict[str, Any]:
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
    return usual | details


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
    men = [band.weight for band in shipped_bands() if band.sex == "M"]
    assert men == [3.97, 1.00, 1.02, 2.15, 4.19, 5.18, 6.27]
    assert [band.weight for band in women] == [3.64, 1.04, 2.19, 3.36, 4.90, 6.56, 6.72]
    assert all("2004 GMS contract" in band.source for band in shipped_bands())


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


@settings(max_examples=examples(40))
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


# Homes: by the institution, or by a code


def _homes(index: PracticeIndex) -> tuple[dict[tuple[str, str, str], float | None], Homes]:
    pack = read_pack(shipped_report_rules())
    homes = home_residents(index, pack, answer_rules(index, AS_AT, pack))
    rows = capitation_rows(index, AS_AT, homes)
    figures = rows.select("sex", "age_band", "figure", "from_records").iter_rows()
    return {(sex, band, figure): value for sex, band, figure, value in figures}, homes


def _code(who: str, **more: Any) -> dict[str, Any]:
    return {
        "patient_id": who,
        "event_id": f"{who} {sorted(more)}",
        "date": AS_AT,
        "code": "160734000",
        "term": "Lives in a nursing home",
    } | more


def _people(*names: str, **more: Any) -> list[dict[str, Any]]:
    return [_patient(0, **({"patient_id": name} | more)) for name in names]


def test_a_resident_by_code_weighs_as_much_as_one_by_institution(
    written: Callable[..., PracticeIndex],
) -> None:
    """The same people as those of DEM-13; a code that says otherwise, or is to come, is none."""
    index = written(
        patients=[
            *_people("code", "both", "neither", "no longer", "to come"),
            *_people("institution", institution="CH01"),
        ],
        events=[
            _code("code"),
            _code("both"),
            _code("no longer", term="No longer lives in a nursing home"),
            _code("to come", date=AS_AT.replace(month=12)),
        ],
    )
    found, homes = _homes(index)
    assert homes.cautions == ()
    assert found["all", "all", "in_home"] == 3
    assert found["all", "all", "weighted"] == pytest.approx(3.36 * (3 + 3 * 1.43))
    pack = read_pack(general_practice_pack())
    assert set(match(pack, index, AS_AT).patients("DEM-13")) == {"code", "both", "institution"}


def test_without_an_institution_homes_are_known_by_codes_and_it_is_said(
    written: Callable[..., PracticeIndex],
) -> None:
    """As in SystmOne and Vision, whose extracts do not have it."""
    people = [{k: v for k, v in one.items() if k != "institution"} for one in _people("1", "2")]
    found, homes = _homes(written(patients=people, events=[_code("1")]))
    assert found["all", "all", "in_home"] == 1
    assert [one for one in homes.cautions if "use the codes for living in a care home only" in one]


def test_without_an_institution_and_without_a_code_there_is_no_figure(
    written: Callable[..., PracticeIndex],
) -> None:
    """Nobody in a home, and homes that nobody can tell, are two things."""
    people = [{k: v for k, v in one.items() if k != "institution"} for one in _people("1", "2")]
    index = written(patients=people, events=[_code("1", code="X-0001")])
    found, homes = _homes(index)
    assert found["all", "all", "in_home"] is None
    assert found["all", "all", "weighted"] is None
    assert found["all", "all", "patients"] == 2
    assert "institution" in homes.why_empty


def test_without_codes_homes_are_known_by_the_institution_and_it_is_said(
    written: Callable[..., PracticeIndex],
) -> None:
    found, homes = _homes(written(patients=_people("1", institution="CH01")))
    assert found["all", "all", "in_home"] == 1
    assert [one for one in homes.cautions if "Not checked" in one]
