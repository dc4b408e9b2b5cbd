"""Columns of dates as polars expressions: the rules of date_parsing.py, fast for the usual format.

Polars reads the format that a column mostly holds. Only the other texts are passed to
`date_parsing.parse_day`, each distinct one once: a column may mix formats. A text that is not a
date is null, and `reasons_of` says why.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import polars as pl

from recordpick.date_parsing import (
    EARLIEST,
    LATEST,
    PLACEHOLDERS,
    First,
    NotADayError,
    parse_day,
    read_day,
)

ISO = "%Y-%m-%d"

DAY_FIRST = ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d %m %Y")
MONTH_FIRST = ("%m/%d/%Y", "%m-%d-%Y", "%m.%d.%Y", "%m %d %Y")
PLAIN = (ISO, "%d-%b-%Y", "%d %b %Y", "%d/%b/%Y", "%d %B %Y", "%d-%B-%Y", "%Y/%m/%d", "%Y%m%d")
"""Unambiguous date formats (strptime's codes)."""

_TIME = r"[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?( ?(Z|[+-][0-9]{2}:?[0-9]{2}))?"
_ISO_DAY_OR_TIME = rf"^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}({_TIME})?$"
_TEXT = "text"
_WITH_TIME = ("%H", "%I", "%M", "%S", "%T", "%R")
_FORBIDDEN = [day for day in PLACEHOLDERS if EARLIEST <= day <= LATEST]


def to_date(text: pl.Expr, written: str = ISO) -> pl.Expr:
    """Return the dates of a column of texts (trimmed, null where empty); null if one is not a date.

    `written` (strptime's codes) is the format of most, and says whether the day or the month comes
    first where both are numbers. Texts in other known formats are read too, unless `written` is a
    format that date_parsing.py does not know. A time of day after the date is cut off: no time zone
    moves the day.
    """
    if not _is_known(written):
        return usable(as_written(text, written))
    # One input, as polars would compute `text` twice for two.
    finish = partial(_days_of, written=written)
    return pl.map_batches([text], finish, return_dtype=pl.Date, is_elementwise=True)


def usable(day: pl.Expr) -> pl.Expr:
    """Return the dates that a record can hold; null for placeholders and dates out of range."""
    is_usable = day.is_between(pl.lit(EARLIEST), pl.lit(LATEST)) & ~day.is_in(_FORBIDDEN)
    return pl.when(is_usable).then(day)


def first_of(written: str) -> First:
    """Return what comes first where a date is written as two numbers and a year."""
    has_both = "%d" in written and "%m" in written
    return (
        "month"
        if has_both and written.index("%m") < written.index("%d") < written.find("%Y")
        else "day"
    )


def reasons_of(texts: pl.Series, written: str = ISO) -> pl.Series:
    """Return why `to_date` does not read each text as a date; "" where it does."""
    first = first_of(written)
    known = _is_known(written)
    reasons = {
        text: _reason(text, first, is_known=known) for text in texts.unique() if text is not None
    }
    return texts.replace_strict(reasons, default="", return_dtype=pl.String)


def _reason(text: str, first: First, *, is_known: bool) -> str:
    try:
        parse_day(text, first)
    except NotADayError as error:
        return error.reason
    return "" if is_known else "not written as the mapping file says"


def _is_known(written: str) -> bool:
    """Return whether texts in other formats may be read too: not beside a format of their own."""
    return _without_time(written) in {*PLAIN, *DAY_FIRST, *MONTH_FIRST}


def _without_time(written: str) -> str:
    positions = [written.find(part) for part in _WITH_TIME if part in written]
    return written[: min(positions)].rstrip(" T") if positions else written


def as_written(text: pl.Expr, written: str) -> pl.Expr:
    """Return the dates of texts in exactly this format, placeholders too."""
    if written == ISO:
        day = pl.when(text.str.contains(_ISO_DAY_OR_TIME)).then(text.str.head(10))
        return day.str.to_date(ISO, strict=False)
    if "%y" in written:  # of either century
        return pl.lit(None, pl.Date)
    if any(part in written for part in _WITH_TIME):
        if "%z" in written:  # cut off, so that no zone moves midnight to the day before
            text = text.str.replace(r" ?(Z|[+-][0-9]{2}:?[0-9]{2})$", "")
            written = written.replace(" %z", "").replace("%z", "")
        return text.str.to_datetime(written, strict=False, time_unit="us").dt.date()
    return text.str.to_date(written, strict=False)


def _days_of(batch: Sequence[pl.Series], written: str) -> pl.Series:
    """Return the dates of a batch of texts: those in the usual format, then others one by one."""
    text = batch[0].alias(_TEXT)
    usual = text.to_frame().select(usable(as_written(pl.col(_TEXT), written))).to_series()
    if usual.null_count() == text.null_count():
        return usual
    first = first_of(written)
    odd = text.filter(usual.is_null()).drop_nulls().unique()
    days = {one: day for one in odd if (day := read_day(one, first)) is not None}
    if not days:
        return usual
    others = text.replace_strict(days, default=None, return_dtype=pl.Date)
    return usual.zip_with(usual.is_not_null(), others)
