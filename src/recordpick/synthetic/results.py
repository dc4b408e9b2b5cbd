"""Readings and results: blood pressure, measurements, blood tests, and the annual reviews."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from recordpick.synthetic import events
from recordpick.synthetic.chance import Chance
from recordpick.synthetic.codes import BLOOD_PRESSURE, BLOOD_PRESSURE_READING, Code
from recordpick.synthetic.conditions import has, since
from recordpick.synthetic.events import as_events, lookup_code, single_code
from recordpick.synthetic.rows import (
    YEARS,
    Setting,
    random_count,
    random_follow_up_day,
    repeat_rows,
    row_id,
    split_into_parts,
)


class Test(NamedTuple):
    """A numeric result: code, usual value and spread, reference range, unit, decimals."""

    code: Code
    mean: float
    spread: float
    low: float | None
    high: float | None
    unit: str
    decimals: int


FULL_BLOOD_COUNT = (
    Test(Code("X-2101", "Haemoglobin concentration"), 138, 15, 115, 165, "g/L", 0),
    Test(Code("X-2102", "Total white cell count"), 6.8, 1.9, 4, 11, "10*9/L", 2),
    Test(Code("X-2103", "Platelet count"), 255, 65, 150, 400, "10*9/L", 0),
    Test(Code("X-2104", "Mean corpuscular volume"), 90, 5.5, 80, 100, "fL", 1),
    Test(Code("X-2105", "Neutrophil count"), 4.1, 1.5, 2, 7.5, "10*9/L", 2),
)
KIDNEY = (
    Test(Code("X-2111", "Serum sodium"), 140, 3, 133, 146, "mmol/L", 0),
    Test(Code("X-2112", "Serum potassium"), 4.4, 0.45, 3.5, 5.3, "mmol/L", 1),
    Test(Code("X-2113", "Serum creatinine"), 76, 15, 45, 104, "umol/L", 0),
    Test(
        Code("X-2114", "Estimated glomerular filtration rate"), 84, 11, 60, 120, "mL/min/1.73m*2", 0
    ),
)
LIVER = (
    Test(Code("X-2121", "Serum alanine aminotransferase"), 25, 11, 5, 45, "U/L", 0),
    Test(Code("X-2122", "Serum alkaline phosphatase"), 78, 24, 30, 130, "U/L", 0),
    Test(Code("X-2123", "Serum bilirubin"), 10, 4.5, 1, 21, "umol/L", 1),
)
LIPIDS = (
    Test(Code("X-2131", "Serum cholesterol"), 4.9, 1.0, 2.5, 5.0, "mmol/L", 1),
    Test(Code("X-2132", "Serum HDL cholesterol"), 1.4, 0.35, 1.0, 2.5, "mmol/L", 2),
    Test(Code("X-2133", "Serum LDL cholesterol"), 2.7, 0.8, 0.5, 3.0, "mmol/L", 2),
)
SINGLE = (
    Test(Code("X-2141", "HbA1c (IFCC)"), 37, 4, 20, 41, "mmol/mol", 0),
    Test(Code("X-2142", "Serum thyroid stimulating hormone"), 2.1, 1.0, 0.27, 4.2, "mU/L", 2),
    Test(Code("X-2143", "Serum C-reactive protein"), 4, 3.5, 0, 5, "mg/L", 1),
    Test(Code("X-2144", "Serum ferritin"), 110, 60, 15, 300, "ug/L", 0),
    Test(Code("X-2145", "Serum vitamin D"), 58, 24, 50, 150, "nmol/L", 0),
    Test(Code("X-2146", "Serum folate"), 8.5, 3.5, 3, 20, "ug/L", 1),
)
PANELS = (
    (events.FULL_BLOOD_COUNT, Code("X-2100", "Full blood count"), FULL_BLOOD_COUNT, 0.045),
    (events.KIDNEY, Code("X-2110", "Urea and electrolytes"), KIDNEY, 0.05),
    (events.LIVER, Code("X-2120", "Liver function tests"), LIVER, 0.03),
    (events.LIPIDS, Code("X-2130", "Serum lipids"), LIPIDS, 0.035),
)
MEASUREMENTS = (
    Test(Code("27113001", "Body weight"), 76, 15, None, None, "kg", 1),
    Test(Code("50373000", "Body height"), 169, 9, None, None, "cm", 0),
    Test(Code("60621009", "Body mass index"), 27, 5, None, None, "kg/m2", 1),
    Test(Code("X-2001", "Pulse rate"), 74, 10, None, None, "bpm", 0),
    Test(Code("X-2002", "Alcohol units per week"), 7, 4, None, None, "units/week", 0),
)
RISK_SCORE = Code("X-2209", "CHA2DS2-VASc stroke risk score")
REVIEWS = (
    ("asthma", Code("X-2201", "Asthma annual review")),
    ("copd", Code("X-2202", "COPD annual review")),
    ("diabetes_type_2", Code("X-2203", "Diabetic annual review")),
    ("diabetes_type_2", Code("X-2204", "Diabetic foot examination")),
    ("hypertension", Code("X-2205", "Hypertension annual review")),
    ("heart_failure", Code("X-2206", "Heart failure annual review")),
    ("dementia", Code("X-2207", "Dementia care plan reviewed")),
    ("schizophrenia", Code("X-2208", "Mental health care plan agreed")),
    ("atrial_fibrillation", RISK_SCORE),
    ("depression", Code("X-2210", "Depression interim review")),
)
_ADULT = pl.col("stop") - pl.col("born") > 18 * 365


def blood_pressures(people: pl.LazyFrame, setting: Setting) -> pl.LazyFrame:
    """Return readings of adults: a header entry, with systolic and diastolic as its children."""
    chance = setting.chance("blood pressure")
    yearly = (
        0.08
        + has("hypertension").cast(pl.Float64) * 0.7
        + has("diabetes_type_2", "chronic_kidney_disease", "stroke").cast(pl.Float64) * 0.4
    )
    readings = repeat_rows(
        people.filter(_ADULT), random_count(chance, "count", YEARS * yearly).clip(1)
    ).with_columns(
        on=random_follow_up_day(
            chance, "on", pl.max_horizontal("start", pl.col("born") + 18 * 365), pl.col("stop")
        ),
        high=has("hypertension").cast(pl.Float64),
    )
    part = pl.col("part")
    of = Chance(setting.seed, "blood pressure", row="n")
    systolic = of.normal("value", 124 + 7 * pl.col("high") + 0.08 * (pl.col("age") - 50), 12)
    diastolic = of.normal("value", 75 + 4 * pl.col("high"), 8)
    value = pl.when(part == 1).then(systolic).when(part == 2).then(diastolic).round()
    return as_events(
        split_into_parts(readings, 3, 4),
        setting,
        events.BLOOD_PRESSURE,
        "observation",
        lookup_code((BLOOD_PRESSURE_READING, *BLOOD_PRESSURE), part),
        value=value,
        unit=pl.when(part > 0).then(pl.lit("mmHg")),
        range_high=pl.when(part == 1).then(140.0).when(part == 2).then(90.0),
        is_abnormal=pl.when(part > 0).then(value >= pl.when(part == 1).then(140.0).otherwise(90.0)),
        header_id=pl.when(part > 0).then(row_id(events.BLOOD_PRESSURE, pl.col("parent_k") * 4)),
    )


def measurements(people: pl.LazyFrame, setting: Setting) -> pl.LazyFrame:
    """Return weight, height, body mass index, pulse and alcohol of adults."""
    chance = setting.chance("measurements")
    checked = has("schizophrenia").cast(pl.Float64) * 1.5
    more = 0.22 + 0.05 * pl.col("conditions").cast(pl.Float64) + checked
    rows = repeat_rows(
        people.filter(_ADULT), random_count(chance, "count", YEARS * more)
    ).with_columns(
        on=random_follow_up_day(
            chance, "on", pl.max_horizontal("start", pl.col("born") + 18 * 365), pl.col("stop")
        ),
        part=chance.integer("which", 0, len(MEASUREMENTS) - 1),
    )
    return _results(rows, setting, events.MEASUREMENTS, "observation", MEASUREMENTS)


def panels(people: pl.LazyFrame, setting: Setting) -> pl.LazyFrame:
    """Return panels of blood tests: a header entry, with the results as its children."""
    frames = []
    for generator, panel, tests, yearly in PANELS:
        chance = setting.chance(panel.term)
        rate = yearly * (0.3 + pl.col("age") / 50 + 0.35 * pl.col("conditions"))
        drawn = repeat_rows(
            people.filter(pl.col("stop") - pl.col("born") > 5 * 365),
            random_count(chance, "count", YEARS * rate),
        ).with_columns(on=random_follow_up_day(chance, "on", pl.col("start"), pl.col("stop")))
        every = len(tests) + 1
        frames.append(
            _results(
                split_into_parts(drawn, every, 8), setting, generator, "investigation", tests, panel
            )
        )
    return pl.concat(frames)


def single_tests(people: pl.LazyFrame, setting: Setting) -> pl.LazyFrame:
    """Return single blood tests; HbA1c most often for people with diabetes."""
    chance = setting.chance("single tests")
    rate = 0.06 + 0.1 * pl.col("conditions").cast(pl.Float64)
    sugar = has("diabetes_type_1", "diabetes_type_2", "prediabetes")
    rows = repeat_rows(
        people.filter(pl.col("stop") - pl.col("born") > 12 * 365),
        random_count(chance, "count", YEARS * (rate + sugar.cast(pl.Float64) * 0.8)),
    ).with_columns(
        on=random_follow_up_day(chance, "on", pl.col("start"), pl.col("stop")),
        part=pl.when(sugar & chance.happens("HbA1c", 0.8))
        .then(0)
        .otherwise(chance.integer("which", 0, len(SINGLE) - 1)),
    )
    return _results(rows, setting, events.SINGLE_TESTS, "investigation", SINGLE)


def _results(
    rows: pl.LazyFrame,
    setting: Setting,
    generator: int,
    kind: str,
    tests: tuple[Test, ...],
    panel: Code | None = None,
) -> pl.LazyFrame:
    """Return rows with `part` as results; with `panel`, part 0 is the panel, others its tests."""
    chance = setting.chance(f"results {generator}")
    head = 0 if panel is None else 1
    part = pl.col("part").cast(pl.Int64) - head
    position = part.clip(0).cast(pl.UInt32)

    def of_test(values: list[float | None]) -> pl.Expr:
        series = pl.Series(values, dtype=pl.Float64)
        return pl.when(part >= 0).then(pl.lit(series).gather(position))

    def shifted(code: str, condition: str, by: float) -> pl.Expr:
        is_test = pl.lit(pl.Series([test.code.code == code for test in tests])).gather(position)
        return pl.when(is_test & has(condition)).then(by).otherwise(0.0)

    mean = of_test([test.mean for test in tests])
    for code, condition, by in _SHIFTS:
        if any(test.code.code == code for test in tests):
            mean = mean + shifted(code, condition, by)
    tens = of_test([10.0**test.decimals for test in tests])
    least = of_test([test.mean / 20 for test in tests])
    value = chance.normal("value", mean, of_test([test.spread for test in tests]))
    value = (pl.max_horizontal(value, least) * tens).round() / tens
    low, high = of_test([t.low for t in tests]), of_test([t.high for t in tests])
    codes = tuple(test.code for test in tests)
    what = lookup_code(codes if panel is None else (panel, *codes), pl.col("part"))
    parent = (
        None
        if panel is None
        else pl.when(part >= 0).then(row_id(generator, pl.col("parent_k") * 8))
    )
    return as_events(
        rows.with_columns(value=pl.when(part >= 0).then(value), low=low, high=high),
        setting,
        generator,
        kind,
        what,
        **_with_limits(what[0]),
        unit=pl.when(part >= 0).then(pl.lit(pl.Series([t.unit for t in tests])).gather(position)),
        range_low=pl.col("low"),
        range_high=pl.col("high"),
        is_abnormal=(pl.col("value") < pl.col("low")) | (pl.col("value") > pl.col("high")),
        **({} if parent is None else {"header_id": parent}),
    )


_LIMITS = (
    ("X-2143", "<", pl.col("value") < 1),
    ("X-2144", "<=", pl.col("value") <= 15),
    ("X-2145", ">=", pl.col("value") >= 100),
    ("X-2146", ">", pl.col("value") >= 14),
    ("X-2143", "~", pl.col("value") >= 12),
)
"""Results that are given as limits: the code, the operator, and from which value on."""


def _with_limits(code: pl.Expr) -> dict[str, pl.Expr]:
    """Return value, value_text and value_operator; a limit has no value but a text, such as <1."""
    operator = pl.lit(None, pl.String)
    for of_code, sign, beyond in _LIMITS:
        operator = pl.when((code == of_code) & beyond).then(pl.lit(sign)).otherwise(operator)
    written = pl.col("value").cast(pl.String).str.replace(r"\.0$", "")
    return {
        "value": pl.when(operator.is_null()).then(pl.col("value")),
        "value_text": pl.concat_str(operator, written),
        "value_operator": operator,
    }


_SHIFTS = (
    ("X-2113", "chronic_kidney_disease", 45.0),
    ("X-2114", "chronic_kidney_disease", -36.0),
    ("X-2141", "diabetes_type_2", 18.0),
    ("X-2141", "diabetes_type_1", 24.0),
    ("X-2141", "prediabetes", 6.5),
    ("X-2142", "hypothyroidism", 1.2),
    ("60621009", "obesity", 7.0),
    ("27113001", "obesity", 22.0),
    ("X-2131", "coronary_heart_disease", -0.9),
    ("X-2133", "coronary_heart_disease", -0.7),
    ("X-2133", "stroke", -0.6),
)
"""The difference that a condition makes to the usual value of a test."""


def reviews(people: pl.LazyFrame, setting: Setting) -> pl.LazyFrame:
    """Return the annual reviews of people with a condition, in most years."""
    chance = setting.chance("reviews")
    frames = []
    for position, (condition, code) in enumerate(REVIEWS):
        begun = pl.max_horizontal(since(condition), pl.col("start"))
        years = (pl.col("stop") - begun).cast(pl.Float64) / 365.25
        rows = repeat_rows(
            people.filter(has(condition)).with_columns(begun=begun),
            random_count(chance, code.term, years.clip(0, 15) * 0.75),
        ).with_columns(
            on=(
                pl.col("stop") - pl.col("k").cast(pl.Int64) * 365 - chance.integer("day", 5, 360)
            ).cast(pl.Int32)
        )
        rows = rows.filter(pl.col("on") >= pl.col("begun")).with_columns(
            k=pl.col("k") * 16 + position
        )
        frames.append(
            as_events(
                rows,
                setting,
                events.REVIEWS,
                "procedure",
                single_code(code),
                value=chance.integer("score", 1, 6).cast(pl.Float64)
                if code == RISK_SCORE
                else pl.lit(None, dtype=pl.Float64),
            )
        )
    return pl.concat(frames)
