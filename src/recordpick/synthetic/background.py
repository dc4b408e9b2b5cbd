"""Entries about a person rather than an illness: allergies, ethnicity, care, dissent."""

from __future__ import annotations

import polars as pl

from recordpick.synthetic import codes, events
from recordpick.synthetic.chance import Chance
from recordpick.synthetic.codes import Code
from recordpick.synthetic.conditions import CONDITIONS
from recordpick.synthetic.events import as_events, lookup_code
from recordpick.synthetic.rows import Setting, random_count, random_day, repeat_rows

REACTIONS = ("Rash", "Urticaria", "Anaphylaxis", "Swelling of lips", "Vomiting", "Wheeze")
_HOW_BAD = ("mild", "moderate", "severe")


def with_background(people: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Add attributes of a few people each, at least two even in the smallest practice.

    Columns: opted_out, safeguarded, adjusted, wants_interpreter (all Boolean).
    """
    chance = Chance(seed, "background")
    count = len(people)
    here = pl.col("status") == "registered"
    on_register = pl.any_horizontal(
        pl.col(f"since_{condition.key}").is_not_null()
        for condition in CONDITIONS
        if condition.has_register
    )
    child = pl.col("age") < 18

    def few(what: str, among: pl.Expr, per_thousand: float) -> pl.Expr:
        return chance.chosen(what, among, max(2, round(count * per_thousand / 1000)))

    return people.with_columns(
        opted_out=few("opted out", here, 30),
        safeguarded=few("child", here & child, 5) | few("adult", here & ~child, 2.5),
        adjusted=few("adjusted", here & on_register, 25),
        wants_interpreter=few("interpreter", here, 20),
    )


def _lately(people: pl.LazyFrame, setting: Setting, about: str, days: int) -> pl.LazyFrame:
    """Add `on`, a day among the last `days` days of a record."""
    first = pl.max_horizontal("start", pl.col("stop") - days)
    return people.with_columns(on=random_day(setting.chance(about), "on", first, pl.col("stop")))


def allergies(people: pl.LazyFrame, setting: Setting) -> pl.LazyFrame:
    """Return allergies to drugs with their reaction, to other things, and no known allergies."""
    chance = setting.chance("allergies")
    among = (*codes.DRUG_ALLERGIES, *codes.NON_DRUG_ALLERGIES)
    allergic = repeat_rows(
        people, random_count(chance, "count", 0.12 + 0.2 * pl.col("ill"))
    ).with_columns(index=chance.integer("which", 0, len(among) - 1))
    penicillin = pl.when(chance.happens("penicillin", 0.3)).then(0).otherwise(pl.col("index"))
    none = people.filter(chance.happens("no known allergies", 0.12)).with_columns(
        k=pl.lit(100, dtype=pl.UInt64),
        index=len(among) + chance.integer("which none", 0, len(codes.NO_KNOWN_ALLERGIES) - 1),
    )
    rows = pl.concat([allergic.with_columns(index=penicillin), none]).with_columns(
        on=random_day(chance, "on", pl.col("start"), pl.col("stop"))
    )
    reaction = pl.concat_str(
        chance.one_of("reaction", REACTIONS), pl.lit(", "), chance.one_of("severity", _HOW_BAD)
    )
    real = pl.col("index") < len(among)
    return as_events(
        rows,
        setting,
        events.ALLERGIES,
        "allergy",
        lookup_code((*among, *codes.NO_KNOWN_ALLERGIES), pl.col("index")),
        text=pl.when(real & chance.happens("has a reaction", 0.8)).then(reaction),
    )


def degraded_allergies(people: pl.LazyFrame, setting: Setting) -> pl.LazyFrame:
    """Return allergies degraded in an earlier transfer: the term is kept in the text."""
    chance = setting.chance("degraded allergies")
    rows = people.filter(pl.col("has_degraded_allergy")).with_columns(
        on=random_day(chance, "on", pl.col("start"), pl.col("stop"))
    )
    original = chance.one_of("what", [code.term for code in codes.DRUG_ALLERGIES])
    return as_events(
        rows,
        setting,
        events.DEGRADED_ALLERGIES,
        "allergy",
        lookup_code((codes.DEGRADED_ALLERGY,), pl.lit(0)),
        text=pl.concat_str(pl.lit("Original term: "), original),
        is_degraded=pl.lit(value=True),
    )


def ethnicity_and_language(people: pl.LazyFrame, setting: Setting) -> pl.LazyFrame:
    """Return ethnicity for most people, and main language or interpreter for a few."""
    chance = setting.chance("ethnicity")
    weights = (70, 8, 4, 3, 3, 2, 1, 4, 5)
    slots = pl.Series([position for position, weight in enumerate(weights) for _ in range(weight)])
    known = _lately(people, setting, "ethnicity day", 9000).filter(chance.happens("known", 0.75))
    ethnic = known.with_columns(index=pl.lit(slots).gather(chance.integer("which", 0, 99)))
    spoken = _lately(
        people.filter(pl.col("wants_interpreter")), setting, "language day", 3000
    ).with_columns(
        k=pl.lit(1, dtype=pl.UInt64),
        index=len(codes.ETHNICITY) + chance.integer("language", 0, len(codes.INTERPRETER) - 1),
    )
    rows = pl.concat([ethnic, spoken], how="vertical_relaxed")
    return as_events(
        rows,
        setting,
        events.BACKGROUND,
        "administration",
        lookup_code((*codes.ETHNICITY, *codes.INTERPRETER), pl.col("index")),
    )


def care(people: pl.LazyFrame, setting: Setting) -> pl.LazyFrame:
    """Return codes for carers, and for living in a care home."""
    chance = setting.chance("care")
    resident = pl.col("in_care_home")
    rows = _lately(
        people.filter(resident | chance.happens("carer", 0.01 + 0.04 * pl.col("ill"))),
        setting,
        "care day",
        2500,
    )
    listed: tuple[Code, ...] = (*codes.CARERS, *codes.CARE_HOME)
    index = (
        pl.when(resident)
        .then(4 + chance.integer("home", 0, 1))
        .when(pl.col("age") < 18)
        .then(3)
        .otherwise(chance.integer("carer kind", 0, 2))
    )
    return as_events(rows, setting, events.CARE, "administration", lookup_code(listed, index))


def safeguarding(people: pl.LazyFrame, setting: Setting) -> pl.LazyFrame:
    """Return child protection, looked-after children, adult safeguarding; often confidential."""
    chance = setting.chance("safeguarding")
    rows = _lately(people.filter(pl.col("safeguarded")), setting, "safeguarding day", 2500)
    index = pl.when(pl.col("age") < 18).then(chance.integer("child", 0, 2)).otherwise(3)
    return as_events(
        rows,
        setting,
        events.SAFEGUARDING,
        "administration",
        lookup_code(codes.SAFEGUARDING, index),
        is_confidential=chance.happens("confidential", 0.5),
        text=pl.lit("See the safeguarding folder."),
    )


def opt_outs(people: pl.LazyFrame, setting: Setting) -> pl.LazyFrame:
    """Return dissent: type 1, from the summary care record, or from sharing."""
    chance = setting.chance("opt-outs")
    rows = _lately(people.filter(pl.col("opted_out")), setting, "opt-out day", 4500)
    return as_events(
        rows,
        setting,
        events.OPT_OUTS,
        "administration",
        lookup_code(codes.OPT_OUTS, chance.integer("which", 0, len(codes.OPT_OUTS) - 1)),
    )


def adjustments(people: pl.LazyFrame, setting: Setting) -> pl.LazyFrame:
    """Return recent personalised care adjustments for some people on a QOF register."""
    chance = setting.chance("adjustments")
    rows = _lately(people.filter(pl.col("adjusted")), setting, "adjustment day", 330)
    which = chance.integer("which", 0, len(codes.PERSONALISED_CARE_ADJUSTMENTS) - 1)
    return as_events(
        rows,
        setting,
        events.ADJUSTMENTS,
        "administration",
        lookup_code(codes.PERSONALISED_CARE_ADJUSTMENTS, which),
    )
