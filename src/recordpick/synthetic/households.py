"""Households: couples, and children with a mother of a plausible age.

A household shares one address; a family shares one surname.
"""

from __future__ import annotations

import polars as pl

from recordpick.synthetic.chance import Chance


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
