"""The date format of a column of a hand-made list, where dates could be read in two ways.

Most date formats are unambiguous, and a column may mix them. Only 01/02/1980 needs the rest of the
column: whether the day or the month comes first is decided once for all its dates.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from recordpick.date_parsing import says_there_is_none
from recordpick.index.date_columns import DAY_FIRST, MONTH_FIRST, PLAIN, as_written, to_date, usable
from recordpick.index.values import date_in_words

_NUMBERS = r"^[0-9]{1,2}[-/. ][0-9]{1,2}[-/. ][0-9]{4}$"
_TWO_DIGITS = r"^[0-9]{1,2}[/. -][0-9A-Za-z]{1,9}[/. -][0-9]{2}$"
_SERIAL = r"^[1-7][0-9]{4}([.][0-9]+)?$"


@dataclass(frozen=True)
class DatesOfColumn:
    """The date format of a column (strptime's codes); in words; and whether it is certain."""

    written: str
    says: str
    is_sure: bool
    two_digit_years: bool = False
    serial_numbers: bool = False
    """Most are serial numbers, which a spreadsheet stores for dates without a date format."""
    reads_nothing: bool = False
    """There are texts, and none of them is a date in a known format."""
    other_order: str = ""
    """A date that only the other order can read, where others can only be read in this one."""
    example: str = ""
    """A date that is another day in the other order; "" if there is none."""

    def months_first(self) -> DatesOfColumn:
        """Return the format with the month first, for a column read with the day first."""
        written = MONTH_FIRST[DAY_FIRST.index(self.written)]
        return replace(self, written=written, says=self.says.replace(*_words(self.written)))


def _words(written: str) -> tuple[str, str]:
    other = MONTH_FIRST[DAY_FIRST.index(written)]
    return date_in_words(written), date_in_words(other)


def without_time(text: pl.Expr) -> pl.Expr:
    """Return the text without a time of day."""
    return text.str.replace(
        r"[T ][0-9]{1,2}:[0-9]{2}(:[0-9]{2})?([.][0-9]+)?Z?( ?[AaPp][Mm])?$", ""
    )


def dates_of(values: pl.Series) -> DatesOfColumn:
    """Return the date format of the texts (trimmed, null where empty).

    For dates of numbers only, the order that reads more of them is that of the column, day first
    before month first. A date that it does not read is never read in the other order.
    """
    texts = values.drop_nulls().to_frame("text").select(without_time(pl.col("text")))
    numbers = texts.filter(pl.col("text").str.contains(_NUMBERS))
    ways = _counts(texts, (*PLAIN, *DAY_FIRST, *MONTH_FIRST))
    orders = _counts(numbers, (*DAY_FIRST, *MONTH_FIRST))
    if numbers.height:
        first = sum(orders[way] for way in DAY_FIRST) >= sum(orders[way] for way in MONTH_FIRST)
        group, rivals = (DAY_FIRST, MONTH_FIRST) if first else (MONTH_FIRST, DAY_FIRST)
        written = max(group, key=lambda way: orders[way])
        sure = sum(orders[way] for way in rivals) < sum(orders[way] for way in group)
    else:
        written, sure = max(PLAIN, key=lambda way: ways[way]), True  # the first of the best
    read = texts.select(to_date(pl.col("text"), written).count()).item()
    sure = sure or not read
    says = date_in_words(written)
    if read > ways[written]:
        says = f"{says} (and other unambiguous formats)"
    return DatesOfColumn(
        written,
        says,
        sure,
        two_digit_years=_is_most(texts, _TWO_DIGITS),
        serial_numbers=_is_most(texts, _SERIAL),
        reads_nothing=read == 0
        and not all(says_there_is_none(text) for text in texts["text"].unique()),
        other_order=_of_the_other_order(numbers, written) if numbers.height else "",
        example="" if sure else _ambiguous_date(numbers, written),
    )


def _counts(texts: pl.DataFrame, ways: tuple[str, ...]) -> dict[str, int]:
    """Return how many of the texts are in each format."""
    counts = texts.select(
        usable(as_written(pl.col("text"), way)).count().alias(way) for way in ways
    )
    return counts.row(0, named=True)


def _is_most(texts: pl.DataFrame, pattern: str) -> bool:
    return (texts.select(pl.col("text").str.contains(pattern).mean()).item() or 0) > 0.5


def _of_the_other_order(numbers: pl.DataFrame, written: str) -> str:
    """Return a text that only the other order reads, where this one alone reads some; else ""."""
    orders = (DAY_FIRST, MONTH_FIRST) if written in DAY_FIRST else (MONTH_FIRST, DAY_FIRST)
    this, other = (
        pl.coalesce(usable(as_written(pl.col("text"), way)) for way in ways) for ways in orders
    )
    only_other = numbers.filter(this.is_null() & other.is_not_null())
    only_this = numbers.filter(this.is_not_null() & other.is_null())
    return str(only_other["text"][0]) if only_other.height and only_this.height else ""


def _ambiguous_date(numbers: pl.DataFrame, written: str) -> str:
    """Return a text that is another day with the month first; "" if there is none."""
    day = to_date(pl.col("text"), written)
    other = to_date(pl.col("text"), MONTH_FIRST[DAY_FIRST.index(written)])
    found = numbers.filter((day != other).fill_null(value=False))
    return str(found["text"][0]) if found.height else ""
