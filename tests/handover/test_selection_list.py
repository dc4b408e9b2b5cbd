"""The selection list names each picked record, once a pick, in the supplier's columns."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from recordpick.criteria.pack import Pack
from recordpick.csv_safety import as_csv
from recordpick.handover.selection_list import SELECTION_LIST, list_id, selection_rows
from recordpick.selection.state import Selection

GOLDEN = Path(__file__).parent / "golden"
LIST = "RP-TESTTEST-01"


def test_the_file_is_byte_for_byte_the_golden_one(selected: pl.DataFrame) -> None:
    assert as_csv(selected) == (GOLDEN / "selection_list.csv").read_bytes()


def test_a_line_has_the_kinds_of_the_patient_and_the_code_of_the_practice(
    selected: pl.DataFrame,
) -> None:
    """Only a pick for a criterion that takes some of each has a kind; every line has the code."""
    kinds = selected.filter(pl.col("kind").is_not_null())
    assert kinds.select("criterion_id", "patient_id", "kind").rows() == [
        ("MED-04", "100", "a controlled drug; morphine, by mouth")
    ]
    assert set(selected["ods_code"]) == {"A81001"}


def test_every_pick_is_one_line(selection: Selection, pack: Pack, patients: pl.DataFrame) -> None:
    rows = selection_rows(selection, pack, patients, LIST)
    assert rows.schema == SELECTION_LIST
    assert rows["line"].to_list() == list(range(1, len(selection.picks) + 1))
    assert set(rows.select("criterion_id", "patient_id").iter_rows()) == {
        (pick.criterion_id, pick.patient_id) for pick in selection.picks
    }


def test_a_patient_has_one_record_number_however_often_picked(
    selection: Selection, pack: Pack, patients: pl.DataFrame
) -> None:
    rows = selection_rows(selection, pack, patients, LIST)
    numbers = rows.group_by("patient_id").agg(pl.col("record_number").n_unique())
    assert set(numbers["record_number"]) == {1}
    assert sorted(set(rows["record_number"])) == list(range(1, len(selection.patient_ids) + 1))


def test_random_records_come_last_by_ticket(
    selection: Selection, pack: Pack, patients: pl.DataFrame
) -> None:
    random = selection_rows(selection, pack, patients, LIST).filter(
        pl.col("criterion_id").is_null()
    )
    assert random["line"].to_list() == [6, 7]
    assert random["ticket"].to_list() == [1, 2]
    assert set(random["chosen_by"]) == {"random"}


def test_a_patient_whom_the_index_does_not_have_keeps_the_line(
    selection: Selection, pack: Pack
) -> None:
    nobody = pl.DataFrame(schema={"patient_id": pl.String, "nhs_number": pl.String})
    rows = selection_rows(selection, pack, nobody)
    assert rows.height == len(selection.picks)
    assert rows["nhs_number"].null_count() == rows.height


def test_nothing_picked_is_a_list_with_a_header_only(pack: Pack, patients: pl.DataFrame) -> None:
    rows = selection_rows(Selection(), pack, patients, LIST)
    assert rows.schema == SELECTION_LIST
    assert as_csv(rows).decode() == ",".join(SELECTION_LIST) + "\r\n"


def test_each_export_of_a_working_file_has_a_list_id_of_its_own() -> None:
    assert list_id("one file", 1) == list_id("one file", 1)
    assert len({list_id("one file", 1), list_id("one file", 2), list_id("another", 1)}) == 3
    assert list_id("one file", 1).endswith("-01")
