"""Typing text as values.py says, but first as if all of it were written as it mostly is.

The rules of values.py trim, lower, match and cut every value, which costs more than reading the
file does. Nearly all values need none of that: a day written as an ISO day is found in a list of
them, a word in its own. The rules are asked only about batches of rows that have anything else.
Both ways give the same (tests/index/test_quick_typing.py).

Polars makes what is usual; whether a batch has anything else is asked in Python, and once for all
columns of it: to ask for each by itself costs as much as to read the file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, partial

import polars as pl

from recordpick.index.values import DIGITS, ISO, TYPES, from_text, trimmed
from recordpick.tables import Column

FIRST, LAST = date(1900, 1, 2), date(2099, 12, 30)
"""Days that are looked up, none of them a placeholder (days.py); the rules read the others."""

MISSING = "__missing"
"""Field of `at_once`: true where one of the values that a row must have is missing."""

EMPTIED = "__emptied"
"""Field of `at_once`: true where a value could not be read, and the row can do without it."""

_TEXT = "text"
_MADE = "__made"

_IN_TURN = pl.Enum(["true", "false", "TRUE", "FALSE", "1", "0"])
"""Yes and no, in turn."""


@dataclass(frozen=True)
class Quick:
    """A column that is made of text as it is mostly written, and by rule where it is not.

    `usual` gives what it finds of `text`, null of the rest; `by_rule` what the rule makes of the
    text, of type `kind`. A null text is a null value. With `values`, `usual` gives places there.
    """

    usual: pl.Expr
    text: pl.Expr
    by_rule: Callable[[pl.Expr], pl.Expr]
    kind: pl.DataType
    values: pl.Series | None = None

    def alone(self) -> pl.Expr:
        """Return the column by itself; several are made in less time `at_once`."""
        finish = partial(_finish_alone, by_rule=self.by_rule, values=self.values)
        return pl.map_batches(
            [self.usual, self.text], finish, return_dtype=self.kind, is_elementwise=True
        )


@dataclass(frozen=True)
class Asked:
    """A value that must not be null where `source` says something.

    Where there is no source, it must be null nowhere, and no empty text.

    The value is a column, or the name of one that is made at once. Where its source is null, it
    is.
    """

    value: pl.Expr | str
    source: pl.Expr | None


def staged_type(column: Column) -> pl.DataType:
    """Return the type in which a column is kept until the index is written: words as one number."""
    if column.words:
        return pl.Enum(column.words)
    return pl.Categorical() if column.repeats else TYPES[column.kind]


def typed(text: pl.Expr, column: Column, written: str = ISO) -> Quick | pl.Expr:
    """Read text, blanks and all, as what the column holds; null where it is no such thing.

    Of `staged_type`.
    """
    kind = staged_type(column)

    def by_rule(text: pl.Expr) -> pl.Expr:
        return from_text(trimmed(text), column, written).cast(kind)

    if column.words:
        return Quick(text.cast(kind, strict=False), text, by_rule, kind)
    if column.kind == "date" and written == ISO:
        place = text.cast(_days(), strict=False).to_physical()
        day = (place.cast(pl.Int32) + pl.lit((FIRST - date(1970, 1, 1)).days)).cast(pl.Date)
        return Quick(day, text, by_rule, kind)
    if column.kind == "number":
        number = text.cast(pl.Float64, strict=False)
        return Quick(pl.when(number.is_finite()).then(number), text, by_rule, kind)
    if column.kind == "integer":
        # polars reads more digits than the rule does.
        short = pl.when(text.str.len_bytes() <= DIGITS).then(text)
        return Quick(short.cast(pl.Int64, strict=False), text, by_rule, kind)
    if column.kind == "yes_no":
        place = text.cast(_IN_TURN, strict=False).to_physical()
        return Quick(place % 2 == 0, text, by_rule, kind)
    return by_rule(text)


def mostly_null(text: pl.Expr, by_rule: Callable[[pl.Expr], pl.Expr], kind: pl.DataType) -> Quick:
    """Return what the rule makes of text that is mostly null, asked only in batches that have any."""
    return Quick(pl.lit(None, kind), text, by_rule, kind)


@cache
def _days() -> pl.DataTypeExpr:
    """Return the Enum of all days from the first to the last, as ISO writes them.

    As polars itself keeps it: to hand over so many words takes longer than many a file.
    """
    return pl.Enum(pl.date_range(FIRST, LAST, eager=True).dt.to_string(ISO)).to_dtype_expr()


def selected(rows: pl.LazyFrame, columns: Mapping[str, pl.Expr | Quick]) -> pl.LazyFrame:
    """Return these columns of rows; all that are quick at once."""
    quick = {name: made for name, made in columns.items() if isinstance(made, Quick)}
    others = {name: made for name, made in columns.items() if not isinstance(made, Quick)}
    if not quick:
        return rows.select(**others)
    both = rows.select(**others, **{_MADE: at_once(quick)})
    fields = pl.col(_MADE).struct
    return both.select(fields.field(name) if name in quick else name for name in columns)


def at_once(columns: Mapping[str, Quick], asked: Sequence[Asked] = ()) -> pl.Expr:
    """Return a struct of the columns, and of MISSING and EMPTIED if any value is asked for."""
    inputs: list[pl.Expr] = []

    def put(column: pl.Expr) -> int:
        inputs.append(column)
        return len(inputs) - 1

    makers = {
        name: _Maker(put(made.usual), put(made.text), made.by_rule, made.values)
        for name, made in columns.items()
    }
    checks = [
        (
            each.value if isinstance(each.value, str) else put(each.value),
            None if each.source is None else put(each.source),
        )
        for each in asked
    ]
    fields = {name: made.kind for name, made in columns.items()}
    if asked:
        fields |= {MISSING: pl.Boolean(), EMPTIED: pl.Boolean()}
    return pl.map_batches(
        inputs,
        partial(_at_once, makers=makers, checks=checks),
        return_dtype=pl.Struct(fields),
        is_elementwise=True,
    )


@dataclass(frozen=True)
class _Maker:
    """A quick column, by the places of what it is made of among the columns of a batch."""

    usual: int
    text: int
    by_rule: Callable[[pl.Expr], pl.Expr]
    values: pl.Series | None


def _at_once(
    batch: Sequence[pl.Series],
    makers: Mapping[str, _Maker],
    checks: Sequence[tuple[str | int, int | None]],
) -> pl.Series:
    made = {
        name: _finish(batch[maker.usual], batch[maker.text], maker.by_rule, maker.values)
        for name, maker in makers.items()
    }
    columns = [value.alias(name) for name, value in made.items()]
    if checks:
        values = [made[value] if isinstance(value, str) else batch[value] for value, _ in checks]
        sources = [None if source is None else batch[source] for _, source in checks]
        pairs = list(zip(values, sources, strict=True))
        for name, is_needed in ((MISSING, True), (EMPTIED, False)):
            asked = [pair for pair in pairs if (pair[1] is None) == is_needed]
            columns.append(_any_missing(asked, len(values[0])).alias(name))
    return pl.DataFrame(columns).to_struct()


def _finish_alone(
    batch: Sequence[pl.Series], by_rule: Callable[[pl.Expr], pl.Expr], values: pl.Series | None
) -> pl.Series:
    usual, text = batch
    return _finish(usual, text, by_rule, values)


def _finish(
    usual: pl.Series,
    text: pl.Series,
    by_rule: Callable[[pl.Expr], pl.Expr],
    values: pl.Series | None,
) -> pl.Series:
    if len(usual) != len(text):  # a literal
        usual = usual.new_from_index(0, len(text))
    if values is not None:
        usual = values.gather(usual)
    if usual.null_count() == text.null_count():
        return usual
    is_odd = usual.is_null() & text.is_not_null()
    odd = text.filter(is_odd).alias(_TEXT).to_frame()
    rest = odd.select(by_rule(pl.col(_TEXT))).to_series().cast(usual.dtype)
    place = pl.select(pl.when(is_odd).then(is_odd.cum_sum() - 1)).to_series()
    return usual.zip_with(~is_odd, rest.gather(place))


def _any_missing(asked: Sequence[tuple[pl.Series, pl.Series | None]], height: int) -> pl.Series:
    """Return in which rows a value is null, though its source says something.

    A source of None says that null is always wrong, and so is an empty text.
    """
    found = pl.Series([False]).new_from_index(0, height)
    # One question a batch: that no column has more nulls than its source is true of most.
    for value, source in asked:
        if value.null_count() > (0 if source is None else source.null_count()):
            found |= value.is_null() & _says_something(source)
        if source is None and value.dtype == pl.String and (value == "").any():
            found |= (value == "").fill_null(value=False)
    return found


def _says_something(source: pl.Series | None) -> pl.Series | bool:
    if source is None:
        return True
    if source.dtype == pl.String:
        return (source.str.strip_chars() != "").fill_null(value=False)
    return source.is_not_null()
