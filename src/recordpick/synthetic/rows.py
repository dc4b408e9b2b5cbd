"""How a maker's rows become rows of a table: who, when, which number, and every column in order.

A maker takes the people and gives rows. Each maker has a number of its own, and each of its rows a
number `k` within the patient: both make the row's id, so that a row can name another (a child its
parent) without looking it up, and no maker disturbs another's ids.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from recordpick.synthetic.chance import Chance
from recordpick.synthetic.names import Pools
from recordpick.tables import TABLES, Kind

DTYPES: dict[Kind, pl.DataType] = {
    "text": pl.String(),
    "date": pl.Date(),
    "integer": pl.Int64(),
    "number": pl.Float64(),
    "yes_no": pl.Boolean(),
}

ROWS_OF_ONE_MAKER = 4096
MAKERS = 64


@dataclass(frozen=True, slots=True)
class Setting:
    """What every maker knows: the seed, the as-at day (days since 1970), the pools of names."""

    seed: int
    today: int
    pools: Pools

    def chance(self, about: str) -> Chance:
        """Chance for one maker."""
        return Chance(self.seed, about)


def schema(table: str) -> dict[str, pl.DataType]:
    """Give the columns of a table of a practice, without the derived ones, with their types."""
    return {
        column.name: DTYPES[column.kind] for column in TABLES[table].columns if not column.derived
    }


def row_id(maker: int, k: pl.Expr | None = None) -> pl.Expr:
    """Give the id of a maker's row `k` of each patient (this row's by default)."""
    of_patient = (pl.col("n") + 1) * MAKERS + maker
    number = of_patient * ROWS_OF_ONE_MAKER + (pl.col("k") if k is None else k.cast(pl.UInt64))
    return number.cast(pl.String)


def repeated(people: pl.LazyFrame, times: pl.Expr) -> pl.LazyFrame:
    """Repeat each row so many times, counting `k` from 0."""
    return (
        people.with_columns(times=times.clip(0, ROWS_OF_ONE_MAKER // 8).cast(pl.UInt32))
        .filter(pl.col("times") > 0)
        .with_columns(k=pl.int_ranges(0, pl.col("times"), dtype=pl.UInt64))
        .drop("times")
        .explode("k")
    )


def in_parts(rows: pl.LazyFrame, parts: int | pl.Expr, most: int) -> pl.LazyFrame:
    """Repeat each row as parts of one thing: `part` counts from 0, `whole` is the old `k`.

    `most` is the highest number of parts; the new `k` is whole * most + part.
    """
    count = parts if isinstance(parts, pl.Expr) else pl.lit(parts)
    return (
        rows.with_columns(part=pl.int_ranges(0, count.cast(pl.UInt32), dtype=pl.UInt64))
        .explode("part")
        .with_columns(whole=pl.col("k"), k=pl.col("k") * most + pl.col("part"))
    )


def often(chance: Chance, what: str, expected: pl.Expr | float) -> pl.Expr:
    """How many times, around `expected`: from 0.4 to 1.6 times as often, rounded by chance."""
    mean = expected if isinstance(expected, pl.Expr) else pl.lit(expected)
    return (
        (mean * (0.4 + 1.2 * chance.share(f"{what}: more or less")))
        + chance.share(f"{what}: rounded")
    ).floor()


def between(chance: Chance, what: str, first: pl.Expr, last: pl.Expr) -> pl.Expr:
    """A day from `first` to `last`, more likely a late one, as records thicken with time."""
    span = (last - first + 1).clip(lower_bound=1).cast(pl.Float64)
    return (first + (chance.share(what).sqrt() * span).floor()).cast(pl.Int32)


def followed_up(chance: Chance, what: str, first: pl.Expr, last: pl.Expr) -> pl.Expr:
    """A day as `between` gives it; but the first row of a person with a long-term condition lies
    in the last year or little more, for such people are asked to come."""
    lately = pl.max_horizontal(first, last - chance.whole(f"{what}: lately", 4, 410))
    is_due = (pl.col("k") == 0) & (pl.col("conditions") > 0)
    return pl.when(is_due).then(lately).otherwise(between(chance, what, first, last)).cast(pl.Int32)


YEARS = (pl.col("stop") - pl.col("start")).cast(pl.Float64) / 365.25
"""How many years of entries a person has."""


def as_table(rows: pl.LazyFrame, table: str, columns: dict[str, pl.Expr | None]) -> pl.LazyFrame:
    """Give the rows all columns of the table in order and type; what is not given is null."""
    unknown = set(columns) - set(schema(table))
    assert not unknown, f"{table} has no {unknown}"
    found = {name: value for name, value in columns.items() if value is not None}
    return rows.select(
        found[name].cast(kind).alias(name) if name in found else pl.lit(None, kind).alias(name)
        for name, kind in schema(table).items()
    )
