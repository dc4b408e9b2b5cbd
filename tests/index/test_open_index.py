"""An index is opened if it is one, whole, and not from the future."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path

import pytest

from recordpick.errors import UserError
from recordpick.index.build.build_index import build_index
from recordpick.index.practice_index import FORMAT, PracticeIndex, open_index


@pytest.fixture
def index(tmp_path: Path) -> PracticeIndex:
    practice = tmp_path / "practice"
    practice.mkdir()
    (practice / "patients.csv").write_text(
        "patient_id,date_of_birth\n1,1950-06-15\n2,\n3,2025-12-24\n", encoding="utf-8"
    )
    return build_index([practice], tmp_path / "index", as_at=date(2026, 1, 31))


def test_what_was_built_is_what_is_opened(index: PracticeIndex) -> None:
    again = open_index(index.folder)

    assert again == index
    assert again.manifest.as_at == date(2026, 1, 31)


@pytest.mark.parametrize("name", ["a[b", "GP [2026]", "all*", "what?"])
def test_a_folder_may_have_any_name(index: PracticeIndex, tmp_path: Path, name: str) -> None:
    """No part of it is taken for a pattern that stands for other files."""
    if sys.platform == "win32" and set(name) & {"*", "?"}:
        pytest.skip("Windows has no such names")
    folder = index.folder.rename(tmp_path / name)

    again = open_index(folder)

    assert again.manifest == index.manifest
    assert again.patients(date(2026, 1, 31)).collect().height == 3


def test_patients_have_their_age_at_the_day_that_is_asked(index: PracticeIndex) -> None:
    """None without a date of birth, and none before birth."""
    ages = {
        day: index.patients(day).collect()["age"].to_list()
        for day in (date(2025, 6, 14), date(2025, 6, 15), date(2026, 12, 24))
    }

    assert ages == {
        date(2025, 6, 14): [74, None, None],
        date(2025, 6, 15): [75, None, None],
        date(2026, 12, 24): [76, None, 1],
    }


def test_a_table_that_is_not_there_has_no_columns(index: PracticeIndex) -> None:
    assert not index.has("events")
    assert index.columns("events") == {}
    with pytest.raises(KeyError):
        index.scan("events")


def test_a_folder_that_is_no_index_is_reported(index: PracticeIndex, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"not a practice index \(index\.json is missing\)"):
        open_index(tmp_path)
    with pytest.raises(UserError, match="no such folder"):
        open_index(tmp_path / "nowhere")
    with pytest.raises(UserError, match="this is a file"):
        open_index(index.folder / "patients.parquet")


def test_an_index_of_a_newer_version_is_reported(index: PracticeIndex) -> None:
    path = index.folder / "index.json"
    said = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(
        json.dumps(said | {"format": FORMAT + 1, "made_by": "recordpick 9"}), encoding="utf-8"
    )

    with pytest.raises(UserError, match=r"made by a newer recordpick \(recordpick 9\)"):
        open_index(index.folder)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 1}', '{"format": "1"}', "null"])
def test_a_damaged_manifest_is_reported(index: PracticeIndex, text: str) -> None:
    (index.folder / "index.json").write_text(text, encoding="utf-8")

    with pytest.raises(UserError, match=r"manifest"):
        open_index(index.folder)


@pytest.mark.parametrize("kept", [0, 4, 100])
def test_a_damaged_table_is_reported(index: PracticeIndex, kept: int) -> None:
    path = index.folder / "patients.parquet"
    path.write_bytes(path.read_bytes()[:kept])

    with pytest.raises(UserError, match=r"patients\.parquet: this table is damaged"):
        open_index(index.folder)


def test_a_missing_table_is_reported(index: PracticeIndex) -> None:
    (index.folder / "patients.parquet").unlink()

    with pytest.raises(UserError, match=r"patients\.parquet: this table is missing"):
        open_index(index.folder)


def test_a_table_of_something_else_is_reported(index: PracticeIndex, tmp_path: Path) -> None:
    index.scan("patients").drop("date_of_birth").collect().write_parquet(tmp_path / "other")
    (tmp_path / "other").replace(index.folder / "patients.parquet")

    with pytest.raises(UserError, match="the columns are not those of the manifest"):
        open_index(index.folder)
