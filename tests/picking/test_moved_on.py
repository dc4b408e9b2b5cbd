"""After a newer extract, picks are kept, and those it no longer bears out are told."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from recordpick.matching import Matches
from recordpick.picking.moved_on import moved_on


@dataclass
class Pick:
    patient_id: str
    criterion_id: str | None
    chosen_by: str


PATIENTS = pl.DataFrame(
    {
        "patient_id": ["1", "2", "3", "4"],
        "status": ["registered", "left", "deceased", "registered"],
    }
)
MATCHES = Matches(
    date(2026, 10, 1), {}, pl.DataFrame({"criterion_id": ["A", "D"], "patient_id": ["1", "3"]})
)


def told(*picks):
    return [moved.in_words for moved in moved_on(picks, MATCHES, PATIENTS)]


def test_who_still_meets_the_criterion_is_not_told():
    """Nor who died, where the criterion asks for deceased patients."""
    assert told(Pick("1", "A", "rule"), Pick("3", "D", "rule")) == []


def test_who_left_died_or_is_gone_is_told():
    """Random records as well."""
    assert told(Pick("2", "A", "staff"), Pick("3", None, "random"), Pick("9", "A", "rule")) == [
        "A: 2 has left the practice.",
        "a random record: 3 has died.",
        "A: 9 is not in this index.",
    ]


def test_only_of_suggested_picks_it_is_told_that_they_no_longer_match():
    """People may pick whom they like."""
    assert told(Pick("4", "A", "rule"), Pick("4", "A", "staff")) == ["A: 4 no longer meets it."]


def test_an_index_without_status_tells_what_it_can():
    """Who is gone, and who no longer matches."""
    moved = moved_on(
        [Pick("2", "A", "staff"), Pick("9", "A", "staff")], MATCHES, PATIENTS.drop("status")
    )
    assert [one.what for one in moved] == ["gone"]


def test_a_number_that_may_be_somebody_elses_is_told():
    """Before anything else about the patient, as nothing else need be about them."""
    (moved,) = moved_on([Pick("2", "A", "staff")], MATCHES, PATIENTS, {"2"})
    assert moved.what == "other"
    assert "may be somebody else" in moved.in_words
