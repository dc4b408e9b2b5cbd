"""Differences that repeat: said once, never called right, with their exceptions listed singly."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from thirty_people import PEOPLE, entries

from recordpick.comparison.compare import compare_records
from recordpick.comparison.report import report_on

from small_practice import small_index


def report(old, new):
    """Compare entries of the same patients."""
    return report_on(
        compare_records(
            small_index(patients=PEOPLE, events=old), small_index(patients=PEOPLE, events=new)
        )
    )


def lines(found):
    """Return field, change, detail, entries, exceptions and proposal of each line."""
    return found.lines.select(
        "field", "change", "detail", "entries", "exceptions", "proposal"
    ).rows()


def area(found, name):
    """Return the answer of one area."""
    return next(one for one in found.areas if one.area.name == name)


def test_authors_written_another_way_are_one_line_that_may_be_accepted():
    """Thirty rewritten authors are one line without a limit; the one who differs stays single."""
    other = entries(recorded_by="CROSS, Edward (Dr)", value=1.0)
    other[7]["recorded_by"] = "Somebody else"
    found = report(entries(recorded_by="Dr Edward Cross", value=1.0), other)
    assert lines(found) == [("recorded_by", "translated", "", 29, 1, "accept")]
    single = pl.concat(found.differences())
    assert single["new_value"].to_list() == ["Somebody else"]
    assert found.left_out == 29
    assert area(found, "results").answer == "accept"


def test_a_reaction_that_every_allergy_lost_stays_to_look_at():
    """A loss that everybody has looks like format: it is said once, and is never accepted."""
    allergy = {"kind": "allergy", "term": "Allergy to penicillin"}
    found = report(entries(**allergy, text="rash"), entries(**allergy, text=None))
    assert lines(found) == [("text", "emptied", "", 30, 0, "look")]
    allergies = area(found, "allergies")
    assert allergies.answer == "look"
    assert allergies.reasons == ("30 high, none allowed",)
    assert sum(part.height for part in found.differences()) == 30


@pytest.mark.parametrize(
    ("field", "old", "new", "change", "detail"),
    [
        ("value", float, lambda number: number * 10.0, "factor", "×10.0"),
        (
            "ended_on",
            lambda number: date(2021, 1, 1) + timedelta(days=number),
            lambda number: date(2020, 12, 31) + timedelta(days=number),
            "days",
            "-1",
        ),
        (
            "recorded_on",
            lambda number: date(2020, 1, 1) + timedelta(days=number),
            date(2026, 10, 1),
            "one value",
            "",
        ),
        ("unit", "mmol/L", "mmol per litre", "translated", ""),
    ],
)
def test_what_happens_to_values_is_recognised(field, old, new, change, detail):
    """A factor, days, one value for all and another spelling each are one line, and named."""
    found = report(entries(**{field: old}), entries(**{field: new}))
    assert lines(found)[0][:4] == (field, change, detail, 30)
    assert found.tables["events"]["changed"] == 30


def test_a_difference_of_a_few_patients_is_never_systematic():
    """What four patients share is four single differences: a pattern needs five patients."""
    old = entries(unit="kg")
    new = [row | {"unit": "lb" if int(row["patient_id"]) <= 4 else "kg"} for row in old]
    found = report(old, new)
    assert lines(found) == []
    assert sum(part.height for part in found.differences()) == 4


def test_a_code_seen_in_few_patients_is_never_certain():
    """A code that changed in four patients is unsure in the map, and its severity stays."""
    old = entries(code=lambda number: "rare" if number <= 4 else "c", value=float)
    new = [row | {"code": "R1" if row["code"] == "rare" else "C1"} for row in old]
    found = report(old, new)
    certainty = dict(found.code_map.select("old_code", "certainty").iter_rows())
    assert certainty == {"c": "likely", "rare": "unsure"}
    rows = pl.concat(found.differences())
    assert set(rows.filter(pl.col("old_value") == "rare")["severity"]) == {"high"}


@pytest.mark.parametrize(
    ("patients", "each", "is_said_once"),
    [(1, 20, True), (3, 7, True), (1, 19, False), (3, 6, False), (5, 1, True)],
)
def test_in_a_comparison_of_few_patients_it_takes_all_of_them(patients, each, is_said_once):
    """Three records in which every author is written another way are not hundreds of faults."""
    old = [
        {
            "patient_id": str(number),
            "event_id": f"{number}-{place}",
            "code": "c",
            "value": place,
            "date": date(2020, 1, 1) + timedelta(days=place),
            "recorded_by": "Dr Edward Cross",
        }
        for number in range(1, patients + 1)
        for place in range(each)
    ]
    new = [row | {"recorded_by": "CROSS, Edward (Dr)"} for row in old]
    sides = (small_index(patients=PEOPLE[:patients], events=rows) for rows in (old, new))
    found = report_on(compare_records(*sides))
    once = ("recorded_by", "translated", "", patients * each, 0, "accept")
    assert lines(found) == ([once] if is_said_once else [])


def test_a_single_fault_of_a_single_patient_is_never_said_to_repeat():
    """Of one patient, one code that became another is that patient's fault, whatever the share."""
    old = [
        {
            "patient_id": "1",
            "event_id": f"e{place}",
            "code": f"c{place}",
            "date": date(2020, 1, 1) + timedelta(days=place),
        }
        for place in range(30)
    ]
    new = [*old[:-1], old[-1] | {"code": "another"}]
    sides = (small_index(patients=PEOPLE[:1], events=rows) for rows in (old, new))
    found = report_on(compare_records(*sides))
    assert lines(found) == []
    assert found.tables["events"]["changed"] == 1
