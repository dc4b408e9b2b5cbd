"""How the dates of a column of a hand-made list are written: one way for the whole column."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from recordpick.index.values import ISO, date_in_words, to_date

DAY_FIRST = ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d %m %Y")
MONTH_FIRST = ("%m/%d/%Y", "%m-%d-%Y", "%m.%d.%Y", "%m %d %Y")
PLAIN = (ISO, "%d-%b-%Y", "%d %b %Y", "%d/%b/%Y", "%d %B %Y", "%d-%B-%Y", "%Y/%m/%d", "%Y%m%d")
"""Ways that can be read in one way only."""

_TWO_DIGITS = r"^[0-9]{1,2}[/. -][0-9A-Za-z]{1,9}[/. -][0-9]{2}$"


@dataclass(frozen=True)
class DatesOfColumn:
    """How a column writes its dates (strptime's words); in words; and whether that is sure."""

    written: str
    says: str
    is_sure: bool
    two_digit_years: bool = False
    reads_nothing: bool = False
    """There are texts, and none of them is a date in any way that is known."""
    example: str = ""
    """A date that could be read in another way too, and is another day then; "" if none can."""

    def months_first(self) -> DatesOfColumn:
        """Give the other way to read a column whose days were taken to stand first."""
        written = MONTH_FIRST[DAY_FIRST.index(self.written)]
        return replace(self, written=written, says=date_in_words(written))


def without_time(text: pl.Expr) -> pl.Expr:
    """Cut a time of day off."""
    return text.str.replace(
        r"[T ][0-9]{1,2}:[0-9]{2}(:[0-9]{2})?([.][0-9]+)?Z?( ?[AaPp][Mm])?$", ""
    )


def dates_of(values: pl.Series) -> DatesOfColumn:
    """Find out how the texts (trimmed, null where empty) are written.

    The way that reads all of them wins; day first before month first; if none reads all, the one
    that reads most, and the others will not fit. Nothing is ever read in two ways in one column.
    """
    texts = values.drop_nulls().to_frame("text").select(without_time(pl.col("text")))
    ways = [*PLAIN, *DAY_FIRST, *MONTH_FIRST]
    reads = texts.select(
        to_date(pl.col("text"), way).is_not_null().sum().alias(way) for way in ways
    ).row(0, named=True)
    written = max(ways, key=lambda way: reads[way])  # the first of the best
    short = texts.select(pl.col("text").str.contains(_TWO_DIGITS).mean()).item() or 0
    rivals = MONTH_FIRST if written in DAY_FIRST else DAY_FIRST if written in MONTH_FIRST else ()
    sure = reads[written] == 0 or all(reads[way] < reads[written] for way in rivals)
    return DatesOfColumn(
        written,
        date_in_words(written),
        sure,
        two_digit_years=short > 0.5,
        reads_nothing=texts.height > 0 and reads[written] == 0,
        example="" if sure else _telling(texts, written),
    )


def _telling(texts: pl.DataFrame, written: str) -> str:
    """Give a text that is another day where months stand first; "" if there is none."""
    day = to_date(pl.col("text"), written)
    other = to_date(pl.col("text"), MONTH_FIRST[DAY_FIRST.index(written)])
    found = texts.filter((day != other).fill_null(value=False))
    return str(found["text"][0]) if found.height else ""
