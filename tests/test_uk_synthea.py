"""Real input that nobody here wrote: 1,000 synthetic patients of the South West, end to end.

What must come out is reckoned from the CSV files with plain Python, line by line, and nothing of
recordpick.
"""

import csv
import os
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

import pytest

from recordpick.cli.main import main
from recordpick.criteria.load import read_pack
from recordpick.index.practice_index import open_index
from recordpick.matching import match

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "docs" / "examples"
SHARED = Path(os.environ.get("RECORDPICK_SHARED", ROOT.parent / "shared"))
SOURCE = SHARED / "data" / "uk_synthea"
AS_AT = date(2025, 2, 1)

pytestmark = pytest.mark.skipif(
    not SOURCE.is_dir(), reason=f"the data that nobody here wrote is not there ({SOURCE})"
)


def lines(name: str) -> list[list[str]]:
    """The fields of each line below the header, ragged as they stand."""
    with (SOURCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


def expected() -> dict[str, set[str]]:
    """Who meets each criterion, from the files by themselves."""
    patients = {line[0]: date.fromisoformat(line[1]) for line in lines("patients.csv")}
    observations, conditions = lines("observations.csv"), lines("conditions.csv")
    immunisations, medications = lines("immunizations.csv"), lines("medications.csv")
    high = Counter(
        line[1] for line in observations if line[4] == "8480-6" and float(line[6]) >= 140
    )
    birthday = AS_AT.month, AS_AT.day
    ages = {
        patient: AS_AT.year - born.year - ((born.month, born.day) > birthday)
        for patient, born in patients.items()
    }
    immunised = {line[1] for line in immunisations}
    rows: dict[str, int] = defaultdict(int)
    for table, at in ((observations, 1), (immunisations, 1), (conditions, 2), (medications, 2)):
        for line in table:
            rows[line[at]] += 1
    smaller = {
        patient: sum(rows[other] < rows[patient] for other in patients) for patient in patients
    }
    return {
        "HYP-01": {line[2] for line in conditions if line[4] == "59621000"},
        "HYP-02": {patient for patient, number in high.items() if number >= 3},
        "DEM-01": {patient for patient, age in ages.items() if age >= 75},
        "PRE-01": {patient for patient, born in patients.items() if born.year > 2018} & immunised,
        "REC-01": {patient for patient, few in smaller.items() if few * 100 >= 98 * len(patients)},
    }


@pytest.fixture(scope="module")
def practice(tmp_path_factory):
    """The index that the mapping file makes of the CSV files."""
    folder = tmp_path_factory.mktemp("synthea") / "index"
    mapping = EXAMPLES / "uk_synthea.toml"
    assert main(["index", str(SOURCE), "--map", str(mapping), "--out", str(folder)]) == 0
    return folder


def test_every_row_of_the_files_is_accounted_for(practice):
    """Read = indexed + set aside + deleted, and read is what stands in the file."""
    for count in open_index(practice).manifest.files:
        assert count.rows_read == len(lines(count.file)), count.file
        assert count.rows_read == count.rows_indexed + count.rows_rejected + count.rows_deleted
        assert count.rows_rejected == 0, count.file


def test_who_meets_each_criterion(practice):
    """The same patients as plain Python finds, for all five criteria."""
    index = open_index(practice)
    pack = read_pack(EXAMPLES / "uk_synthea_criteria.toml")
    matches = match(pack, index, AS_AT)
    wanted = expected()
    assert [name for name, found in wanted.items() if not found] == ["PRE-01"]  # the youngest: 2004
    for criterion in pack.criteria:
        answer = matches.answers[criterion.id]
        assert (answer.answered, answer.cautions) == (True, ()), answer
        assert set(matches.patients(criterion.id)) == wanted[criterion.id], criterion.id


def test_a_selection_list_comes_out(practice, tmp_path, capsys):
    """new, suggest, draw and export: as many lines as the criteria can give, and 20 at random."""
    file, out = tmp_path / "devon.recordpick", tmp_path / "out"
    pack = EXAMPLES / "uk_synthea_criteria.toml"
    for words in (
        ["new", file, "--index", practice, "--criteria", pack],
        ["suggest", file],
        ["draw", file, "--seed", "2025"],
        ["export", file, "--out", out],
    ):
        assert main([str(word) for word in words]) == 0, capsys.readouterr().err
    with (out / "selection_list.csv").open(encoding="utf-8", newline="") as stream:
        listed = list(csv.DictReader(stream))
    by_criterion = defaultdict(set)
    for line in listed:
        by_criterion[line["criterion_id"]].add(line["patient_id"])
    assert len(by_criterion.pop("")) == 20
    wanted = expected()
    assert {name: len(found) for name, found in by_criterion.items()} == {
        name: min(20, len(found)) for name, found in wanted.items() if found
    }
    assert all(found <= wanted[name] for name, found in by_criterion.items())
    assert not any(line["nhs_number"] for line in listed)
    with (out / "criteria_report.csv").open(encoding="utf-8", newline="") as stream:
        reported = {line["criterion_id"]: line for line in csv.DictReader(stream)}
    assert set(reported) == {"", *wanted}  # "": the random records
    assert reported["PRE-01"]["found"] == "0"
