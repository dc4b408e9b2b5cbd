"""Matches and picks small enough to check by hand, for tests of picking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from recordpick.criteria.pack import Pack
from recordpick.matching import Answer, Matches
from recordpick.picking.suggestion import Basis

from small_practice import criterion, pack

AS_AT = date(2026, 10, 1)


@dataclass(frozen=True)
class Picked:
    patient_id: str


@dataclass(frozen=True)
class Reason:
    reason: str


@dataclass(frozen=True)
class SoFar:
    """Picks by criterion (None: the random records) and reasons of closed criteria."""

    picks: Mapping[str | None, Sequence[str]] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)

    @property
    def closed(self) -> dict[str, Reason]:
        return {criterion_id: Reason(reason) for criterion_id, reason in self.reasons.items()}

    def of(self, criterion_id: str | None) -> list[Picked]:
        return [Picked(patient_id) for patient_id in self.picks.get(criterion_id, ())]


def matches_of(meets: Mapping[str, Sequence[str]], unanswered: Sequence[str] = ()) -> Matches:
    """Return matches from the patients who meet each criterion."""
    rows = [(name, patient) for name, patients in meets.items() for patient in sorted(patients)]
    answers = {
        name: Answer(
            name,
            answered=name not in unanswered,
            why_not="The index has no sex." if name in unanswered else "",
            cautions=(),
            population=0,
            left=(),
            matches=len(patients),
        )
        for name, patients in meets.items()
    }
    schema = {"criterion_id": pl.String, "patient_id": pl.String}
    return Matches(AS_AT, answers, pl.DataFrame(rows, schema=schema, orient="row"))


def pack_of(records: Mapping[str, int]) -> Pack:
    """Return a pack of criteria with these numbers of records."""
    return pack(*(criterion(criterion_id=name, records=wanted) for name, wanted in records.items()))


def basis_of(
    meets: Mapping[str, Sequence[str]],
    records: Mapping[str, int] | int,
    selection: SoFar | None = None,
    patients: Sequence[Mapping[str, Any]] = (),
    **more: Any,
) -> Basis:
    """Return the basis of a suggestion."""
    wanted = dict.fromkeys(meets, records) if isinstance(records, int) else records
    frame = pl.DataFrame(
        list(patients),
        schema={
            "patient_id": pl.String,
            "age": pl.Int64,
            "sex": pl.String,
            "usual_gp": pl.String,
        },
    )
    return Basis(
        matches=matches_of(meets),
        pack=pack_of(wanted),
        selection=selection or SoFar(),
        seed=more.pop("seed", "314159"),
        patients=frame.lazy(),
        **more,
    )
