"""Patients' dates that cannot be right: births, deaths, registrations.

Of some dates only the month or the year is known: they are compared as far as they are known.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import polars as pl

from recordpick.cleanup.finding import (
    Check,
    CheckResult,
    missing_columns,
    patient_columns,
    patient_order,
    sentence,
)
from recordpick.index.practice_index import PracticeIndex


@dataclass(frozen=True, slots=True)
class KnownDay:
    """A date, and how much of it is known (a word of `schema.PRECISIONS`; None: all)."""

    day: pl.Expr
    precision: pl.Expr | None = None


def is_before(first: KnownDay, second: KnownDay) -> pl.Expr:
    """Return whether `first` is before `second`, as far as both are known.

    1980 (the year only) is not before 5 May 1980. Null where either is missing or unknown.
    """
    precisions = [one.precision for one in (first, second) if one.precision is not None]
    by_day = first.day < second.day
    if not precisions:
        return by_day

    def any_is(word: str) -> pl.Expr:
        return pl.any_horizontal(*((one == word).fill_null(value=False) for one in precisions))

    by_month = first.day.dt.truncate("1mo") < second.day.dt.truncate("1mo")
    by_year = first.day.dt.year() < second.day.dt.year()
    return (
        pl.when(any_is("unknown"))
        .then(pl.lit(None, pl.Boolean))
        .when(any_is("year"))
        .then(by_year)
        .when(any_is("month"))
        .then(by_month)
        .otherwise(by_day)
    )


OLDEST = 120
"""Age in years above which a patient not recorded as dead has most likely died."""


def born(index: PracticeIndex) -> KnownDay:
    """Return the date of birth, to the precision that is known."""
    has_precision = "date_of_birth_precision" in index.columns("patients")
    precision = pl.col("date_of_birth_precision") if has_precision else None
    return KnownDay(pl.col("date_of_birth"), precision)


def _patients_where(
    *columns: str, wrong: Callable[[PracticeIndex, date], pl.Expr]
) -> Callable[[PracticeIndex, date], CheckResult]:
    """Return a check that finds the patients for whom `wrong` is true, with these columns."""

    def run(index: PracticeIndex, as_at: date) -> CheckResult:
        why = missing_columns(index, "patients", *columns)
        if why:
            return CheckResult(None, sentence(why))
        shown = [name for name in columns if name not in patient_columns(index)]
        rows = index.scan("patients").filter(wrong(index, as_at)).sort(patient_order(index))
        return CheckResult(rows.select(*patient_columns(index), *shown))

    return run


def _born_in_future(index: PracticeIndex, as_at: date) -> pl.Expr:
    return is_before(KnownDay(pl.lit(as_at)), born(index))


def _too_old(index: PracticeIndex, as_at: date) -> CheckResult:
    columns = index.columns("patients")
    why = missing_columns(index, "patients", "date_of_birth")
    if not why and not {"status", "died_on"} & set(columns):
        why = missing_columns(index, "patients", "status", "died_on")
    if why:
        return CheckResult(None, sentence(why))
    long_ago = is_before(born(index), KnownDay(pl.lit(as_at).dt.offset_by(f"-{OLDEST}y")))
    alive = pl.lit(value=True)
    if "status" in columns:
        alive &= pl.col("status").ne_missing("deceased")
    if "died_on" in columns:
        alive &= pl.col("died_on").is_null()
    rows = index.scan("patients").filter(long_ago & alive).sort(patient_order(index))
    return CheckResult(rows.select(*patient_columns(index), "date_of_birth"))


def _died_before_birth(index: PracticeIndex, _as_at: date) -> pl.Expr:
    return is_before(KnownDay(pl.col("died_on")), born(index))


def _died_in_future(_index: PracticeIndex, as_at: date) -> pl.Expr:
    return pl.col("died_on") > as_at


def _registered_before_birth(index: PracticeIndex, _as_at: date) -> pl.Expr:
    return is_before(KnownDay(pl.col("registered_on")), born(index))


def _left_before_registered(_index: PracticeIndex, _as_at: date) -> pl.Expr:
    return pl.col("left_on") < pl.col("registered_on")


_STATUS_FROM_DEATH = re.compile(r"admin_patient_|srpatient\b|patient_data_extract", re.IGNORECASE)
"""File names of extracts in which a date of death alone sets the status (see their readers)."""


def _dead_but_registered(index: PracticeIndex, as_at: date) -> CheckResult:
    files = [one.file for one in index.manifest.files if one.table == "patients"]
    if any(_STATUS_FROM_DEATH.search(file) for file in files):
        return CheckResult(
            None,
            "In an index of an EMIS, SystmOne or Vision extract everybody with a date of death "
            "counts as dead, whatever the registration: look in the system itself.",
        )
    return _patients_where("status", "died_on", wrong=_is_dead_but_registered)(index, as_at)


def _is_dead_but_registered(_index: PracticeIndex, _as_at: date) -> pl.Expr:
    return pl.col("died_on").is_not_null() & (pl.col("status") == "registered")


_CORRECT_BIRTH = "Correct the date of birth; PDS has it."

PATIENT_DATES = (
    Check(
        "born_in_future",
        "Born in the future",
        "The date of birth is after the day of the export.",
        _CORRECT_BIRTH,
        "patients",
        _patients_where("date_of_birth", wrong=_born_in_future),
    ),
    Check(
        "born_long_ago",
        f"Born more than {OLDEST} years ago and not dead",
        f"Patients who would be over {OLDEST} and are not recorded as dead: a wrong "
        "century, or a death that nobody entered.",
        "Correct the date of birth, or enter the death if PDS or PCSE confirms it.",
        "patients",
        _too_old,
    ),
    Check(
        "died_before_birth",
        "Died before birth",
        "The date of death is before the date of birth.",
        "Correct whichever is wrong.",
        "patients",
        _patients_where("date_of_birth", "died_on", wrong=_died_before_birth),
    ),
    Check(
        "died_in_future",
        "Died in the future",
        "The date of death is after the day of the export.",
        "Correct the date; make sure that it is this patient who died.",
        "patients",
        _patients_where("died_on", wrong=_died_in_future),
    ),
    Check(
        "registered_before_birth",
        "Registered before birth",
        "The date of registration is before the date of birth.",
        "Correct whichever is wrong.",
        "patients",
        _patients_where("date_of_birth", "registered_on", wrong=_registered_before_birth),
    ),
    Check(
        "left_before_registered",
        "Left before registration",
        "The registration ended before it began. After a second registration some systems keep "
        "the first leaving date.",
        "Look at the registration's history and correct the date that is wrong.",
        "patients",
        _patients_where("registered_on", "left_on", wrong=_left_before_registered),
    ),
    Check(
        "dead_but_registered",
        "Dead but still registered",
        "There is a date of death, but the patient counts as registered.",
        "End the registration as deceased, or remove the date if it is another patient's.",
        "patients",
        _dead_but_registered,
    ),
)
