"""A check and its finding: something, nothing, or that the index does not say."""

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
class CheckResult:
    """The result of running a check on an index: its rows, and in words what it could not check.

    `rows` is None where the check cannot be run at all; `why` then says why.
    """

    rows: pl.LazyFrame | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """Something to correct before the first extract, and how it is found.

    `counts` is the unit that the number of a finding counts, one row each: "patients", "codes".
    """

    id: str
    title: str
    means: str
    to_do: str
    counts: str
    run: Callable[[PracticeIndex, date], CheckResult]


@dataclass(frozen=True)
class Finding:
    """The outcome of a check. `why` says what could not be checked, or is empty."""

    id: str
    title: str
    means: str
    to_do: str
    counts: str
    state: State
    why: str = ""
    rows: pl.DataFrame = field(default_factory=pl.DataFrame)
    """One row for each thing counted; without columns where nothing could be checked."""
    file: str = ""
    """The CSV that the rows are written to."""

    @property
    def number(self) -> int | None:
        """How many there are; None where that is not known."""
        return None if self.state == UNKNOWN else self.rows.height

    @property
    def registered(self) -> int | None:
        """How many of the rows are for patients registered now; None where rows do not say."""
        if "status" not in self.rows.columns:
            return None
        return self.rows.filter(pl.col("status") == "registered").height


def found(check: Check, rows: pl.DataFrame | None, why: str) -> Finding:
    """Return the finding of a check from its collected rows (None: it could not be run)."""
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


def missing_columns(index: PracticeIndex, table: str, *columns: str) -> str:
    """Return, in words, which columns the index lacks in a table; empty if it has all."""
    present = index.columns(table)
    if not present:
        return f"the index has no table {table}"
    missing = [name for name in columns if name not in present]
    return f"the index has no column {', '.join(missing)} in {table}" if missing else ""


def sentence(text: str) -> str:
    """Return a phrase as a sentence; an empty phrase stays empty."""
    return f"{text[0].upper()}{text[1:]}." if text else ""


PATIENT_COLUMNS = ("patient_id", "nhs_number", "status", "registration")
"""The columns that say who a patient is and how they are registered, where indexed."""


def patient_columns(index: PracticeIndex) -> list[str]:
    """Return the columns of `PATIENT_COLUMNS` that the index has."""
    present = index.columns("patients")
    return [name for name in PATIENT_COLUMNS if name in present]


def patient_order(index: PracticeIndex) -> list[pl.Expr]:
    """Return the sort keys for patients: those registered now first, the GMS list before others."""
    present = index.columns("patients")
    first = {"status": "registered", "registration": "regular"}
    now = [pl.col(name).ne_missing(word) for name, word in first.items() if name in present]
    return [*now, pl.col("patient_id")]
