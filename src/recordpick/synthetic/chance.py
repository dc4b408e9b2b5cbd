"""Random values for whole columns at once, the same for the same seed on every machine.

Every number is a hash of the seed, the name of the decision, the patient (`n`) and the occurrence
(`k`): SplitMix64's finaliser, written as polars integer arithmetic, which wraps. So nothing depends
on the order of work, on polars' own hash (which may change between versions), on PYTHONHASHSEED or
on a mathematics library, and a change to one decision leaves all others as they were.

A frame to which these expressions are applied has the columns `n` and `k` (UInt64).
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


def _mix(bits: pl.Expr) -> pl.Expr:
    bits = (bits ^ (bits // (1 << 30))) * _u64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits // (1 << 27))) * _u64(0x94D049BB133111EB)
    return bits ^ (bits // (1 << 31))


@dataclass(frozen=True, slots=True)
class Chance:
    """Random decisions; `about` separates the decisions of different modules.

    `row` is the column that says what a decision is about: the patient, or something that several
    patients share, such as the household; all of them then get the same value.
    """

    seed: int
    about: str = ""
    row: str = "n"

    def key(self, what: str) -> int:
        """Return 64 bits that depend on this seed and this name, for use in plain Python."""
        text = f"{self.seed}\n{self.about}\n{what}".encode()
        return int.from_bytes(hashlib.sha256(text).digest()[:8], "big")

    def bits(self, what: str | pl.Expr) -> pl.Expr:
        """Return 64 random bits for each row (UInt64).

        `what` names the decision, or has the `key` of each row's own decision.
        """
        row = pl.col(self.row) * _u64(1 << 20) + pl.col("k") + _u64(1)
        return _mix(row * _u64(_STEP) + (_u64(self.key(what)) if isinstance(what, str) else what))

    def share(self, what: str) -> pl.Expr:
        """Return a uniform random number for each row, from 0 up to but not including 1."""
        return (self.bits(what) // (1 << 11)).cast(pl.Float64) * 2.0**-53

    def happens(self, what: str, probability: float | pl.Expr) -> pl.Expr:
        """Return true in that share of rows."""
        return self.share(what) < probability

    def integer(self, what: str, low: int | pl.Expr, high: int | pl.Expr) -> pl.Expr:
        """Return a uniform random integer from `low` to `high`, both included (Int64)."""
        first = low if isinstance(low, pl.Expr) else pl.lit(low, dtype=pl.Int64)
        span = (high - first + 1).cast(pl.Float64)
        return first.cast(pl.Int64) + (self.share(what) * span).floor().cast(pl.Int64)

    def normal(
        self, what: str | pl.Expr, mean: float | pl.Expr, spread: float | pl.Expr
    ) -> pl.Expr:
        """Return a nearly normal random number: a sum of four uniform ones, within 3.5 spreads."""
        bits = self.bits(what)
        parts = [(bits // (1 << shift)) % (1 << 16) for shift in (0, 16, 32, 48)]
        total = (parts[0] + parts[1] + parts[2] + parts[3]).cast(pl.Float64)
        return (total - 131070.0) / 37837.0 * spread + mean

    def one_of(self, what: str, pool: Sequence[str] | pl.Series) -> pl.Expr:
        """Return one value of the pool for each row, all equally likely."""
        values = pool if isinstance(pool, pl.Series) else pl.Series(pool)
        return pl.lit(values).gather((self.share(what) * len(values)).cast(pl.UInt32))

    def weighted(self, what: str, weights: dict[str, int]) -> pl.Expr:
        """Return one of the keys for each row, with probabilities in proportion to the weights."""
        return self.one_of(what, [value for value, times in weights.items() for _ in range(times)])

    def chosen(self, what: str, among: pl.Expr, count: int) -> pl.Expr:
        """Return true in exactly `count` of the rows `among` (or all of them, if fewer)."""
        ticket = pl.when(among).then(self.bits(what))
        return (ticket.rank("ordinal") <= count).fill_null(value=False)
