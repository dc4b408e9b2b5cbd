"""What formats do differently is taken out by rules, and only that."""

from __future__ import annotations

from datetime import date

import pytest

from recordpick.comparison.compare import compare_records
from small_records import differing

from small_practice import small_index

PATIENT = {"patient_id": "1", "nhs_number": "9990000001"}
FRIEND = {"patient_id": "1", "relationship_id": "r", "name": "Tracey Iqbal", "relation": "friend"}
CARER = PATIENT | {"carer": "Tracey Iqbal (friend)"}


@pytest.mark.parametrize(
    ("until", "lost"),
    [(date(2005, 7, 31), False), (date(2030, 1, 1), True), (None, True)],
    ids=["ended", "not yet", "no end"],
)
def test_a_carer_is_lost_unless_the_relationship_has_ended(until, lost):
    """A system that knows the end shows no carer; a current carer who is gone is a fault."""
    old = small_index(patients=[CARER])
    new = small_index(
        patients=[PATIENT | {"carer": None}], relationships=[FRIEND | {"until": until}]
    )
    for sides in ((old, new), (new, old)):
        found = compare_records(*sides)
        assert bool(differing(found)) == lost
        folded = [one.reason for table in found.tables for one in table.folded]
        assert bool(folded) != lost
