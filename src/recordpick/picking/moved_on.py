"""Picks looked at with a newer extract: who is gone, another, left, died, or meets it no more.

Nothing is removed for that: people decide, pick by pick.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import Literal, Protocol

import polars as pl

from recordpick.matching import Matches

What = Literal["gone", "other", "died", "left", "no_match"]
SAYS: dict[What, str] = {
    "gone": "is not in this index",
    "other": "has another date of birth or NHS number than before, and may be somebody else",
    "died": "has died",
    "left": "has left the practice",
    "no_match": "no longer meets it",
}


class SomePick(Protocol):
    """A pick, as far as it is looked at here."""

    @property
    def patient_id(self) -> str:
        """Whose record it is."""
        ...

    @property
    def criterion_id(self) -> str | None:
        """What it was picked for; None at random."""
        ...

    @property
    def chosen_by(self) -> str:
        """How it came to be picked."""
        ...


@dataclass(frozen=True, slots=True)
class MovedOn:
    """One pick that the index no longer bears out, and why."""

    patient_id: str
    criterion_id: str | None
    what: What

    @property
    def in_words(self) -> str:
        """It, in a sentence with the patient's number."""
        where = self.criterion_id or "a random record"
        return f"{where}: {self.patient_id} {SAYS[self.what]}."


def moved_on(
    picks: Iterable[SomePick],
    matches: Matches,
    patients: pl.DataFrame,
    others: Container[str] = (),
) -> tuple[MovedOn, ...]:
    """Give the picks that these matches and patients no longer bear out, in the picks' order.

    `patients` has patient_id and, where the index has it, status. A patient who left or died is
    told only where the criterion does not find them: there are criteria that ask for just that.
    Picks that people made by hand need not meet the criterion's rules, so that they do not is
    told only of suggested ones. `others` are patients whose number looks like another person's.
    """
    status = dict(
        patients.select(
            "patient_id",
            pl.col("status") if "status" in patients.columns else pl.lit("").alias("status"),
        ).iter_rows()
    )
    found = set(matches.found.iter_rows())
    out: list[MovedOn] = []
    for pick in picks:
        what: What | None = None
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
            out.append(MovedOn(pick.patient_id, pick.criterion_id, what))
    return tuple(out)
