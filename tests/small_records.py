"""Small practices for the comparison: rows that Hypothesis draws, in memory."""

from __future__ import annotations

import random
from datetime import date, timedelta

from hypothesis import strategies as st

from recordpick.comparison.compare import Comparison, compare_records
from recordpick.comparison.differences import values_of

from small_practice import SmallIndex, small_index

CODES = ("a", "b", "c")
DAYS = tuple(date(2020, 1, 1) + timedelta(days=number) for number in (0, 1, 2, 40))


@st.composite
def practices(draw, least=0):
    """Draw a practice of two or three patients, whose entries are often alike."""
    patients = [
        {
            "patient_id": str(number),
            "nhs_number": f"999000000{number}",
            "family_name": f"Name {number}",
            "given_name": "A",
            "date_of_birth": date(1980, 1, number),
        }
        for number in range(1, draw(st.integers(2, 3)) + 1)
    ]
    people = st.sampled_from([one["patient_id"] for one in patients])
    event = st.fixed_dictionaries(
        {
            "patient_id": people,
            "date": st.sampled_from((*DAYS, None)),
            "code": st.sampled_from(CODES),
            "kind": st.sampled_from(("observation", "allergy")),
            "value": st.sampled_from((1.0, 2.0, 10.0, None)),
            "text": st.sampled_from(("rash", None)),
            "recorded_by": st.sampled_from(("X", "Y")),
        }
    )
    drug = st.fixed_dictionaries(
        {
            "patient_id": people,
            "started_on": st.sampled_from(DAYS),
            "code": st.sampled_from(CODES),
            "drug": st.sampled_from(("Drug 1", "Drug 2")),
            "dosage": st.sampled_from(("one daily", "two daily")),
            "is_active": st.booleans(),
        }
    )
    events = draw(st.lists(event, min_size=least, max_size=9))
    drugs = draw(st.lists(drug, max_size=4))
    return {
        "patients": patients,
        "events": numbered(events, "event_id"),
        "medications": numbered(drugs, "medication_id"),
    }


def numbered(rows, row_id):
    """Give each row an id of its own."""
    return [row | {row_id: f"{row_id[0]}{number:03}"} for number, row in enumerate(rows)]


def index_of(practice) -> SmallIndex:
    """Make an index in memory; a table without rows keeps its columns."""
    kept = {name: rows for name, rows in practice.items() if rows}
    made = small_index(**kept)
    for name, row_id in (("events", "event_id"), ("medications", "medication_id")):
        if name not in kept:
            columns = {"patient_id": "0", row_id: "0", "code": "a"}
            empty = small_index(**{name: [columns]})
            made.tables[name] = empty.tables[name].clear()
            made.kinds[name] = empty.kinds[name]
    return made


def compared(old, new, only=None) -> Comparison:
    """Compare two practices given as rows."""
    return compare_records(index_of(old), index_of(new), only=only)


def shuffled(practice, seed):
    """Return the practice with the rows of every table in another order."""
    chance = random.Random(seed)
    return {name: chance.sample(rows, len(rows)) for name, rows in practice.items()}


def results(comparison: Comparison, *, mirrored: bool = False):
    """Return every entry's outcome as (table, old id, new id, result), sorted."""
    swap = {"missing": "additional", "additional": "missing"}
    found = []
    for table in comparison.tables:
        row_id = table.rules.id
        old = table.encoded.old.raw[row_id].to_list()
        new = table.encoded.new.raw[row_id].to_list()
        for r, r_new, result in table.entries.select("r", "r_new", "result").iter_rows():
            ids = (old[r] if r is not None else "", new[r_new] if r_new is not None else "")
            if mirrored:
                found.append((table.rules.name, *ids[::-1], swap.get(result, result)))
            else:
                found.append((table.rules.name, *ids, result))
    return sorted(found)


def differing(comparison: Comparison, *, mirrored: bool = False):
    """Return every differing field as (table, field, old value, new value), sorted."""
    found = []
    for table in comparison.tables:
        if not table.fields.height:
            continue
        for part in table.fields.partition_by("field"):
            field = table.rules.field(part["field"][0])
            pairs = zip(*values_of(table.encoded, part, field), strict=True)
            for a, b in pairs:
                values = (b, a) if mirrored else (a, b)
                found.append((table.rules.name, field.name, *(value or "" for value in values)))
    return sorted(found)
