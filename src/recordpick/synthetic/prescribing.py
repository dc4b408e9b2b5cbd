"""Medication: repeats for a person's conditions, past courses, and drugs that need monitoring."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from recordpick.synthetic import drugs
from recordpick.synthetic.chance import Chance
from recordpick.synthetic.conditions import has, since
from recordpick.synthetic.drugs import Drug
from recordpick.synthetic.rows import (
    YEARS,
    Setting,
    as_table,
    random_count,
    random_day,
    repeat_rows,
    row_id,
)

REPEATS = 0
FORMER = 1
ACUTE = 2
CURRENT_ACUTE = 3
MONITORED = 4
CONTRACEPTION = 5
"""The number of each generator of medication: add at the end only."""

_FOR = tuple(
    (condition, share, drug)
    for condition, several in drugs.FOR_CONDITION.items()
    for share, drug in several
)


class MonitoredDrugs(NamedTuple):
    """Drugs given to a few people: the Boolean column for them, and how many in a thousand."""

    column: str
    drugs: tuple[Drug, ...]
    per_thousand: float
    among: pl.Expr
    code_system: str = "dmd"


_ADULT = pl.col("age") >= 18
MONITORED_DRUGS = (
    MonitoredDrugs("on_controlled", drugs.CONTROLLED, 28, _ADULT),
    MonitoredDrugs("on_warfarin", drugs.WARFARIN, 6, has("atrial_fibrillation", "stroke")),
    MonitoredDrugs("on_dmard", drugs.DMARDS, 9, has("rheumatoid_arthritis", "psoriasis")),
    MonitoredDrugs("on_hospital_drug", drugs.HOSPITAL_ONLY, 4, _ADULT),
    MonitoredDrugs("on_appliance", drugs.APPLIANCES, 15, pl.col("age") >= 40),
    MonitoredDrugs("on_unmapped", drugs.UNMAPPED, 8, pl.col("age") >= 2, "local"),
)


def with_prescribing(people: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Add the columns of `MONITORED_DRUGS`, repeat_dispensing and has_current_acute (Boolean)."""
    chance = Chance(seed, "prescribing")
    count = len(people)
    here = pl.col("status") == "registered"

    def few(what: str, among: pl.Expr, per_thousand: float) -> pl.Expr:
        return chance.chosen(what, here & among, max(2, round(count * per_thousand / 1000)))

    return people.with_columns(
        few(monitored.column, monitored.among, monitored.per_thousand).alias(monitored.column)
        for monitored in MONITORED_DRUGS
    ).with_columns(
        repeat_dispensing=few("repeat dispensing", pl.col("conditions") > 0, 45),
        has_current_acute=few("current acute", pl.lit(value=True), 45),
    )


def _product(among: tuple[Drug, ...], index: pl.Expr) -> dict[str, pl.Expr]:
    """Return the columns that describe a product, for the drugs at `index`."""
    position = index.cast(pl.UInt32)

    def column(values: list[str] | list[float]) -> pl.Expr:
        return pl.lit(pl.Series(values)).gather(position)

    return {
        "code": column([drug.code for drug in among]),
        "drug": column([drug.name for drug in among]),
        "dosage": column([drug.dosage for drug in among]),
        "quantity": column([float(drug.quantity) for drug in among]),
        "unit": column([drug.unit for drug in among]),
    }


_REASONS = ("Ineffective", "Side effects", "No longer needed", "Dose changed", "Patient's wish")


def _as_medications(
    rows: pl.LazyFrame, setting: Setting, generator: int, **columns: pl.Expr
) -> pl.LazyFrame:
    """Return the rows as medication.

    The rows have n, k, patient_id, stop, on (first day) and off (last day or null). `columns` holds
    other columns of medication, which override those set here.
    """
    chance = setting.chance(f"medication {generator}")
    course = columns.get("course", pl.lit("repeat"))
    repeats = course != "acute"
    authorised = chance.integer("authorised", 6, 12)
    last_day = pl.coalesce("off", "stop")
    by, why = chance.one_of("prescriber", setting.pools.doctors), chance.one_of("why", _REASONS)
    was_stopped = repeats & pl.col("off").is_not_null() & chance.happens("has a reason", 0.7)
    issued = pl.max_horizontal("on", last_day - chance.integer("since last issue", 1, 40))
    return as_table(
        rows,
        "medications",
        {
            "patient_id": pl.col("patient_id"),
            "medication_id": row_id(generator),
            "started_on": pl.col("on").cast(pl.Date),
            "ended_on": pl.col("off").cast(pl.Int32).cast(pl.Date),
            "is_active": pl.col("off").is_null(),
            "code_system": pl.lit("dmd"),
            "course": pl.lit("repeat"),
            "issues": pl.when(repeats).then(chance.integer("issues", 0, authorised)).otherwise(1),
            "issues_authorised": pl.when(repeats).then(authorised).otherwise(1),
            "last_issued_on": issued.cast(pl.Int32).cast(pl.Date),
            "review_on": pl.when(repeats & pl.col("off").is_null()).then(
                (pl.col("stop") + chance.integer("review", -120, 360)).cast(pl.Int32).cast(pl.Date)
            ),
            "is_confidential": chance.happens("confidential", 0.0002),
            "is_unmapped": pl.lit(value=False),
            "prescriber": by,
            "stop_reason": pl.when(was_stopped).then(why),
            **columns,
        },
    )


def _until(chance: Chance, active: float) -> pl.Expr:
    """Return the last day: null for a share of registered patients, else a day of the record."""
    stays = (pl.col("status") == "registered") & chance.happens("active", active)
    last = pl.max_horizontal("on", pl.col("stop") - chance.integer("stopped ago", 1, 2500))
    return pl.when(~stays).then(last).cast(pl.Int32)


def _course() -> pl.Expr:
    return (
        pl.when("repeat_dispensing").then(pl.lit("repeat_dispensing")).otherwise(pl.lit("repeat"))
    )


def repeats(people: pl.LazyFrame, setting: Setting) -> pl.LazyFrame:
    """Return the repeats for each condition; `k` is the drug's index in the list of all drugs."""
    chance = setting.chance("repeats")
    taking = people.with_columns(
        pl.concat_list(
            pl.when(has(condition) & chance.happens(f"{condition} {drug.code}", share)).then(
                pl.lit(position, dtype=pl.UInt64)
            )
            for position, (condition, share, drug) in enumerate(_FOR)
        ).alias("k"),
        pl.concat_list(since(condition) for condition, _, _ in _FOR).alias("begun"),
    )
    among = tuple(drug for _, _, drug in _FOR)
    codes = pl.lit(pl.Series([drug.code for drug in among]))
    rows = (
        taking.explode("k", "begun")
        .filter(pl.col("k").is_not_null())
        .with_columns(code=codes.gather(pl.col("k").cast(pl.UInt32)))
        .unique(["n", "code"], keep="first", maintain_order=True)
        .with_columns(
            on=random_day(chance, "on", pl.max_horizontal("begun", "start"), pl.col("stop"))
        )
        .with_columns(off=_until(chance, 0.86))
    )
    weekly = chance.happens("automatic", 0.004)
    return _as_medications(
        rows,
        setting,
        REPEATS,
        **_product(among, pl.col("k")),
        course=pl.when(weekly).then(pl.lit("automatic")).otherwise(_course()),
    )


def former(people: pl.LazyFrame, setting: Setting) -> pl.LazyFrame:
    """Return repeats that were stopped or changed over the years."""
    chance = setting.chance("former repeats")
    among = tuple(drug for _, _, drug in _FOR)
    rate = YEARS * 0.06 * pl.col("conditions").cast(pl.Float64)
    rows = (
        repeat_rows(people, random_count(chance, "count", rate))
        .with_columns(on=random_day(chance, "on", pl.col("start"), pl.col("stop") - 30))
        .with_columns(on=pl.max_horizontal("on", "start"))
        .with_columns(
            off=pl.min_horizontal(pl.col("on") + chance.integer("lasted", 28, 900), "stop").cast(
                pl.Int32
            )
        )
    )
    return _as_medications(
        rows, setting, FORMER, **_product(among, chance.integer("which", 0, len(among) - 1))
    )


def acute(people: pl.LazyFrame, setting: Setting) -> pl.LazyFrame:
    """Return short courses that have ended and, for a few people, one that is current."""
    chance = setting.chance("acute")
    count = random_count(chance, "count", YEARS * 0.35 * (0.5 + pl.col("ill")))
    past = (
        repeat_rows(people, pl.max_horizontal(count, pl.col("has_current_acute").cast(pl.Float64)))
        .with_columns(on=random_day(chance, "on", pl.col("start"), pl.col("stop")))
        .with_columns(
            off=pl.min_horizontal(pl.col("on") + chance.integer("lasted", 3, 28), "stop").cast(
                pl.Int32
            )
        )
    )
    current = people.filter(pl.col("has_current_acute")).with_columns(
        k=pl.lit(4000, dtype=pl.UInt64),
        on=pl.max_horizontal("start", pl.col("stop") - chance.integer("ago", 0, 10)).cast(pl.Int32),
        off=pl.lit(None, dtype=pl.Int32),
    )
    return _as_medications(
        pl.concat([past, current]),
        setting,
        ACUTE,
        **_product(drugs.ACUTE, chance.integer("which", 0, len(drugs.ACUTE) - 1)),
        course=pl.lit("acute"),
    )


def monitored(people: pl.LazyFrame, setting: Setting) -> pl.LazyFrame:
    """Return controlled drugs, warfarin, DMARDs, hospital drugs, appliances, unmapped items."""
    frames = []
    for position, group in enumerate(MONITORED_DRUGS):
        chance = setting.chance(group.column)
        rows = people.filter(pl.col(group.column)).with_columns(
            k=pl.lit(position, dtype=pl.UInt64),
            on=random_day(
                chance, "on", pl.max_horizontal("start", pl.col("stop") - 3000), pl.col("stop")
            ),
            off=pl.lit(None, dtype=pl.Int32),
        )
        frames.append(
            _as_medications(
                rows,
                setting,
                MONITORED,
                **_product(group.drugs, chance.integer("which", 0, len(group.drugs) - 1)),
                code_system=pl.lit(group.code_system),
                is_unmapped=pl.lit(group.code_system == "local"),
            )
        )
    return pl.concat(frames)


def contraception(people: pl.LazyFrame, setting: Setting) -> pl.LazyFrame:
    """Return contraceptive pills for some women of the relevant age."""
    chance = setting.chance("contraception")
    rows = (
        people.filter(
            (pl.col("sex") == "F")
            & pl.col("age").is_between(17, 48)
            & chance.happens("on the pill", 0.2)
        )
        .with_columns(
            on=random_day(
                chance, "on", pl.max_horizontal("start", pl.col("stop") - 2500), pl.col("stop")
            )
        )
        .with_columns(off=_until(chance, 0.7))
    )
    return _as_medications(
        rows,
        setting,
        CONTRACEPTION,
        **_product(drugs.CONTRACEPTIVES, chance.integer("which", 0, 1)),
    )
