"""The people of a practice: age, sex, registration, status, and the first and last day of a record.

The distributions follow England's (Office for National Statistics, mid-2020s, rounded) and those of
a practice: one patient in ten has left or died. Days are integers since 1970-01-01 (Int32).
Households have couples, and children with a mother of a plausible age.

A household shares one address; a family shares one surname.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from recordpick.synthetic.chance import Chance

EPOCH = date(1970, 1, 1)
YEAR = 365.2425

_AGES = (54, 59, 61, 57, 60, 66, 70, 67, 64, 62, 68, 67, 58, 49, 48, 40, 25, 16, 8, 1)
"""Per thousand of the population, in bands of five years: 0 to 4, 5 to 9, …, 95 to 99."""


def day(when: date) -> int:
    """Return the number of days since 1970-01-01."""
    return (when - EPOCH).days


def by_age(*shares: float, age: str = "age") -> pl.Expr:
    """Return a share by age: under 18, 18 to 39, 40 to 64, 65 to 79, 80 and over."""
    child, young, middle, old, oldest = shares
    years = pl.col(age)
    return (
        pl.when(years < 18)
        .then(child)
        .when(years < 40)
        .then(young)
        .when(years < 65)
        .then(middle)
        .when(years < 80)
        .then(old)
        .otherwise(oldest)
    )


def make_people(
    patients: int, seed: int, as_at: date, recent_years: int | None = None
) -> pl.DataFrame:
    """Return the people of a practice, one row each, in order of `n`.

    Columns: n (from 0), k (0), born, age (whole years at the as-at date), sex, status,
    registration, registered, left, died, start and stop (the days between which entries are
    dated), ill (0 to 1: how much illness the person has for their age), in_care_home,
    known_from_birth. With `recent_years`, records start that many years before they stop.
    """
    chance = Chance(seed, "people")
    today = day(as_at)
    people = pl.select(n=pl.int_range(patients, dtype=pl.UInt64), k=pl.lit(0, dtype=pl.UInt64))
    people = people.with_columns(ill=chance.share("ill"), status=_status(chance, patients))
    people = people.with_columns(exact_age=_exact_age(chance, patients))
    people = people.with_columns(
        born=(today - pl.col("exact_age") * YEAR).floor().cast(pl.Int32),
        age=pl.col("exact_age").floor().cast(pl.Int32),
    )
    people = people.with_columns(
        sex=_sex(chance, patients), registration=_registration(chance, patients)
    )
    people = _stay(people, chance, today, recent_years)
    return people.drop("exact_age")


def _at_least(least: int, patients: int, per_thousand: float) -> int:
    return max(least, round(patients * per_thousand / 1000))


def _status(chance: Chance, patients: int) -> pl.Expr:
    left = chance.chosen("left", pl.lit(value=True), _at_least(3, patients, 70))
    died = chance.chosen("died", ~left, _at_least(3, patients, 30))
    return (
        pl.when(left)
        .then(pl.lit("left"))
        .when(died)
        .then(pl.lit("deceased"))
        .otherwise(pl.lit("registered"))
    )


def _exact_age(chance: Chance, patients: int) -> pl.Expr:
    """Return age in years at the as-at date.

    It follows England's age pyramid, is older for the deceased, and includes the extremes.
    """
    band = [index for index, times in enumerate(_AGES) for _ in range(times)]
    living = (
        pl.lit(pl.Series(band)).gather((chance.share("band") * len(band)).cast(pl.UInt32)) * 5
        + chance.share("within the band") * 5
    )
    dead = 104.0 - 70 * chance.share("dead") * chance.share("dead again")
    registered = pl.col("status") == "registered"
    baby = chance.chosen("baby", registered, _at_least(2, patients, 1.8))
    centenarian = chance.chosen("centenarian", registered & ~baby, _at_least(2, patients, 0.3))
    return (
        pl.when(baby)
        .then(chance.share("days of life") * 0.14 + 0.005)
        .when(centenarian)
        .then(100.05 + 6 * chance.share("past a hundred"))
        .when(pl.col("status") == "deceased")
        .then(dead)
        .otherwise(living)
    )


def _sex(chance: Chance, patients: int) -> pl.Expr:
    women = by_age(0.488, 0.497, 0.506, 0.52, 0.60)
    odd = chance.chosen("indeterminate or unknown", pl.lit(value=True), _at_least(2, patients, 0.4))
    return (
        pl.when(odd)
        .then(chance.one_of("which", ("I", "U", "U")))
        .when(chance.happens("a woman", women))
        .then(pl.lit("F"))
        .otherwise(pl.lit("M"))
    )


def _registration(chance: Chance, patients: int) -> pl.Expr:
    """Return the registration: mostly regular, and a few of each other kind if registered today."""
    free = (pl.col("status") == "registered") & pl.col("age").is_between(1, 95)
    kind = pl.lit("regular")
    for name, least, per_thousand in (
        ("temporary", 3, 5),
        ("immediately_necessary", 2, 1),
        ("private", 2, 1.5),
        ("dummy", 2, 0.3),
        ("other", 2, 2),
    ):
        chosen = chance.chosen(name, free, _at_least(least, patients, per_thousand))
        kind = pl.when(chosen).then(pl.lit(name)).otherwise(kind)
    return kind


def _stay(
    people: pl.DataFrame, chance: Chance, today: int, recent_years: int | None
) -> pl.DataFrame:
    """Add the days when each person joined, left or died, and the days their record covers."""
    born, status = pl.col("born"), pl.col("status")
    lived = (today - born).cast(pl.Float64)
    died = today - (pl.min_horizontal(lived * 0.3, 3000.0) * chance.share("died")).floor() - 3
    left = today - (pl.min_horizontal(lived * 0.7, 4000.0) * chance.share("left on")).floor() - 3
    people = people.with_columns(
        died=pl.when(status == "deceased").then(died).cast(pl.Int32),
        left=pl.when(status == "left").then(left).cast(pl.Int32),
    ).with_columns(stop=pl.coalesce("died", "left", pl.lit(today, dtype=pl.Int32)))
    visiting = pl.col("registration").is_in(["temporary", "immediately_necessary"])
    years_here = 32 * chance.share("years here") * chance.share("years here, again")
    joined = pl.col("stop") - (years_here * YEAR + 30).floor()
    since_birth = chance.happens("here since birth", 0.25)
    registered = (
        pl.when(visiting)
        .then(today - chance.integer("visiting since", 2, 80))
        .when((born > joined) | (since_birth & (pl.col("age") < 45)))
        .then(
            pl.min_horizontal(born + chance.integer("days to register", 2, 40), pl.col("stop") - 1)
        )
        .otherwise(joined)
    )
    # A visitor's record starts with the visit; others brought their computer record with them.
    kept_since = day(date(1988, 1, 1)) + chance.integer("computer record since", 0, 3000)
    start = pl.when(visiting).then(registered).otherwise(pl.max_horizontal(born, kept_since))
    before = pl.col("stop") - 1
    people = people.with_columns(
        registered=pl.max_horizontal(registered, born).cast(pl.Int32),
        start=pl.min_horizontal(start, before).clip(lower_bound=born).cast(pl.Int32),
        in_care_home=(pl.col("registration") == "regular")
        & (
            chance.happens("care home", by_age(0, 0, 0.001, 0.02, 0.15))
            | chance.chosen("in any case", (status == "registered") & (pl.col("age") > 69), 2)
        ),
    ).with_columns(known_from_birth=pl.col("start") - born < 90)
    if recent_years is None:
        return people
    recent = pl.col("stop") - 365 * recent_years
    return people.with_columns(start=pl.max_horizontal("start", recent).cast(pl.Int32))


def with_households(people: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Add `household`, `family`, `partner` and `mother` (each the `n` of a person).

    A person has the address of the person in `household` and the surname of the one in `family`.
    `partner` and `mother` are null where nobody is recorded.
    """
    chance = Chance(seed, "households")
    at_home = (pl.col("status") == "registered") & ~pl.col("in_care_home")
    with_parents = at_home & (
        (pl.col("age") < 18) | ((pl.col("age") < 25) & chance.happens("at home", 0.45))
    )
    people = people.with_columns(
        with_parents=with_parents,
        partnered=at_home
        & ~with_parents
        & (pl.col("age") >= 20)
        & chance.happens("partnered", 0.62),
    )
    couples = _couples(people, chance)
    mothers = _mothers(people, chance)
    people = people.join(couples, on="n", how="left", maintain_order="left").join(
        mothers, on="n", how="left", maintain_order="left"
    )
    head = pl.coalesce(
        pl.when(pl.col("sex") == "F").then(pl.col("n")).otherwise(pl.col("partner")), pl.col("n")
    )
    took_name = chance.happens("took the name", 0.7)
    named_after = pl.when((pl.col("sex") == "F") & took_name).then(pl.col("partner"))
    people = people.with_columns(household=head, family=pl.coalesce(named_after, pl.col("n")))
    of_mother = people.select(mother="n", mothers_household="household", mothers_family="family")
    return (
        people.join(of_mother, on="mother", how="left", maintain_order="left")
        .with_columns(
            household=pl.coalesce("mothers_household", "household"),
            family=pl.coalesce("mothers_family", "family"),
        )
        .drop("mothers_household", "mothers_family", "with_parents", "partnered")
    )


def _couples(people: pl.DataFrame, chance: Chance) -> pl.DataFrame:
    """Return couples of men and women of about the same age: columns n, partner, both ways."""
    near = pl.col("age") + chance.normal("near in age", 0.0, 2.5)
    of_sex = [
        people.filter(pl.col("partnered"), pl.col("sex") == sex).sort(near, "n")["n"]
        for sex in ("F", "M")
    ]
    pairs = min(len(of_sex[0]), len(of_sex[1]))
    women, men = of_sex[0].head(pairs), of_sex[1].head(pairs)
    return pl.DataFrame(
        {"n": pl.concat([women, men]), "partner": pl.concat([men, women])},
        schema={"n": pl.UInt64, "partner": pl.UInt64},
    )


def _mothers(people: pl.DataFrame, chance: Chance) -> pl.DataFrame:
    """Return a mother 18 to 42 years older for people who live with parents: columns n, mother."""
    women = (
        people.filter(
            pl.col("status") == "registered",
            pl.col("sex") == "F",
            pl.col("age").is_between(20, 66),
            ~pl.col("with_parents"),
            ~pl.col("in_care_home"),
        )
        .select(mother="n", at=-pl.col("born") + chance.integer("mother", 0, 360))
        .sort("at", "mother")
    )
    wanted = -pl.col("born") + chance.normal("age of mother", 30.0, 5.0).clip(20, 42) * 365
    return (
        people.filter(pl.col("with_parents"))
        .select("n", at=wanted.cast(pl.Int64))
        .sort("at", "n")
        .join_asof(women, on="at", strategy="nearest", tolerance=1800)
        .select("n", "mother")
        .filter(pl.col("mother").is_not_null())
    )
