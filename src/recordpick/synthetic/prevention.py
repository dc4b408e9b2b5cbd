"""Immunisations, cervical screening, pregnancy."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from recordpick.synthetic import codes, events
from recordpick.synthetic.chance import Chance
from recordpick.synthetic.conditions import has
from recordpick.synthetic.events import as_events, lookup_code, single_code
from recordpick.synthetic.patients import EPOCH, day
from recordpick.synthetic.rows import (
    Setting,
    random_count,
    random_day,
    repeat_rows,
    split_into_parts,
)

_DOSES = (
    *codes.CHILDHOOD_IMMUNISATIONS,
    *codes.TEENAGE_IMMUNISATIONS,
    *codes.LATER_CHILDHOOD_IMMUNISATIONS,
)
_PLACE = {code.code: place for place, (_, code) in enumerate(_DOSES)}
_FOURTH_6_IN_1, _FIRST_MMRV, _SECOND_MMRV = (
    _PLACE[code.code] for _, code in codes.LATER_CHILDHOOD_IMMUNISATIONS
)
_NEW_SCHEDULE_BORN = day(date(2024, 7, 1))
"""Children born from this day on have the visit at 18 months."""
_NEW_ORDER = day(date(2025, 7, 1))
"""From this day on the second MenB comes at 12 weeks, the first pneumococcal dose at 16."""
_MMRV_BEGAN = day(date(2026, 1, 1))
_AT_RISK = (
    "asthma",
    "copd",
    "diabetes_type_1",
    "diabetes_type_2",
    "coronary_heart_disease",
    "heart_failure",
    "stroke",
    "chronic_kidney_disease",
)
_ARMS = ("left deltoid, intramuscular", "right deltoid, intramuscular")
_THIGHS = ("left thigh, intramuscular", "right thigh, intramuscular")
_BY_MOUTH = "by mouth"
_STATUSES = ("Refused", "Refused", "Not given", "Advised", "Contraindicated", "Given in error")
"""The status that systems record for a dose that does not count."""


def with_prevention(people: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Add attributes of a few people each, at least two even in the smallest practice.

    Columns: is_pregnant (or was in the last year), refuses (a vaccine), has_no_doses (a child with
    recorded doses whose status says that they were not given).
    """
    chance = Chance(seed, "prevention")
    here = pl.col("status") == "registered"
    fertile = here & (pl.col("sex") == "F") & pl.col("age").is_between(19, 41)
    share = pl.when(pl.col("age") >= 65).then(0.09).otherwise(0.015)
    return people.with_columns(
        is_pregnant=chance.chosen("pregnant", fertile, max(2, len(people) * 6 // 1000)),
        refuses=chance.happens("refuses", share) | chance.chosen("refuses", here, 2),
        has_no_doses=chance.chosen(
            "has no doses", here & (pl.col("age") < 6), max(2, len(people) * 2 // 1000)
        ),
    )


def _dose_text(chance: Chance, site: pl.Expr) -> pl.Expr:
    """Return batch number, site and route, as the text of an entry gives them."""
    return pl.concat_str(
        pl.lit("Batch "),
        chance.one_of("batch letter", tuple("ABCDEFGHK")),
        chance.integer("batch", 10000, 99999).cast(pl.String),
        pl.lit(", "),
        site,
    )


_FIRST_PNEUMOCOCCAL, _SECOND_MENB = _PLACE["X-0306"], _PLACE["X-0308"]
_HIB_MENC, _FIRST_MMR, _SECOND_MMR = _PLACE["X-0309"], _PLACE["X-0310"], _PLACE["X-0314"]


def _due(is_new: pl.Expr) -> pl.Expr:
    """Return the age in days at which a part's dose is due, by the schedule of that birth."""
    part = pl.col("part")
    in_new_order = pl.col("born") + 84 >= _NEW_ORDER
    usual = pl.lit(pl.Series([days for days, _ in _DOSES])).gather(part.cast(pl.UInt32))
    return (
        pl.when(in_new_order & (part == _SECOND_MENB))
        .then(84)
        .when(in_new_order & (part == _FIRST_PNEUMOCOCCAL))
        .then(112)
        .when(is_new & (part == _SECOND_MMR))
        .then(548)
        .otherwise(usual)
    )


def childhood(people: pl.LazyFrame, setting: Setting) -> pl.LazyFrame:
    """Return the childhood schedule of the child's birth: each dose at its age, a little late.

    Some children miss some.

    A few have entries for doses that were not given: the status says so, and there is no batch.
    """
    chance = setting.chance("childhood immunisations")
    careless = pl.when(chance.happens("careless", 0.08)).then(0.55).otherwise(0.985)
    children = people.filter("known_from_birth").with_columns(taken=careless)
    part = pl.col("part")
    is_new = pl.col("born") >= _NEW_SCHEDULE_BORN
    late = chance.integer("days late", 0, 45)
    rows = (
        split_into_parts(children, _FOURTH_6_IN_1 + 1, 64)
        .filter(
            pl.when(part == _FOURTH_6_IN_1).then(is_new).otherwise(~(is_new & (part == _HIB_MENC)))
        )
        .with_columns(on=(pl.col("born") + _due(is_new) + late).cast(pl.Int32))
        .filter(pl.col("on") <= pl.col("stop"), chance.happens("given", pl.col("taken")))
    )
    with_varicella = pl.col("on") >= _MMRV_BEGAN
    dose = (
        pl.when(with_varicella & (part == _FIRST_MMR))
        .then(_FIRST_MMRV)
        .when(with_varicella & (part == _SECOND_MMR))
        .then(_SECOND_MMRV)
        .otherwise(part.cast(pl.Int32))
    )
    by_mouth = pl.lit(pl.Series(["rotavirus" in code.term for _, code in _DOSES])).gather(
        part.cast(pl.UInt32)
    )
    baby = pl.col("on") - pl.col("born") < 365
    site = (
        pl.when(by_mouth)
        .then(pl.lit(_BY_MOUTH))
        .when(baby)
        .then(chance.one_of("thigh", _THIGHS))
        .otherwise(chance.one_of("arm", _ARMS))
    )
    return as_events(
        rows,
        setting,
        events.CHILDHOOD,
        "immunisation",
        lookup_code(tuple(code for _, code in _DOSES), dose),
        text=pl.when(~pl.col("has_no_doses")).then(_dose_text(chance, site)),
        value_text=pl.when("has_no_doses").then(chance.one_of("status", _STATUSES)),
    )


def seasonal(people: pl.LazyFrame, setting: Setting) -> pl.LazyFrame:
    """Return influenza vaccines each autumn for people over 65 or at risk, COVID-19 from 2021."""
    chance = setting.chance("seasonal")
    invited = (pl.col("age") >= 65) | has(*_AT_RISK)
    flu = repeat_rows(
        people.filter(invited & chance.happens("takes it", 0.8)),
        (pl.min_horizontal(pl.col("age") - 50, 14) * (0.4 + 0.6 * chance.share("years"))).clip(1),
    ).with_columns(
        code=pl.lit(0),
        on=(
            _autumn(setting.today)
            - pl.col("k").cast(pl.Int64) * 365
            + chance.integer("flu day", 0, 75)
        ).cast(pl.Int32),
    )
    covid = repeat_rows(
        people.filter((pl.col("age") >= 14) & chance.happens("takes COVID-19", 0.85)),
        pl.when(invited).then(5).otherwise(2),
    ).with_columns(
        code=pl.lit(1),
        on=(
            _COVID_BEGAN + pl.col("k").cast(pl.Int64) * 190 + chance.integer("COVID-19 day", 0, 80)
        ).cast(pl.Int32),
        k=pl.col("k") + 64,
    )
    rows = pl.concat([flu, covid], how="vertical_relaxed").filter(
        pl.col("on") <= pl.col("stop"), pl.col("on") > pl.max_horizontal("start", "born")
    )
    return as_events(
        rows,
        setting,
        events.SEASONAL,
        "immunisation",
        lookup_code((codes.FLU_VACCINE, codes.COVID_VACCINE), pl.col("code")),
        text=_dose_text(chance, chance.one_of("arm", _ARMS)),
    )


_COVID_BEGAN = 18_640
"""14 January 2021."""


def _autumn(today: int) -> int:
    """Return the first day of last year's autumn vaccinations, 16 September."""
    return day(date((EPOCH + timedelta(days=today)).year - 1, 9, 16))


def older_adults(people: pl.LazyFrame, setting: Setting) -> pl.LazyFrame:
    """Return pneumococcal vaccinations from 65 and shingles vaccinations from 70."""
    chance = setting.chance("older adults")
    frames = []
    for k, (code, age, taken) in enumerate(
        ((codes.PNEUMOCOCCAL_VACCINE, 65, 0.7), (codes.SHINGLES_VACCINE, 70, 0.65))
    ):
        rows = people.filter(
            (pl.col("stop") - pl.col("born") > (age + 1) * 366) & chance.happens(code.term, taken)
        ).with_columns(
            k=pl.lit(k, dtype=pl.UInt64),
            on=(pl.col("born") + age * 365.25 + 40 + chance.integer("days", 0, 300)).cast(pl.Int32),
        )
        rows = rows.filter(pl.col("on").is_between(pl.col("start"), pl.col("stop")))
        frames.append(
            as_events(
                rows,
                setting,
                events.ADULT_VACCINES,
                "immunisation",
                single_code(code),
                text=_dose_text(chance, chance.one_of("arm", _ARMS)),
            )
        )
    return pl.concat(frames)


def not_given(people: pl.LazyFrame, setting: Setting) -> pl.LazyFrame:
    """Return vaccines declined, contraindicated or not given."""
    chance = setting.chance("vaccine not given")
    child = pl.col("age") < 16
    rows = people.filter("refuses").with_columns(
        on=random_day(
            chance, "on", pl.max_horizontal("start", pl.col("stop") - 1200), pl.col("stop")
        )
    )
    index = (
        pl.when(child)
        .then(pl.when(chance.happens("which", 0.5)).then(2).otherwise(4))
        .otherwise(pl.lit(pl.Series([0, 0, 0, 1, 1, 3])).gather(chance.integer("what", 0, 5)))
    )
    return as_events(
        rows,
        setting,
        events.NOT_GIVEN,
        "immunisation",
        lookup_code(codes.VACCINE_NOT_GIVEN, index),
        text=pl.when(chance.happens("why", 0.6)).then(
            chance.one_of(
                "reason",
                (
                    "Parent undecided.",
                    "Unwell today.",
                    "Does not want it.",
                    "Egg allergy, to discuss.",
                ),
            )
        ),
    )


def smears(people: pl.LazyFrame, setting: Setting) -> pl.LazyFrame:
    """Return cervical screening every three to five years from 25, for most women invited."""
    chance = setting.chance("smears")
    screened = people.filter(
        (pl.col("sex") == "F") & (pl.col("age") >= 25) & chance.happens("comes", 0.8)
    )
    first = pl.max_horizontal("start", pl.col("born") + 9150)
    last = pl.min_horizontal("stop", pl.col("born") + 64 * 365)
    rows = (
        repeat_rows(
            screened.with_columns(last=last, first=first),
            ((last - first) / 1180 + 0.6).clip(1, 14),
        )
        .with_columns(
            on=(
                pl.col("last") - pl.col("k").cast(pl.Int64) * 1180 - chance.integer("days", 0, 1400)
            ).cast(pl.Int32)
        )
        .filter(pl.col("on") >= pl.col("first"), pl.col("on") <= pl.col("stop"))
    )
    results = (*codes.CERVICAL_ADEQUATE, codes.CERVICAL_INADEQUATE)
    index = pl.lit(pl.Series([0] * 27 + [1] * 2 + [2])).gather(chance.integer("result", 0, 29))
    return as_events(rows, setting, events.SMEARS, "investigation", lookup_code(results, index))


def unscreened(people: pl.LazyFrame, setting: Setting) -> pl.LazyFrame:
    """Return non-responders to screening, women who declined it, and women without a cervix."""
    chance = setting.chance("unscreened")
    of_age = (pl.col("sex") == "F") & pl.col("age").is_between(25, 70)
    none = chance.happens("no cervix", pl.when(pl.col("age") > 45).then(0.07).otherwise(0.005))
    silent = chance.happens("silent", 0.09)
    declined = chance.happens("declined", 0.02)
    rows = people.filter(of_age & (none | silent | declined)).with_columns(
        on=random_day(
            chance, "on", pl.max_horizontal("start", pl.col("stop") - 1500), pl.col("stop")
        )
    )
    index = pl.when(none).then(chance.integer("why none", 0, 1)).when(silent).then(2).otherwise(3)
    found = (*codes.NO_CERVIX, *codes.CERVICAL_NON_RESPONDER, codes.CERVICAL_DECLINED)
    return as_events(rows, setting, events.NO_SMEAR, "administration", lookup_code(found, index))


def pregnancies(people: pl.LazyFrame, setting: Setting) -> pl.LazyFrame:
    """Return pregnancies: pregnant, booking, expected date, and outcome."""
    chance = setting.chance("pregnancies")
    first = pl.max_horizontal("start", pl.col("born") + 18 * 365)
    last = pl.min_horizontal("stop", pl.col("born") + 42 * 365)
    women = people.filter((pl.col("sex") == "F") & (last > first)).with_columns(
        first=first, last=last
    )
    years = (pl.col("last") - pl.col("first")).cast(pl.Float64) / 365.25
    past = repeat_rows(women, random_count(chance, "count", years * 0.07)).with_columns(
        begun=(
            pl.col("first") + ((pl.col("last") - pl.col("first")) * chance.share("on")).floor()
        ).cast(pl.Int32)
    )
    lately = people.filter("is_pregnant").with_columns(
        k=pl.lit(500, dtype=pl.UInt64),
        first=first,
        last=last,
        begun=pl.max_horizontal("start", pl.col("stop") - chance.integer("lately", 15, 350)).cast(
            pl.Int32
        ),
    )
    rows = split_into_parts(pl.concat([past, lately], how="vertical_relaxed"), 4, 4).with_columns(
        outcome=pl.lit(pl.Series([0, 0, 0, 1, 2])).gather(chance.integer("outcome", 0, 4))
    )
    over = pl.when(pl.col("outcome") == 2).then(35).otherwise(228)
    after = pl.when(pl.col("part") == 0).then(0).when(pl.col("part") < 3).then(14).otherwise(over)
    rows = rows.with_columns(day=pl.col("begun") + after).filter(
        (pl.col("part") < 3) | (pl.col("day") <= pl.col("stop"))
    )
    rows = rows.with_columns(on=pl.min_horizontal("day", "stop").cast(pl.Int32))
    index = pl.when(pl.col("part") < 3).then("part").otherwise(3 + pl.col("outcome"))
    due = (pl.col("begun") + 230).cast(pl.Int32).cast(pl.Date).cast(pl.String)
    return as_events(
        rows,
        setting,
        events.PREGNANCIES,
        "observation",
        lookup_code((*codes.PREGNANCY, *codes.PREGNANCY_OUTCOMES), index),
        text=pl.when(pl.col("part") == 2).then(pl.concat_str(pl.lit("EDD "), due)),
    )
