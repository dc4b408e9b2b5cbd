"""Lines of a list that are not patients: totals, pages, who ran the report, repeated headers.

Reports end in such lines, and a report printed in pages repeats them. A line is treated as one of
them if its patient number is not a number like the others, and nothing else on it identifies a
person. If it states a number of patients, that is compared with the number that was read.
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
"""What a spreadsheet makes of a cell that is not a patient's number, where the others are whole."""
_LIKE_A_NUMBER = r"^\S*[0-9]\S*$"
_A_NAME = r"^[^0-9:*]*[A-Za-z\u00c0-\u024f][^0-9:*]*$"


def stated_count(cells: Iterable[str]) -> int | None:
    """Return the number of patients that a line states ("Patient Count: 270"), or None."""
    found = _STATES.fullmatch(" ".join(cell.strip() for cell in cells if cell.strip()))
    if found is None:
        return None
    return int((found[1] or found[2]).replace(",", ""))


def says_it_is_no_patient(text: str) -> bool:
    """Return whether a text is like those at the end of reports, or at the foot of a page."""
    return _SAYS_SO.search(text.strip()) is not None or plain(text) in _names_of_numbers()


@cache
def _names_of_numbers() -> frozenset[str]:
    """Return the names of columns of numbers, which a repeated header has."""
    return frozenset(
        plain(name) for column in ("patient_id", "nhs_number") for name in names_of(column)
    )


def repeats_header(cells: Sequence[str], header: Sequence[str]) -> bool:
    """Return whether a line repeats the header."""
    pairs = [
        (cell.strip().casefold(), name.strip().casefold())
        for cell, name in zip(cells, header, strict=False)
        if cell.strip()
    ]
    return bool(pairs) and all(cell == name for cell, name in pairs)


def not_patients(rows: pl.DataFrame, header: Iterable[str] = ()) -> pl.Series:
    """Return for each row whether it is not a patient's row (Boolean, never null).

    `rows` has patient_id (as text, repaired) and, where known, nhs_number (null if not valid),
    date_of_birth (null if not a date), family_name and given_name. A text is only treated as not a
    patient number if most patient numbers are one word with a digit in it. If patient_id is the
    only column, a row is only not a patient's if its text says so ("Total"). A decimal among whole
    numbers is not a patient number, whatever else the row has. `header` are the names of the file's
    own columns.
    """
    number = pl.col("patient_id")
    names = [name.strip().lower() for name in header if re.search("[A-Za-z]", name)]
    says_so = _is_one_of(rows["patient_id"]) | number.str.to_lowercase().is_in(names)
    columns = set(rows.columns)
    has_number = (
        pl.col("nhs_number").is_not_null() if "nhs_number" in columns else pl.lit(value=False)
    )
    identifying = [has_number]
    if "date_of_birth" in columns:  # a line at the end of a report may have a date too
        identifying.append(pl.col("date_of_birth").is_not_null() & ~says_so)
    if {"family_name", "given_name"} <= columns:
        both = [pl.col(name).str.contains(_A_NAME) for name in ("family_name", "given_name")]
        identifying.append(pl.all_horizontal(both) & ~says_so)
    elif "family_name" in columns:
        identifying.append(pl.col("family_name").str.contains(_A_NAME) & ~says_so)
    is_person = pl.any_horizontal(identifying).fill_null(value=False)
    is_odd = says_so
    like_a_number = number.str.contains(_LIKE_A_NUMBER)
    if len(columns) > 1 and _share(rows, like_a_number, is_person, says_so) > 0.5:
        is_odd |= ~like_a_number
    not_a_patient = (is_odd & ~is_person).fill_null(value=False)
    if _share(rows, number.str.contains("^[0-9]+$"), is_person, says_so) > 0.5:
        not_a_patient |= number.str.contains(_NO_NUMBER).fill_null(value=False)
    return rows.select(found=not_a_patient).to_series()


def why_not(number: pl.Expr) -> pl.Expr:
    """Return why a row with this patient_id was found to be `not_patients`."""
    return (
        pl.when(number.str.contains(_NO_NUMBER))
        .then(pl.format("patient_id {} is not a whole number, as the others are", number))
        .otherwise(
            pl.format(
                "it is not a patient: {} is not a number like the others, and nothing else "
                "identifies a person",
                number,
            )
        )
    )


def _share(rows: pl.DataFrame, holds: pl.Expr, is_person: pl.Expr, says_so: pl.Expr) -> float:
    """Return the share of the patients' rows for which a condition holds (0 to 1).

    These are the rows that identify a person, or if none does, those not recognised as other lines.
    """
    shares = rows.select(
        of_persons=holds.filter(is_person).mean(), of_others=holds.filter(~says_so).mean()
    ).row(0)
    return next((share for share in shares if share is not None), 0.0)


def _is_one_of(texts: pl.Series) -> pl.Expr:
    """Return an expression of whether each patient_id is the text of such a line."""
    letters = texts.filter(texts.str.contains("[^0-9]")).unique()
    found = [text for text in letters if text is not None and says_it_is_no_patient(text)]
    return pl.col("patient_id").is_in(found)
