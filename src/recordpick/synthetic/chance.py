"""Chance for whole columns at once, the same for the same seed on every machine.

Every number is a hash of the seed, the name of what is being decided, the patient (`n`) and the
occurrence (`k`): SplitMix64's finaliser, written as polars integer arithmetic, which wraps. So
nothing depends on the order of work, on polars' own hash (which may change between versions), on
PYTHONHASHSEED or on a mathematics library, and a change in one place leaves every other as it was.

A frame that is given these expressions has the columns `n` and `k` (UInt64).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

_MASK = (1 << 64) - 1
_STEP = 0x9E3779B97F4A7C15


def _u64(value: int) -> pl.Expr:
    return pl.lit(value & _MASK, dtype=pl.UInt64)


def _mixed(bits: pl.Expr) -> pl.Expr:
    bits = (bits ^ (bits // (1 << 30))) * _u64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits // (1 << 27))) * _u64(0x94D049BB133111EB)
    return bits ^ (bits // (1 << 31))


@dataclass(frozen=True, slots=True)
class Chance:
    """Decides by chance; `about` keeps the decisions of one module apart from those of another.

    `row` is the column that names whom a decision is about: the patient, or something that
    several patients share, such as the household, who then get the same.
    """

    seed: int
    about: str = ""
    row: str = "n"

    def key(self, what: str) -> int:
        """Give 64 bits that belong to this seed and this name, for plain Python to use."""
        text = f"{self.seed}\n{self.about}\n{what}".encode()
        return int.from_bytes(hashlib.sha256(text).digest()[:8], "big")

    def bits(self, what: str) -> pl.Expr:
        """64 bits a row (UInt64)."""
        row = pl.col(self.row) * _u64(1 << 20) + pl.col("k") + _u64(1)
        return _mixed(row * _u64(_STEP) + _u64(self.key(what)))

    def share(self, what: str) -> pl.Expr:
        """A number from 0 up to, not including, 1 a row, evenly spread (Float64)."""
        return (self.bits(what) // (1 << 11)).cast(pl.Float64) * 2.0**-53

    def happens(self, what: str, probability: float | pl.Expr) -> pl.Expr:
        """True in that share of rows."""
        return self.share(what) < probability

    def whole(self, what: str, low: int | pl.Expr, high: int | pl.Expr) -> pl.Expr:
        """A whole number from `low` to `high`, both included (Int64)."""
        first = low if isinstance(low, pl.Expr) else pl.lit(low, dtype=pl.Int64)
        span = (high - first + 1).cast(pl.Float64)
        return first.cast(pl.Int64) + (self.share(what) * span).floor().cast(pl.Int64)

    def bell(self, what: str, mean: float | pl.Expr, spread: float | pl.Expr) -> pl.Expr:
        """A number near `mean`: four even numbers added up, nearly normal, within 3.5 spreads."""
        bits = self.bits(what)
        parts = [(bits // (1 << shift)) % (1 << 16) for shift in (0, 16, 32, 48)]
        total = (parts[0] + parts[1] + parts[2] + parts[3]).cast(pl.Float64)
        return (total - 131070.0) / 37837.0 * spread + mean

    def one_of(self, what: str, pool: Sequence[str] | pl.Series) -> pl.Expr:
        """One value of the pool a row, each as likely as the next."""
        values = pool if isinstance(pool, pl.Series) else pl.Series(pool)
        return pl.lit(values).gather((self.share(what) * len(values)).cast(pl.UInt32))

    def weighted(self, what: str, weights: dict[str, int]) -> pl.Expr:
        """One of the keys a row, as likely as its weight among all weights."""
        return self.one_of(what, [value for value, times in weights.items() for _ in range(times)])

    def chosen(self, what: str, among: pl.Expr, count: int) -> pl.Expr:
        """True in exactly `count` of the rows `among` (or all of them, if they are fewer)."""
        ticket = pl.when(among).then(self.bits(what))
        return (ticket.rank("ordinal") <= count).fill_null(value=False)
