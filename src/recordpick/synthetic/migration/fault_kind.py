"""What a kind of fault is, and expressions with which the kinds are described."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import polars as pl

from recordpick.synthetic.codes import Code

Effect = Literal["changed", "missing", "doubled", "merged"]

UNKNOWN_AUTHOR = "Unknown"
"""The author of an entry whose author was lost: no rewriting changes it."""


@dataclass(frozen=True)
class FaultKind:
    """One kind of fault in the rows of one table.

    Expressions are over rows of the old practice with its columns (schema.py), `loaded_on` (the day
    of the load), and for events `is_parent`: whether other entries refer to the row.
    """

    name: str
    table: str
    meaning: str
    """What is wrong in the new system."""
    seen: str
    """Where such a fault was seen."""
    eligible: pl.Expr
    """Which rows may have it; never true where it would change nothing."""
    changes: Mapping[str, pl.Expr] = field(default_factory=dict)
    effect: Effect = "changed"
    hidden_in: tuple[str, ...] = ()
    """Systems whose extract has the changed columns, but shows nothing of it or something else."""
    not_shown: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Changed columns that a system's extract shows otherwise; "" is every system."""

    def hides(self, system: str) -> tuple[str, ...]:
        """Return the changed columns that the truth leaves out for a system."""
        return (*self.not_shown.get("", ()), *self.not_shown.get(system, ()))


RECODED = {"": ("second_code",)}
"""Where a code changes, each system writes a second code of its own beside it."""


def among(column: str, *values: str) -> pl.Expr:
    """Return whether a column has one of these values."""
    return pl.col(column).is_in(list(values))


def has(column: str) -> pl.Expr:
    """Return whether a column has a value."""
    return pl.col(column).is_not_null()


def one_of(pool: Sequence[Code]) -> pl.Expr:
    """Return whether a row has one of these codes."""
    return among("code", *(code.code for code in pool))


def recoded(new: Mapping[str, Code]) -> dict[str, pl.Expr]:
    """Return code, term and second code of the new code for each old one."""
    names = list(new)

    def column(values: list[str]) -> pl.Expr:
        return pl.col("code").replace_strict(names, values, default=None, return_dtype=pl.String)

    return {
        "code": column([code.code for code in new.values()]),
        "term": column([code.term for code in new.values()]),
        "second_code": column([f"{code.code[-4:]}." for code in new.values()]),
    }


def next_of(pool: Sequence[Code]) -> dict[str, Code]:
    """Return the next code of a pool for each, the first for the last."""
    return {code.code: after for code, after in zip(pool, [*pool[1:], pool[0]], strict=True)}


def cut(column: str, length: int) -> pl.Expr:
    """Return a text cut after some characters, with an ellipsis."""
    return pl.concat_str(pl.col(column).str.head(length), pl.lit("…"))


NOTHING = pl.lit(None)
MAPPING = "NHSDigital/patient-switching-adaptors-mapping-documentation"
RECEIVER = "NHSDigital/nia-patient-switching-standard-adaptor"
SENDER = "NHSDigital/integration-adaptor-gp2gp-sending"
TRANSFORMS = "endeavourhealth/Transforms"
GUIDELINES = "Good Practice Guidelines for GP records 2011"
NOTES = "reported by practices, no public source"
