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
    r"|\bcontinued\b|^[\W_]+$",
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
    must be one word with a digit in it before another text is taken for no number; without
    any such column only a text that says what it is ("Total") is taken for no patient. `header`
    are the names of the file's own columns.
    """
    number = pl.col("patient_id")
    names = [name.strip().lower() for name in header if re.search("[A-Za-z]", name)]
    says_so = _is_one_of(rows["patient_id"]) | number.str.to_lowercase().is_in(names)
    others = number.filter(~says_so)
    alike = rows.select(others.str.contains(_LIKE_A_NUMBER).mean()).item() or 0
    there = set(rows.columns)
    is_odd = says_so
    if alike > 0.5 and len(there) > 1:
        is_odd |= ~number.str.contains(_LIKE_A_NUMBER)
    told = [pl.col(name).is_not_null() for name in ("nhs_number", "date_of_birth") if name in there]
    if {"family_name", "given_name"} <= there:
        both = [pl.col(name).str.contains(_A_NAME) for name in ("family_name", "given_name")]
        told.append(pl.all_horizontal(both) & ~says_so)
    elif "family_name" in there:
        told.append(pl.col("family_name").str.contains(_A_NAME) & ~says_so)
    is_told = pl.any_horizontal(told).fill_null(value=False) if told else pl.lit(value=False)
    return rows.select(found=(is_odd & ~is_told).fill_null(value=False)).to_series()


def _is_one_of(texts: pl.Series) -> pl.Expr:
    """Return an expression that says of each patient_id whether it is such a line's text."""
    letters = texts.filter(texts.str.contains("[^0-9]")).unique()
    found = [text for text in letters if text is not None and says_it_is_no_patient(text)]
    return pl.col("patient_id").is_in(found)
