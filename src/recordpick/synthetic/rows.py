"""Convert a generator's rows to rows of a table: repetition, random days, ids, column order.

A generator takes the people and returns rows. Each generator has its own number, and each of its
rows a number `k` within the patient. Together they give the row's id, so that a row can refer to
another (a child to its parent) without a join, and no generator affects the ids of another.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from recordpick.polars_types import TYPES
from recordpick.schema import TABLES
from recordpick.synthetic.chance import Chance
from recordpick.synthetic.names import Pools

ROWS_PER_GENERATOR = 4096
GENERATORS = 64


@dataclass(frozen=True, slots=True)
class Setting:
    """The inputs of every generator: seed, as-at day (days since 1970) and pools of names."""

    seed: int
    today: int
    pools: Pools

    def chance(self, about: str) -> Chance:
        """Return the random decisions of one generator."""
        return Chance(self.seed, about)


def schema(table: str) -> dict[str, pl.DataType]:
    """Return the columns of a table of a practice, without the derived ones, with their types."""
    return {
        column.name: TYPES[column.kind] for column in TABLES[table].columns if not column.derived
    }


def row_id(generator: int, k: pl.Expr | None = None) -> pl.Expr:
    """Return the id of a generator's row `k` of each patient (by default, of this row)."""
    of_patient = (pl.col("n") + 1) * GENERATORS + generator
    number = of_patient * ROWS_PER_GENERATOR + (pl.col("k") if k is None else k.cast(pl.UInt64))
    return number.cast(pl.String)


def repeat_rows(people: pl.LazyFrame, times: pl.Expr) -> pl.LazyFrame:
    """Repeat each row `times` times, with `k` counted from 0."""
    return (
        people.with_columns(times=times.clip(0, ROWS_PER_GENERATOR // 8).cast(pl.UInt32))
        .filter(pl.col("times") > 0)
        .with_columns(k=pl.int_ranges(0, pl.col("times"), dtype=pl.UInt64))
        .drop("times")
        .explode("k")
    )


def split_into_parts(rows: pl.LazyFrame, parts: int | pl.Expr, most: int) -> pl.LazyFrame:
    """Repeat each row as the parts of one thing: `part` counts from 0, `parent_k` is the old `k`.

    `most` is the highest number of parts; the new `k` is parent_k * most + part.
    """
    count = parts if isinstance(parts, pl.Expr) else pl.lit(parts)
    return (
        rows.with_columns(part=pl.int_ranges(0, count.cast(pl.UInt32), dtype=pl.UInt64))
        .explode("part")
        .with_columns(parent_k=pl.col("k"), k=pl.col("k") * most + pl.col("part"))
    )


def random_count(chance: Chance, what: str, expected: pl.Expr | float) -> pl.Expr:
    """Return a random count near `expected`: 0.4 to 1.6 times as many, randomly rounded."""
    mean = expected if isinstance(expected, pl.Expr) else pl.lit(expected)
    return (
        (mean * (0.4 + 1.2 * chance.share(f"{what}: more or less")))
        + chance.share(f"{what}: rounded")
    ).floor()


def random_day(chance: Chance, what: str, first: pl.Expr, last: pl.Expr) -> pl.Expr:
    """Return a day from `first` to `last`; late days are likelier, as records grow with time."""
    span = (last - first + 1).clip(lower_bound=1).cast(pl.Float64)
    return (first + (chance.share(what).sqrt() * span).floor()).cast(pl.Int32)


def random_follow_up_day(chance: Chance, what: str, first: pl.Expr, last: pl.Expr) -> pl.Expr:
    """Return a day as `random_day` does, except for people with a long-term condition.

    Their first row is in the last 410 days, because such people are invited for review.
    """
    lately = pl.max_horizontal(first, last - chance.integer(f"{what}: lately", 4, 410))
    is_due = (pl.col("k") == 0) & (pl.col("conditions") > 0)
    return (
        pl.when(is_due).then(lately).otherwise(random_day(chance, what, first, last)).cast(pl.Int32)
    )


YEARS = (pl.col("stop") - pl.col("start")).cast(pl.Float64) / 365.25
"""The years that a person's record covers."""


def as_table(rows: pl.LazyFrame, table: str, columns: dict[str, pl.Expr | None]) -> pl.LazyFrame:
    """Return all columns of the table in order and type; columns not in `columns` are null."""
    unknown = set(columns) - set(schema(table))
    assert not unknown, f"{table} has no {unknown}"
    found = {name: value for name, value in columns.items() if value is not None}
    return rows.select(
        found[name].cast(kind).alias(name) if name in found else pl.lit(None, kind).alias(name)
        for name, kind in schema(table).items()
    )
