"""The areas of a whole record: what to look at in each when a record drawn at random is checked.

A random record has no criterion that says what to compare. It is gone through area by area, and is
finished when each area has a result; the line's own result follows from those.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import polars as pl

from recordpick.index.practice_index import PracticeIndex
from recordpick.selection.results import FAULTS, SEVERITIES, Entry


@dataclass(frozen=True, slots=True)
class Area:
    """One area: the rows that belong to it, what to look at, and where nothing is recorded.

    `kinds` are those of events; without any, all rows of the tables. No table: the patient's own
    row, which is not counted.
    """

    name: str
    look_at: str
    tables: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    if_none: str = "nothing is shown in the new system either"


AREAS = (
    Area("Name and registration", "name, date of birth, NHS number, address, usual GP"),
    Area(
        "Problems",
        "each one there once, active or past, onset and end dates",
        ("events",),
        ("problem",),
    ),
    Area(
        "Allergies",
        "substance, reaction, date; nothing degraded to free text",
        ("events",),
        ("allergy",),
        'shown as "none recorded", not as "no known allergies"',
    ),
    Area(
        "Medication",
        "drug, strength, dose, quantity, issues used and authorised, review date",
        ("medications",),
    ),
    Area(
        "Immunisations",
        "vaccine, dose, date, batch; refused or given in error",
        ("events",),
        ("immunisation",),
    ),
    Area(
        "Results and observations",
        "newest ones: value, decimals, unit, range, date",
        ("events",),
        ("observation", "investigation"),
    ),
    Area(
        "Other entries",
        "newest consultation: text whole and once, author, date",
        ("events",),
        ("procedure", "family_history", "administration", "other"),
    ),
    Area("Referrals", "reason, urgency, recipient, UBRN, status", ("referrals",)),
    Area("Recalls", "what is due and when, done or not", ("recalls",)),
    Area("Appointments", "future ones there; attended or not", ("appointments",)),
    Area("Documents", "newest letter opens, right patient, author, date", ("documents",)),
    Area(
        "Contacts and carers",
        "current numbers and addresses, next of kin, carer",
        ("addresses", "relationships"),
    ),
)
AREA_NAMES = tuple(area.name for area in AREAS)


def area_counts(
    index: PracticeIndex, patient_ids: Iterable[str]
) -> dict[str, dict[str, int | None]]:
    """Return how many entries each area of these records has, by patient and area.

    None where the extract has no such entries of anybody, so that their number is not known, and
    for the area that is the patient's own row.
    """
    wanted = sorted(set(patient_ids))
    found: dict[str, dict[str, int | None]] = {one: {} for one in wanted}
    is_one = pl.col("patient_id").is_in(wanted)
    for area in AREAS:
        tables = [
            name
            for name in area.tables
            if index.has(name) and (not area.kinds or "kind" in index.columns(name))
        ]
        counted: dict[str, int] = {}
        for name in tables:
            rows = index.scan(name).filter(is_one)
            if area.kinds:
                rows = rows.filter(pl.col("kind").is_in(list(area.kinds)))
            counts = rows.group_by("patient_id").len().collect()
            for patient_id, number in counts.iter_rows():
                counted[str(patient_id)] = counted.get(str(patient_id), 0) + int(number)
        for one in wanted:
            found[one][area.name] = counted.get(one, 0) if tables else None
    return found


def look_at(area: Area, entries: int | None) -> str:
    """Return what to look at in an area of a record with that many entries."""
    return area.if_none if entries == 0 and area.tables else area.look_at


def areas_left(entries: Mapping[str, Entry]) -> tuple[str, ...]:
    """Return the areas without a result."""
    return tuple(name for name in AREA_NAMES if name not in entries)


def whole_record(line: Entry, entries: Mapping[str, Entry]) -> Entry:
    """Return the result of a random record's line from those of all its areas.

    `line` has the line's numbers, initials and date. A record with a fault in any area is
    different; it is not there where every area that applies is not there.
    """
    judged = [entries[name] for name in AREA_NAMES if entries[name].outcome != "not applicable"]
    faults = [one for one in judged if one.outcome in FAULTS]
    if not judged:
        return replace(line, outcome="not applicable", area="")
    if not faults:
        return replace(line, outcome="same", area="")
    is_missing = all(one.outcome == "not there" for one in judged)
    texts = [f"{one.area}: {one.differs or one.outcome}" for one in faults]
    return replace(
        line,
        outcome="not there" if is_missing else "different",
        differs="\n".join(texts),
        severity=max((one.severity for one in faults), key=SEVERITIES.index),
        area="",
    )
