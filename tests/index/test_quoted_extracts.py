"""An extract says the same whether quotation marks stand around its values or not."""

import csv

import pytest

from examples import usually
from recordpick.index.build.build_index import build_index
from recordpick.synthetic.as_emis import write_emis
from recordpick.synthetic.as_vision import write_vision
from recordpick.synthetic.practice import make_practice

from emis_extracts import (
    bare,
    counts_of,
    drug,
    entry,
    guid,
    indexed,
    issue,
    patient,
    problem,
    rejected,
    rows_of,
    write_extract,
)


def write_again(folder, **how):
    """Write every file of a folder again, its values as they are."""
    for file in folder.glob("*.csv"):
        with file.open(encoding="utf-8", newline="") as written:
            rows = list(csv.reader(written))
        with file.open("w", encoding="utf-8", newline="") as again:
            csv.writer(again, **how).writerows(rows)


@pytest.mark.parametrize("write", usually([write_emis, write_vision], write_emis))
def test_quotation_marks_around_everything_change_nothing(tmp_path, write):
    """What is not there is nothing, and no empty text: to the last byte of the index."""
    write(make_practice(60, seed=3), tmp_path / "source")
    write_again(tmp_path / "source", quoting=csv.QUOTE_MINIMAL)
    plain = build_index([tmp_path / "source"], tmp_path / "plain")
    write_again(tmp_path / "source", quoting=csv.QUOTE_ALL)
    quoted = build_index([tmp_path / "source"], tmp_path / "quoted")
    assert quoted.fingerprint == plain.fingerprint


@pytest.fixture(params=[csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def made(request, tmp_path):
    """Write an extract of rows, quoted or not, and make its index."""

    def make(**tables):
        write_extract(tmp_path / "extract", **tables)
        write_again(tmp_path / "extract", quoting=request.param)
        return indexed(tmp_path / "extract")

    return make


def test_an_entry_without_a_parent_has_that_of_its_problem(made):
    """And one with neither has none, whatever stands in for them."""
    index = made(
        Admin_Patient=[patient(1)],
        CareRecord_Problem=[problem(11, 1)],
        CareRecord_Observation=[
            entry(11, 1, ParentObservationGuid="", ProblemGuid=""),
            entry(12, 1, ParentObservationGuid="", ProblemGuid=guid(11)),
            entry(13, 1, ParentObservationGuid="  ", ProblemGuid=""),
        ],
    )
    assert rows_of(index, "events", "event_id", "parent_id") == [
        (bare(11), None),
        (bare(12), bare(11)),
        (bare(13), None),
    ]


@pytest.mark.parametrize("nothing", ["", "  ", "{}"])
def test_a_row_without_an_id_is_rejected(made, nothing):
    """Blanks and braces around nothing are no id."""
    index = made(
        Admin_Patient=[patient(1)],
        CareRecord_Observation=[entry(11, 1), entry(12, 1, ObservationGuid=nothing)],
        Prescribing_DrugRecord=[drug(21, 1), drug(22, 1, DrugRecordGuid=nothing)],
        Prescribing_IssueRecord=[issue(31, 1, 21, "2020-03-01")],
    )
    assert rows_of(index, "events", "event_id") == [(bare(11),)]
    assert rows_of(index, "medications", "medication_id") == [(bare(21),)]
    assert counts_of(index, "CareRecord_Observation") == (2, 1, 1, 0)
    assert rejected(index) == [(3, "event_id is missing"), (3, "medication_id is missing")]
