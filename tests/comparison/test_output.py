"""What a comparison writes: exactly these files and columns, and `verify` sees any change."""

from __future__ import annotations

import json
from datetime import date

import pytest

from recordpick.comparison.compare import compare_records
from recordpick.comparison.contract import TABLES
from recordpick.comparison.output import write_comparison
from recordpick.comparison.report import report_on
from recordpick.verify.comparison import is_comparison, verify_comparison

from small_practice import small_index

PATIENT = {"patient_id": "7", "nhs_number": "9990000001", "family_name": "=Name"}
ALLERGY = {
    "patient_id": "7",
    "event_id": "a",
    "date": date(2019, 5, 12),
    "kind": "allergy",
    "code": "91936005",
    "term": "Allergy to penicillin",
    "value": None,
}
WEIGHT = ALLERGY | {
    "event_id": "w",
    "kind": "observation",
    "code": "27113001",
    "term": "Body weight",
    "value": 70.5,
}
PULSE = WEIGHT | {"event_id": "p", "code": "364075005", "term": "Pulse", "value": 64.0}
GOLDEN = """\
patient_id,new_patient_id,table,old_id,new_id,result,field,old_value,new_value,severity,systematic,area,date,entry,found_by
7,70,events,a,,missing,,,,high,,Allergies,2019-05-12,Allergy to penicillin,
7,70,events,w,w2,changed,value,'70.5,705,high,,Results and measurements,2019-05-12,Body weight,date ~code
7,70,events,,p3,additional,,,,medium,,Results and measurements,2019-05-12,Pulse,
"""  # noqa: E501 - the lines of the file


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Write a comparison of a record that has lost an allergy, and has two other faults."""
    old = small_index(patients=[PATIENT], events=[ALLERGY, WEIGHT, PULSE])
    there = {"patient_id": "70"}
    new = small_index(
        patients=[PATIENT | there],
        events=[
            WEIGHT | there | {"event_id": "w2", "value": 705.0},
            PULSE | there | {"event_id": "p2"},
            PULSE | there | {"event_id": "p3"},
        ],
    )
    folder = tmp_path_factory.mktemp("out") / "comparison"
    write_comparison(folder, report_on(compare_records(old, new)))
    return folder


def test_differences_are_these_lines(written):
    """The columns, their order and the words in them are what others rely on."""
    text = (written / "differences.csv").read_bytes().decode("utf-8")
    assert text == GOLDEN.replace("\n", "\r\n")


def test_every_file_is_there_with_its_schema(written):
    """Every CSV has its columns in the descriptor, in order."""
    package = json.loads((written / "datapackage.json").read_text(encoding="utf-8"))
    found = {one["path"]: one["schema"]["fields"] for one in package["resources"]}
    assert list(found) == [table.file for table in TABLES]
    for table in TABLES:
        columns = [column.name for column in table.columns]
        assert [field["name"] for field in found[table.file]] == columns
        header = (written / table.file).read_text(encoding="utf-8").splitlines()[0]
        assert header == ",".join(columns)


def test_the_summary_adds_up_and_says_what_was_not_compared(written):
    """A program reads the sums, the answers by area and what was not compared."""
    summary = json.loads((written / "summary.json").read_text(encoding="utf-8"))
    counts = summary["tables"]["events"]
    assert counts["in_old"] == counts["same"] + counts["changed"] + counts["missing"] == 3
    assert counts["in_new"] == counts["same"] + counts["changed"] + counts["additional"] == 3
    answers = {one["area"]: (one["answer"], one["reason"]) for one in summary["areas"]}
    assert answers["Allergies"] == ("look", "1 high, none allowed")
    assert answers["Patients and demographics"] == ("accept", "")


def test_the_page_has_every_area_and_no_markup_from_records(written):
    """The clinician sees each area on one page."""
    page = (written / "comparison.html").read_text(encoding="utf-8")
    assert "Allergies" in page
    assert "look: 1 high, none allowed" in page
    assert "<script" not in page


def test_verify_finds_any_change(written, tmp_path):
    """Whoever is sent a comparison can check that it is whole, and that nobody changed it."""
    assert is_comparison(written)
    assert all(check.is_sound for check in verify_comparison(written))
    copy = tmp_path / "copy"
    copy.mkdir()
    for file in written.iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    changed = (copy / "sums_by_patient.csv").read_bytes().replace(b"events,3,3,1", b"events,3,3,2")
    (copy / "sums_by_patient.csv").write_bytes(changed)
    (copy / "code_map.csv").unlink()
    problems = [problem for check in verify_comparison(copy) for problem in check.problems]
    assert "code_map.csv is missing." in problems
    assert any(problem.startswith("sums_by_patient.csv was changed") for problem in problems)
    assert "sums_by_patient.csv: the counts of 1 rows do not add up." in problems
    assert not is_comparison(tmp_path)
