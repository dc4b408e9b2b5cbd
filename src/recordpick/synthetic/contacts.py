"""Addresses and telephone numbers over time, next of kin and carers."""

from __future__ import annotations

import polars as pl

from recordpick.synthetic.chance import Chance
from recordpick.synthetic.rows import Setting, as_table, row_id

_FRIENDS = ("daughter", "son", "sister", "brother", "friend", "neighbour")


def with_contacts(people: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Add `partner_name` and `mother_name`, and `carer`: who cares for the person, as text.

    Those recorded as next of kin are people of the practice, except for a carer, who need not be.
    """
    chance = Chance(seed, "contacts")
    called = people.select("n", name=pl.concat_str("given_name", pl.lit(" "), "family_name"))
    for who in ("partner", "mother"):
        people = people.join(
            called.rename({"n": who, "name": f"{who}_name"}),
            on=who,
            how="left",
            maintain_order="left",
        )
    count = len(people)
    old = pl.when(pl.col("age") >= 75).then(0.1).otherwise(0.008)
    cared_for = chance.happens("cared for", old) | chance.chosen(
        "cared for", pl.col("age") > 18, max(2, count // 500)
    )
    friend = pl.concat_str(
        chance.one_of("first name", people["given_name"].unique().sort()),
        pl.lit(" "),
        pl.col("family_name"),
    )
    return people.with_columns(
        friend=friend, friend_is=chance.one_of("who", _FRIENDS), cared_for=cared_for
    ).with_columns(
        carer=pl.when("cared_for").then(
            pl.concat_str("friend", pl.lit(" ("), "friend_is", pl.lit(")"))
        )
    )


def _date(days: pl.Expr) -> pl.Expr:
    return days.cast(pl.Int32).cast(pl.Date)


def addresses(people: pl.LazyFrame, setting: Setting) -> pl.LazyFrame:
    """Each address and number with the days it held: the present ones, and some former ones."""
    chance = setting.chance("addresses")
    moved = chance.happens("moved", 0.16) & ~pl.col("in_care_home")
    changed = chance.happens("changed number", 0.07) & pl.col("mobile_phone").is_not_null()
    move_day = pl.max_horizontal("registered", pl.col("stop") - chance.whole("moved", 30, 3000))
    visiting = pl.col("registration") == "temporary"
    number, road = chance.whole("number", 1, 160), chance.one_of("street", setting.pools.streets)
    other_home = pl.concat_str(
        number.cast(pl.String), pl.lit(" "), road, pl.lit(f", {setting.pools.towns[-1]}")
    )
    no_day = pl.lit(None, dtype=pl.Int32)
    joined = pl.col("registered")

    def rows(
        k: int,
        who: pl.Expr,
        kind: str,
        value: pl.Expr,
        days: tuple[pl.Expr, pl.Expr],
        postcode: pl.Expr | None = None,
    ) -> pl.LazyFrame:
        return (
            people.filter(who)
            .with_columns(k=pl.lit(k, dtype=pl.UInt64))
            .select(
                "n",
                "k",
                "patient_id",
                kind=pl.lit(kind),
                value=value,
                postcode_there=postcode if postcode is not None else pl.lit(None, dtype=pl.String),
                since=days[0].cast(pl.Int32),
                until=days[1].cast(pl.Int32),
            )
        )

    frames = [
        rows(
            0,
            pl.lit(value=True),
            "home",
            pl.col("address"),
            (pl.when(moved).then(move_day).otherwise(joined), no_day),
            pl.col("postcode"),
        ),
        rows(1, moved, "home", other_home, (joined, move_day), pl.lit("XQ9 2QT")),
        rows(2, visiting, "temporary", other_home, (joined, no_day), pl.lit("XQ9 2QT")),
        rows(
            3,
            chance.happens("post elsewhere", 0.01),
            "correspondence",
            other_home,
            (joined, no_day),
            pl.lit("XQ9 2QT"),
        ),
        rows(
            4,
            pl.col("home_phone").is_not_null(),
            "home_phone",
            pl.col("home_phone"),
            (joined, no_day),
        ),
        rows(
            5,
            pl.col("mobile_phone").is_not_null(),
            "mobile_phone",
            pl.col("mobile_phone"),
            (pl.when(changed).then(move_day).otherwise(joined), no_day),
        ),
        rows(
            6,
            changed,
            "mobile_phone",
            pl.concat_str(
                pl.lit("07700 900"), chance.whole("old mobile", 0, 999).cast(pl.String).str.zfill(3)
            ),
            (joined, move_day),
        ),
        rows(
            7,
            (pl.col("age").is_between(18, 66)) & chance.happens("at work", 0.06),
            "work_phone",
            pl.concat_str(
                pl.lit("01632 961"), chance.whole("work", 0, 999).cast(pl.String).str.zfill(3)
            ),
            (joined, no_day),
        ),
        rows(8, pl.col("email").is_not_null(), "email", pl.col("email"), (joined, no_day)),
    ]
    return as_table(
        pl.concat(frames),
        "addresses",
        {
            "patient_id": pl.col("patient_id"),
            "address_id": row_id(0),
            "kind": pl.col("kind"),
            "value": pl.col("value"),
            "postcode": pl.col("postcode_there"),
            "since": _date(pl.col("since")),
            "until": _date(pl.col("until")),
        },
    )


def relationships(people: pl.LazyFrame, setting: Setting) -> pl.LazyFrame:
    """Next of kin for some, and carers for those who have one."""
    chance = setting.chance("relationships")
    spouse = pl.when(pl.col("sex") == "F").then(pl.lit("husband")).otherwise(pl.lit("wife"))
    kinds = (
        (0, pl.col("partner_name").is_not_null() & chance.happens("partner", 0.45),
         pl.col("partner_name"), spouse, True, False),
        (1, pl.col("mother_name").is_not_null() & chance.happens("mother", 0.8),
         pl.col("mother_name"), pl.lit("mother"), True, False),
        (2, pl.col("cared_for"), pl.col("friend"), pl.col("friend_is"), False, True),
    )  # fmt: skip
    frames = [
        people.filter(who)
        .with_columns(k=pl.lit(k, dtype=pl.UInt64))
        .select(
            "n",
            "k",
            "patient_id",
            "registered",
            "stop",
            name=name,
            relation=relation,
            kin=pl.lit(kin),
            carer=pl.lit(carer),
        )
        for k, who, name, relation, kin, carer in kinds
    ]
    rows = pl.concat(frames)
    since = pl.min_horizontal(pl.col("registered") + chance.whole("recorded", 0, 900), "stop")
    return as_table(
        rows,
        "relationships",
        {
            "patient_id": pl.col("patient_id"),
            "relationship_id": row_id(0),
            "name": pl.col("name"),
            "relation": pl.col("relation"),
            "is_next_of_kin": pl.col("kin") | chance.happens("also next of kin", 0.3),
            "is_carer": pl.col("carer"),
            "phone": pl.when(chance.happens("phone", 0.8)).then(
                pl.concat_str(
                    pl.lit("07700 900"), chance.whole("phone", 0, 999).cast(pl.String).str.zfill(3)
                )
            ),
            "since": _date(since),
            "until": None,
        },
    )
