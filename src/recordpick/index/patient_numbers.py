"""Patient numbers and codes as polars expressions: repaired as identifiers.py says."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from recordpick.criteria.codelists import looks_rounded
from recordpick.identifiers import ODD, repair_number
from recordpick.identifiers import SPOILT as _SPOILT

SPOILT = "spoilt by a spreadsheet: its digits are lost"

_PLAIN = "^[0-9A-Za-z-]+$"
"""What nearly all numbers and codes look like: none of them is odd or spoilt."""


def repaired(text: pl.Expr) -> pl.Expr:
    """Return the numbers as their system writes them; what is not spoilt stays as it is.

    Only texts that look odd are looked at one by one, each different one once.
    """
    return pl.map_batches([text], _repair, return_dtype=pl.String, is_elementwise=True)


def usable(text: pl.Expr) -> pl.Expr:
    """Return the repaired numbers; null where digits are lost (`is_spoilt`)."""
    return pl.map_batches([text], _usable, return_dtype=pl.String, is_elementwise=True)


def usable_code(text: pl.Expr) -> pl.Expr:
    """Return the repaired codes; null where digits are lost, or were rounded to zeros."""
    return pl.map_batches(
        [usable(text)], _unless_rounded, return_dtype=pl.String, is_elementwise=True
    )


def _unless_rounded(batch: Sequence[pl.Series]) -> pl.Series:
    (code,) = batch
    long = code.filter((code.str.len_bytes() >= 16) & code.str.ends_with("0")).unique()
    rounded = [one for one in long if looks_rounded(one)]
    if not rounded:
        return code
    return code.set(code.is_in(rounded), None)


def is_spoilt(number: pl.Expr) -> pl.Expr:
    """Return whether a repaired number is in scientific notation still, or a formula's error."""
    return number.str.contains(_SPOILT)


def _usable(batch: Sequence[pl.Series]) -> pl.Series:
    (text,) = batch
    odd = _odd(text)
    if odd.is_empty():
        return text
    number = odd.replace_strict({one: repair_number(one) for one in odd}, return_dtype=pl.String)
    found = pl.col("number")
    is_usable = ~is_spoilt(found) & (found != "")  # a lone quotation mark leaves nothing
    usable = number.to_frame("number").select(pl.when(is_usable).then(found))
    return text.replace_strict(odd, usable.to_series(), default=text, return_dtype=pl.String)


def _odd(text: pl.Series) -> pl.Series:
    """Return the different texts that may be odd or spoilt; most are told by a glance."""
    rest = text.filter(~text.str.contains(_PLAIN)).unique()
    return rest.filter(rest.str.contains(f"{ODD}|{_SPOILT}"))


def _repair(batch: Sequence[pl.Series]) -> pl.Series:
    (text,) = batch
    odd = _odd(text)
    if odd.is_empty():
        return text
    repairs = {one: repair_number(one) for one in odd}
    return text.replace_strict(repairs, default=text, return_dtype=pl.String)
