"""After a newer extract, picks are kept, and those it no longer supports are reported."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from recordpick.matching import Matches
from recordpick.picking.stale_picks import stale_picks


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


def reported(*picks):
    return [pick.in_words for pick in stale_picks(picks, MATCHES, PATIENTS)]


def test_a_patient_who_still_meets_the_criterion_is_not_reported():
    """Nor is a deceased patient, where the criterion is for deceased patients."""
    assert reported(Pick("1", "A", "rule"), Pick("3", "D", "rule")) == []


def test_patients_who_left_died_or_are_gone_are_reported():
    """Random records as well."""
    assert reported(Pick("2", "A", "staff"), Pick("3", None, "random"), Pick("9", "A", "rule")) == [
        "A: 2 has left the practice.",
        "a random record: 3 has died.",
        "A: 9 is not in this index.",
    ]


def test_only_suggested_picks_are_reported_as_no_longer_matching():
    """People may pick whom they like."""
    assert reported(Pick("4", "A", "rule"), Pick("4", "A", "staff")) == [
        "A: 4 no longer meets the criterion."
    ]


def test_an_index_without_status_reports_what_it_can():
    """Patients who are gone, and those who no longer match."""
    stale = stale_picks(
        [Pick("2", "A", "staff"), Pick("9", "A", "staff")], MATCHES, PATIENTS.drop("status")
    )
    assert [pick.what for pick in stale] == ["gone"]


def test_a_number_that_may_be_somebody_elses_is_reported():
    """It comes before anything else about the patient, which may be about another person."""
    (stale,) = stale_picks([Pick("2", "A", "staff")], MATCHES, PATIENTS, {"2"})
    assert stale.what == "other"
    assert "may be somebody else" in stale.in_words
