"""The kinds of faults that can be planted: which rows may have one, and what becomes of them.

Each was seen in public; `seen` names where. Expressions are over rows of the old practice with its
columns (schema.py), and `is_parent`: whether other entries refer to the row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import polars as pl

from recordpick.synthetic import codes

Effect = Literal["changed", "missing", "doubled"]


@dataclass(frozen=True)
class FaultKind:
    """One kind of fault in the rows of one table."""

    name: str
    table: str
    meaning: str
    """What is wrong in the new system."""
    seen: str
    """Where such a fault was seen."""
    eligible: pl.Expr
    changes: Mapping[str, pl.Expr] = field(default_factory=dict)
    effect: Effect = "changed"
    hidden_in: tuple[str, ...] = ()
    """Systems whose extract shows nothing of it, other than by a missing column."""
    unreported: tuple[str, ...] = ()
    """Columns among the changes that the truth leaves out: each format writes its own value."""


def _is(column: str, *values: str) -> pl.Expr:
    return pl.col(column).is_in(list(values))


def _has(column: str) -> pl.Expr:
    return pl.col(column).is_not_null()


def _next_code(pool: tuple[codes.Code, ...]) -> dict[str, pl.Expr]:
    """Return code and term of the next code of a pool, for a row with one of them."""
    after = [*pool[1:], pool[0]]
    names = [code.code for code in pool]
    return {
        "code": pl.col("code").replace_strict(names, [code.code for code in after], default=None),
        "term": pl.col("code").replace_strict(names, [code.term for code in after], default=None),
    }


NOTHING = pl.lit(None)

EVENT_FAULTS = (
    FaultKind(
        "allergy_degraded",
        "events",
        "an allergy is a code of the transfer, with the old term as text",
        "Good Practice Guidelines 2011, 8b",
        _is("code", *(code.code for code in codes.DRUG_ALLERGIES)),
        {
            "code": pl.lit(codes.DEGRADED_ALLERGY.code),
            "term": pl.lit(codes.DEGRADED_ALLERGY.term),
            "text": pl.concat_str(pl.lit("Original term: "), pl.col("term")),
            "is_degraded": pl.lit(value=True),
        },
    ),
    FaultKind(
        "day_shifted",
        "events",
        "an entry is a day early",
        "earlier notes only",
        _has("date") & (pl.col("date_precision") == "day") & ~pl.col("is_parent"),
        {"date": pl.col("date") - pl.duration(days=1)},
    ),
    FaultKind(
        "decimal_shifted",
        "events",
        "a result is ten times as high",
        "earlier notes only",
        _has("value") & (pl.col("value") != 0),
        {"value": (pl.col("value") * 10).round(3)},
    ),
    FaultKind(
        "entry_missing",
        "events",
        "an entry is missing",
        "Vanderbilt 2020",
        _is("kind", "observation", "problem", "procedure", "family_history") & ~pl.col("is_parent"),
        effect="missing",
    ),
    FaultKind(
        "entry_doubled",
        "events",
        "an entry is there twice",
        "NHSDigital/nia-patient-switching-standard-adaptor, 2.1.0",
        _is("kind", "observation", "problem", "procedure") & ~pl.col("is_parent"),
        effect="doubled",
    ),
)

MEDICATION_FAULTS = (
    FaultKind(
        "repeat_ended",
        "medications",
        "a current repeat has ended",
        "Good Practice Guidelines 2011",
        pl.col("is_active") & _is("course", "repeat", "repeat_dispensing", "automatic"),
        {"is_active": pl.lit(value=False), "ended_on": pl.col("loaded_on")},
    ),
    FaultKind(
        "quantity_one",
        "medications",
        "a quantity is 1",
        "NHSDigital/patient-switching-adaptors-mapping-documentation, medication statements",
        pl.col("quantity") > 1,
        {"quantity": pl.lit(1.0)},
    ),
)

FAULT_KINDS: dict[str, FaultKind] = {
    kind.name: kind for kind in (*EVENT_FAULTS, *MEDICATION_FAULTS)
}
"""Every kind of fault, by its name."""
