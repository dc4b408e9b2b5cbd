"""Problems: the long-term conditions, the illnesses that passed, and what hangs together."""

from __future__ import annotations

import polars as pl

from recordpick.synthetic import events
from recordpick.synthetic.codes import Code
from recordpick.synthetic.conditions import CONDITIONS, has, since
from recordpick.synthetic.events import as_events, coded, one_coded
from recordpick.synthetic.rows import YEARS, Setting, between, often, repeated, row_id

PASSING = (
    Code("X-1101", "Acute tonsillitis"),
    Code("X-1102", "Lower respiratory tract infection"),
    Code("X-1103", "Urinary tract infection"),
    Code("X-1104", "Otitis media"),
    Code("X-1105", "Ankle sprain"),
    Code("X-1106", "Shingles"),
    Code("X-1107", "Acute low back pain"),
    Code("X-1108", "Gastroenteritis"),
    Code("X-1109", "Plantar fasciitis"),
    Code("X-1110", "Iron deficiency anaemia"),
    Code("X-1111", "Tennis elbow"),
    Code("X-1112", "Carpal tunnel syndrome"),
    Code("X-1113", "Stress at work"),
    Code("X-1114", "Fracture of wrist"),
    Code("X-1115", "Cellulitis of leg"),
    Code("X-1116", "Dental abscess"),
)
LINKED = (
    Code("X-1121", "Diabetic retinopathy"),
    Code("X-1122", "Peripheral neuropathy due to diabetes"),
    Code("X-1123", "Angina"),
    Code("X-1124", "Left ventricular systolic dysfunction"),
)


def long_term(people: pl.LazyFrame, setting: Setting) -> pl.LazyFrame:
    """One active problem for each condition that a person has, `k` the condition's place."""
    chance = setting.chance("problems")
    having = people.with_columns(
        pl.concat_list(since(condition.key) for condition in CONDITIONS).alias("on"),
        pl.lit(list(range(len(CONDITIONS))), dtype=pl.List(pl.UInt64)).alias("k"),
    )
    rows = having.explode("on", "k").filter(pl.col("on").is_not_null())
    significant = chance.happens("significant", 0.8)
    mended = chance.happens("over", 0.06)
    lasted = (pl.col("stop") - pl.col("on")).cast(pl.Float64) * chance.share("lasted")
    ended = pl.when(mended).then((pl.col("on") + lasted.floor()).cast(pl.Int32)).cast(pl.Date)
    return as_events(
        rows,
        setting,
        events.PROBLEMS,
        "problem",
        coded(tuple(condition.code for condition in CONDITIONS), pl.col("k")),
        problem_status=pl.when(mended).then(pl.lit("past")).otherwise(pl.lit("active")),
        significance=pl.when(significant).then(pl.lit("significant")).otherwise(pl.lit("minor")),
        ended_on=ended,
        text=pl.when(chance.happens("text", 0.3)).then(chance.one_of("which text", events.TEXTS)),
    )


def passing(people: pl.LazyFrame, setting: Setting) -> pl.LazyFrame:
    """Illnesses that came and went; a few are still open, as forgotten problems are."""
    chance = setting.chance("passing problems")
    rows = repeated(
        people, often(chance, "count", YEARS * 0.11 * (0.4 + pl.col("ill")))
    ).with_columns(on=between(chance, "on", pl.col("start"), pl.col("stop")))
    over = chance.happens("over", 0.82)
    end = pl.min_horizontal(pl.col("on") + chance.whole("lasted", 5, 90), pl.col("stop"))
    return as_events(
        rows,
        setting,
        events.PAST_PROBLEMS,
        "problem",
        coded(PASSING, chance.whole("which", 0, len(PASSING) - 1)),
        problem_status=pl.when(over).then(pl.lit("past")).otherwise(pl.lit("active")),
        significance=pl.when(chance.happens("significant", 0.15))
        .then(pl.lit("significant"))
        .otherwise(pl.lit("minor")),
        ended_on=pl.when(over & chance.happens("end known", 0.9)).then(
            end.cast(pl.Int32).cast(pl.Date)
        ),
    )


def linked(people: pl.LazyFrame, setting: Setting) -> pl.LazyFrame:
    """Problems that stand under another: a complication under its condition."""
    chance = setting.chance("linked problems")
    keys = [condition.key for condition in CONDITIONS]
    parents = ("diabetes_type_2", "diabetes_type_2", "coronary_heart_disease", "heart_failure")
    frames = []
    for place, (code, parent) in enumerate(zip(LINKED, parents, strict=True)):
        rows = people.filter(has(parent), chance.happens(code.term, 0.3)).with_columns(
            k=pl.lit(place, dtype=pl.UInt64),
            on=between(chance, f"{code.term} on", since(parent), pl.col("stop")),
        )
        frames.append(
            as_events(
                rows,
                setting,
                events.LINKED_PROBLEMS,
                "problem",
                one_coded(code),
                problem_status=pl.lit("active"),
                significance=pl.lit("significant"),
                parent_id=row_id(events.PROBLEMS, pl.lit(keys.index(parent))),
            )
        )
    return pl.concat(frames)
