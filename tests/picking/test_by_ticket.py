"""Suggestions by ticket: a random draw for each criterion that completes what people picked."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordpick.criteria.pack import Criterion, Pack
from recordpick.matching import Matches
from recordpick.picking.tickets import suggest_by_ticket

PATIENTS = [f"P{number}" for number in range(12)]
CRITERIA = ["MED-04", "DEM-01", "ALL-02"]


@dataclass(frozen=True)
class Picked:
    patient_id: str


@dataclass(frozen=True)
class SoFar:
    picks: Mapping[str, list[str]] = field(default_factory=dict)
    closed: Mapping[str, str] = field(default_factory=dict)

    def of(self, criterion_id: str | None) -> list[Picked]:
        return [Picked(patient_id) for patient_id in self.picks.get(criterion_id or "", [])]


def pack_of(records: Mapping[str, int]) -> Pack:
    criteria = tuple(
        Criterion(criterion_id, "Area", "Title", "Find.", records=number)
        for criterion_id, number in records.items()
    )
    return Pack("Pack", "Supplier", "1", 20, 20, None, None, criteria, {}, {"pack.toml": ""})


def matches_of(found: list[tuple[str, str]]) -> Matches:
    frame = pl.DataFrame(
        found, schema={"criterion_id": pl.String, "patient_id": pl.String}, orient="row"
    )
    return Matches(date(2026, 10, 1), {}, frame)


def ticket(criterion_id: str, patient_id: str, seed: str) -> str:
    seed_hash = hashlib.sha256(seed.encode()).hexdigest()
    text = f"{seed_hash}{criterion_id}:{patient_id}"
    return "0." + f"{int(hashlib.sha256(text.encode()).hexdigest(), 16):064d}"[::-1]


@st.composite
def practices(draw):
    records = {criterion_id: draw(st.integers(0, 5)) for criterion_id in CRITERIA}
    pairs = st.tuples(st.sampled_from(CRITERIA), st.sampled_from(PATIENTS))
    found = draw(st.lists(pairs, unique=True))
    picked: dict[str, list[str]] = {}
    for criterion_id, patient_id in draw(st.lists(pairs, unique=True, max_size=8)):
        if len(picked.setdefault(criterion_id, [])) < records[criterion_id]:
            picked[criterion_id].append(patient_id)
    closed = dict.fromkeys(draw(st.sets(st.sampled_from(CRITERIA))), "none")
    return records, found, SoFar(picked, closed), draw(st.text(string_digits(), min_size=1))


def string_digits():
    return st.sampled_from("0123456789")


@given(practices(), st.randoms())
def test_the_lowest_tickets_complete_what_was_picked(practice, random):
    """Each open criterion is filled up from its matches in ticket order, whatever the row order."""
    records, found, so_far, seed = practice
    expected = []
    for criterion_id, number in records.items():
        picked = so_far.picks.get(criterion_id, [])
        free = sorted(
            (ticket(criterion_id, patient_id, seed), patient_id)
            for criterion, patient_id in found
            if criterion == criterion_id and patient_id not in picked
        )
        if criterion_id not in so_far.closed:
            room = number - len(picked)
            expected += [(criterion_id, patient_id) for _, patient_id in free[:room]]
    random.shuffle(found)
    assert suggest_by_ticket(matches_of(found), pack_of(records), so_far, seed) == expected


@given(practices(), st.sets(st.sampled_from(CRITERIA)))
def test_criteria_are_drawn_independently(practice, wanted):
    """A suggestion for some criteria gives them the same picks as a suggestion for all."""
    records, found, so_far, seed = practice
    matches, pack = matches_of(found), pack_of(records)
    everything = suggest_by_ticket(matches, pack, so_far, seed)
    assert suggest_by_ticket(matches, pack, so_far, seed, wanted) == [
        (criterion_id, patient_id)
        for criterion_id, patient_id in everything
        if criterion_id in wanted
    ]


def test_one_patient_is_not_favoured_by_every_criterion():
    """The ticket depends on the criterion, so that criteria do not all take the same patients."""
    found = [(criterion_id, patient_id) for criterion_id in CRITERIA for patient_id in PATIENTS]
    records = dict.fromkeys(CRITERIA, 4)
    picks = suggest_by_ticket(matches_of(found), pack_of(records), SoFar(), "314159")
    chosen = [
        {patient_id for criterion, patient_id in picks if criterion == criterion_id}
        for criterion_id in CRITERIA
    ]
    assert all(len(patients) == 4 for patients in chosen)
    assert chosen[0] != chosen[1] != chosen[2]


def test_a_criterion_that_is_not_in_the_pack_is_a_programming_error():
    """Callers validate what a person typed before they call."""
    with pytest.raises(KeyError):
        suggest_by_ticket(matches_of([]), pack_of({"A": 1}), SoFar(), "1", ["B"])
