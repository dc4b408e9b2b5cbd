"""What QOF counts beyond the usual care of a record: reviews in full, adjustments, resolved codes.

Most of it is a table: who gets which entries together on one day, how often, and when. The reports'
codelists have the codes, so that each of their rules finds somebody in a practice of some size.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

import polars as pl

from recordpick.synthetic import events
from recordpick.synthetic.chance import Chance
from recordpick.synthetic.codes import Code
from recordpick.synthetic.conditions import has, since
from recordpick.synthetic.events import as_events, lookup_code
from recordpick.synthetic.quality_codes import AREAS, RESOLVED
from recordpick.synthetic.rows import Setting, split_into_parts

_MOST_ENTRIES = 8
_LAST = pl.col("stop")


class Entry(NamedTuple):
    """One entry of a visit: its code, and the usual value and spread, where it has a value."""

    code: Code
    mean: float | None = None
    spread: float = 0.0


class Visit(NamedTuple):
    """Entries that some patients have together on one day.

    The day is from `first` to `last` days after the day `begins`, and within the record.
    """

    name: str
    who: pl.Expr
    share: float
    entries: tuple[Entry, ...]
    first: int
    last: int
    begins: pl.Expr = _LAST
    times: int = 1
    """How often, `every` days apart."""
    every: int = 0


def _entries(*codes: tuple[str, str]) -> tuple[Entry, ...]:
    return tuple(Entry(Code(*code)) for code in codes)


_DIABETES = has("diabetes_type_1", "diabetes_type_2")
_DIABETES_SINCE = pl.coalesce(since("diabetes_type_2"), since("diabetes_type_1"))
_VASCULAR = has("coronary_heart_disease", "stroke", "peripheral_arterial_disease")
_OLD = pl.col("age") >= 65
_ADULT = pl.col("age") >= 18
_LARGE = has("diabetes_type_2") & has("hypertension")

VISITS = (
    Visit(
        "asthma review",
        has("asthma") & (pl.col("age") >= 5),
        0.8,
        _entries(
            ("X-2201", "Asthma annual review"),
            ("X-3031", "Asthma action plan given in writing"),
            ("X-3032", "Asthma control test score"),
            ("X-3033", "Number of asthma exacerbations in past year"),
        ),
        -330,
        -5,
    ),
    Visit(
        "asthma test",
        has("asthma"),
        0.6,
        _entries(
            ("X-3034", "Fractional exhaled nitric oxide"),
            ("X-3035", "Spirometry with reversibility test"),
        ),
        -60,
        90,
        since("asthma"),
    ),
    Visit(
        "COPD review",
        has("copd"),
        0.8,
        _entries(
            ("X-2202", "COPD annual review"),
            ("X-3041", "Number of COPD exacerbations in past year"),
            ("X-3042", "MRC breathlessness scale: grade 2"),
        ),
        -330,
        -5,
    ),
    Visit(
        "heart failure review",
        has("heart_failure"),
        0.8,
        _entries(
            ("X-2206", "Heart failure annual review"),
            ("X-3043", "New York Heart Association classification"),
            ("X-3044", "Heart failure medication review"),
        ),
        -330,
        -5,
    ),
    Visit(
        "echocardiogram",
        has("heart_failure"),
        0.8,
        _entries(("X-3045", "Echocardiogram shows reduced ejection fraction")),
        -100,
        100,
        since("heart_failure"),
    ),
    Visit(
        "reduced ejection fraction",
        has("heart_failure"),
        0.6,
        _entries(("X-1124", "Left ventricular systolic dysfunction")),
        0,
        120,
        since("heart_failure"),
    ),
    Visit("mild frailty", _OLD, 0.25, _entries(("X-3013", "Mild frailty")), -1500, -400),
    Visit(
        "moderate frailty",
        _OLD,
        0.14,
        _entries(("925831000000107", "Moderate frailty")),
        -1100,
        -5,
    ),
    Visit("severe frailty", _OLD, 0.06, _entries(("925861000000102", "Severe frailty")), -700, -5),
    Visit(
        "home blood pressure",
        has("hypertension") | _VASCULAR,
        0.3,
        (
            Entry(Code("X-3021", "Average home systolic blood pressure"), 131, 9),
            Entry(Code("X-3022", "Average home diastolic blood pressure"), 79, 7),
        ),
        -420,
        -2,
    ),
    Visit(
        "lipids",
        _VASCULAR | has("schizophrenia"),
        0.65,
        (
            Entry(Code("X-2131", "Serum cholesterol"), 4.2, 0.8),
            Entry(Code("X-2132", "Serum HDL cholesterol"), 1.3, 0.3),
            Entry(Code("X-3023", "Serum non-HDL cholesterol"), 2.5, 0.6),
            Entry(Code("X-3024", "Serum triglycerides"), 1.6, 0.6),
        ),
        -400,
        -3,
    ),
    Visit(
        "diabetic bloods",
        _DIABETES,
        0.75,
        (
            Entry(Code("X-2141", "HbA1c (IFCC)"), 56, 12),
            Entry(Code("X-2131", "Serum cholesterol"), 4.3, 0.8),
            Entry(Code("X-2113", "Serum creatinine"), 82, 16),
            Entry(Code("X-3026", "Urine albumin to creatinine ratio"), 3.5, 1.5),
            Entry(Code("60621009", "Body mass index"), 29, 5),
        ),
        -340,
        -3,
    ),
    Visit(
        "cardiovascular risk",
        _DIABETES & ~_VASCULAR,
        0.3,
        (Entry(Code("X-3025", "Cardiovascular disease risk score"), 15, 7),),
        -900,
        -10,
    ),
    Visit(
        "kidney disease of diabetes",
        _DIABETES,
        0.15,
        _entries(("127013003", "Disorder of kidney due to diabetes mellitus")),
        60,
        900,
        _DIABETES_SINCE,
    ),
    Visit(
        "structured education",
        _DIABETES,
        0.65,
        _entries(("X-3051", "Referral to diabetes structured education programme")),
        10,
        300,
        _DIABETES_SINCE,
    ),
    Visit(
        "gestational diabetes",
        (pl.col("sex") == "F") & pl.col("age").is_between(24, 46) & ~_DIABETES,
        0.04,
        _entries(("X-3011", "Gestational diabetes mellitus")),
        -3000,
        -60,
    ),
    Visit(
        "large with diabetes",
        _LARGE,
        0.12,
        (
            Entry(Code("60621009", "Body mass index"), 41, 2),
            Entry(Code("X-3012", "Obstructive sleep apnoea")),
            Entry(Code("X-3024", "Serum triglycerides"), 3.2, 0.5),
            Entry(Code("X-3081", "Referral to weight management programme offered")),
            Entry(Code("X-3082", "Shared decision making about medication for obesity")),
            Entry(Code("X-3083", "Medication for obesity offered with behavioural support")),
        ),
        -300,
        -3,
    ),
    Visit(
        "large without medication",
        _LARGE,
        0.05,
        (
            Entry(Code("60621009", "Body mass index"), 40, 2),
            Entry(Code("X-3012", "Obstructive sleep apnoea")),
            Entry(Code("X-3024", "Serum triglycerides"), 3.2, 0.5),
        ),
        -300,
        -3,
    ),
    Visit(
        "large",
        has("obesity") & _ADULT,
        0.5,
        (
            Entry(Code("60621009", "Body mass index"), 35, 2),
            Entry(Code("X-3081", "Referral to weight management programme offered")),
        ),
        -340,
        -3,
    ),
    Visit(
        "psychosis in remission",
        has("schizophrenia"),
        0.06,
        _entries(("X-3009", "Psychosis in remission")),
        -900,
        -10,
    ),
    Visit(
        "blood pressure declined",
        has("hypertension", "coronary_heart_disease", "stroke"),
        0.02,
        _entries(("X-3056", "Blood pressure procedure declined")),
        -340,
        -3,
    ),
    Visit(
        "most blood pressure treatment",
        has("hypertension"),
        0.02,
        _entries(("X-3057", "On maximum tolerated treatment of blood pressure")),
        -340,
        -3,
    ),
    Visit(
        "blood test declined",
        _DIABETES,
        0.02,
        _entries(("X-3055", "Blood test declined")),
        -340,
        -3,
    ),
    Visit(
        "statin declined",
        _DIABETES | _VASCULAR,
        0.06,
        _entries(("X-3072", "Statin declined")),
        -340,
        -3,
    ),
    Visit(
        "shingles declined",
        pl.col("age").is_between(70, 82),
        0.08,
        _entries(("X-3092", "Shingles vaccination declined")),
        -2000,
        -10,
    ),
    Visit(
        "cervical screening not suitable",
        (pl.col("sex") == "F") & pl.col("age").is_between(25, 64),
        0.01,
        _entries(("X-3091", "Cervical screening not suitable")),
        -340,
        -3,
    ),
    Visit(
        "childhood vaccine contraindicated",
        pl.col("age") < 6,
        0.01,
        _entries(("X-3093", "Childhood vaccination contraindicated")),
        -400,
        -3,
    ),
    *(
        Visit(
            f"{area.name} invited twice",
            has(*area.conditions),
            0.05,
            (Entry(area.invitation),),
            -300,
            -40,
            times=2,
            every=10,
        )
        for area in AREAS
    ),
    *(
        Visit(
            f"{area.name} declined",
            has(*area.conditions),
            0.015,
            (Entry(area.declined),),
            -340,
            -3,
        )
        for area in AREAS
    ),
    *(
        Visit(
            f"{area.name} not suitable",
            has(*area.conditions),
            0.015,
            (Entry(area.unsuitable),),
            -340,
            -3,
        )
        for area in AREAS
    ),
    *(
        Visit(
            f"{one.condition} resolved",
            has(one.condition),
            one.share,
            (Entry(one.resolved),),
            60,
            2500,
            since(one.condition),
        )
        for one in RESOLVED
    ),
    *(
        Visit(
            f"{one.condition} again",
            has(one.condition),
            one.share * 0.6,
            (Entry(one.diagnosis),),
            400,
            4000,
            since(one.condition),
        )
        for one in RESOLVED
    ),
)
"""In this order for good: a visit's place is part of the ids of its entries."""


def quality(people: pl.LazyFrame, setting: Setting) -> pl.LazyFrame:
    """Return the entries of `VISITS`, as far as they are within the patient's record."""
    visits = pl.concat([_begun(people, setting, number) for number in range(len(VISITS))])
    visit = pl.col("visit")
    rows = (
        visits.with_columns(k=(visit * 2).cast(pl.UInt64))
        .with_columns(
            repeated=pl.int_ranges(
                0, _of([one.times for one in VISITS], visit, pl.UInt32), dtype=pl.UInt64
            )
        )
        .explode("repeated")
        .with_columns(
            on=pl.col("begins")
            + pl.col("repeated").cast(pl.Int32)
            * _of([one.every for one in VISITS], visit, pl.Int32),
            k=pl.col("k") + pl.col("repeated"),
        )
        .filter(pl.col("on").is_between(pl.max_horizontal("start", "born"), pl.col("stop")))
    )
    counts = _of([len(one.entries) for one in VISITS], visit, pl.UInt32)
    parts = split_into_parts(rows, counts, _MOST_ENTRIES)
    firsts = list(accumulate([len(one.entries) for one in VISITS], initial=0))[:-1]
    entries = [entry for one in VISITS for entry in one.entries]
    entry = _of(firsts, visit, pl.UInt32) + pl.col("part").cast(pl.UInt32)
    key = _of([_chance(setting, one).key("value") for one in VISITS], visit, pl.UInt64)
    mean = _of([one.mean for one in entries], entry, pl.Float64)
    spread = _of([one.spread for one in entries], entry, pl.Float64)
    value = setting.chance("quality").normal(key, mean, spread).round(1)
    what = lookup_code(tuple(one.code for one in entries), entry)
    return as_events(parts, setting, events.QUALITY, "observation", what, value=value)


def _begun(people: pl.LazyFrame, setting: Setting, number: int) -> pl.LazyFrame:
    """Return who has the visit of this place in `VISITS`, and when it begins."""
    visit = VISITS[number]
    chance = _chance(setting, visit)
    begins = visit.begins + chance.integer("day", visit.first, visit.last)
    return people.filter(visit.who & chance.happens("happens", visit.share)).select(
        *("n", "patient_id", "born", "start", "stop"),
        visit=pl.lit(number, pl.UInt32),
        begins=begins.cast(pl.Int32),
    )


def _chance(setting: Setting, visit: Visit) -> Chance:
    return setting.chance(f"quality {visit.name}")


def _of(values: Sequence[float | None], position: pl.Expr, dtype: type[pl.DataType]) -> pl.Expr:
    """Return the value at each row's position."""
    return pl.lit(pl.Series(values, dtype=dtype)).gather(position)
