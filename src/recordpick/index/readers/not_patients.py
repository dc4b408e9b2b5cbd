"""Lines of a list that are no patients: totals, pages, who ran the report, the header once more.

Reports end in such lines, and a report that was printed in pages repeats them. A line is taken for
one of them where its patient number is no number like those of the others, and nothing else on it
says who it is. Then a count that it states is held against what was read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache

import polars as pl

from recordpick.index.list_columns import names_of, plain

_SAYS_SO = re.compile(
    r"^[\W_]*(grand |sub[- ]?)?totals?\b|^[\W_]*page\b|\bpage \d+ of \d+"
    r"|\breport (run|name|date|title|produced|created|generated|printed|ends?)\b"
    r"|\b(run|printed|produced|generated|created|exported) (by|on|at)\b|\blast run\b"
    r"|\b(patient|record|row) count\b|^[\W_]*count\b|\bnumber of (patients|records|rows)\b"
    r"|\bend of (the )?(report|file|list|page)\b|^[\W_]*end[\W_]*$"
    r"|\bconfidential\b|\bparent population\b"
    r"|^[\W_]*(criteria|search|filter|notes?|source)\b|^[\W_]*[\d,]+ (patients|records|rows)\b"
    r"|\bcontinued\b|^[\W_]+$|^printed\b|^sorted by\b|^(user|run by|filters?)\s*:|^eof$"
    r"|^(©|copyright)\b|^[-\u2013\u2014]\s*[0-9]+\s*[-\u2013\u2014]$|^[0-9]+\s*(/|of)\s*[0-9]+$",
    re.IGNORECASE,
)
_STATES = re.compile(
    r"[\W_]*(?:(?:grand )?totals?|(?:patient|record|row) ?counts?|counts?"
    r"|(?:grand )?(?:total )?(?:number|no\.?|count) of (?:patients|records|rows)"
    r"|(?:grand )?total (?:number of )?(?:patients|records|rows)|patients|records|rows)"
    r"(?: (?:in|on) (?:this |the )?(?:report|list|search|file))?(?: found)?"
    r"\s*[:=-]?\s*([0-9][0-9,]*)(?: (?:patients|records|rows))?[\W_]*"
    r"|[\W_]*([0-9][0-9,]*) (?:patients|records|rows)(?: (?:found|in|on)\b.*)?[\W_]*",
    re.IGNORECASE,
)
_NO_NUMBER = r"(?i)^(?:[0-9]+[.,][0-9]+|true|false)$"
"""What a spreadsheet makes of a cell that is no patient's number, where the others are whole."""
_LIKE_A_NUMBER = r"^\S*[0-9]\S*$"
_A_NAME = r"^[^0-9:*]*[A-Za-z\u00c0-\u024f][^0-9:*]*$"


def stated_count(cells: Iterable[str]) -> int | None:
    """Return the number of patients that a line states ("Patient Count: 270"), or None."""
    found = _STATES.fullmatch(" ".join(cell.strip() for cell in cells if cell.strip()))
    if found is None:
        return None
    return int((found[1] or found[2]).replace(",", ""))


def says_it_is_no_patient(text: str) -> bool:
    """Return whether a text is what stands at the end of reports, or at the foot of a page."""
    return _SAYS_SO.search(text.strip()) is not None or plain(text) in _names_of_numbers()


@cache
def _names_of_numbers() -> frozenset[str]:
    """Return what columns of numbers are called: the header, where it comes again."""
    return frozenset(
        plain(name) for column in ("patient_id", "nhs_number") for name in names_of(column)
    )


def repeats_header(cells: Sequence[str], header: Sequence[str]) -> bool:
    """Return whether a line is the header again."""
    pairs = [
        (cell.strip().casefold(), name.strip().casefold())
        for cell, name in zip(cells, header, strict=False)
        if cell.strip()
    ]
    return bool(pairs) and all(cell == name for cell, name in pairs)


def not_patients(rows: pl.DataFrame, header: Iterable[str] = ()) -> pl.Series:
    """Return for each row whether it is none of a patient (Boolean, never null).

    `rows` has patient_id (as text, repaired) and, where they are known, nhs_number (null if it is
    not valid), date_of_birth (null if it is not a day), family_name and given_name. Most numbers
    of patients must be one word with a digit in it before another text is taken for no number;
    without any such column only a text that says what it is ("Total") is taken for no patient.
    A decimal among whole numbers is no patient's number, whatever stands beside it. `header` are
    the names of the file's own columns.
    """
    number = pl.col("patient_id")
    names = [name.strip().lower() for name in header if re.search("[A-Za-z]", name)]
    says_so = _is_one_of(rows["patient_id"]) | number.str.to_lowercase().is_in(names)
    there = set(rows.columns)
    has_number = (
        pl.col("nhs_number").is_not_null() if "nhs_number" in there else pl.lit(value=False)
    )
    told = [has_number]
    if "date_of_birth" in there:  # a line of a report's end may have a day too, of its own
        told.append(pl.col("date_of_birth").is_not_null() & ~says_so)
    if {"family_name", "given_name"} <= there:
        both = [pl.col(name).str.contains(_A_NAME) for name in ("family_name", "given_name")]
        told.append(pl.all_horizontal(both) & ~says_so)
    elif "family_name" in there:
        told.append(pl.col("family_name").str.contains(_A_NAME) & ~says_so)
    is_told = pl.any_horizontal(told).fill_null(value=False)
    is_odd = says_so
    if len(there) > 1 and _share(rows, number.str.contains(_LIKE_A_NUMBER), is_told, says_so) > 0.5:
        is_odd |= ~number.str.contains(_LIKE_A_NUMBER)
    none = (is_odd & ~is_told).fill_null(value=False)
    if _share(rows, number.str.contains("^[0-9]+$"), is_told, says_so) > 0.5:
        none |= number.str.contains(_NO_NUMBER).fill_null(value=False)
    return rows.select(found=none).to_series()


def why_not(number: pl.Expr) -> pl.Expr:
    """Return why a row with this patient_id was found to be `not_patients`."""
    return (
        pl.when(number.str.contains(_NO_NUMBER))
        .then(pl.format("patient_id {} is not a whole number, as the others are", number))
        .otherwise(
            pl.format(
                "it is not a patient: {} is not a number like the others, and nothing else says "
                "who it is",
                number,
            )
        )
    )


def _share(rows: pl.DataFrame, asked: pl.Expr, is_told: pl.Expr, says_so: pl.Expr) -> float:
    """Return of how many of the rows of patients something holds (0 to 1).

    These are the rows that say who they are, or where none does those that say nothing else.
    """
    shares = rows.select(
        of_told=asked.filter(is_told).mean(), of_others=asked.filter(~says_so).mean()
    ).row(0)
    return next((share for share in shares if share is not None), 0.0)


def _is_one_of(texts: pl.Series) -> pl.Expr:
    """Return an expression that says of each patient_id whether it is such a line's text."""
    letters = texts.filter(texts.str.contains("[^0-9]")).unique()
    found = [text for text in letters if text is not None and says_it_is_no_patient(text)]
    return pl.col("patient_id").is_in(found)
