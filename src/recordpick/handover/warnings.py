"""What may be wrong with a list although every line is as it was picked: said, and never mended.

A newer extract may not bear a pick out any more, an NHS number may be that of two patients, and an
answer may not be all of the truth. Nothing is left out for that; whoever hands the list over, and
whoever imports it, is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from recordpick.criteria.pack import Pack
from recordpick.index.practice_index import PracticeIndex
from recordpick.matching import Matches
from recordpick.picking.stale_picks import SAYS, moved_on
from recordpick.selection.state import Selection

SHOWN = 20
"""So many patient numbers are named; beyond them only how many more there are."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """One doubt about picked patients: what it is, and whom it concerns (patient_ids)."""

    says: str
    """A clause that goes after "3 picked patients: "."""
    patient_ids: tuple[str, ...]

    @property
    def in_numbers(self) -> str:
        """It, without saying who."""
        count = len(self.patient_ids)
        return f"{count:,} picked patient{'s' * (count != 1)}: {self.says}."

    @property
    def in_words(self) -> str:
        """It, with the patients' numbers: for the practice alone."""
        named = ", ".join(self.patient_ids[:SHOWN])
        more = len(self.patient_ids) - SHOWN
        return f"{self.in_numbers} {named}{f' and {more:,} more' if more > 0 else ''}"


def doubts(
    selection: Selection,
    index: PracticeIndex,
    as_at: date,
    matches: Matches,
    others: frozenset[str] = frozenset(),
) -> tuple[Doubt, ...]:
    """Look at the picks with the index as it is now.

    `others` are patients whose number looks like another person's (`WorkingFile.reused_numbers`).
    """
    there = index.columns("patients")
    wanted = [name for name in ("patient_id", "status", "nhs_number") if name in there]
    patients = index.patients(as_at).select(wanted).collect()
    by_what: dict[str, dict[str, None]] = {}
    for moved in moved_on(selection.picks, matches, patients, others):
        by_what.setdefault(moved.what, {})[moved.patient_id] = None
    says = {
        **SAYS,
        "gone": "not in the practice index any more",
        "no_match": "suggested for a criterion that they do not meet any more",
    }
    found = [Doubt(text, tuple(by_what[what])) for what, text in says.items() if what in by_what]
    shared = _shared_numbers(selection, patients)
    if shared:
        text = "the NHS number is another patient's too, so that only the patient number tells"
        found.append(Doubt(text, shared))
    return tuple(found)


def _shared_numbers(selection: Selection, patients: pl.DataFrame) -> tuple[str, ...]:
    if "nhs_number" not in patients.columns:
        return ()
    with_number = patients.drop_nulls("nhs_number")
    several = set(with_number.filter(pl.col("nhs_number").is_duplicated())["patient_id"])
    picked = dict.fromkeys(pick.patient_id for pick in selection.picks)
    return tuple(patient_id for patient_id in picked if patient_id in several)


def cautions(pack: Pack, matches: Matches) -> tuple[str, ...]:
    """Say of which criteria the number found may not be all, and why."""
    return tuple(
        f"{criterion.id}: {caution}"
        for criterion in pack.criteria
        if (answer := matches.answers.get(criterion.id)) is not None and answer.answered
        for caution in answer.cautions
    )
