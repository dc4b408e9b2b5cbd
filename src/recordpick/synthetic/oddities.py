"""What makes a record hard to carry over: local codes, degraded entries, long text, rough dates."""

from __future__ import annotations

import random
from datetime import date

import polars as pl

from recordpick.synthetic import codes, events
from recordpick.synthetic.chance import Chance
from recordpick.synthetic.consultations import PROCEDURES, SEEN_FOR
from recordpick.synthetic.events import TEXTS, as_events, coded
from recordpick.synthetic.people import day
from recordpick.synthetic.rows import Setting, between, often, repeated

_BEFORE_1950 = day(date(1949, 6, 1))


def with_oddities(people: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Add what a few people are chosen for, at least two in the smallest practice.

    Columns: has_degraded, has_degraded_allergy, has_long_text, has_old_entry.
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
    """Entries under the practice's own codes, one with a score."""
    chance = setting.chance("local codes")
    rows = repeated(people, often(chance, "count", pl.lit(0.12))).with_columns(
        on=between(chance, "on", pl.max_horizontal("start", pl.col("stop") - 4000), pl.col("stop")),
        index=chance.whole("which", 0, len(codes.LOCAL_CODES) - 1),
    )
    score = chance.whole("score", 10, 95).cast(pl.Float64)
    return as_events(
        rows,
        setting,
        events.LOCAL,
        "other",
        coded(codes.LOCAL_CODES, pl.col("index")),
        code_system=pl.lit("local"),
        is_local_code=pl.lit(value=True),
        value=pl.when(pl.col("index") == len(codes.LOCAL_CODES) - 1).then(score),
    )


def degraded(people: pl.LazyFrame, setting: Setting) -> pl.LazyFrame:
    """Entries that an earlier transfer could not carry: the original term is left in the text."""
    chance = setting.chance("degraded")
    rows = repeated(
        people.filter(pl.col("has_degraded")), chance.whole("count", 1, 6)
    ).with_columns(on=between(chance, "on", pl.col("start"), pl.col("stop")))
    original = chance.one_of("original", [code.term for code in (*SEEN_FOR, *PROCEDURES)])
    return as_events(
        rows,
        setting,
        events.DEGRADED,
        "other",
        coded((codes.DEGRADED,), pl.lit(0)),
        text=pl.concat_str(pl.lit("Original term: "), original),
        is_degraded=pl.lit(value=True),
    )


def long_texts(people: pl.LazyFrame, setting: Setting) -> pl.LazyFrame:
    """Entries with a long free text: several lines, bullets, signs that are easily damaged."""
    chance = setting.chance("long text")
    rows = repeated(
        people.filter(pl.col("has_long_text")), chance.whole("count", 1, 2)
    ).with_columns(on=between(chance, "on", pl.col("start"), pl.col("stop")))
    return as_events(
        rows,
        setting,
        events.LONG_TEXT,
        "observation",
        coded(SEEN_FOR, chance.whole("what", 0, len(SEEN_FOR) - 1)),
        text=chance.one_of("text", _long_texts(setting)),
    )


def _long_texts(setting: Setting) -> list[str]:
    """Give 60 texts of 520 to some 4,000 characters."""
    dice = random.Random(setting.chance("long text").key("texts"))  # noqa: S311 - no secret
    texts = []
    for _ in range(60):
        lines = [dice.choice(TEXTS) for _ in range(dice.randint(16, 90))]
        bullets = "\n".join(f"\N{BULLET} {line}" for line in lines[:8])
        texts.append(
            f"{' '.join(lines[8:])}\nPlan:\n{bullets}\nReview \N{GREATER-THAN OR EQUAL TO} 2 weeks."
        )
    return [text if len(text) >= 520 else text + " " + " ".join(TEXTS) for text in texts]


def old_dates(people: pl.LazyFrame, setting: Setting) -> pl.LazyFrame:
    """Entries known by their year or month only, without a date, or from before 1950."""
    chance = setting.chance("old dates")
    rough = repeated(
        people.filter(pl.col("age") > 20), often(chance, "count", pl.lit(0.12))
    ).with_columns(
        how=chance.whole("how", 0, 5),
        on=between(chance, "on", pl.col("born") + 800, pl.col("stop")),
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
        coded(PROCEDURES, chance.whole("what", 0, len(PROCEDURES) - 1)),
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
