"""Casting text to each kind of value, as polars expressions that are null where that fails.

Every function here takes an expression of text (trimmed; null, never empty) and returns one of the
kind's type. A value that is not of the kind is null, never something near it.

An NHS number has ten digits, written 3-3-4; the last is a check digit (modulus 11, weights 10 to 2;
11 counts as 0, and a number that would need 10 is never issued). Source: the NHS Data Dictionary. A
number of the Scottish range begins with a date of birth (DDMMYY). The package `nhs-number` does the
same for one number at a time; tests compare the two. Unlike it, the same digit ten times is refused
here: such numbers pass the check, and are what people type to fill a box.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import polars as pl

from recordpick.date_parsing import ERRORS
from recordpick.identifiers import FULL_WIDTH, NHS_BETWEEN, NHS_REPAIRS
from recordpick.index.date_columns import ISO, to_date, usable
from recordpick.index.list_columns import words_of
from recordpick.index.patient_numbers import usable as usable_number
from recordpick.index.patient_numbers import usable_code
from recordpick.polars_types import TYPES
from recordpick.schema import PATIENTS, Column, Kind

__all__ = ["ISO", "to_date"]  # dates are read in date_columns.py

YES = ("yes", "y", "true", "t", "1")
NO = ("no", "n", "false", "f", "0")

IDENTIFIERS = {"patient_id": usable_number, "code": usable_code, "second_code": usable_code}
"""Columns whose texts a spreadsheet may have wrapped or damaged, and what reads them."""

DIGITS = 18
"""The most digits of a whole number: more could overflow in polars."""

_WORDS = {
    "%d": "day",
    "%m": "month",
    "%b": "month",
    "%B": "month",
    "%Y": "year",
    "%H": "hours",
    "%M": "minutes",
    "%S": "seconds",
}


def trimmed(text: pl.Expr) -> pl.Expr:
    """Trim blanks from both ends; an empty text becomes null."""
    # `replace` would be faster, but polars cannot stream it: it needs the whole column at once.
    cut = text.str.strip_chars()
    return pl.when(cut != "").then(cut)


def date_in_words(written: str) -> str:
    """Return a date format (strptime's codes) in words: "day/month/year"."""
    for word, says in _WORDS.items():
        written = written.replace(word, says)
    return written


def to_yes_no(text: pl.Expr) -> pl.Expr:
    """Read yes or no: yes, y, true, t, 1 and no, n, false, f, 0, whatever the case."""
    word = text.str.to_lowercase()
    return pl.when(word.is_in(YES)).then(True).when(word.is_in(NO)).then(False)  # noqa: FBT003


def to_integer(text: pl.Expr) -> pl.Expr:
    """Read a whole number of at most 18 digits (DIGITS); ".0" after it is ignored."""
    whole = pl.when(text.str.contains(rf"^[+-]?[0-9]{{1,{DIGITS}}}(\.0+)?$")).then(text)
    return whole.str.replace(r"\.0+$", "").str.to_integer(strict=False)


def to_number(text: pl.Expr) -> pl.Expr:
    """Read a decimal number with a point, with or without an exponent; no words such as NaN."""
    # polars reads exactly these, and words such as NaN and inf, which are not finite.
    number = text.cast(pl.Float64, strict=False)
    return pl.when(number.is_finite()).then(number)


def first_match(
    text: pl.Expr, ways: Mapping[str, Sequence[str]], default: pl.Expr | None = None
) -> pl.Expr:
    """Return the word that the text is a spelling of; `default` if of none.

    `replace_strict` does the same, but polars cannot stream it.
    """
    found: Any = pl
    for word, several in ways.items():
        found = found.when(text.is_in(list(several))).then(pl.lit(word))
    other = pl.lit(None, pl.String) if default is None else default
    return cast(pl.Expr, found.otherwise(other)) if ways else other


def to_word(text: pl.Expr, words: tuple[str, ...]) -> pl.Expr:
    """Read a word of a closed vocabulary in any case; a blank or hyphen is read as "_"."""
    spelt = {word: sorted({word.lower().replace("_", blank) for blank in "_ -"}) for word in words}
    lower = text.str.to_lowercase()
    return first_match(lower, spelt)


def _other_words(column: Column) -> dict[str, list[str]]:
    """Return other spellings of a column's words in people's exports, by the word."""
    if PATIENTS.column(column.name) != column:
        return {}
    others: dict[str, list[str]] = {}
    for written, word in words_of(column.name).items():
        others.setdefault(word, []).append(written)
    return others


def from_text(text: pl.Expr, column: Column, written: str = ISO) -> pl.Expr:
    """Cast trimmed text to the kind of the column."""
    if column.kind == "date":
        return to_date(text, written)
    if column.kind == "yes_no":
        return to_yes_no(text)
    if column.kind == "integer":
        return to_integer(text)
    if column.kind == "number":
        return to_number(text)
    if column.words:
        word = to_word(text, column.words)
        others = _other_words(column)
        plain = text.str.to_lowercase().str.replace_all("[^a-z0-9]", "")
        return pl.coalesce(word, first_match(plain, others)) if others else word
    rule = IDENTIFIERS.get(column.name)
    return rule(text) if rule else text


def from_typed(value: pl.Expr, kind: Kind, dtype: pl.DataType) -> pl.Expr | None:
    """Cast a typed value (of a Parquet file) to the kind; None where the types are incompatible.

    Numbers become text or whole numbers only where they are whole.
    """
    if dtype == pl.Null:
        return value.cast(TYPES[kind])
    if dtype.is_float() or dtype.is_decimal():
        return _from_decimal(value.cast(pl.Float64), kind)
    if dtype.is_integer():
        return _from_integer(value, kind)
    if kind == "date":
        is_day = dtype == pl.Date or isinstance(dtype, pl.Datetime)
        return usable(value.cast(pl.Date)) if is_day else None
    meets = {
        "text": dtype == pl.Boolean or dtype.is_temporal(),
        "yes_no": dtype == pl.Boolean,
    }
    return value.cast(TYPES[kind]) if meets.get(kind) else None


def _from_decimal(value: pl.Expr, kind: Kind) -> pl.Expr | None:
    if kind == "number":
        return pl.when(value.is_finite()).then(value)
    exact = pl.when((value == value.round()) & (value.abs() < 2**53)).then(value)
    return _from_integer(exact.cast(pl.Int64, strict=False), kind)


def _from_integer(value: pl.Expr, kind: Kind) -> pl.Expr | None:
    if kind == "yes_no":
        return pl.when(value == 1).then(True).when(value == 0).then(False)  # noqa: FBT003
    if kind == "date":
        return None
    return value.cast(TYPES[kind], strict=False)


def kind_of(dtype: pl.DataType) -> Kind | None:
    """Return the kind of a column of this type, for tables that schema.py does not define."""
    if dtype == pl.Date or isinstance(dtype, pl.Datetime):
        return "date"
    if dtype == pl.Boolean:
        return "yes_no"
    if dtype.is_integer():
        return "integer"
    if dtype.is_float() or dtype.is_decimal():
        return "number"
    return "text" if is_text(dtype) or dtype == pl.Null else None


def is_text(dtype: pl.DataType) -> bool:
    """Return whether the type is a type of text."""
    return dtype == pl.String or isinstance(dtype, pl.Categorical | pl.Enum)


_TEN_DIGITS = r"^[0-9]{10}$"
_DAMAGED = r"^[0-9]([.,][0-9]+)?[eE]\+?[0-9]+$"


def tidy(text: pl.Expr) -> pl.Expr:
    """Return the digits of texts that can only be NHS numbers; other texts without separators.

    It removes blanks, hyphens, invisible characters, `?` and `_` between the groups, and what
    spreadsheets put around a number (identifiers.py).
    """
    number = text.str.replace_all(NHS_BETWEEN, "").str.replace_many(FULL_WIDTH)
    for pattern, groups in NHS_REPAIRS:
        number = number.str.replace(pattern, "".join(f"${{{one}}}" for one in range(1, groups + 1)))
    return number


def why_not(text: pl.Expr) -> pl.Expr:
    """Return why a text (as it was read) is not a valid NHS number."""
    bare = text.str.strip_chars()
    return (
        pl.when(is_damaged(bare))
        .then(pl.lit("damaged by a spreadsheet: its last digits are lost"))
        .when(bare.str.to_lowercase().is_in(list(ERRORS)))
        .then(pl.lit("an error of a spreadsheet's formula"))
        .otherwise(pl.lit("not a valid NHS number"))
    )


def is_valid(tidied: pl.Expr) -> pl.Expr:
    """Return whether the tidied text is an NHS number that may have been issued; null for null."""
    digits = pl.when(tidied.str.contains(_TEN_DIGITS)).then(tidied)
    total = pl.sum_horizontal(
        digits.str.slice(place, 1).cast(pl.Int32) * (10 - place) for place in range(9)
    )
    check = (11 - total % 11) % 11
    right = digits.str.slice(9, 1).cast(pl.Int32) == check
    filler = digits.is_in([digit * 10 for digit in "0123456789"])
    answer = (right & ~filler & ~_is_wrong_scottish(digits)).fill_null(value=False)
    return pl.when(tidied.is_not_null()).then(answer)


def _is_wrong_scottish(digits: pl.Expr) -> pl.Expr:
    """Return whether a number of the Scottish range begins with six digits that are not a date."""
    in_range = digits.is_between(pl.lit("0100000000"), pl.lit("3112999999"))
    day, month, year = (digits.str.slice(at, 2) for at in (0, 2, 4))
    # Which century does not matter: of 1969 to 2068, every fourth year is a leap year.
    born = pl.concat_str([pl.lit("20"), year, pl.lit("-"), month, pl.lit("-"), day])
    return in_range & born.str.to_date("%Y-%m-%d", strict=False).is_null()


def is_damaged(text: pl.Expr) -> pl.Expr:
    """Return whether a spreadsheet has turned the number into something like 9.43E+09."""
    return text.str.contains(_DAMAGED)
