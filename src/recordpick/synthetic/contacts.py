"""Addresses and telephone numbers over time, next of kin and carers."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from recordpick.synthetic.chance import Chance
from recordpick.synthetic.rows import Setting, as_table, row_id

_FRIENDS = ("daughter", "son", "sister", "brother", "friend", "neighbour")


def with_contacts(people: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Add `partner_name`, `mother_name` and `carer` (the person's carer, as text).

    People recorded as next of kin are patients of the practice; a carer need not be.
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


class _Entry(NamedTuple):
    """One kind of address or number that some people have, and the days when it was valid."""

    who: pl.Expr
    kind: str
    value: pl.Expr
    since: pl.Expr
    until: pl.Expr | None = None
    postcode: pl.Expr | None = None


def _number(chance: Chance, what: str, start: str) -> pl.Expr:
    """Return a telephone number from a range reserved for fiction: `start` and three digits."""
    return pl.concat_str(pl.lit(start), chance.integer(what, 0, 999).cast(pl.String).str.zfill(3))


def addresses(people: pl.LazyFrame, setting: Setting) -> pl.LazyFrame:
    """Return present and some former addresses and numbers, with the days when each was valid."""
    chance = setting.chance("addresses")
    joined = pl.col("registered")
    moved = chance.happens("moved", 0.16) & ~pl.col("in_care_home")
    move_day = pl.max_horizontal(joined, pl.col("stop") - chance.integer("moved", 30, 3000))
    mobile = pl.col("mobile_phone").is_not_null()
    changed = chance.happens("changed number", 0.07) & mobile
    works = pl.col("age").is_between(18, 66) & chance.happens("at work", 0.06)
    elsewhere = pl.concat_str(
        chance.integer("number", 1, 160).cast(pl.String),
        pl.lit(" "),
        chance.one_of("street", setting.pools.streets),
        pl.lit(f", {setting.pools.towns[-1]}"),
    )
    there = pl.lit("XQ9 2QT")
    home_since = pl.when(moved).then(move_day).otherwise(joined)
    mobile_since = pl.when(changed).then(move_day).otherwise(joined)
    old_mobile = _number(chance, "old mobile", "07700 900")
    work = _number(chance, "work", "01632 961")
    neighbour = pl.concat_str(pl.lit("Neighbour: "), _number(chance, "neighbour", "01632 962"))
    visiting = pl.col("registration") == "temporary"
    entries = (
        _Entry(pl.lit(value=True), "home", pl.col("address"), home_since, None, pl.col("postcode")),
        _Entry(moved, "home", elsewhere, joined, move_day, there),
        _Entry(visiting, "temporary", elsewhere, joined, None, there),
        _Entry(chance.happens("post", 0.01), "correspondence", elsewhere, joined, None, there),
        _Entry(pl.col("home_phone").is_not_null(), "home_phone", pl.col("home_phone"), joined),
        _Entry(mobile, "mobile_phone", pl.col("mobile_phone"), mobile_since),
        _Entry(changed, "mobile_phone", old_mobile, joined, move_day),
        _Entry(works, "work_phone", work, joined),
        _Entry(pl.col("email").is_not_null(), "email", pl.col("email"), joined),
        _Entry(chance.happens("neighbour", 0.01), "other", neighbour, joined),
    )
    frames = [
        people.filter(entry.who)
        .with_columns(k=pl.lit(k, dtype=pl.UInt64))
        .select(
            "n",
            "k",
            "patient_id",
            kind=pl.lit(entry.kind),
            value=entry.value,
            postcode=pl.lit(None, dtype=pl.String) if entry.postcode is None else entry.postcode,
            since=entry.since.cast(pl.Int32),
            until=pl.lit(None, dtype=pl.Int32)
            if entry.until is None
            else entry.until.cast(pl.Int32),
        )
        for k, entry in enumerate(entries)
    ]
    columns: dict[str, pl.Expr | None] = {
        name: pl.col(name) for name in ("patient_id", "kind", "value", "postcode")
    }
    return as_table(
        pl.concat(frames),
        "addresses",
        {
            **columns,
            "address_id": row_id(0),
            "since": _date(pl.col("since")),
            "until": _date(pl.col("until")),
        },
    )


def relationships(people: pl.LazyFrame, setting: Setting) -> pl.LazyFrame:
    """Return next of kin for some people, and carers for those who have one."""
    chance = setting.chance("relationships")
    spouse = pl.when(pl.col("sex") == "F").then(pl.lit("husband")).otherwise(pl.lit("wife"))
    partner = pl.col("partner_name").is_not_null() & chance.happens("partner", 0.45)
    mother = pl.col("mother_name").is_not_null() & chance.happens("mother", 0.8)
    relations = (
        (partner, pl.col("partner_name"), spouse, False),
        (mother, pl.col("mother_name"), pl.lit("mother"), False),
        (pl.col("cared_for"), pl.col("friend"), pl.col("friend_is"), True),
    )
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
            cares=pl.lit(value=cares),
        )
        for k, (who, name, relation, cares) in enumerate(relations)
    ]
    rows = pl.concat(frames)
    since = pl.min_horizontal(pl.col("registered") + chance.integer("recorded", 0, 900), "stop")
    ended = pl.min_horizontal(since + chance.integer("lasted", 100, 3000), "stop")
    return as_table(
        rows,
        "relationships",
        {
            "patient_id": pl.col("patient_id"),
            "relationship_id": row_id(0),
            "name": pl.col("name"),
            "relation": pl.col("relation"),
            "is_next_of_kin": ~pl.col("cares") | chance.happens("also next of kin", 0.3),
            "is_carer": pl.col("cares"),
            "phone": pl.when(chance.happens("phone", 0.8)).then(
                _number(chance, "phone", "07700 900")
            ),
            "since": _date(since),
            "until": _date(pl.when(chance.happens("ended", 0.05)).then(ended)),
        },
    )
