"""Stale picks: existing picks that a newer extract no longer supports.

The patient is not in the index any more, may be another person, has left or died, or no longer
meets the criterion. Nothing is removed because of this: people decide, pick by pick.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import Literal, Protocol

import polars as pl

from recordpick.matching import Matches

Change = Literal["gone", "other", "died", "left", "no_match"]
SAYS: dict[Change, str] = {
    "gone": "is not in this index",
    "other": "has another date of birth or NHS number than before, and may be somebody else",
    "died": "has died",
    "left": "has left the practice",
    "no_match": "no longer meets the criterion",
}


class SomePick(Protocol):
    """The part of a pick that is used here."""

    @property
    def patient_id(self) -> str:
        """Whose record it is."""
        ...

    @property
    def criterion_id(self) -> str | None:
        """The criterion it was picked for; None for a random record."""
        ...

    @property
    def chosen_by(self) -> str:
        """How it was picked: "rule" where the program suggested it."""
        ...


@dataclass(frozen=True, slots=True)
class StalePick:
    """One pick that the index no longer supports, and why."""

    patient_id: str
    criterion_id: str | None
    what: Change

    @property
    def in_words(self) -> str:
        """The change as a sentence with the patient's number."""
        where = self.criterion_id or "a random record"
        return f"{where}: {self.patient_id} {SAYS[self.what]}."


def stale_picks(
    picks: Iterable[SomePick],
    matches: Matches,
    patients: pl.DataFrame,
    others: Container[str] = (),
) -> tuple[StalePick, ...]:
    """Return the picks that these matches and patients no longer support, in the picks' order.

    `patients` has patient_id and, where the index has it, status. A patient who left or died is
    reported only where the criterion does not find them: some criteria are for just such patients.
    Picks that people made by hand need not meet the criterion's rules, so "no_match" is reported
    only for suggested ones. `others` are patients whose number appears to be another person's.
    """
    status = dict(
        patients.select(
            "patient_id",
            pl.col("status") if "status" in patients.columns else pl.lit("").alias("status"),
        ).iter_rows()
    )
    found = set(matches.found.iter_rows())
    out: list[StalePick] = []
    for pick in picks:
        what: Change | None = None
        if pick.patient_id not in status:
            what = "gone"
        elif pick.patient_id in others:
            what = "other"
        elif (pick.criterion_id, pick.patient_id) not in found:
            now = status[pick.patient_id]
            if now in {"deceased", "left"}:
                what = "died" if now == "deceased" else "left"
            elif pick.chosen_by == "rule":
                what = "no_match"
        if what is not None:
            out.append(StalePick(pick.patient_id, pick.criterion_id, what))
    return tuple(out)
