"""The figures of the reports are counted by rules that are data; what cannot be is left empty."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from recordpick.criteria.load import parse_pack, read_pack
from recordpick.errors import UserError
from recordpick.index.practice_index import PracticeIndex
from recordpick.reports.figures import Figure
from recordpick.reports.qof import QofTable, read_qof_table, shipped_qof_table
from recordpick.reports.rules import (
    ReportIndex,
    answer_rules,
    qof_figures,
    target_figures,
)
from recordpick.reports.targets import target_table
from recordpick.reports.what_counts import FLAGS, shipped_report_rules

AS_AT = date(2026, 10, 1)
Written = Callable[..., PracticeIndex]
Row = Mapping[str, Any]

HYPERTENSION, SYSTOLIC, DIASTOLIC = "59621000", "271649006", "271650006"
DIABETES = "44054006"
COPD, COPD_REVIEW, UNSUITABLE = "13645005", "X-2202", "X-0442"
FIRST, SECOND, THIRD = "X-0301", "X-0304", "X-0307"


def _patient(patient_id: str, born: date = date(1960, 1, 1), **details: Any) -> Row:
    usual = {"status": "registered", "registration": "regular", "sex": "F"}
    usual |= {"registered_on": date(2000, 1, 1)}
    return {"patient_id": patient_id, "date_of_birth": born} | usual | details


def _event(patient_id: str, code: str, on: date, value: float | None = None) -> Row:
    return {
        "patient_id": patient_id,
        "event_id": f"{patient_id} {code} {on} {value}",
        "code": code,
        "date": on,
        "value": value,
        "kind": "observation",
    }


def _pressure(patient_id: str, on: date, systolic: float, diastolic: float) -> list[Row]:
    return [
        _event(patient_id, SYSTOLIC, on, systolic),
        _event(patient_id, DIASTOLIC, on, diastolic),
    ]


def _copd_review(patient_id: str, on: date) -> list[Row]:
    return [_event(patient_id, code, on) for code in (COPD_REVIEW, "X-3041", "X-3042")]


def _qof(index: PracticeIndex, rules: Path | None = None) -> dict[tuple[str, ...], Figure]:
    return qof_figures(_table(), answer_rules(index, AS_AT, rules))


def _table(year: str = "2025/26") -> QofTable:
    return read_qof_table(shipped_qof_table(year))


def _values(figures: Mapping[tuple[str, ...], Figure], of: str) -> dict[str, float | None]:
    return {name: figure.value for (whose, name), figure in figures.items() if whose == of}


def test_every_rule_that_ships_is_of_a_known_indicator_or_target() -> None:
    pack = read_pack(shipped_report_rules())
    indicators = {one.name for year in pack.qof_years for one in _table(year).indicators}
    known = indicators | {name.rstrip("0123456789") for name in indicators}
    figures = {"register", "denominator", "numerator", "personalised_care_adjustments"}
    figures |= set(target_table()["figure"])
    others = {f"entries.{flag}" for flag in FLAGS} | {"capitation.in_home"}
    assert others < {criterion.id for criterion in pack.criteria}
    for criterion in pack.criteria:
        if criterion.id in others:
            continue
        whose, _, figure = criterion.id.partition(".")
        assert whose in known
        assert figure in figures


@pytest.mark.parametrize("year", ["2025/26", "2026/27"])
def test_every_indicator_of_a_year_that_ships_has_rules(written: Written, year: str) -> None:
    """Denominator, numerator and adjustments: no indicator is left to the system's own report."""
    rules = answer_rules(written(patients=[_patient("1")]), AS_AT)
    for indicator in _table(year).indicators:
        figures = qof_figures(_table(year), rules)
        for name in ("denominator", "numerator", "personalised_care_adjustments", "points"):
            assert (indicator.name, name) in figures
            assert "no rule" not in figures[indicator.name, name].why_empty


def test_only_the_newest_reading_counts(written: Written) -> None:
    index = written(
        patients=[_patient(name) for name in ("better", "worse", "old", "twice", "other")],
        events=[
            *(_event(name, HYPERTENSION, date(2015, 1, 1)) for name in ("better", "worse")),
            *(_event(name, HYPERTENSION, date(2015, 1, 1)) for name in ("old", "twice")),
            *_pressure("better", date(2026, 1, 1), 170, 100),
            *_pressure("better", date(2026, 6, 1), 140, 90),
            *_pressure("worse", date(2026, 1, 1), 130, 80),
            *_pressure("worse", date(2026, 6, 1), 141, 80),
            *_pressure("old", date(2025, 10, 1), 120, 70),
            *_pressure("twice", date(2026, 6, 1), 150, 95),
            *_pressure("twice", date(2026, 6, 1), 139, 85),
            *_pressure("other", date(2026, 6, 1), 120, 70),
            *_pressure("worse", date(2027, 1, 1), 100, 60),
        ],
    )
    assert _values(_qof(index), "HYP008") == {
        "register": 4,
        "denominator": 4,
        "numerator": 2,
        "personalised_care_adjustments": 0,
        "achievement": 50,
        "points": pytest.approx(38 * 10 / 45),
    }


def test_age_decides_which_indicator_a_patient_belongs_to(written: Written) -> None:
    born = {"79": date(1946, 10, 2), "80": date(1946, 10, 1)}
    index = written(
        patients=[_patient(name, day) for name, day in born.items()],
        events=[
            *(_event(name, HYPERTENSION, date(2015, 1, 1)) for name in born),
            *(row for name in born for row in _pressure(name, date(2026, 9, 1), 145, 85)),
        ],
    )
    figures = _qof(index)
    assert _values(figures, "HYP008") | {"register": 2} == _values(figures, "HYP008")
    assert (figures["HYP008", "denominator"].value, figures["HYP008", "numerator"].value) == (1, 0)
    assert (figures["HYP009", "denominator"].value, figures["HYP009", "numerator"].value) == (1, 1)


def test_an_adjustment_takes_out_of_the_denominator_only_who_was_not_reviewed(
    written: Written,
) -> None:
    names = [f"p{n}" for n in range(10)]
    index = written(
        patients=[_patient(name) for name in names],
        events=[
            *(_event(name, COPD, date(2015, 1, 1)) for name in names),
            *(row for name in names[:5] for row in _copd_review(name, date(2026, 5, 1))),
            _event("p0", UNSUITABLE, date(2026, 5, 1)),
            _event("p8", UNSUITABLE, date(2026, 5, 1)),
            _event("p9", UNSUITABLE, date(2026, 5, 1)),
            _event("p7", UNSUITABLE, date(2024, 5, 1)),
        ],
    )
    # 5 of the 8 who are left: 62.5%; COPD010 earns 9 points between 50% and 90%.
    assert _values(_qof(index), "COPD010") == {
        "register": 10,
        "denominator": 10,
        "numerator": 5,
        "personalised_care_adjustments": 2,
        "achievement": 62.5,
        "points": pytest.approx(9 * 12.5 / 40),
    }


def test_nobody_in_the_denominator_has_no_achievement(written: Written) -> None:
    index = written(
        patients=[_patient("1", status="left"), _patient("2")],
        events=[
            _event("1", COPD, date(2015, 1, 1)),
            *_copd_review("1", date(2026, 5, 1)),
            _event("2", UNSUITABLE, date(2026, 5, 1)),
        ],
    )
    figures = _qof(index)
    assert figures["COPD010", "denominator"] == Figure(0)
    assert figures["COPD010", "achievement"] == Figure(None, "Nobody is in the denominator.")
    assert figures["COPD010", "points"].value is None


def test_doses_count_on_days_of_their_own_and_in_time(written: Written) -> None:
    born = date(2026, 1, 10)
    in_time = [date(2026, 3, 10), date(2026, 4, 10), date(2026, 5, 10)]
    children = {
        "whole": in_time,
        "late": [*in_time[:2], date(2026, 9, 10)],
        "just": [*in_time[:2], date(2026, 9, 9)],
        "doubled": [in_time[0], in_time[0], in_time[1]],
        "none": [],
    }
    index = written(
        patients=[
            *(_patient(name, born) for name in children),
            _patient("too young", date(2026, 2, 2)),
            _patient("too old", date(2025, 2, 1)),
        ],
        events=[
            _event(name, code, day, place)
            for name, days in children.items()
            for place, (code, day) in enumerate(zip((FIRST, SECOND, THIRD), days, strict=False))
        ],
    )
    rules = answer_rules(index, AS_AT)
    targets = target_figures(target_table(), rules)
    assert targets["VI001", "eligible"].value == 5
    assert targets["VI001", "immunised"].value == 2
    assert targets["VI001", "not_immunised"].value == 3
    assert targets["VI001", "achievement"].value == 40
    assert qof_figures(_table(), rules)["VI001", "numerator"].value == 2


def test_screening_figures_add_up_to_the_eligible(written: Written) -> None:
    adequate, hysterectomy, declined = "X-0401", "X-0407", "X-0405"
    women = {name: _patient(name, date(1990, 1, 1)) for name in ("a", "b", "c", "d", "e")}
    index = written(
        patients=[*women.values(), _patient("man", date(1990, 1, 1), sex="M")],
        events=[
            _event("a", adequate, date(2024, 6, 1)),
            _event("b", adequate, date(2023, 4, 1)),
            _event("c", adequate, date(2023, 5, 1)),
            _event("e", hysterectomy, date(2020, 1, 1)),
            _event("d", declined, date(2025, 1, 1)),
            _event("e", declined, date(2025, 1, 1)),
        ],
    )
    targets = _values(target_figures(target_table(), answer_rules(index, AS_AT)), "CS005")
    assert targets["eligible"] == 4
    assert (targets["in_date"], targets["overdue"], targets["never_screened"]) == (2, 1, 1)
    assert (targets["unsuitable"], targets["declined"], targets["next_due"]) == (1, 1, 1)
    assert targets["achievement"] == 50


def test_those_with_frailty_have_indicators_of_their_own(written: Written) -> None:
    """DM020, DM034 and DM036 are of those without it, DM021 of those with it."""
    frail, sugar, day = "925831000000107", "X-2141", date(2026, 6, 1)
    people = {"good": 58, "high": 59, "frail good": 75, "frail high": 76}
    index = written(
        patients=[_patient(name, date(1960, 1, 1)) for name in people],
        events=[
            *(_event(name, DIABETES, date(2015, 1, 1)) for name in people),
            *(_event(name, frail, date(2020, 1, 1)) for name in people if "frail" in name),
            *(_event(name, sugar, day, value=value) for name, value in people.items()),
        ],
    )
    figures = _qof(index)
    for indicator in ("DM020", "DM021"):
        values = _values(figures, indicator)
        assert (values["register"], values["denominator"], values["numerator"]) == (4, 2, 1)
    assert figures["DM034", "denominator"].value is None
    assert "carries any code of the codelist chd" in figures["DM034", "denominator"].why_empty


def test_without_a_code_for_frailty_in_the_practice_nobody_is_taken_for_not_frail(
    written: Written,
) -> None:
    index = written(
        patients=[_patient("1", date(1960, 1, 1))],
        events=[_event("1", DIABETES, date(2015, 1, 1))],
    )
    figure = _qof(index)["DM020", "denominator"]
    assert figure.value is None
    assert "moderate_severe_frailty" in figure.why_empty


def test_a_denominator_has_its_figure_also_where_there_is_no_rule_for_the_numerator(
    written: Written, tmp_path: Path
) -> None:
    text = shipped_report_rules().read_text(encoding="utf-8")
    head, _, rest = text.partition('[[criterion]]\nid = "HYP008.numerator"')
    changed = head + rest[rest.index("[[criterion]]") :]
    shutil.copytree(shipped_report_rules().parent / "codelists", tmp_path / "codelists")
    (tmp_path / "mine.toml").write_text(changed, encoding="utf-8")
    index = written(patients=[_patient("1")], events=[_event("1", HYPERTENSION, date(2015, 1, 1))])
    values = _values(_qof(index, tmp_path / "mine.toml"), "HYP008")
    assert values == {"register": 1, "denominator": 1}


def test_what_the_index_lacks_leaves_a_figure_empty_and_says_what(written: Written) -> None:
    index = written(patients=[_patient("1")])
    figures = _qof(index)
    lacking = {name for (_, name), figure in figures.items() if figure.value is None}
    assert lacking >= {"register", "numerator"}
    assert figures["HYP008", "register"].value is None
    assert "the index has no table entries" in figures["HYP008", "register"].why_empty
    assert "no table entries" in figures["VI004", "numerator"].why_empty


def test_a_codelist_that_nobody_has_is_no_zero(written: Written) -> None:
    """The likeliest reason is that the practice codes in another system."""
    index = written(patients=[_patient("1")], events=[_event("1", "H33..", date(2015, 1, 1))])
    register = _qof(index)["COPD010", "register"]
    assert register.value is None
    assert "carries any code of the codelist copd" in register.why_empty


def test_rules_and_codelists_can_be_replaced(written: Written, tmp_path: Path) -> None:
    own = tmp_path / "own"
    shutil.copytree(shipped_report_rules().parent, own)
    (own / "codelists" / "copd.csv").write_text("code,term\nH3...,COPD\n", encoding="utf-8")
    index = written(
        patients=[_patient("1"), _patient("2")],
        events=[_event("1", "H3...", date(2015, 1, 1)), _event("2", COPD, date(2015, 1, 1))],
    )
    shipped = answer_rules(index, AS_AT).of("COPD.register").patients
    replaced = answer_rules(index, AS_AT, own / "report_rules.toml").of("COPD.register").patients
    assert [[*one] for one in (shipped, replaced) if one is not None] == [["2"], ["1"]]


NEWEST = """
[pack]
title = "Newest values"
version = "1"

[codelist.systolic]
codes = ["271649006"]

[codelist.diastolic]
codes = ["271650006"]

[tables.latest]
list = "text"
code = "text"
date = "date"
value = "number"

[[criterion]]
id = "HYP008.numerator"
area = "QOF"
title = "Blood pressure"
find = "The latest blood pressure is 140/90 or less."
rule = [
  { says = "systolic", table = "latest", codes = "systolic", where = "list = 'systolic'" },
  { says = "diastolic", table = "latest", codes = "diastolic", where = "list = 'diastolic'" },
]
"""


def test_a_rule_on_the_newest_values_must_name_its_codelist(
    written: Written, tmp_path: Path
) -> None:
    changed = NEWEST.replace("list = 'systolic'", "list = 'diastolic'", 1)
    (tmp_path / "mine.toml").write_text(changed, encoding="utf-8")
    index = written(patients=[_patient("1")], events=[_event("1", COPD, date(2015, 1, 1))])
    with pytest.raises(
        UserError, match=r"mine\.toml, criterion HYP008\.numerator: a rule on latest"
    ):
        answer_rules(index, AS_AT, tmp_path / "mine.toml")


def test_the_newest_values_are_those_of_the_codelist(written: Written) -> None:
    index = written(
        patients=[_patient("1")],
        events=[
            _event("1", SYSTOLIC, date(2026, 1, 1), 120),
            _event("1", SYSTOLIC, date(2026, 2, 1), None),
            _event("1", DIASTOLIC, date(2026, 3, 1), 80),
            _event("1", SYSTOLIC, date(2026, 12, 1), 200),
        ],
    )
    latest = ReportIndex.of(index, parse_pack({"mine.toml": NEWEST}), AS_AT).scan("latest")
    assert sorted(latest.select("list", "value").collect().iter_rows()) == [
        ("diastolic", 80.0),
        ("systolic", 120.0),
    ]
    assert isinstance(latest, pl.LazyFrame)
