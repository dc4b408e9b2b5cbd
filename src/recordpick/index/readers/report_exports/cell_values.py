"""What is in a cell of an export: days, values with their units, codes with their terms, drugs.

A cell that holds two things is split only where there is one way to do so; else it stays whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl

from recordpick.criteria.snomed_codes import has_check_digit
from recordpick.index.date_columns import DAY_FIRST, to_date
from recordpick.index.readers.list_dates import DatesOfColumn, dates_of

_TWO_DIGITS = (
    r"^([0-9]{1,2})([-/. ])([0-9]{1,2}|[A-Za-z]{3,9})[-/. ]([0-9]{2})"
    r"(?:[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?$"
)
_YEAR = r"^(?:1[89]|20|21)[0-9]{2}$"
_MONTH = r"^(?:[A-Za-z]{3,9}[-/ ]|[0-9]{1,2}/)(?:1[89]|20|21)[0-9]{2}$"
AHEAD = timedelta(days=3653)
"""How far ahead an appointment or a recall may lie."""


def how_dates_are_written(texts: pl.Series) -> DatesOfColumn:
    """Return how the dates of a column are written, apart from those of two-digit years."""
    frame = texts.drop_nulls().to_frame("text")
    odd = pl.col("text").str.contains(f"{_TWO_DIGITS}|{_YEAR}|{_MONTH}")
    return dates_of(frame.filter(~odd)["text"])


def days(
    rows: pl.DataFrame, column: str, born: str, written: str, as_at: date, *, may_be_ahead: bool
) -> pl.DataFrame:
    """Return `text` (ISO, or the text itself where it is no day), `precision` and `is_short`.

    `written` is how most are written (`how_dates_are_written`). A year of two digits is read where
    only one century is possible: not before the patient was born (`born`, a column of days), nor
    after `as_at` (ten years after where it `may_be_ahead`). A year, or a month and year, is its
    first day.
    """
    last = as_at + AHEAD if may_be_ahead else as_at
    texts = rows.select(text=pl.col(column), born=pl.col(born))
    different = texts.unique(maintain_order=True)
    text = pl.col("text")
    is_year, is_month = text.str.contains(_YEAR), text.str.contains(_MONTH)
    is_short = text.str.contains(_TWO_DIGITS).fill_null(value=False)
    first = "day" if written not in _MONTH_FIRST else "month"
    order = DAY_FIRST[1] if first == "day" else _MONTH_FIRST[1]
    centuries = [
        to_date(text.str.replace(_TWO_DIGITS, f"${{1}}-${{3}}-{century}${{4}}"), order)
        for century in ("19", "20")
    ]
    possible = [
        pl.when(
            is_short & pl.col("born").is_not_null() & day.is_between(pl.col("born"), last)
        ).then(day)
        for day in centuries
    ]
    decided = different.with_columns(
        whole=pl.when(~is_short & ~is_year & ~is_month).then(to_date(text, written)),
        year=pl.when(is_year).then(to_date(text + pl.lit("-01-01"))),
        month=pl.when(is_month).then(_month(text)),
        old=possible[0],
        new=possible[1],
    ).with_columns(
        short=pl.when(pl.col("old").is_null() != pl.col("new").is_null()).then(
            pl.coalesce("old", "new")
        )
    )
    day = pl.coalesce("whole", "year", "month", "short")
    decided = decided.select(
        "text",
        "born",
        __text=pl.coalesce(day.dt.to_string("%Y-%m-%d"), "text"),
        __precision=pl.when(pl.col("year").is_not_null())
        .then(pl.lit("year"))
        .when(pl.col("month").is_not_null())
        .then(pl.lit("month"))
        .when(day.is_not_null())
        .then(pl.lit("day"))
        .when(text.is_null())
        .then(pl.lit("unknown")),
        __is_short=pl.col("short").is_not_null(),
    )
    found = texts.join(
        decided, on=["text", "born"], how="left", nulls_equal=True, maintain_order="left"
    )
    return found.select(text="__text", precision="__precision", is_short="__is_short")


_MONTH_FIRST = ("%m/%d/%Y", "%m-%d-%Y", "%m.%d.%Y", "%m %d %Y")


def _month(text: pl.Expr) -> pl.Expr:
    """Return the first day of a month: Oct-2001, October 2001, 10/2001."""
    named = to_date(pl.lit("1 ") + text.str.replace(r"[-/]", " "), "%d %b %Y")
    return pl.coalesce(named, to_date(pl.lit("01/") + text, "%d/%m/%Y"))


def time_of(text: pl.Expr) -> pl.Expr:
    """Return the time of day in a text as HH:MM."""
    hours = text.str.extract(r"(?:^|[ T])([0-9]{1,2}):[0-9]{2}", 1)
    minutes = text.str.extract(r"(?:^|[ T])[0-9]{1,2}:([0-9]{2})", 1)
    return hours.str.zfill(2) + pl.lit(":") + minutes


_NUMBER = r"[+-]?[0-9]+(?:\.[0-9]+)?"
_UNIT = r"[%A-Za-zµμ°][^\s<>=]*(?: (?:Hg|H2O|min|hour|day|week))?"
_POWER = r"(?:[x×*]\s?)?10(?:[*^][0-9]+|[⁰¹²³⁴-⁹]+)(?:/\S+)?"
"""A unit that begins with a number: 10*9/L."""


def split_value(text: pl.Expr) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """Return value, unit and value as text: "54 mL/min" is 54 and mL/min, "<20" is text.

    What is a number with anything but a unit after it stays text.
    """
    unit = text.str.extract(rf"^{_NUMBER}(?:\s*({_UNIT})|\s+({_POWER}))$", 1)
    power = text.str.extract(rf"^{_NUMBER}(?:\s*({_UNIT})|\s+({_POWER}))$", 2)
    unit = pl.coalesce(unit, power)
    is_number = text.str.contains(rf"^{_NUMBER}$")
    has_unit = unit.is_not_null()
    number = text.str.extract(rf"^({_NUMBER})", 1)
    value = pl.when(is_number | has_unit).then(number)
    return value, pl.when(has_unit).then(unit), pl.when(value.is_null()).then(text)


_CODE = r"[0-9]{6,18}|[A-Za-z0-9]{1,4}\.{1,4}[0-9]{0,2}|[A-Z]{1,3}-[0-9]{3,}"
"""What a code looks like: SNOMED CT, Read with dots, a local number."""
_AT_START = (
    rf"^(?:({_CODE})(?:\s*[-\u2013:|]\s*|\s+)"
    r"|([A-Za-z0-9.]*[0-9][A-Za-z0-9.]*)(?:\s+[-\u2013|:]\s+|[:|]\s*))(\S.*)$"
)
_AT_END = r"^(.*\S)\s*[\[({|]\s*([A-Za-z0-9.\-]*[0-9][A-Za-z0-9.\-]*)\s*[\])}|]?$"


def split_code_and_term(text: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Return the code and the term of a cell whose column says that it holds both.

    The code is in brackets at the end, or a word with a digit in it at the beginning; a cell with
    neither is a term.
    """
    at_end, term_before = text.str.extract(_AT_END, 2), text.str.extract(_AT_END, 1)
    at_start = pl.coalesce(text.str.extract(_AT_START, 1), text.str.extract(_AT_START, 2))
    term_after = text.str.extract(_AT_START, 3)
    code = pl.coalesce(at_end, at_start)
    term = pl.when(at_end.is_not_null()).then(term_before).otherwise(pl.coalesce(term_after, text))
    return code, term


_SNOMED_AT_START = r"^([0-9]{6,18})\s*[-\u2013:|]?\s+(\S.*)$"
_SNOMED_AT_END = r"^(.*\S)\s*[\[(|]\s*([0-9]{6,18})\s*[\])|]$"


def split_certain_code(texts: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Return the SNOMED CT codes in cells of terms, with a right check digit, and the terms."""
    text = pl.col("text")
    frame = texts.to_frame("text")
    if not frame.select(text.str.contains(r"[0-9]{6}").any()).item():
        return pl.Series("code", [None] * len(texts), dtype=pl.String), texts
    code = pl.coalesce(text.str.extract(_SNOMED_AT_END, 2), text.str.extract(_SNOMED_AT_START, 1))
    term = pl.coalesce(text.str.extract(_SNOMED_AT_END, 1), text.str.extract(_SNOMED_AT_START, 2))
    found = frame.select(code=code, term=term, text=text)
    right = [one for one in found["code"].drop_nulls().unique() if has_check_digit(one)]
    is_code = pl.col("code").is_in(right)
    split = found.select(
        code=pl.when(is_code).then("code"), term=pl.when(is_code).then("term").otherwise("text")
    )
    return split["code"], split["term"]


def split_quantity(text: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Return quantity and unit: "28 tablets" is 28 and tablets."""
    is_number = text.str.contains(r"^[0-9]+(?:\.[0-9]+)?$")
    number = text.str.extract(r"^([0-9]+(?:\.[0-9]+)?)\s*(?:$|[A-Za-z(][^0-9]*$)", 1)
    unit = text.str.extract(r"^[0-9]+(?:\.[0-9]+)?\s*([A-Za-z(][^0-9]*)$", 1)
    return pl.when(is_number).then(text).otherwise(number), unit


_QUANTITY_AT_END = r"^(.*\S),\s*([0-9]+(?:\.[0-9]+)? [^\s,0-9]+(?: [^\s,0-9]+)?)$"


def split_name_dosage_quantity(text: pl.Expr) -> dict[str, pl.Expr]:
    """Return drug, dosage, quantity and unit of one cell, as EMIS writes them with commas between.

    The quantity is taken from the end. Names and directions hold commas too: they are told apart
    only where one comma is left, else all of it is the drug.
    """
    rest = pl.coalesce(text.str.extract(_QUANTITY_AT_END, 1), text)
    quantity, unit = split_quantity(text.str.extract(_QUANTITY_AT_END, 2))
    is_one = rest.str.count_matches(",", literal=True) == 1
    drug, dosage = (
        rest.str.extract(r"^([^,]*\S)\s*,\s*(\S.*)$", 1),
        rest.str.extract(r"^([^,]*\S)\s*,\s*(\S.*)$", 2),
    )
    return {
        "drug": pl.when(is_one).then(pl.coalesce(drug, rest)).otherwise(rest),
        "dosage": pl.when(is_one).then(dosage),
        "quantity": quantity,
        "unit": unit,
    }


def our_words(text: pl.Expr, words: Sequence[tuple[str, str]]) -> pl.Expr:
    """Return our word for each of theirs; what is not known stays, for the index to count."""
    plain = text.str.to_lowercase().str.replace_all("[^a-z0-9]", "")
    known = dict(words)
    return plain.replace_strict(known, default=text, return_dtype=pl.String)
