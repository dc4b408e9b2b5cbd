"""NHS numbers as polars expressions: tidied, and checked by their last digit.

Ten digits, written 3-3-4; the last is a check digit (modulus 11, weights 10 to 2; 11 counts as 0,
and a number that would need 10 is never issued). Source: the NHS Data Dictionary. A number of the
Scottish range begins with a date of birth (DDMMYY). The package `nhs-number` does the same one
number at a time; tests hold the two side by side. Other than it, ten times the same digit is
refused here: such numbers pass the check, and are what people type to fill a box.
"""

from __future__ import annotations

import polars as pl

from recordpick.days import ERRORS
from recordpick.identifiers import FULL_WIDTH, NHS_BETWEEN, NHS_REPAIRS

_TEN_DIGITS = r"^[0-9]{10}$"
_DAMAGED = r"^[0-9]([.,][0-9]+)?[eE]\+?[0-9]+$"


def tidy(text: pl.Expr) -> pl.Expr:
    """Return the digits of texts that can only be NHS numbers; other texts without separators.

    Taken out are blanks, hyphens, characters that cannot be seen, `?` and `_` between the groups,
    and what spreadsheets put around a number (identifiers.py).
    """
    number = text.str.replace_all(NHS_BETWEEN, "").str.replace_many(FULL_WIDTH)
    for pattern, groups in NHS_REPAIRS:
        number = number.str.replace(pattern, "".join(f"${{{one}}}" for one in range(1, groups + 1)))
    return number


def why_not(text: pl.Expr) -> pl.Expr:
    """Return why a text (as it was read) that is not a valid NHS number is none."""
    bare = text.str.strip_chars()
    return (
        pl.when(is_damaged(bare))
        .then(pl.lit("damaged by a spreadsheet: its last digits are lost"))
        .when(bare.str.to_lowercase().is_in(list(ERRORS)))
        .then(pl.lit("an error of a spreadsheet's formula"))
        .otherwise(pl.lit("not a valid NHS number"))
    )


def is_valid(tidied: pl.Expr) -> pl.Expr:
    """Tell whether the tidied text is an NHS number that may have been issued (null gives null)."""
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
    """Tell whether a number of the Scottish range begins with six digits that are no date."""
    in_range = digits.is_between(pl.lit("0100000000"), pl.lit("3112999999"))
    day, month, year = (digits.str.slice(at, 2) for at in (0, 2, 4))
    # Which century does not matter: of 1969 to 2068, every fourth year is a leap year.
    born = pl.concat_str([pl.lit("20"), year, pl.lit("-"), month, pl.lit("-"), day])
    return in_range & born.str.to_date("%Y-%m-%d", strict=False).is_null()


def is_damaged(text: pl.Expr) -> pl.Expr:
    """Tell whether a spreadsheet has turned the number into something like 9.43E+09."""
    return text.str.contains(_DAMAGED)
