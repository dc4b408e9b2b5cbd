"""GUIDs in braces, derived from a kind and a number: always the same for the same thing."""

from __future__ import annotations

import hashlib

import polars as pl

_MASK = (1 << 64) - 1
_HEX = pl.Series([f"{number:04X}" for number in range(1 << 16)])


def _mix(bits: pl.Expr) -> pl.Expr:
    """Apply SplitMix64's finaliser, as in chance.py: a one-to-one mapping of 64 bits."""
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        bits = (bits ^ (bits // (1 << shift))) * pl.lit(factor, pl.UInt64)
    return bits ^ (bits // (1 << 31))


def guid(what: str, number: pl.Expr) -> pl.Expr:
    """Return the GUID of thing `number` (an integer, also as text) of a kind; null for null."""
    salt = int.from_bytes(hashlib.sha256(what.encode()).digest()[:8], "big")
    bits = number.cast(pl.UInt64) + pl.lit(salt & _MASK, pl.UInt64)
    first, second = _mix(bits), _mix(_mix(bits) + pl.lit(0x9E3779B97F4A7C15, pl.UInt64))
    parts = [_four(half, shift) for half in (first, second) for shift in (48, 32, 16, 0)]
    return _join_parts(parts)


def _four(bits: pl.Expr, shift: int) -> pl.Expr:
    return pl.lit(_HEX).gather(((bits // (1 << shift)) % (1 << 16)).cast(pl.UInt32))


def _join_parts(parts: list[pl.Expr]) -> pl.Expr:
    a, b, c, d, e, f, g, h = parts
    cut = pl.lit("-")
    return pl.concat_str(pl.lit("{"), a, b, cut, c, cut, d, cut, e, cut, f, g, h, pl.lit("}"))


def one_guid(what: str) -> str:
    """Return the GUID of a kind of which there is only one."""
    return str(pl.select(guid(what, pl.lit(0))).item())
