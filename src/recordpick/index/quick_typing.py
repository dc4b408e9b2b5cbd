"""Typing text as values.py says, but first as if all of it were written as it mostly is.

The rules of values.py trim, lower, match and cut every value, which costs more than reading the
file does. Nearly all values need none of that: a day written as an ISO day is found in a list of
them, a word in its own. The rules are asked only about batches of rows that have anything else.
Both ways give the same (tests/index/test_quick_typing.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import cache, partial

import polars as pl

from recordpick.index.values import ISO, TYPES, from_text, trimmed
from recordpick.tables import Column

FIRST, LAST = date(1890, 1, 1), date(2099, 12, 31)
"""Days that are looked up; others are read by the rules."""


def staged_type(column: Column) -> pl.DataType:
    """Give the type in which a column is kept until the index is written: closed words as one."""
    return pl.Enum(column.words) if column.words else TYPES[column.kind]


def typed(text: pl.Expr, column: Column, written: str = ISO) -> pl.Expr:
    """Read text, blanks and all, as what the column holds; null where it is no such thing.

    Of `staged_type`.
    """
    kind = staged_type(column)

    def by_rule(text: pl.Expr) -> pl.Expr:
        return from_text(trimmed(text), column, written).cast(kind)

    quick = _quick(text, column, written)
    return by_rule(text) if quick is None else quick_first(quick, text, by_rule, kind)


def quick_first(
    quick: pl.Expr, text: pl.Expr, by_rule: Callable[[pl.Expr], pl.Expr], kind: pl.DataType
) -> pl.Expr:
    """Give what the quick way finds of text, and what the rule makes of the rest.

    The rule is asked only in batches that have any rest: most have none.
    """
    finish = partial(_finish, by_rule=by_rule)
    return pl.map_batches([quick, text], finish, return_dtype=kind, is_elementwise=True)


def where_any(text: pl.Expr, by_rule: Callable[[pl.Expr], pl.Expr], kind: pl.DataType) -> pl.Expr:
    """Give what the rule makes of text that is mostly null, asked only in batches that have any."""
    asked = partial(_where_any, by_rule=by_rule, kind=kind)
    return text.map_batches(asked, return_dtype=kind, is_elementwise=True)


_TEXT = "text"


def _where_any(
    text: pl.Series, by_rule: Callable[[pl.Expr], pl.Expr], kind: pl.DataType
) -> pl.Series:
    if text.null_count() == len(text):
        return text.cast(kind)
    return text.alias(_TEXT).to_frame().select(by_rule(pl.col(_TEXT))).to_series()


def _finish(batch: Sequence[pl.Series], by_rule: Callable[[pl.Expr], pl.Expr]) -> pl.Series:
    quick, text = batch
    if quick.null_count() == text.null_count():
        return quick
    rest = text.alias(_TEXT).to_frame().select(by_rule(pl.col(_TEXT)))
    return quick.zip_with(quick.is_not_null(), rest.to_series().cast(quick.dtype))


def _quick(text: pl.Expr, column: Column, written: str) -> pl.Expr | None:
    """Read what is written as it mostly is; None where there is no quicker way."""
    if column.words:
        return text.cast(pl.Enum(column.words), strict=False)
    if column.kind == "date" and written == ISO:
        place = text.cast(_days(), strict=False).to_physical()
        return (place.cast(pl.Int32) + pl.lit((FIRST - date(1970, 1, 1)).days)).cast(pl.Date)
    if column.kind == "number":
        number = text.cast(pl.Float64, strict=False)
        return pl.when(number.is_finite()).then(number)
    if column.kind == "yes_no":
        place = text.cast(_YES_NO, strict=False).to_physical()
        return place % 2 == 0
    return None


_YES_NO = pl.Enum(["true", "false", "TRUE", "FALSE", "1", "0"])
"""Yes and no, in turn."""


@cache
def _days() -> pl.Enum:
    """Give all days from the first to the last, as ISO writes them."""
    return pl.Enum(pl.date_range(FIRST, LAST, eager=True).dt.to_string(ISO))


def any_missing(typed: Sequence[str], sources: Sequence[str | None]) -> pl.Expr:
    """Tell in which rows a column of `typed` is null, though its source says something.

    Where a source is null, what was typed of it is. A source of None says that null is always
    wrong.
    """
    # One question a batch: that no column has more nulls than its source is true of most.
    names = [name for pair in zip(typed, sources, strict=True) for name in pair if name]
    asks = tuple(source is not None for source in sources)
    return pl.map_batches(
        names, partial(_any_missing, asks=asks), return_dtype=pl.Boolean, is_elementwise=True
    )


def _any_missing(batch: Sequence[pl.Series], asks: Sequence[bool]) -> pl.Series:
    found = pl.Series([False]).new_from_index(0, len(batch[0]))
    columns = iter(batch)
    for asks_source in asks:
        value = next(columns)
        source = next(columns) if asks_source else None
        if value.null_count() > (0 if source is None else source.null_count()):
            found |= value.is_null() & _says_something(source)
    return found


def _says_something(source: pl.Series | None) -> pl.Series | bool:
    if source is None:
        return True
    if source.dtype == pl.String:
        return (source.str.strip_chars() != "").fill_null(value=False)
    return source.is_not_null()
