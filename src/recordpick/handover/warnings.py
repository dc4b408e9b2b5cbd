"""Warnings about a list whose every line is as it was picked: reported, and never corrected.

A newer extract may not support a pick any more, an NHS number may be that of two patients, and an
answer may be incomplete. Nothing is left out because of that; the person who hands the list over,
and the one who imports it, are warned.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from recordpick.criteria.pack import Pack
from recordpick.index.practice_index import PracticeIndex
from recordpick.matching import Matches
from recordpick.picking.stale_picks import SAYS, stale_picks
from recordpick.selection.state import Selection
from recordpick.text import plural

SHOWN = 20
"""The most patient numbers that a warning names; beyond them it says how many more there are."""


@dataclass(frozen=True, slots=True)
class PickWarning:
    """One warning about picked patients: what it is, and which patients (patient_ids)."""

    says: str
    """A clause to follow "3 picked patients: "."""
    patient_ids: tuple[str, ...]

    @property
    def in_numbers(self) -> str:
        """The warning without patient numbers."""
        return f"{plural(len(self.patient_ids), 'picked patient')}: {self.says}."

    @property
    def in_words(self) -> str:
        """The warning with patient numbers: for the practice only."""
        named = ", ".join(self.patient_ids[:SHOWN])
        more = len(self.patient_ids) - SHOWN
        return f"{self.in_numbers} {named}{f' and {more:,} more' if more > 0 else ''}"


def pick_warnings(
    selection: Selection,
    index: PracticeIndex,
    as_at: date,
    matches: Matches,
    others: frozenset[str] = frozenset(),
) -> tuple[PickWarning, ...]:
    """Return what the index as it is now says against the picks.

    `others` are patients whose number looks like another person's (`WorkingFile.reused_numbers`).
    """
    present = index.columns("patients")
    wanted = [name for name in ("patient_id", "status", "nhs_number") if name in present]
    patients = index.patients(as_at).select(wanted).collect()
    by_what: dict[str, dict[str, None]] = {}
    for moved in stale_picks(selection.picks, matches, patients, others):
        by_what.setdefault(moved.what, {})[moved.patient_id] = None
    says = {
        **SAYS,
        "gone": "not in the practice index any more",
        "no_match": "suggested for a criterion that they do not meet any more",
    }
    found = [
        PickWarning(text, tuple(by_what[what])) for what, text in says.items() if what in by_what
    ]
    shared = _shared_numbers(selection, patients)
    if shared:
        text = (
            "the NHS number is also another patient's, so only the patient number identifies them"
        )
        found.append(PickWarning(text, shared))
    return tuple(found)


def _shared_numbers(selection: Selection, patients: pl.DataFrame) -> tuple[str, ...]:
    if "nhs_number" not in patients.columns:
        return ()
    with_number = patients.drop_nulls("nhs_number")
    shared = set(with_number.filter(pl.col("nhs_number").is_duplicated())["patient_id"])
    picked = dict.fromkeys(pick.patient_id for pick in selection.picks)
    return tuple(patient_id for patient_id in picked if patient_id in shared)


def cautions(pack: Pack, matches: Matches) -> tuple[str, ...]:
    """Return for which criteria the number found may be incomplete, and why."""
    return tuple(
        f"{criterion.id}: {caution}"
        for criterion in pack.criteria
        if (answer := matches.answers.get(criterion.id)) is not None and answer.answered
        for caution in answer.cautions
    )
