"""Patient numbers and codes as polars expressions, with the repairs of identifiers.py."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from recordpick.criteria.snomed_codes import looks_rounded
from recordpick.identifiers import DAMAGED as _DAMAGED
from recordpick.identifiers import ODD, repair_number

DAMAGED = "damaged by a spreadsheet: its digits are lost"

_PLAIN = "^[0-9A-Za-z-]+$"
"""The pattern of nearly all numbers and codes: none of these is odd or damaged."""


def repaired(text: pl.Expr) -> pl.Expr:
    """Return the numbers as their system writes them; undamaged ones stay as they are.

    Only texts that look odd are examined one by one, each distinct one once.
    """
    return pl.map_batches([text], _repair, return_dtype=pl.String, is_elementwise=True)


def usable(text: pl.Expr) -> pl.Expr:
    """Return the repaired numbers; null where digits are lost (`is_damaged`)."""
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


def is_damaged(number: pl.Expr) -> pl.Expr:
    """Return whether a repaired number is still in scientific notation, or is a formula's error."""
    return number.str.contains(_DAMAGED)


def _usable(batch: Sequence[pl.Series]) -> pl.Series:
    (text,) = batch
    odd = _odd(text)
    if odd.is_empty():
        return text
    number = odd.replace_strict({one: repair_number(one) for one in odd}, return_dtype=pl.String)
    found = pl.col("number")
    is_usable = ~is_damaged(found) & (found != "")  # a lone quotation mark leaves nothing
    usable = number.to_frame("number").select(pl.when(is_usable).then(found))
    return text.replace_strict(odd, usable.to_series(), default=text, return_dtype=pl.String)


def _odd(text: pl.Series) -> pl.Series:
    """Return the distinct texts that may be odd or damaged; one pattern rules out most."""
    rest = text.filter(~text.str.contains(_PLAIN)).unique()
    return rest.filter(rest.str.contains(f"{ODD}|{_DAMAGED}"))


def _repair(batch: Sequence[pl.Series]) -> pl.Series:
    (text,) = batch
    odd = _odd(text)
    if odd.is_empty():
        return text
    repairs = {one: repair_number(one) for one in odd}
    return text.replace_strict(repairs, default=text, return_dtype=pl.String)
