"""Search the listed patients by any words, a number or a date of birth, as people type them.

The app's filter and the command `find` both search here: pure functions over polars.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

import polars as pl

from recordpick.identifiers import nhs_digits, repair_number

_COMBINING_MARKS = re.compile(r"[\u0300-\u036f]")
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, start=1)}
_DAY_FIRST = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4}|\d{2})")
_YEAR_FIRST = re.compile(r"(\d{4})[/.\-](\d{1,2})[/.\-](\d{1,2})")
_DIGITS_ONLY = re.compile(r"(\d{2})(\d{2})(\d{4})")
_MONTH_NAMED = re.compile(r"(\d{1,2})[ \-]?([a-z]{3})[a-z]*[ \-,]*(\d{4}|\d{2})")
_LONGEST_WORD = 4_000
"""Characters: no row of a list of patients has a word as long as that."""


def search_text(frame: pl.DataFrame) -> pl.Series:
    """Return, for each row, all its columns as one text to search: lower case, no accents."""
    parts = [as_text(name, dtype) for name, dtype in frame.schema.items()]
    if not parts:
        return pl.Series(dtype=pl.String)
    joined = pl.concat_str(parts, separator="\n", ignore_nulls=True)
    folded = joined.str.to_lowercase().str.normalize("NFKD").str.replace_all(r"\p{M}", "")
    return frame.select(folded.str.replace_all("\u2019", "'", literal=True).alias("")).to_series()


def as_text(name: str, dtype: pl.DataType) -> pl.Expr:
    """Return a column as it is searched and shown: days as 05 Apr 1951."""
    column = pl.col(name)
    if dtype == pl.Date:
        return column.dt.strftime("%d %b %Y")
    return column if dtype == pl.String else column.cast(pl.String)


def search_words(text: str) -> list[str]:
    """Return the words that a row must all contain, folded as the search text is.

    A patient number or NHS number is searched for as it is written there, however it was copied.
    """
    number = nhs_digits(text)
    text = number or repair_number(text)
    folded = _COMBINING_MARKS.sub("", unicodedata.normalize("NFKD", text.lower()))
    return folded.replace("\u2019", "'").split()


def parse_date(text: str, today: dt.date) -> dt.date | None:
    """Return a date as people in England write it (5/4/51, 05.04.1951, 5 Apr 1951, 1951-04-05).

    None if the text is not a date. A year of two digits is the last such year that is not after
    `today`.
    """
    text = text.strip().lower()
    if found := _YEAR_FIRST.fullmatch(text):
        year, month, day = (int(part) for part in found.groups())
        return _date(year, month, day)
    if found := _DAY_FIRST.fullmatch(text) or _DIGITS_ONLY.fullmatch(text):
        day, month = int(found[1]), int(found[2])
        return _date(_year(found[3], today), month, day)
    if (found := _MONTH_NAMED.fullmatch(text)) and found[2] in _MONTHS:
        return _date(_year(found[3], today), _MONTHS[found[2]], int(found[1]))
    return None


def _year(text: str, today: dt.date) -> int:
    year = int(text)
    if len(text) == 4:
        return year
    return today.year // 100 * 100 + year - (100 if year > today.year % 100 else 0)


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def matching_places(
    frame: pl.DataFrame, search: pl.Series, text: str, order: pl.Series, today: dt.date
) -> pl.Series:
    """Return those places of `order` whose rows contain all words of the text.

    `search` is `search_text(frame)`. A text that is a date also finds every row whose
    `date_of_birth` is that day (`today` says what a year of two digits means).
    """
    words = tuple(dict.fromkeys(search_words(text)))
    if not words:
        return order
    if max(map(len, words)) > _LONGEST_WORD:  # polars refuses to search for very long ones
        return order.head(0)
    kept = pl.all_horizontal(pl.col("search").str.contains(word, literal=True) for word in words)
    searched = [search.alias("search")]
    born = parse_date(text, today)
    if born is not None and "date_of_birth" in frame.columns:
        searched.append(frame["date_of_birth"])
        kept |= pl.col("date_of_birth").eq_missing(born)
    mask = pl.DataFrame(searched).select(kept.alias("kept")).to_series()
    return order.filter(mask.gather(order))


def search_patients(patients: pl.DataFrame, text: str, today: dt.date) -> pl.DataFrame:
    """Return the rows of `patients` that contain all words of the text, in their order.

    A text that is a date of birth finds everybody born on that day (see `matching_places`).
    """
    everyone = pl.int_range(patients.height, dtype=pl.UInt32, eager=True)
    places = matching_places(patients, search_text(patients), text, everyone, today)
    return patients[places.to_list()]
