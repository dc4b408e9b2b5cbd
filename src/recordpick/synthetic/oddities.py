"""Entries that are hard to migrate: local codes, degraded entries, long text, imprecise dates."""

from __future__ import annotations

import random
from datetime import date

import polars as pl

from recordpick.synthetic import codes, events
from recordpick.synthetic.chance import Chance
from recordpick.synthetic.consultations import PROCEDURES, SEEN_FOR
from recordpick.synthetic.events import TEXTS, as_events, lookup_code
from recordpick.synthetic.patients import day
from recordpick.synthetic.rows import Setting, random_count, random_day, repeat_rows

_BEFORE_1950 = day(date(1949, 6, 1))


def with_oddities(people: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Add attributes of a few people each, at least two even in the smallest practice.

    Boolean columns: has_degraded, has_degraded_allergy, has_long_text, has_old_entry.
    """
    chance = Chance(seed, "oddities")
    count = len(people)
    here = (pl.col("status") == "registered") & (pl.col("age") > 2)

    def few(what: str, among: pl.Expr, per_thousand: float) -> pl.Expr:
        return chance.chosen(what, among, max(2, round(count * per_thousand / 1000)))

    return people.with_columns(
        has_degraded=few("degraded", here, 25),
        has_degraded_allergy=few("degraded allergy", here, 4),
        has_long_text=few("long text", here, 30),
        has_old_entry=few("old entry", here & (pl.col("born") < _BEFORE_1950 - 700), 8),
    )


def local_codes(people: pl.LazyFrame, setting: Setting) -> pl.LazyFrame:
    """Return entries with the practice's own codes, one with a score."""
    chance = setting.chance("local codes")
    rows = repeat_rows(people, random_count(chance, "count", pl.lit(0.12))).with_columns(
        on=random_day(
            chance, "on", pl.max_horizontal("start", pl.col("stop") - 4000), pl.col("stop")
        ),
        index=chance.integer("which", 0, len(codes.LOCAL_CODES) - 1),
    )
    score = chance.integer("score", 10, 95).cast(pl.Float64)
    return as_events(
        rows,
        setting,
        events.LOCAL,
        "other",
        lookup_code(codes.LOCAL_CODES, pl.col("index")),
        code_system=pl.lit("local"),
        is_local_code=pl.lit(value=True),
        value=pl.when(pl.col("index") == len(codes.LOCAL_CODES) - 1).then(score),
    )


def degraded(people: pl.LazyFrame, setting: Setting) -> pl.LazyFrame:
    """Return entries degraded in an earlier transfer: the original term is kept in the text."""
    chance = setting.chance("degraded")
    rows = repeat_rows(
        people.filter(pl.col("has_degraded")), chance.integer("count", 1, 6)
    ).with_columns(on=random_day(chance, "on", pl.col("start"), pl.col("stop")))
    original = chance.one_of("original", [code.term for code in (*SEEN_FOR, *PROCEDURES)])
    return as_events(
        rows,
        setting,
        events.DEGRADED,
        "other",
        lookup_code((codes.DEGRADED,), pl.lit(0)),
        text=pl.concat_str(pl.lit("Original term: "), original),
        is_degraded=pl.lit(value=True),
    )


def long_texts(people: pl.LazyFrame, setting: Setting) -> pl.LazyFrame:
    """Return entries with long free text: several lines, bullets, easily damaged characters."""
    chance = setting.chance("long text")
    rows = repeat_rows(
        people.filter(pl.col("has_long_text")), chance.integer("count", 1, 2)
    ).with_columns(on=random_day(chance, "on", pl.col("start"), pl.col("stop")))
    return as_events(
        rows,
        setting,
        events.LONG_TEXT,
        "observation",
        lookup_code(SEEN_FOR, chance.integer("what", 0, len(SEEN_FOR) - 1)),
        text=chance.one_of("text", _long_texts(setting)),
    )


def _long_texts(setting: Setting) -> list[str]:
    """Return 60 texts of 520 to some 4,000 characters."""
    rng = random.Random(setting.chance("long text").key("texts"))  # noqa: S311 - not a secret
    texts = []
    for _ in range(60):
        lines = [rng.choice(TEXTS) for _ in range(rng.randint(16, 90))]
        bullets = "\n".join(f"\N{BULLET} {line}" for line in lines[:8])
        texts.append(
            f"{' '.join(lines[8:])}\nPlan:\n{bullets}\nReview \N{GREATER-THAN OR EQUAL TO} 2 weeks."
        )
    return [text if len(text) >= 520 else text + " " + " ".join(TEXTS) for text in texts]


def old_dates(people: pl.LazyFrame, setting: Setting) -> pl.LazyFrame:
    """Return entries of which only year or month is known, without a date, or before 1950."""
    chance = setting.chance("old dates")
    rough = repeat_rows(
        people.filter(pl.col("age") > 20), random_count(chance, "count", pl.lit(0.12))
    ).with_columns(
        how=chance.integer("how", 0, 5),
        on=random_day(chance, "on", pl.col("born") + 800, pl.col("stop")),
    )
    old = people.filter(pl.col("has_old_entry")).with_columns(
        how=pl.lit(9, dtype=pl.Int64),
        on=(
            pl.col("born")
            + (chance.share("old") * (_BEFORE_1950 - pl.col("born")).clip(30)).floor()
        ).cast(pl.Int32),
        k=pl.lit(200, dtype=pl.UInt64),
    )
    how, on = pl.col("how"), pl.col("on").cast(pl.Date)
    rows = pl.concat([rough, old], how="vertical_relaxed")
    return as_events(
        rows,
        setting,
        events.OLD_DATES,
        "procedure",
        lookup_code(PROCEDURES, chance.integer("what", 0, len(PROCEDURES) - 1)),
        date=pl.when(how == 0)
        .then(None)
        .when(how <= 3)
        .then(on.dt.truncate("1y"))
        .when(how <= 5)
        .then(on.dt.truncate("1mo"))
        .otherwise(on),
        date_precision=pl.when(how == 0)
        .then(pl.lit("unknown"))
        .when(how <= 3)
        .then(pl.lit("year"))
        .when(how <= 5)
        .then(pl.lit("month"))
        .otherwise(pl.lit("day")),
        recorded_on=pl.col("stop").cast(pl.Date),
    )
