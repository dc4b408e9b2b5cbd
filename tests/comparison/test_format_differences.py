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


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ("mmol/L", "mmol/l", False),
        ("mm[Hg]", "mmHg", False),
        ("10*9/L", "x10^9/l", False),
        ("µmol/L", "umol/L", False),  # the sign for micro
        ("kg/m2", "kg/m^2", False),
        ("IU/L", "iu/l", False),
        ("mU/L", "MU/L", True),  # a thousandth, a million
        ("g/L", "G/L", True),
        ("mmol/L", "mmol/mol", True),
        ("mmol/mol", "%", True),
        ("g/L", "g/dL", True),
        ("mmol/L", None, True),
        ("*", "%", True),
    ],
)
def test_a_unit_in_another_spelling_is_the_same_unit(one, other, differ):
    """Systems spell units in their own ways; another unit, or none, is a fault."""
    entry = {"patient_id": "1", "event_id": "e", "code": "c", "value": 5.0}
    sides = [
        small_index(patients=[PATIENT], events=[entry | {"unit": unit}]) for unit in (one, other)
    ]
    for old, new in (sides, sides[::-1]):
        found = compare_records(old, new)
        assert bool(differing(found)) == differ
        assert bool([one for table in found.tables for one in table.folded]) != differ
