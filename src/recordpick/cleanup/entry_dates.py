"""Dates of entries that cannot be right: before birth, in the future, or ended before begun."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from recordpick.cleanup.dates import KnownDay, born, is_before
from recordpick.cleanup.finding import Check, CheckResult, missing_columns, sentence
from recordpick.index.practice_index import PracticeIndex
from recordpick.schema import TABLES


@dataclass(frozen=True, slots=True)
class _Dated:
    """A table whose rows are checked: its dates, and the column that says what a row is."""

    table: str
    label: str
    day: str
    ended: str = ""
    precision: str = ""

    def known(self, index: PracticeIndex) -> KnownDay:
        """Return the row's day, to the precision that is known."""
        columns = index.columns(self.table)
        return KnownDay(
            pl.col("date"), pl.col("date_precision") if self.precision in columns else None
        )

    def rows(self, index: PracticeIndex, *more: str) -> pl.LazyFrame:
        """Return table, patient_id, row_id, date, entry (what it is) and `more` columns."""
        columns = index.columns(self.table)
        precision = {"date_precision": self.precision} if self.precision in columns else {}
        return index.scan(self.table).select(
            "patient_id",
            table=pl.lit(self.table),
            row_id=TABLES[self.table].row_id,
            date=self.day,
            entry=pl.col(self.label) if self.label in columns else pl.lit(None, pl.String),
            **{name: name for name in more},
            **precision,
        )


_EVENTS = _Dated("events", "term", "date", "ended_on", "date_precision")
_MEDICATIONS = _Dated("medications", "drug", "started_on", "ended_on")
_REFERRALS = _Dated("referrals", "term", "date", "closed_on")
_DOCUMENTS = _Dated("documents", "title", "date")

_LIVED = (
    _EVENTS,
    _MEDICATIONS,
    _Dated("appointments", "slot_type", "date"),
    _DOCUMENTS,
    _REFERRALS,
)
"""Future appointments and recalls, and addresses that a family had before, are not wrong."""
_PAST = (_EVENTS, _DOCUMENTS, _REFERRALS)
"""Prescriptions may be dated ahead; appointments and recalls are for the future."""
_ENDED = (
    _EVENTS,
    _MEDICATIONS,
    _REFERRALS,
    _Dated("addresses", "kind", "since", "until"),
    _Dated("relationships", "relation", "since", "until"),
)


def _combined(
    index: PracticeIndex, dated: Sequence[_Dated], frames: dict[str, pl.LazyFrame]
) -> CheckResult:
    """Return the rows of all tables, and say which tables could not be checked."""
    missing = [
        (one, missing_columns(index, one.table, *(name for name in (one.day, one.ended) if name)))
        for one in dated
        if one.table not in frames
    ]
    if not frames:
        return CheckResult(None, sentence(missing[0][1]))
    left_out = ", ".join(one.table for one, _ in missing)
    why = f"not checked, as the index does not have them or their dates: {left_out}"
    rows = pl.concat(list(frames.values())).sort("patient_id", "date", "table", "row_id")
    return CheckResult(rows, sentence(why) if missing else "")


def _before_birth(index: PracticeIndex, _as_at: date) -> CheckResult:
    why = missing_columns(index, "patients", "date_of_birth")
    if why:
        return CheckResult(None, sentence(why))
    birth = born(index)
    names = ["date_of_birth", *(["date_of_birth_precision"] if birth.precision is not None else [])]
    people = index.scan("patients").select("patient_id", *names)
    frames = {}
    for dated in _LIVED:
        if missing_columns(index, dated.table, dated.day):
            continue
        has_kind = dated is _EVENTS and "kind" in index.columns("events")
        rows = dated.rows(index, *(["kind"] if has_kind else []))
        if has_kind:
            # A grandmother's illness in 1950 has that date.
            rows = rows.filter(pl.col("kind").ne_missing("family_history"))
        frames[dated.table] = (
            rows.join(people, on="patient_id", how="inner")
            .filter(is_before(dated.known(index), birth))
            .select("patient_id", "table", "row_id", "date", "date_of_birth", "entry")
        )
    return _combined(index, _LIVED, frames)


def _in_future(index: PracticeIndex, as_at: date) -> CheckResult:
    frames = {
        dated.table: dated.rows(index)
        .filter(is_before(KnownDay(pl.lit(as_at)), dated.known(index)))
        .select("patient_id", "table", "row_id", "date", "entry")
        for dated in _PAST
        if not missing_columns(index, dated.table, dated.day)
    }
    return _combined(index, _PAST, frames)


def _ended_before(index: PracticeIndex, _as_at: date) -> CheckResult:
    frames = {
        dated.table: dated.rows(index, dated.ended)
        .filter(is_before(KnownDay(pl.col(dated.ended)), dated.known(index)))
        .select(
            "patient_id", "table", "row_id", "date", pl.col(dated.ended).alias("ended"), "entry"
        )
        for dated in _ENDED
        if not missing_columns(index, dated.table, dated.day, dated.ended)
    }
    return _combined(index, _ENDED, frames)


ENTRY_DATES = (
    Check(
        "entries_before_birth",
        "Entries dated before birth",
        "Entries, drugs, appointments, documents or referrals from before the patient was born "
        "(except family history): a wrong date, or somebody else's entry, such as "
        "the mother's.",
        "Correct the date, or move the entry to the right patient.",
        "entries",
        _before_birth,
    ),
    Check(
        "entries_in_future",
        "Entries dated in the future",
        "Entries, documents or referrals that are dated after the day of the export. Drugs, "
        "appointments and recalls may be in the future and are not included.",
        "Correct the date.",
        "entries",
        _in_future,
    ),
    Check(
        "ended_before_started",
        "Ended before they began",
        "Problems, drugs, referrals, addresses or relationships whose end is before their "
        "beginning. One day's difference often comes from a time at midnight.",
        "Correct whichever is wrong.",
        "entries",
        _ended_before,
    ),
)
