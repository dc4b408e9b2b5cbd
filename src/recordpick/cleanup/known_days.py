"""Compare dates of which only the month or the year may be known."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True, slots=True)
class KnownDay:
    """A date, and how much of it is known (a word of `tables.PRECISIONS`; None: all)."""

    day: pl.Expr
    precision: pl.Expr | None = None


def is_before(first: KnownDay, second: KnownDay) -> pl.Expr:
    """Return whether `first` is before `second`, as far as both are known.

    1980 (the year only) is not before 5 May 1980. Null where either is missing or unknown.
    """
    precisions = [one.precision for one in (first, second) if one.precision is not None]
    by_day = first.day < second.day
    if not precisions:
        return by_day

    def any_is(word: str) -> pl.Expr:
        return pl.any_horizontal(*((one == word).fill_null(value=False) for one in precisions))

    by_month = first.day.dt.truncate("1mo") < second.day.dt.truncate("1mo")
    by_year = first.day.dt.year() < second.day.dt.year()
    return (
        pl.when(any_is("unknown"))
        .then(pl.lit(None, pl.Boolean))
        .when(any_is("year"))
        .then(by_year)
        .when(any_is("month"))
        .then(by_month)
        .otherwise(by_day)
    )
