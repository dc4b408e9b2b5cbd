"""datapackage.json lets the supplier check a pack with public tools, and finds what is wrong."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from frictionless import Package

from recordpick.handover.contract import CONTRACT, TABLES
from recordpick.handover.export import export
from recordpick.index.practice_index import PracticeIndex
from recordpick.matching import Matches
from recordpick.selection.working_file import WorkingFile

LIST = "selection_list.csv"
CRITERIA = "criteria_report.csv"


@pytest.fixture
def handed_over(file: WorkingFile, index: PracticeIndex, answers: Matches, tmp_path: Path) -> Path:
    return export(file, index, tmp_path / "out", answers)


def _errors(folder: Path) -> list[str]:
    """Validate as `frictionless validate datapackage.json` does; give the kinds of errors."""
    report = Package(str(folder / "datapackage.json")).validate()
    return [kind for (kind,) in report.flatten(["type"])]


def _without_sums(folder: Path) -> None:
    """Take the sizes and sums away, as if somebody had made them fit what was changed."""
    path = folder / "datapackage.json"
    package: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    for resource in package["resources"]:
        del resource["bytes"], resource["hash"]
    path.write_text(json.dumps(package), encoding="utf-8")


def test_a_pack_as_written_is_valid(handed_over: Path) -> None:
    assert _errors(handed_over) == []


def test_a_pack_as_written_is_valid_without_its_sums(handed_over: Path) -> None:
    """So that what the damages below are found by is the schema."""
    _without_sums(handed_over)
    assert _errors(handed_over) == []


def test_every_csv_is_described_column_by_column(handed_over: Path) -> None:
    package = json.loads((handed_over / "datapackage.json").read_text(encoding="utf-8"))
    described = {one["path"]: one for one in package["resources"]}
    assert set(described) == {path.name for path in handed_over.glob("*.csv")}
    for name, resource in described.items():
        content = (handed_over / name).read_bytes()
        header = content.split(b"\r\n")[0].decode().split(",")
        assert [one["name"] for one in resource["schema"]["fields"]] == header
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"


def test_the_contract_is_of_the_version_of_its_newest_column() -> None:
    """Columns are only added at the end, and the version says when the last one was."""
    added = [
        [tuple(map(int, column.since.split("."))) for column in table.columns] for table in TABLES
    ]
    assert all(of_table == sorted(of_table) for of_table in added)
    assert tuple(map(int, CONTRACT.split("."))) == max(map(max, added))


def test_the_documents_name_every_column() -> None:
    docs = Path(__file__).parents[2] / "docs"
    pages = "".join(
        (docs / name).read_text(encoding="utf-8")
        for name in ("selection-list.md", "reports.md", "reference.md")
    )
    unnamed = [
        (table.file, one.name) for table in TABLES for one in table.columns if one.name not in pages
    ]
    assert unnamed == []


Damage = Callable[[str], str]


def _in(old: str, new: str) -> Damage:
    def damage(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return damage


def _no_row_three(text: str) -> str:
    lines = text.split("\r\n")
    return "\r\n".join(lines[:3] + lines[4:])


def _twice(text: str) -> str:
    lines = text.split("\r\n")
    return "\r\n".join([*lines[:-1], lines[1].replace(",1,", ",99,", 1), ""])


DAMAGES: dict[str, tuple[str, Damage]] = {
    "a column is gone": (
        LIST,
        lambda text: "\r\n".join(line.rpartition(",")[0] for line in text.split("\r\n")),
    ),
    "a column has another name": (LIST, _in("nhs_number", "nhs number")),
    "columns have changed places": (LIST, _in("patient_id,nhs_number", "nhs_number,patient_id")),
    "an NHS number as a spreadsheet writes it": (LIST, _in("9990000026", "9.99E+09")),
    "an NHS number with a digit missing": (LIST, _in("9990000026", "999000026")),
    "a patient number is gone": (LIST, _in("'007", "")),
    "a date as a spreadsheet writes it": (LIST, lambda text: text.replace("-", "/")),
    "a word that is none of the vocabulary": (LIST, _in(",staff,", ",Staff,")),
    "a ticket that is no whole number": (LIST, lambda text: text.replace(",1,,\r\n", ",one,,\r\n")),
    "a line number twice": (LIST, _in("-01,2,", "-01,1,")),
    "a pick twice": (LIST, _twice),
    "a criterion that the pack does not have": (LIST, _in("BRO-01", "BRO-77")),
    "a cell too many": (LIST, _in("\r\n", ",x\r\n")),
    "a list id of another form": (LIST, _in("RP-", "XX-")),
    "a criterion left out of the report": (CRITERIA, _no_row_three),
    "a number that is none": (CRITERIA, _in(",2,", ",two,")),
    "a number below zero": (CRITERIA, _in(",2,", ",-2,")),
    "a state that is none": (CRITERIA, _in("all_picked", "done")),
    "a header only in part": (CRITERIA, lambda text: text[:20]),
    "an empty file": (LIST, lambda text: ""),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_found_by_the_schema_even_if_the_sums_were_made_to_fit(
    handed_over: Path, damage: str
) -> None:
    name, change = DAMAGES[damage]
    path = handed_over / name
    text = path.read_bytes().decode("utf-8")
    assert change(text) != text
    path.write_bytes(change(text).encode("utf-8"))
    _without_sums(handed_over)
    assert _errors(handed_over) != []


@pytest.mark.parametrize("name", [table.file for table in TABLES])
def test_any_change_and_any_missing_file_is_found_by_the_sums(handed_over: Path, name: str) -> None:
    path = handed_over / name
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    assert _errors(handed_over) != []
    path.unlink()
    assert _errors(handed_over) != []
