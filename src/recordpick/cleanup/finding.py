"""What a check is, and what it found: something, nothing, or that the index cannot tell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import polars as pl

from recordpick.index.practice_index import PracticeIndex

State = Literal["found", "none", "cannot be told"]
FOUND: State = "found"
NONE: State = "none"
UNKNOWN: State = "cannot be told"


@dataclass(frozen=True, slots=True)
class Asked:
    """A check put to an index: its rows, and in words what it could not look at.

    `rows` is None where the index cannot tell at all; `why` then says why.
    """

    rows: pl.LazyFrame | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """Something to put right before the first extract, and how it is found.

    `counts` says what the number of a finding counts, one row each: "patients", "codes".
    """

    id: str
    title: str
    means: str
    to_do: str
    counts: str
    ask: Callable[[PracticeIndex, date], Asked]


@dataclass(frozen=True)
class Finding:
    """What came of a check. `why` says what could not be told or looked at, or is empty."""

    id: str
    title: str
    means: str
    to_do: str
    counts: str
    state: State
    why: str = ""
    rows: pl.DataFrame = field(default_factory=pl.DataFrame)
    """One row for each thing counted; without columns where nothing could be told."""
    file: str = ""
    """The CSV that the rows are written to."""

    @property
    def number(self) -> int | None:
        """How many there are; None where that cannot be told."""
        return None if self.state == UNKNOWN else self.rows.height

    @property
    def registered(self) -> int | None:
        """How many of the rows are of patients registered now; None where rows do not say."""
        if "status" not in self.rows.columns:
            return None
        return self.rows.filter(pl.col("status") == "registered").height


def found(check: Check, rows: pl.DataFrame | None, why: str) -> Finding:
    """Say what came of a check, whose rows were collected (None: cannot be told)."""
    state = UNKNOWN if rows is None else FOUND if rows.height else NONE
    return Finding(
        check.id,
        check.title,
        check.means,
        check.to_do,
        check.counts,
        state,
        why,
        pl.DataFrame() if rows is None else rows,
        f"{check.id}.csv",
    )


def lacking(index: PracticeIndex, table: str, *columns: str) -> str:
    """Say which of the columns the index does not have in a table; empty if it has all."""
    there = index.columns(table)
    if not there:
        return f"the index has no table {table}"
    missing = [name for name in columns if name not in there]
    return f"the index has no column {', '.join(missing)} in {table}" if missing else ""


def sentence(text: str) -> str:
    """Make a sentence of a phrase; empty stays empty."""
    return f"{text[0].upper()}{text[1:]}." if text else ""


WHO = ("patient_id", "nhs_number", "status", "registration")
"""What a row says of a patient, as far as the index has it: who, and where the patient stands."""


def who(index: PracticeIndex) -> list[str]:
    """Give the columns of `WHO` that the index has."""
    there = index.columns("patients")
    return [name for name in WHO if name in there]


def in_order(index: PracticeIndex) -> list[pl.Expr]:
    """Give what patients are sorted by: those registered now first, the GMS list before others."""
    there = index.columns("patients")
    first = {"status": "registered", "registration": "regular"}
    now = [pl.col(name).ne_missing(word) for name, word in first.items() if name in there]
    return [*now, pl.col("patient_id")]
