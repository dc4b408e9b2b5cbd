"""A fast cast of text for the usual spelling, with the rules of values.py as a fallback.

The rules of values.py trim, lower-case, match and split every value, which costs more than reading
the file. Nearly all values need none of that: an ISO date is found in a list of dates, a word in
its vocabulary. The rules only run on the values that are anything else. Both ways have the same
result (tests/index/test_fast_cast.py).

Polars casts the usual spelling; whether a batch has anything else is checked in Python, once for
all its columns: a check per column costs as much as reading the file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, partial

import polars as pl

from recordpick.index.values import DIGITS, ISO, from_text, trimmed
from recordpick.polars_types import TYPES
from recordpick.schema import Column

FIRST, LAST = date(1900, 1, 2), date(2099, 12, 30)
"""The range of dates looked up, without placeholders (date_parsing.py); the rules read others."""

MISSING = "__missing"
"""Field of `cast_together`: true where a required value is missing."""

EMPTIED = "__emptied"
"""Field of `cast_together`: true where an optional value could not be read."""

_TEXT = "text"
_CAST = "__cast"

_YES_NO = pl.Enum(["true", "false", "TRUE", "FALSE", "1", "0"])
"""Words for yes and no, alternately."""


@dataclass(frozen=True)
class FastCast:
    """A column cast from text: fast for the usual spelling, with a rule as the fallback.

    `fast` is the fast cast of `text`, null where that fails; `fallback` is the rule's cast, of
    type `kind`. A null text is a null value. With `values`, `fast` holds indexes into them.
    """

    fast: pl.Expr
    text: pl.Expr
    fallback: Callable[[pl.Expr], pl.Expr]
    kind: pl.DataType
    values: pl.Series | None = None

    def alone(self) -> pl.Expr:
        """Return the column as an expression; for several columns `cast_together` is faster."""
        finish = partial(_finish_alone, fallback=self.fallback, values=self.values)
        return pl.map_batches(
            [self.fast, self.text], finish, return_dtype=self.kind, is_elementwise=True
        )


@dataclass(frozen=True)
class NotNull:
    """A value that must not be null where `source` has one.

    Without a source, it must never be null or an empty text.

    The value is an expression, or the name of a column that is cast at once. Where its source is
    null, so is the value.
    """

    value: pl.Expr | str
    source: pl.Expr | None


def staged_type(column: Column) -> pl.DataType:
    """Return the type of a column in staged rows: words are dictionary-encoded."""
    if column.words:
        return pl.Enum(column.words)
    return pl.Categorical() if column.repeats else TYPES[column.kind]


def fast_cast(text: pl.Expr, column: Column, written: str = ISO) -> FastCast | pl.Expr:
    """Return the cast of untrimmed text to the column's `staged_type`; null for invalid values."""
    kind = staged_type(column)

    def fallback(text: pl.Expr) -> pl.Expr:
        return from_text(trimmed(text), column, written).cast(kind)

    if column.words:
        return FastCast(text.cast(kind, strict=False), text, fallback, kind)
    if column.kind == "date" and written == ISO:
        position = text.cast(_days(), strict=False).to_physical()
        day = (position.cast(pl.Int32) + pl.lit((FIRST - date(1970, 1, 1)).days)).cast(pl.Date)
        return FastCast(day, text, fallback, kind)
    if column.kind == "number":
        number = text.cast(pl.Float64, strict=False)
        return FastCast(pl.when(number.is_finite()).then(number), text, fallback, kind)
    if column.kind == "integer":
        # polars accepts more digits than the rule does.
        short = pl.when(text.str.len_bytes() <= DIGITS).then(text)
        return FastCast(short.cast(pl.Int64, strict=False), text, fallback, kind)
    if column.kind == "yes_no":
        position = text.cast(_YES_NO, strict=False).to_physical()
        return FastCast(position % 2 == 0, text, fallback, kind)
    return fallback(text)


def mostly_null(
    text: pl.Expr, fallback: Callable[[pl.Expr], pl.Expr], kind: pl.DataType
) -> FastCast:
    """Return the rule's cast of text that is mostly null, run only in batches with any text."""
    return FastCast(pl.lit(None, kind), text, fallback, kind)


@cache
def _days() -> pl.DataTypeExpr:
    """Return the Enum of all dates from the first to the last, in ISO format.

    In polars' own form: passing so many words to it takes longer than reading many a file.
    """
    return pl.Enum(pl.date_range(FIRST, LAST, eager=True).dt.to_string(ISO)).to_dtype_expr()


def select_cast(rows: pl.LazyFrame, columns: Mapping[str, pl.Expr | FastCast]) -> pl.LazyFrame:
    """Return these columns of rows; all the fast casts are done at once."""
    fast = {name: value for name, value in columns.items() if isinstance(value, FastCast)}
    others = {name: value for name, value in columns.items() if not isinstance(value, FastCast)}
    if not fast:
        return rows.select(**others)
    both = rows.select(**others, **{_CAST: cast_together(fast)})
    fields = pl.col(_CAST).struct
    return both.select(fields.field(name) if name in fast else name for name in columns)


def cast_together(columns: Mapping[str, FastCast], required: Sequence[NotNull] = ()) -> pl.Expr:
    """Return a struct of the columns, with MISSING and EMPTIED if there are required values."""
    inputs: list[pl.Expr] = []

    def put(column: pl.Expr) -> int:
        inputs.append(column)
        return len(inputs) - 1

    casts = {
        name: _Inputs(put(cast.fast), put(cast.text), cast.fallback, cast.values)
        for name, cast in columns.items()
    }
    checks = [
        (
            each.value if isinstance(each.value, str) else put(each.value),
            None if each.source is None else put(each.source),
        )
        for each in required
    ]
    fields = {name: cast.kind for name, cast in columns.items()}
    if required:
        fields |= {MISSING: pl.Boolean(), EMPTIED: pl.Boolean()}
    return pl.map_batches(
        inputs,
        partial(_at_once, casts=casts, checks=checks),
        return_dtype=pl.Struct(fields),
        is_elementwise=True,
    )


@dataclass(frozen=True)
class _Inputs:
    """A fast cast, with the indexes of its inputs among the columns of a batch."""

    fast: int
    text: int
    fallback: Callable[[pl.Expr], pl.Expr]
    values: pl.Series | None


def _at_once(
    batch: Sequence[pl.Series],
    casts: Mapping[str, _Inputs],
    checks: Sequence[tuple[str | int, int | None]],
) -> pl.Series:
    finished = {
        name: _finish(batch[cast.fast], batch[cast.text], cast.fallback, cast.values)
        for name, cast in casts.items()
    }
    columns = [value.alias(name) for name, value in finished.items()]
    if checks:
        values = [
            finished[value] if isinstance(value, str) else batch[value] for value, _ in checks
        ]
        sources = [None if source is None else batch[source] for _, source in checks]
        pairs = list(zip(values, sources, strict=True))
        for name, is_required in ((MISSING, True), (EMPTIED, False)):
            checked = [pair for pair in pairs if (pair[1] is None) == is_required]
            columns.append(_any_missing(checked, len(values[0])).alias(name))
    return pl.DataFrame(columns).to_struct()


def _finish_alone(
    batch: Sequence[pl.Series], fallback: Callable[[pl.Expr], pl.Expr], values: pl.Series | None
) -> pl.Series:
    fast, text = batch
    return _finish(fast, text, fallback, values)


def _finish(
    fast: pl.Series,
    text: pl.Series,
    fallback: Callable[[pl.Expr], pl.Expr],
    values: pl.Series | None,
) -> pl.Series:
    if len(fast) != len(text):  # a literal
        fast = fast.new_from_index(0, len(text))
    if values is not None:
        fast = values.gather(fast)
    if fast.null_count() == text.null_count():
        return fast
    is_odd = fast.is_null() & text.is_not_null()
    odd = text.filter(is_odd).alias(_TEXT).to_frame()
    rest = odd.select(fallback(pl.col(_TEXT))).to_series().cast(fast.dtype)
    position = pl.select(pl.when(is_odd).then(is_odd.cum_sum() - 1)).to_series()
    return fast.zip_with(~is_odd, rest.gather(position))


def _any_missing(pairs: Sequence[tuple[pl.Series, pl.Series | None]], height: int) -> pl.Series:
    """Return which rows have a null value although the source has one.

    With None as the source, null is always wrong, and so is an empty text.
    """
    found = pl.Series([False]).new_from_index(0, height)
    # A quick check per batch: mostly no column has more nulls than its source.
    for value, source in pairs:
        if value.null_count() > (0 if source is None else source.null_count()):
            found |= value.is_null() & _has_value(source)
        if source is None and value.dtype == pl.String and (value == "").any():
            found |= (value == "").fill_null(value=False)
    return found


def _has_value(source: pl.Series | None) -> pl.Series | bool:
    if source is None:
        return True
    if source.dtype == pl.String:
        return (source.str.strip_chars() != "").fill_null(value=False)
    return source.is_not_null()
