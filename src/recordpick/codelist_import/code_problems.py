"""Why a code of an official file or of an own list cannot be used."""

from __future__ import annotations

import re

import polars as pl

from recordpick.criteria.codelists import problem_with
from recordpick.criteria.problems import shown
from recordpick.criteria.snomed_codes import (
    has_check_digit,
    is_snomed_identifier,
    looks_like_read_code,
    looks_rounded,
)

INVENTED = re.compile(r"X-D?[0-9]{3,4}")
"""The codes that the made-up practice has in place of licensed ones."""
_PLAIN = re.compile(r"[1-9][0-9]{5,17}")
_MOVED = (
    "Another column has what looks like the code. A comma without quotation marks in a text may "
    "have moved the columns."
)
_TERM_PROBLEMS = re.compile("[^ -~\u00a0-\u024f]")
"""What may be hidden in a term: anything but the usual letters and signs."""


def with_problems(members: pl.DataFrame) -> pl.DataFrame:
    """Return members with a column `why`: why the code cannot be used, or "".

    They have the columns code, term, is_strict and is_moved; each code is looked at once.
    """
    named = ["code", "term", "is_strict"]
    codes = members.select(named).unique()
    why = pl.Series([why_not_usable(*row) for row in codes.iter_rows()], dtype=pl.String)
    found = members.join(codes.with_columns(why=why), on=named, maintain_order="left")
    return found.with_columns(why=pl.when("is_moved").then(pl.lit(_MOVED)).otherwise("why"))


def why_not_usable(code: str, term: str, is_strict: bool) -> str:  # noqa: FBT001 - from a row
    """Return why a code cannot be used, as a sentence; "" if it can.

    `is_strict` is for official files, in which every code is a SNOMED CT or dm+d identifier.
    """
    if _PLAIN.fullmatch(code) and not _TERM_PROBLEMS.search(term):
        if has_check_digit(code) or not (is_strict or looks_rounded(code)):
            return ""
        if not looks_rounded(code):
            return _wrong_check_digit(code)
    problem = problem_with(code, term if is_strict is False else "")
    if problem or not is_strict or INVENTED.fullmatch(code) or is_snomed_identifier(code):
        return problem
    if looks_like_read_code(code):
        return f"'{shown(code)}' is a Read or CTV3 code, not one of SNOMED CT."
    if code.isdecimal() and code.isascii():
        return _wrong_check_digit(code)
    return (
        f"'{shown(code)}' is not a SNOMED CT code. A comma without quotation marks in a text may "
        "have moved the columns."
    )


def _wrong_check_digit(code: str) -> str:
    return (
        f"'{shown(code)}' is not a SNOMED CT code: its check digit does not fit. It was cut, typed "
        "wrongly or changed by a spreadsheet."
    )
