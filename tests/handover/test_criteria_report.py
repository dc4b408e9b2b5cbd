"""Every criterion of the pack is in the report, with where it stands."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl

from recordpick.criteria.pack import Pack
from recordpick.csv_safety import as_csv
from recordpick.handover.criteria_report import CRITERIA_REPORT, STATES, criteria_rows
from recordpick.matching import Matches
from recordpick.selection.state import Selection

GOLDEN = Path(__file__).parent / "golden"


def test_the_file_is_byte_for_byte_the_golden_one(
    selection: Selection, pack: Pack, matches: Matches
) -> None:
    written = as_csv(criteria_rows(selection, pack, matches))
    assert written == (GOLDEN / "criteria_report.csv").read_bytes()


def test_no_criterion_is_left_out(selection: Selection, pack: Pack, matches: Matches) -> None:
    rows = criteria_rows(selection, pack, matches)
    assert rows.schema == CRITERIA_REPORT
    assert rows["criterion_id"].to_list() == [*(one.id for one in pack.criteria), None]
    assert rows["picked"].sum() == len(selection.picks)
    assert set(rows["state"]) <= set(STATES)


def test_a_criterion_that_could_not_be_answered_has_no_number_found_and_says_why(
    selection: Selection, pack: Pack, matches: Matches
) -> None:
    row = criteria_rows(selection, pack, matches).row(4, named=True)
    assert (row["criterion_id"], row["found"], row["state"]) == ("DOC-01", None, "unanswered")
    assert row["why_not_answered"] == "It cannot be answered: the index has no table documents."


def test_each_kind_has_what_is_picked_and_wanted_of_it(
    selection: Selection, pack: Pack, matches: Matches
) -> None:
    """And what about the kinds cannot be as the pack says is among the cautions."""
    row = criteria_rows(selection, pack, matches).row(0, named=True)
    assert row["kinds"] == "a controlled drug 1 of at least 2; morphine, by mouth 1 of at least 1"
    assert "“a controlled drug” and “morphine, by mouth” overlap: 1 patient" in row["cautions"]


def test_what_staff_wrote_when_they_closed_a_criterion_stays_with_the_practice(
    selection: Selection, pack: Pack, matches: Matches
) -> None:
    assert b"Mr Smith" not in as_csv(criteria_rows(selection, pack, matches))


def test_picking_others_is_not_picking_all_that_were_found(
    selection: Selection, pack: Pack, matches: Matches
) -> None:
    """One was found and one was picked: but somebody else, from what staff know."""
    for found, state in (("102", "short"), ("{A-1}", "all_picked")):
        pairs = pl.DataFrame({"criterion_id": ["DEM-01"], "patient_id": [found]})
        row = criteria_rows(selection, pack, replace(matches, found=pairs)).row(1, named=True)
        assert (row["criterion_id"], row["found"], row["picked"]) == ("DEM-01", 1, 1)
        assert row["state"] == state
