"""Problems: long-term conditions, illnesses that ended, and complications of conditions."""

from __future__ import annotations

import polars as pl

from recordpick.synthetic import events
from recordpick.synthetic.codes import Code
from recordpick.synthetic.conditions import CONDITIONS, has, since
from recordpick.synthetic.events import as_events, lookup_code, single_code
from recordpick.synthetic.rows import YEARS, Setting, random_count, random_day, repeat_rows, row_id

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
    """Return a problem for each condition that a person has; `k` is the condition's index."""
    chance = setting.chance("problems")
    having = people.with_columns(
        pl.concat_list(since(condition.key) for condition in CONDITIONS).alias("on"),
        pl.lit(list(range(len(CONDITIONS))), dtype=pl.List(pl.UInt64)).alias("k"),
    )
    rows = having.explode("on", "k").filter(pl.col("on").is_not_null())
    significant = chance.happens("significant", 0.8)
    is_over = chance.happens("over", 0.06)
    lasted = (pl.col("stop") - pl.col("on")).cast(pl.Float64) * chance.share("lasted")
    ended = pl.when(is_over).then((pl.col("on") + lasted.floor()).cast(pl.Int32)).cast(pl.Date)
    return as_events(
        rows,
        setting,
        events.PROBLEMS,
        "problem",
        lookup_code(tuple(condition.code for condition in CONDITIONS), pl.col("k")),
        problem_status=pl.when(is_over).then(pl.lit("past")).otherwise(pl.lit("active")),
        significance=pl.when(significant).then(pl.lit("significant")).otherwise(pl.lit("minor")),
        ended_on=ended,
        text=pl.when(chance.happens("text", 0.3)).then(chance.one_of("which text", events.TEXTS)),
    )


def passing(people: pl.LazyFrame, setting: Setting) -> pl.LazyFrame:
    """Return illnesses that ended; a few are still open, like problems nobody closed."""
    chance = setting.chance("passing problems")
    rows = repeat_rows(
        people, random_count(chance, "count", YEARS * 0.11 * (0.4 + pl.col("ill")))
    ).with_columns(on=random_day(chance, "on", pl.col("start"), pl.col("stop")))
    over = chance.happens("over", 0.82)
    end = pl.min_horizontal(pl.col("on") + chance.integer("lasted", 5, 90), pl.col("stop"))
    return as_events(
        rows,
        setting,
        events.PAST_PROBLEMS,
        "problem",
        lookup_code(PASSING, chance.integer("which", 0, len(PASSING) - 1)),
        problem_status=pl.when(over).then(pl.lit("past")).otherwise(pl.lit("active")),
        significance=pl.when(chance.happens("significant", 0.15))
        .then(pl.lit("significant"))
        .otherwise(pl.lit("minor")),
        ended_on=pl.when(over & chance.happens("end known", 0.9)).then(
            end.cast(pl.Int32).cast(pl.Date)
        ),
    )


def linked(people: pl.LazyFrame, setting: Setting) -> pl.LazyFrame:
    """Return problems that are children of another: complications of a condition."""
    chance = setting.chance("linked problems")
    keys = [condition.key for condition in CONDITIONS]
    parents = ("diabetes_type_2", "diabetes_type_2", "coronary_heart_disease", "heart_failure")
    frames = []
    for position, (code, parent) in enumerate(zip(LINKED, parents, strict=True)):
        rows = people.filter(has(parent), chance.happens(code.term, 0.3)).with_columns(
            k=pl.lit(position, dtype=pl.UInt64),
            on=random_day(chance, f"{code.term} on", since(parent), pl.col("stop")),
        )
        frames.append(
            as_events(
                rows,
                setting,
                events.LINKED_PROBLEMS,
                "problem",
                single_code(code),
                problem_status=pl.lit("active"),
                significance=pl.lit("significant"),
                parent_id=row_id(events.PROBLEMS, pl.lit(keys.index(parent))),
            )
        )
    return pl.concat(frames)
