"""Entries and their consultations: a link that is lost or another is found, and only that."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from recordpick.comparison.compare import compare_records
from recordpick.comparison.report import report_on
from small_records import differing

from small_practice import small_index

PATIENT = {"patient_id": "1", "nhs_number": "9990000001"}
DAY = date(2020, 1, 2)


def side(links, clinicians, **more):
    """Return an index: entries e0, e1 … in these consultations, which have these clinicians."""
    entries = [
        {
            "patient_id": "1",
            "event_id": f"e{number}",
            "date": DAY,
            "code": f"c{number}",
            "consultation_id": link,
        }
        for number, link in enumerate(links)
    ]
    contacts = [
        {
            "patient_id": "1",
            "consultation_id": name,
            "date": DAY,
            "clinician": clinician,
            "kind": None,
        }
        for name, clinician in clinicians.items()
    ]
    return small_index(patients=[PATIENT], events=entries, consultations=contacts, **more)


def said(old, new):
    """Return what differs of entries, the same whichever side is called old."""
    found, back = (compare_records(*sides) for sides in ((old, new), (new, old)))
    rows = [row for row in differing(found) if row[0] == "events"]
    assert rows == [row for row in differing(back, mirrored=True) if row[0] == "events"]
    return [(field, a, b) for _, field, a, b in rows]


BOTH = {"A": "Dr A", "B": "Dr B"}
NEW = {"X": "Dr A", "Y": "Dr B"}


@pytest.mark.parametrize(
    ("links", "differs"),
    [
        (["X", "Y"], []),
        (["X", None], [("consultation_id", "B", "")]),
        (["Y", "Y"], [("consultation_id", "A", "Y")]),
    ],
    ids=["as before", "dropped", "moved"],
)
def test_links_are_followed_to_the_other_system(links, differs):
    """Ids are others in each system: what counts is whether the consultation is the same."""
    assert said(side(["A", "B"], BOTH), side(links, NEW)) == differs


def test_consultations_that_look_the_same_are_not_distinguished():
    """Two contacts of one day with one clinician: which of them an entry is in says nothing."""
    equal = {"A": "Dr A", "B": "Dr A"}
    assert said(side(["A", "B"], equal), side(["Y", "X"], {"X": "Dr A", "Y": "Dr A"})) == []
    assert said(side(["A", "B"], BOTH), side(["Y", "Y"], {"X": "U", "Y": "U"})) == []


def test_which_of_two_doubles_is_in_which_consultation_says_nothing():
    """An entry that is there twice, in two consultations: they may be paired either way."""
    sides = [side(["A", "B"], BOTH), side(["Y", "X"], NEW)]
    for one in sides:
        one.tables["events"] = one.tables["events"].with_columns(code=pl.lit("c"))
    assert said(*sides) == []


def test_a_consultation_without_a_partner_says_nothing_about_its_entries():
    """Systems divide contacts in their own ways: it is missing, and its entry not compared."""
    found = compare_records(side(["A", "B"], BOTH), side(["X", "X"], {"X": "Dr A"}))
    assert [row for row in differing(found) if row[0] == "events"] == []
    folded = [(one.field, one.number) for table in found.tables for one in table.folded]
    assert folded == [("consultation_id", 1)]


def test_without_consultations_links_are_not_compared():
    """Where one extract has no consultations, links are named as not compared, not as equal."""
    old = side(["A", "B"], BOTH)
    new = side(["X", None], NEW)
    del new.tables["consultations"]
    report = report_on(compare_records(old, new))
    assert report.tables["events"]["same"] == 2
    events = next(one for one in report.compared.tables if one.rules.name == "events")
    assert [(field.name, where) for field, where in events.encoded.absent] == [
        ("consultation_id", "new")
    ]
