"""Dates of entries that cannot be right: before birth, in the future, ended before they began."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from recordpick.cleanup.finding import Asked, Check, lacking, sentence
from recordpick.cleanup.known_days import KnownDay, is_before
from recordpick.cleanup.patient_dates import born
from recordpick.index.practice_index import PracticeIndex
from recordpick.tables import TABLES


@dataclass(frozen=True, slots=True)
class _Dated:
    """A table whose rows are looked at: its dates, and the column that says what a row is."""

    table: str
    says: str
    day: str
    ended: str = ""
    precision: str = ""

    def known(self, index: PracticeIndex) -> KnownDay:
        """Give the row's day, as well as it is known."""
        there = index.columns(self.table)
        return KnownDay(
            pl.col("date"), pl.col("date_precision") if self.precision in there else None
        )

    def rows(self, index: PracticeIndex, *more: str) -> pl.LazyFrame:
        """Give table, patient_id, row_id, date, entry (what it is) and `more` columns."""
        there = index.columns(self.table)
        precision = {"date_precision": self.precision} if self.precision in there else {}
        return index.scan(self.table).select(
            "patient_id",
            table=pl.lit(self.table),
            row_id=TABLES[self.table].row_id,
            date=self.day,
            entry=pl.col(self.says) if self.says in there else pl.lit(None, pl.String),
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
"""Appointments and recalls to come, and addresses that a family had before, are nothing wrong."""
_PAST = (_EVENTS, _DOCUMENTS, _REFERRALS)
"""Prescriptions may be dated ahead, appointments and recalls are for the future."""
_ENDED = (
    _EVENTS,
    _MEDICATIONS,
    _REFERRALS,
    _Dated("addresses", "kind", "since", "until"),
    _Dated("relationships", "relation", "since", "until"),
)


def _over(index: PracticeIndex, dated: Sequence[_Dated], frames: dict[str, pl.LazyFrame]) -> Asked:
    """Put the tables' rows one after the other; say which tables could not be looked at."""
    missing = [
        (one, lacking(index, one.table, *(name for name in (one.day, one.ended) if name)))
        for one in dated
        if one.table not in frames
    ]
    if not frames:
        return Asked(None, sentence(missing[0][1]))
    left_out = ", ".join(one.table for one, _ in missing)
    why = f"not looked at, as the index does not have them or their dates: {left_out}"
    rows = pl.concat(list(frames.values())).sort("patient_id", "date", "table", "row_id")
    return Asked(rows, sentence(why) if missing else "")


def _before_birth(index: PracticeIndex, _as_at: date) -> Asked:
    why = lacking(index, "patients", "date_of_birth")
    if why:
        return Asked(None, sentence(why))
    birth = born(index)
    names = ["date_of_birth", *(["date_of_birth_precision"] if birth.precision is not None else [])]
    people = index.scan("patients").select("patient_id", *names)
    frames = {}
    for dated in _LIVED:
        if lacking(index, dated.table, dated.day):
            continue
        has_kind = dated is _EVENTS and "kind" in index.columns("events")
        rows = dated.rows(index, *(["kind"] if has_kind else []))
        if has_kind:
            # What a grandmother had in 1950 is dated so.
            rows = rows.filter(pl.col("kind").ne_missing("family_history"))
        frames[dated.table] = (
            rows.join(people, on="patient_id", how="inner")
            .filter(is_before(dated.known(index), birth))
            .select("patient_id", "table", "row_id", "date", "date_of_birth", "entry")
        )
    return _over(index, _LIVED, frames)


def _in_future(index: PracticeIndex, as_at: date) -> Asked:
    frames = {
        dated.table: dated.rows(index)
        .filter(is_before(KnownDay(pl.lit(as_at)), dated.known(index)))
        .select("patient_id", "table", "row_id", "date", "entry")
        for dated in _PAST
        if not lacking(index, dated.table, dated.day)
    }
    return _over(index, _PAST, frames)


def _ended_before(index: PracticeIndex, _as_at: date) -> Asked:
    frames = {
        dated.table: dated.rows(index, dated.ended)
        .filter(is_before(KnownDay(pl.col(dated.ended)), dated.known(index)))
        .select(
            "patient_id", "table", "row_id", "date", pl.col(dated.ended).alias("ended"), "entry"
        )
        for dated in _ENDED
        if not lacking(index, dated.table, dated.day, dated.ended)
    }
    return _over(index, _ENDED, frames)


ENTRY_DATES = (
    Check(
        "entries_before_birth",
        "Entries dated before birth",
        "Entries, drugs, appointments, documents or referrals from before the patient was born "
        "(family history aside): a wrong date, or an entry of somebody else's, such as the "
        "mother's.",
        "Correct the date, or move the entry to the right patient.",
        "entries",
        _before_birth,
    ),
    Check(
        "entries_in_future",
        "Entries dated in the future",
        "Entries, documents or referrals that are dated after the day of the export. Drugs, "
        "appointments and recalls may be ahead and are not among them.",
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
